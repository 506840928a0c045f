//! The questions that make a deployment file, for who comes without one.
//!
//! What is asked, in which order and what follows from an answer is decided here, for screens and for plain lines
//! alike. There is no input, no output and no clock: what has to be looked up or written goes out as an errand, and
//! what came of it comes back as news. Nothing is written before the operator has read it and agreed.

mod asked;
mod draft;
mod errand;
mod question;
mod typed;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Catalogue, Fact, StoreSpec};
use crate::words::setup as words;
use draft::Draft;

pub use errand::{Errand, News, Outcome, Outside, Proposal, Task};
pub use question::{Kind, Question};
pub use typed::without_password;

/// A system that can be chosen.
#[derive(Clone, Debug)]
pub struct Offer {
    pub name: String,
    /// Its definitions, or why they cannot be used.
    pub catalogue: Result<Arc<Catalogue>, String>,
}

/// A fact or a store of the chosen system, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    Fact(usize),
    Store(usize),
}

/// What an operator answers.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// One of the choices, from 0.
    Pick(usize),
    Text(String),
    /// What is proposed.
    Take,
}

/// Where the questions are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    System,
    Name,
    /// The value of an item; of a secret, where it comes from.
    Value(Item),
    /// A secret itself, to be kept in a file of its own.
    Typed(Item),
    Variable(Item),
    File(Item),
    /// It could not be tried; perhaps it is right all the same.
    Doubt(Item),
    /// Where a URL with a password is kept.
    Keep(Item),
    Review,
    Over,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub path: PathBuf,
    /// Files with secrets beside it.
    pub secrets: Vec<PathBuf>,
}

/// The questions and what was answered so far.
#[derive(Clone)]
pub struct Interview {
    offers: Vec<Offer>,
    path: PathBuf,
    at: At,
    /// The questions before this one, for going back.
    trail: Vec<At>,
    system: Option<Arc<Catalogue>>,
    /// Facts that say where a store is, then stores, then other facts.
    order: Vec<Item>,
    draft: Draft,
    /// What is known about the item that is asked about.
    proposal: Option<Proposal>,
    /// Why the last answer does not do.
    trouble: Option<String>,
    /// Tells the news of the errand that is waited for from those of earlier ones.
    ticket: u64,
    waiting: Option<&'static str>,
    written: Option<Written>,
}

impl std::fmt::Debug for Interview {
    /// Leaves the answers out, since they may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interview").field("at", &self.at).field("path", &self.path).finish_non_exhaustive()
    }
}

impl Interview {
    /// Begins. `path` is the file that will be written; `system` was named already. Offers are not empty.
    pub fn new(path: PathBuf, offers: Vec<Offer>, system: Option<&str>) -> Interview {
        let mut interview = Interview {
            offers,
            path,
            at: At::System,
            trail: Vec::new(),
            system: None,
            order: Vec::new(),
            draft: Draft::default(),
            proposal: None,
            trouble: None,
            ticket: 0,
            waiting: None,
            written: None,
        };
        let named = system.and_then(|name| interview.offers.iter().position(|offer| offer.name == name));
        if let Some(number) = named {
            interview.choose(number);
            interview.trail.clear();
        }
        interview
    }

    /// What to wait for, while nothing is asked.
    pub fn waiting(&self) -> Option<&'static str> {
        self.waiting
    }

    /// Whether anything was answered that can be taken back.
    pub fn can_go_back(&self) -> bool {
        !self.trail.is_empty()
    }

    /// The file and what lies beside it, once they are written.
    pub fn written(&self) -> Option<&Written> {
        self.written.as_ref()
    }

    /// The name of the system, once it is chosen.
    pub fn system_title(&self) -> Option<&str> {
        self.system.as_ref().map(|catalogue| catalogue.system.title.as_str())
    }

    /// What was answered so far, and what was found by it: a line each. A secret is not among it.
    pub fn so_far(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let Some(catalogue) = self.system.as_ref().filter(|_| self.at != At::System) else { return lines };
        lines.push(words::so_far(words::SYSTEM, &catalogue.system.title));
        if self.at != At::Name {
            lines.push(words::so_far(words::DEPLOYMENT, &self.draft.id));
        }
        let asked = self.item().and_then(|item| self.order.iter().position(|other| *other == item));
        let done = match self.at {
            At::Review | At::Over => self.order.len(),
            _ => asked.unwrap_or(0),
        };
        for item in &self.order[..done] {
            if let Some(given) = self.draft.given.get(item) {
                lines.push(words::so_far(self.ask(*item), &given.shown));
            }
        }
        lines
    }

    /// One question back. What was answered stays as the proposal.
    pub fn back(&mut self) -> Option<Errand> {
        let at = self.trail.pop()?;
        self.ticket += 1;
        self.waiting = None;
        self.trouble = None;
        match at {
            At::Value(item) => self.open(item),
            other => {
                self.at = other;
                None
            }
        }
    }

    fn item(&self) -> Option<Item> {
        match self.at {
            At::Value(item) | At::Typed(item) | At::Variable(item) => Some(item),
            At::File(item) | At::Doubt(item) | At::Keep(item) => Some(item),
            At::System | At::Name | At::Review | At::Over => None,
        }
    }

    fn fact(&self, number: usize) -> Option<&Fact> {
        self.system.as_ref()?.system.facts.get(number)
    }

    fn store(&self, number: usize) -> Option<&StoreSpec> {
        self.system.as_ref()?.system.stores.get(number)
    }

    /// What an item is called, for people.
    fn ask(&self, item: Item) -> &str {
        match item {
            Item::Fact(number) => self.fact(number).map_or("", |fact| &fact.ask),
            Item::Store(number) => self.store(number).map_or("", |store| &store.title),
        }
    }

    /// Its name in the file.
    fn name(&self, item: Item) -> &str {
        match item {
            Item::Fact(number) => self.fact(number).map_or("", |fact| &fact.name),
            Item::Store(number) => self.store(number).map_or("", |store| &store.name),
        }
    }

    fn is_secret(&self, item: Item) -> bool {
        matches!(item, Item::Fact(number) if self.fact(number).is_some_and(|fact| fact.secret))
    }
}
