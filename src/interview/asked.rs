//! What follows from an answer.

use std::sync::Arc;

use super::draft::{Given, Keep, Value};
use super::errand::{Errand, News, Outcome, Task};
use super::{At, Interview, Item, Kind, Reply, typed};
use crate::definition::{Source, is_id};
use crate::words::setup as words;

impl Interview {
    /// Takes an answer to the open question. What has to be looked up for the next one comes back.
    pub fn answer(&mut self, reply: Reply) -> Option<Errand> {
        if self.waiting.is_some() {
            return None;
        }
        self.trouble = None;
        let preset = match self.question().map(|question| question.kind) {
            Some(Kind::Line { preset, .. }) if reply == Reply::Take && !preset.is_empty() => Some(preset),
            _ => None,
        };
        let reply = preset.map_or(reply, Reply::Text);
        match (self.at.clone(), reply) {
            (At::System, Reply::Pick(number)) => {
                self.choose(number);
                None
            }
            (At::Name, Reply::Text(text)) => self.named(text.trim()),
            (At::Value(item), reply) => self.value(item, reply),
            (At::Typed(item), Reply::Text(text)) => self.typed(item, text),
            (At::Variable(item), Reply::Text(text)) => self.variable_named(item, text.trim()),
            (At::File(item), Reply::Text(text)) if !text.trim().is_empty() => {
                let value = Value::One(Source::File(text.trim().into()));
                self.attempt(item, value)
            }
            (At::Doubt(item), Reply::Pick(0)) => self.reopen(item),
            (At::Doubt(item), Reply::Pick(1)) => self.taken(item, false),
            (At::Keep(item), Reply::Pick(number)) => self.keep(item, number),
            (At::Review, Reply::Pick(0)) => self.write(),
            (At::Review, Reply::Pick(1)) => self.back(),
            _ => {
                self.trouble = Some(words::EMPTY.to_owned());
                None
            }
        }
    }

    /// Takes in what came of an errand. News that nobody waits for any more change nothing.
    pub fn hear(&mut self, ticket: u64, news: News) -> Option<Errand> {
        if ticket != self.ticket || self.waiting.take().is_none() {
            return None;
        }
        match (news, self.item()) {
            (News::Proposed(Some(proposal)), Some(_)) => {
                self.proposal = Some(proposal);
                None
            }
            // It does not apply: neither is it asked, nor answered.
            (News::Proposed(None), Some(item)) => {
                self.draft.given.remove(&item);
                self.at = self.next(item).map_or(At::Review, At::Value);
                self.open_if_item()
            }
            (News::Tried(outcome), Some(item)) => self.tried(item, outcome),
            (News::Written(Ok(written)), _) => {
                self.written = Some(written);
                self.go(At::Over);
                None
            }
            (News::Written(Err(trouble)), _) => {
                self.trouble = Some(trouble);
                None
            }
            (News::Proposed(_) | News::Tried(_), None) => None,
        }
    }

    /// Leads to another question, and back here from there.
    fn go(&mut self, at: At) {
        self.trail.push(std::mem::replace(&mut self.at, at));
    }

    pub(super) fn choose(&mut self, number: usize) {
        let Some(offer) = self.offers.get(number) else { return };
        let catalogue = match &offer.catalogue {
            Ok(catalogue) => Arc::clone(catalogue),
            Err(trouble) => {
                self.trouble = Some(trouble.clone());
                return;
            }
        };
        if self.system.as_ref().is_none_or(|before| before.system.name != catalogue.system.name) {
            self.draft = super::Draft::default();
        }
        self.order = in_order(&catalogue.system);
        self.system = Some(catalogue);
        self.go(At::Name);
    }

    fn named(&mut self, text: &str) -> Option<Errand> {
        if text.is_empty() || !is_id(text) {
            self.trouble = Some(words::NOT_AN_ID.to_owned());
            return None;
        }
        text.clone_into(&mut self.draft.id);
        self.go(self.order.first().map_or(At::Review, |first| At::Value(*first)));
        self.open_if_item()
    }

    /// Goes on behind this item. The parts of its question count as one: going back leads to its beginning.
    fn after(&mut self, item: Item) -> Option<Errand> {
        if let Some(given) = self.draft.given.get_mut(&item) {
            given.counts = true;
        }
        self.forget_parts(item);
        self.at = At::Value(item);
        self.go(self.next(item).map_or(At::Review, At::Value));
        self.open_if_item()
    }

    fn next(&self, item: Item) -> Option<Item> {
        let place = self.order.iter().position(|other| *other == item)?;
        self.order.get(place + 1).copied()
    }

    /// Nothing leads back into this item's question.
    fn forget_parts(&mut self, item: Item) {
        let own =
            [At::Value(item), At::Typed(item), At::Variable(item), At::File(item), At::Doubt(item), At::Keep(item)];
        self.trail.retain(|at| !own.contains(at));
    }

