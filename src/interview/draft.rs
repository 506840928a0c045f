//! What was answered so far, and the deployment that follows from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Interview, Item, typed};
use crate::definition::{Deployment, FactInput, JournalPlace, Remarks, Source, write_deployment};
use crate::words::setup as words;

/// The answers.
#[derive(Clone, Default)]
pub struct Draft {
    pub id: String,
    pub given: BTreeMap<Item, Given>,
}

/// An answer about an item.
#[derive(Clone)]
pub struct Given {
    pub value: Value,
    pub keep: Keep,
    /// For people, without what is secret.
    pub shown: String,
    /// It counts, and is not only being tried.
    pub counts: bool,
    /// It is what was found, so that it follows what is found later.
    pub as_found: bool,
    /// A database of a server, in which a journal is seen by other hosts too.
    pub server: bool,
}

/// What was answered.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    One(Source),
    List(Vec<String>),
    /// Nothing: it is found out each time.
    LeftOut,
}

/// Where a value stands that was typed.
#[derive(Clone, PartialEq, Eq)]
pub enum Keep {
    /// In the deployment file.
    Here,
    /// In a file of its own.
    File,
    Variable(String),
}

impl Given {
    pub fn new(value: Value, shown: String) -> Given {
        Given { value, keep: Keep::Here, shown, counts: false, as_found: false, server: false }
    }

    /// The text that was typed, or proposed and taken.
    pub fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::One(Source::Plain(text)) => Some(text),
            _ => None,
        }
    }
}

impl Interview {
    /// The deployment as far as it is known, with values as they were answered. Without what comes behind `last`;
    /// `with` says whether it is in it itself.
    pub(super) fn known(&self, last: Item, with: bool) -> Box<Deployment> {
        let place = self.order.iter().position(|item| *item == last).unwrap_or(0);
        let items = &self.order[..place + usize::from(with)];
        Box::new(self.deployment(items.iter().copied(), |given| match &given.value {
            Value::One(source) => Some(FactInput::One(source.clone())),
            Value::List(items) => Some(FactInput::List(items.clone())),
            Value::LeftOut => None,
        }))
    }

    fn deployment(&self, items: impl Iterator<Item = Item>, value: impl Fn(&Given) -> Option<FactInput>) -> Deployment {
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        let mut deployment = Deployment {
            path: self.path.clone(),
            state_dir: dir.join(".stepwell"),
            dir,
            system: self.system.as_ref().map(|catalogue| catalogue.system.name.clone()).unwrap_or_default(),
            id: self.draft.id.clone(),
            stores: BTreeMap::new(),
            facts: BTreeMap::new(),
            journal: JournalPlace::File,
            limits: crate::model::Limits::default(),
            replicas: Vec::new(),
            on_event: Vec::new(),
        };
        for item in items {
            let Some(value) = self.draft.given.get(&item).and_then(&value) else { continue };
            let name = self.name(item).to_owned();
            match (item, value) {
                (Item::Fact(_), value) => drop(deployment.facts.insert(name, value)),
                (Item::Store(_), FactInput::One(source)) => drop(deployment.stores.insert(name, source)),
                (Item::Store(_), _) => {}
            }
        }
        deployment
    }

