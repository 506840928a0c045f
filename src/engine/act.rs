//! What comes into the machine, and what it wants done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::survey::Surveyed;
use crate::journal::{JournalError, RunRecord, Taken, Write};
use crate::model::{Actor, CheckResult, Decision, Event, Exit, Plan, Severity, StepState};
use crate::step::{Control, Left, Outcome, Report};

/// The engine's end of the link.
#[derive(Debug)]
pub struct Port {
    pub incoming: mpsc::UnboundedReceiver<Incoming>,
    pub outgoing: mpsc::UnboundedSender<Outgoing>,
}

/// What clients send to the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    Decide {
        client: u64,
        by: Actor,
        decision: Decision,
    },
    /// How many clients are there now.
    Clients(usize),
}

/// What the engine tells clients.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    Event(Box<Event>),
    /// A decision had no effect.
    Refused {
        client: u64,
        reason: String,
    },
}

/// Something that happened outside the machine.
#[derive(Debug)]
pub enum Input {
    From(Incoming),
    Surveyed(Box<Surveyed>),
    ChecksBegan(Vec<String>),
    Checked(CheckResult),
    ChecksEnded,
    /// The lease is taken for a new run, with its id, the epoch, and Stepwell's record of the version.
    Began(Result<Began, JournalError>),
    /// The lease is taken for a run that was not finished.
    Resumed(Result<Box<Resumed>, JournalError>),
    /// Whether a step may begin: it is not done yet, and its own checks pass. Otherwise how it ended already.
    Asked {
        key: String,
        answer: Result<(), Outcome>,
    },
    Report {
        key: String,
        report: Report,
    },
    Finished {
        key: String,
        outcome: Outcome,
    },
    /// A wait is over.
    Due(Due),
    /// SIGTERM or SIGINT.
    Signal,
    /// What clients should know, and no journal.
    Notice(Severity, String),
    JournalFailed(JournalError),
}

/// A run that begins.
#[derive(Clone, Debug)]
pub struct Began {
    pub run: String,
    pub epoch: u64,
    /// The schema of each store that could be asked.
    pub shapes: Vec<(String, Vec<String>)>,
    pub recorded: Option<String>,
}

/// A store that has forgotten what was done in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    pub store: String,
    pub steps: Vec<String>,
}

/// A run that goes on.
#[derive(Clone, Debug)]
pub struct Resumed {
    pub record: RunRecord,
    pub taken: Taken,
    /// Stores that do not know of steps which this run has done in them: older copies, or other databases.
    pub forgotten: Vec<Forgotten>,
    /// The schema of each store that could be asked.
    pub shapes: Vec<(String, Vec<String>)>,
    pub steps: Vec<(String, StepState, u32)>,
    pub events: Vec<Event>,
    pub recorded: Option<String>,
    /// What programs left behind, for steps that were running.
    pub left: BTreeMap<String, Left>,
}

/// What a timer was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// The hours in which work is done begin.
    Window,
    /// A step is tried again.
    Retry { key: String, attempt: u32 },
    /// Nobody has been here for a while.
    Alone { since: u64 },
}

/// Something to be done outside the machine.
#[derive(Debug)]
pub enum Act {
    /// Makes the write durable, then tells the events.
    Publish {
        events: Vec<Event>,
        write: Write,
    },
    BeginRun {
        run: String,
        plan: Arc<Plan>,
        events: Vec<Event>,
    },
    Refuse {
        client: u64,
        reason: String,
    },
    Survey,
    Check,
    Begin,
    Resume,
    /// Asks a step's `done_when` and checks before it is begun and anything is written about it.
    Ask {
        key: String,
    },
    /// Starts an attempt. `take_up`: the one that an earlier runner started.
    Start {
        key: String,
        attempt: u32,
        take_up: bool,
        /// How often the step was done before and is to be done anew.
        round: u32,
        /// The operator says that it is not done, where its own question cannot tell.
        told_to_do: bool,
    },
    Control(Control),
    Timer {
        after: Duration,
        due: Due,
    },
    End(Exit),
}