    fn open_if_item(&mut self) -> Option<Errand> {
        match self.at {
            At::Value(item) => self.open(item),
            _ => None,
        }
    }

    /// Finds out what there is for an item, before it is asked about.
    pub(super) fn open(&mut self, item: Item) -> Option<Errand> {
        self.at = At::Value(item);
        self.proposal = None;
        if self.draft.given.get(&item).is_some_and(|given| !given.counts || given.as_found) {
            self.draft.given.remove(&item);
        }
        let catalogue = Arc::clone(self.system.as_ref()?);
        let deployment = self.known(item, false);
        Some(self.errand(words::LOOKING, Task::Propose { item, catalogue, deployment }))
    }

    /// Asks about the item again, with what is known about it.
    fn reopen(&mut self, item: Item) -> Option<Errand> {
        self.forget_parts(item);
        self.at = At::Value(item);
        // What cannot be shown for changing is typed anew, or taken as it was found.
        if self.preset(item).is_none() {
            self.draft.given.remove(&item);
        }
        None
    }

    fn errand(&mut self, waiting: &'static str, task: Task) -> Errand {
        self.ticket += 1;
        self.waiting = Some(waiting);
        Errand { ticket: self.ticket, task }
    }

    fn value(&mut self, item: Item, reply: Reply) -> Option<Errand> {
        if reply == Reply::Take && self.is_proposed(item) && self.preset(item).is_none() {
            return self.take_proposed(item);
        }
        match (item, reply) {
            (Item::Store(_), Reply::Text(text)) if !text.trim().is_empty() => {
                self.attempt(item, Value::One(typed::place(text.trim())))
            }
            (Item::Fact(_), Reply::Pick(number)) if self.is_secret(item) => self.secret(item, number),
            (Item::Fact(number), Reply::Pick(choice)) => {
                let value = self.fact(number)?.choices.get(choice)?.clone();
                self.attempt(item, Value::One(Source::Plain(value)))
            }
            (Item::Fact(number), Reply::Text(text)) if !self.is_secret(item) => self.fact_value(item, number, &text),
            _ => {
                self.trouble = Some(words::EMPTY.to_owned());
                None
            }
        }
    }

    fn fact_value(&mut self, item: Item, number: usize, text: &str) -> Option<Errand> {
        let fact = self.fact(number)?;
        let (list, optional) = (fact.list, fact.per_release || fact.when.is_some());
        let text = text.trim();
        if list {
            let Ok(words) = typed::words(text) else {
                self.trouble = Some(words::OPEN_QUOTE.to_owned());
                return None;
            };
            return self.attempt(item, Value::List(words));
        }
        if text.is_empty() {
            if optional {
                return self.attempt(item, Value::LeftOut);
            }
            self.trouble = Some(words::EMPTY.to_owned());
            return None;
        }
        self.attempt(item, Value::One(Source::Plain(text.to_owned())))
    }

    /// What was found holds a password: it is tried, and stays where it is unless that is asked for.
    fn take_proposed(&mut self, item: Item) -> Option<Errand> {
        match self.proposed_place(item) {
            Some(place) => self.attempt(item, Value::One(Source::Plain(place))),
            None => self.attempt(item, Value::LeftOut),
        }
    }

    fn secret(&mut self, item: Item, number: usize) -> Option<Errand> {
        let number = if self.is_proposed(item) {
            match number.checked_sub(1) {
                None => return self.attempt(item, Value::LeftOut),
                Some(number) => number,
            }
        } else {
            number
        };
        match number {
            0 => self.go(At::Variable(item)),
            1 => self.go(At::File(item)),
            2 => self.go(At::Typed(item)),
            _ => {}
        }
        None
    }

    fn typed(&mut self, item: Item, text: String) -> Option<Errand> {
        if text.is_empty() {
            self.trouble = Some(words::EMPTY.to_owned());
            return None;
        }
        let errand = self.attempt(item, Value::One(Source::Plain(text)));
        if let Some(given) = self.draft.given.get_mut(&item) {
            given.keep = Keep::File;
        }
        errand
    }

    fn variable_named(&mut self, item: Item, text: &str) -> Option<Errand> {
        if !typed::is_variable(text) {
            self.trouble = Some(words::NOT_A_VARIABLE.to_owned());
            return None;
        }
        // A URL that was tried already moves to the variable; its value is known to be good.
        let url = matches!(item, Item::Store(_));
        match self.draft.given.get_mut(&item).filter(|given| url && given.plain().is_some()) {
            Some(given) => {
                given.keep = Keep::Variable(text.to_owned());
                self.after(item)
            }
            None => self.attempt(item, Value::One(Source::Env(text.to_owned()))),
        }
    }