    /// The file's text, and the files with secrets that it names.
    pub(super) fn text(&self) -> (String, Vec<(PathBuf, String)>) {
        let answered = || self.order.iter().filter(|item| self.draft.given.contains_key(item));
        // Each in turn, since what is kept elsewhere is named after the item.
        let mut deployment = self.deployment(std::iter::empty(), |_| None);
        let mut secrets = Vec::new();
        for item in answered() {
            let Some(given) = self.draft.given.get(item) else { continue };
            let value = match (&given.keep, &given.value) {
                (_, Value::LeftOut) => None,
                (_, Value::List(items)) => Some(FactInput::List(items.clone())),
                (Keep::Here, Value::One(source)) => Some(FactInput::One(source.clone())),
                (Keep::Variable(name), Value::One(_)) => Some(FactInput::One(Source::Env(name.clone()))),
                (Keep::File, Value::One(_)) => {
                    let file = self.secret_file(*item);
                    secrets.push((deployment.dir.join(&file), given.plain().unwrap_or_default().to_owned()));
                    Some(FactInput::One(Source::File(file)))
                }
            };
            let alone = self.deployment(std::iter::once(*item), |_| value.clone());
            deployment.stores.extend(alone.stores);
            deployment.facts.extend(alone.facts);
        }
        deployment.journal = self.journal(&deployment);
        (write_deployment(&deployment, &self.remarks(&deployment)), secrets)
    }

    /// The name of the file that keeps a secret, beside the deployment file.
    pub(super) fn secret_file(&self, item: Item) -> PathBuf {
        let end = if matches!(item, Item::Store(_)) { "url" } else { "secret" };
        format!("stepwell-{}.{end}", self.name(item)).into()
    }

    /// On a server a journal is seen from other hosts; a file protects against other runners on this one only.
    fn journal(&self, deployment: &Deployment) -> JournalPlace {
        let mut stores = self.order.iter().filter_map(|item| match item {
            Item::Store(number) => Some((self.store(*number)?, self.draft.given.get(item)?)),
            Item::Fact(_) => None,
        });
        let fit = |name: &str| deployment.stores.contains_key(name);
        let found = stores.find(|(store, given)| given.server && store.journal && fit(&store.name));
        found.map_or(JournalPlace::File, |(store, _)| JournalPlace::Store(store.name.clone()))
    }

    fn remarks(&self, deployment: &Deployment) -> Remarks {
        let mut remarks = Remarks {
            head: words::remark_head(self.system_title().unwrap_or_default()),
            journal: words::remark_journal(deployment.journal != JournalPlace::File).to_owned(),
            ..Remarks::default()
        };
        for item in &self.order {
            let Some(given) = self.draft.given.get(item) else { continue };
            let name = self.name(*item).to_owned();
            let left_out = given.value == Value::LeftOut;
            match item {
                Item::Fact(number) => {
                    let Some(fact) = self.fact(*number) else { continue };
                    let remark = words::remark_fact(fact);
                    remarks.facts.push((name.clone(), words::remark(&remark, &name, left_out)));
                }
                Item::Store(_) => {
                    let remark = format!("{}.", self.ask(*item).trim_end_matches('.'));
                    remarks.stores.push((name.clone(), words::remark(&remark, &name, left_out)));
                }
            }
        }
        remarks
    }

    /// The values of an item as one line for typing, as they were answered before or as they are proposed; nothing
    /// where that would show a secret.
    pub(super) fn preset(&self, item: Item) -> Option<String> {
        let given = self.draft.given.get(&item).map(|given| match &given.value {
            Value::One(Source::Plain(text)) => Some(vec![text.clone()]),
            Value::One(Source::Env(name)) => Some(vec![format!("env:{name}")]),
            Value::One(Source::File(path)) => Some(vec![format!("file:{}", path.display())]),
            Value::One(_) | Value::LeftOut => None,
            Value::List(items) => Some(items.clone()),
        });
        let values = given.unwrap_or_else(|| self.proposal.as_ref().and_then(|p| p.values.clone()))?;
        let is_list = matches!(item, Item::Fact(number) if self.fact(number).is_some_and(|fact| fact.list));
        let line = if is_list { typed::line(&values) } else { values.into_iter().next()? };
        // The path of a file is easier to read and to change than its URL.
        let path = line.strip_prefix("sqlite:///").filter(|_| matches!(item, Item::Store(_)));
        let line = path.map(str::to_owned).unwrap_or(line);
        (!self.is_secret(item) && !typed::holds_password(&line)).then_some(line)
    }
}
