//! What has to be looked up or written for the questions, and what came of it.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Item, Written};
use crate::definition::Deployment;
use crate::model::{Catalogue, FactSource};

/// Something to do outside.
#[derive(Clone)]
pub struct Errand {
    pub ticket: u64,
    pub task: Task,
}

impl std::fmt::Debug for Errand {
    /// Leaves out what it is about, since answers may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Errand").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}

impl PartialEq for Errand {
    fn eq(&self, other: &Self) -> bool {
        self.ticket == other.ticket
    }
}

/// What to do. A deployment in it holds values as they were answered, so it is never shown or written down.
#[derive(Clone)]
pub enum Task {
    /// Find out what there is for an item that nobody has answered yet.
    Propose { item: Item, catalogue: Arc<Catalogue>, deployment: Box<Deployment> },
    /// Try what was answered for an item.
    Try { item: Item, catalogue: Arc<Catalogue>, deployment: Box<Deployment> },
    /// Write the file, and before it those that hold secrets. None of them may be there already.
    Write { path: PathBuf, text: String, secrets: Vec<(PathBuf, String)> },
}

/// What came of an errand.
#[derive(Clone, Debug)]
pub enum News {
    /// `None`: the item does not apply to this deployment.
    Proposed(Option<Proposal>),
    Tried(Outcome),
    Written(Result<Written, String>),
}

/// What is known about an item before it is answered.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The values; empty when nothing is known. They may be secret.
    pub values: Option<Vec<String>>,
    pub source: Option<FactSource>,
    /// What a store at that place is, in a sentence.
    pub found: Option<String>,
}

impl std::fmt::Debug for Proposal {
    /// Leaves the values out, since they may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proposal").field("source", &self.source).field("found", &self.found).finish_non_exhaustive()
    }
}

/// How an answer fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It does. With a sentence about what was found, and whether it is a database of a server.
    Fits { found: Option<String>, server: bool },
    /// It could not be tried now.
    Unsure(String),
    /// It cannot be right.
    Unfit(String),
}

/// The way to whoever carries errands out.
#[derive(Debug)]
pub struct Outside {
    pub errands: mpsc::UnboundedSender<Errand>,
    /// With the ticket of the errand that they are about.
    pub news: mpsc::UnboundedReceiver<(u64, News)>,
}