    fn attempt(&mut self, item: Item, value: Value) -> Option<Errand> {
        let mut given = Given::new(value, String::new());
        given.shown = self.shown(item, &given.value);
        given.as_found = given.value == Value::LeftOut || self.is_as_found(item, &given.value);
        self.draft.given.insert(item, given);
        let catalogue = Arc::clone(self.system.as_ref()?);
        let deployment = self.known(item, true);
        let waiting = if matches!(item, Item::Store(_)) { words::CONNECTING } else { words::LOOKING };
        Some(self.errand(waiting, Task::Try { item, catalogue, deployment }))
    }

    fn is_as_found(&self, item: Item, value: &Value) -> bool {
        let found = self.proposal.as_ref().and_then(|proposal| proposal.values.as_deref());
        match value {
            Value::One(Source::Plain(text)) if matches!(item, Item::Store(_)) => {
                found.and_then(<[_]>::first).is_some_and(|found| typed::place(found) == Source::Plain(text.clone()))
            }
            Value::One(Source::Plain(text)) => found == Some(std::slice::from_ref(text)),
            Value::List(words) => found == Some(words.as_slice()),
            _ => false,
        }
    }

    fn shown(&self, item: Item, value: &Value) -> String {
        match value {
            Value::LeftOut => words::LEFT_OUT.to_owned(),
            Value::List(words) => typed::without_password(&typed::line(words)),
            Value::One(Source::Plain(_)) if self.is_secret(item) => words::HIDDEN.to_owned(),
            Value::One(Source::Plain(text)) => typed::without_password(text),
            Value::One(Source::Env(name)) => words::from_variable(name),
            Value::One(Source::File(path)) => words::from_file(&path.display().to_string()),
            Value::One(Source::Run(_) | Source::Ask) => String::new(),
        }
    }

    fn tried(&mut self, item: Item, outcome: Outcome) -> Option<Errand> {
        match outcome {
            Outcome::Fits { found, server } => {
                if let Some(given) = self.draft.given.get_mut(&item) {
                    given.server = server;
                    if let Some(found) = found {
                        given.shown = found;
                    }
                }
                self.taken(item, true)
            }
            Outcome::Unsure(trouble) => {
                self.trouble = Some(trouble);
                self.go(At::Doubt(item));
                None
            }
            Outcome::Unfit(trouble) => {
                self.trouble = Some(trouble);
                self.reopen(item)
            }
        }
    }

    /// The value counts. Where it is kept is asked if it holds a password.
    fn taken(&mut self, item: Item, tried: bool) -> Option<Errand> {
        let url = matches!(item, Item::Store(_));
        let given = self.draft.given.get_mut(&item)?;
        if !tried {
            let url = given.plain().filter(|_| url);
            given.server = url.is_some_and(|url| !url.starts_with("sqlite"));
            given.shown = words::untried(&given.shown);
        }
        if url && given.plain().is_some_and(typed::holds_password) {
            self.go(At::Keep(item));
            return None;
        }
        self.after(item)
    }

    fn keep(&mut self, item: Item, number: usize) -> Option<Errand> {
        let number = if self.is_proposed(item) { number } else { number + 1 };
        let given = self.draft.given.get_mut(&item)?;
        match number {
            0 => given.value = Value::LeftOut,
            1 => given.keep = Keep::File,
            2 => {
                self.go(At::Variable(item));
                return None;
            }
            3 => given.keep = Keep::Here,
            _ => return None,
        }
        self.after(item)
    }

    fn write(&mut self) -> Option<Errand> {
        let (text, secrets) = self.text();
        let path = self.path.clone();
        Some(self.errand(words::WRITING, Task::Write { path, text, secrets }))
    }
}

/// Facts that a store's place is found by, then stores, then the other facts, each in the order of the definition.
fn in_order(system: &crate::model::System) -> Vec<Item> {
    // What a probe mentions is a name behind `facts.`; one that is mentioned in passing is only asked earlier.
    let mentioned: Vec<String> =
        system.stores.iter().map(|store| format!("{:?}{:?}{:?}", store.detect, store.default, store.when)).collect();
    let names = |text: &str, name: &str| {
        text.match_indices(&format!("facts.{name}"))
            .any(|(at, found)| !text[at + found.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    let leads = |number: &usize| mentioned.iter().any(|text| names(text, &system.facts[*number].name));
    let last_lead = (0..system.facts.len()).rfind(leads).map_or(0, |last| last + 1);
    // A fact may use those before it, so the ones up to the last that leads to a store stay together.
    let (first, other) = (0..last_lead, last_lead..system.facts.len());
    let stores = (0..system.stores.len()).map(Item::Store);
    first.map(Item::Fact).chain(stores).chain(other.map(Item::Fact)).collect()
}
