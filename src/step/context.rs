//! What a step is given, and what it gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};

use crate::journal::{Fenced, Marks};
use crate::model::{Answer, Pace, Value};
use crate::probe::{AskError, Site};
use crate::store::{Connection, Location, StoreError};

/// Everything that one attempt of a step may use.
#[derive(Clone, Debug)]
pub struct Context {
    pub key: String,
    /// Under which its effect is marked in the store. What is done anew in the same run has a mark of its own.
    pub mark: String,
    /// The operator says that it is not done, so that a question which cannot tell does not stand in the way.
    pub told_to_do: bool,
    /// From 1.
    pub attempt: u32,
    /// As this step's templates see the deployment.
    pub site: Arc<Site>,
    pub marks: Marks,
    /// Stores whose fence this runner has raised already.
    pub fenced: Arc<Mutex<BTreeSet<String>>>,
    /// Where this run keeps what its programs write.
    pub run_dir: PathBuf,
    /// What the operator answered, by key.
    pub answers: BTreeMap<String, String>,
    /// Digests of answers from before the hop, by the verification's key.
    pub baseline: BTreeMap<String, String>,
    /// Checks that the operator overrides.
    pub overrides: BTreeSet<String>,
    /// How much there was to do when the step was first begun, where that is known.
    pub total: Option<u64>,
    /// How hard batches press on the database.
    pub pace: watch::Receiver<Pace>,
    pub reports: mpsc::UnboundedSender<Report>,
    pub control: watch::Receiver<Control>,
}

/// What the operator wants of a running step. The order is that of force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    Go,
    Pause,
    /// End at the next safe point.
    Stop,
    /// End now.
    Kill,
}

/// What a step tells while it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    Progress {
        done: u64,
        total: Option<u64>,
        unit: String,
    },
    Log(String),
    /// It waits for something outside, and goes on by itself: why.
    Waiting(String),
    Verifying,
    BackedUp {
        file: String,
        size: u64,
    },
    Baseline(Vec<(String, String, Value)>),
    /// The shape of a store, after something that may have changed it.
    Shape {
        store: String,
        lines: Vec<String>,
    },
    /// For which items a step is to be done.
    Items(Vec<Value>),
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done,
    /// It had been done before.
    Adopted,
    /// At a safe point, with more to do.
    Stopped,
    Failed(Box<Failure>),
    /// It is done but for what was refused, which was put aside.
    SetAside {
        error: String,
    },
    /// Only the operator can answer.
    NeedsAnswer,
    /// Nobody can tell whether it happened.
    Unknown {
        intent: String,
    },
    LostLease,
}

/// Why an attempt failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// A sentence.
    pub error: String,
    /// Whether it may go better later.
    pub transient: bool,
    /// It is not the step that failed: a server is away, a lock is held, a disk is full. That is waited for.
    pub outside: bool,
    /// What a program answered, for `retry.unless`.
    pub answer: Option<Answer>,
}

impl Outcome {
    /// A failure; `answer` is what a program said, for `retry.unless`.
    pub fn failed(error: String, transient: bool, answer: Option<Answer>) -> Outcome {
        Outcome::Failed(Box::new(Failure { error, transient, outside: false, answer }))
    }

    /// A failure that will be the same the next time.
    pub fn permanent(error: impl Into<String>) -> Outcome {
        Outcome::failed(error.into(), false, None)
    }

    /// Something outside that passes by itself.
    pub fn outside(error: impl Into<String>) -> Outcome {
        Outcome::Failed(Box::new(Failure { error: error.into(), transient: true, outside: true, answer: None }))
    }

    /// A failure that may pass.
    pub fn transient(error: impl Into<String>) -> Outcome {
        Outcome::failed(error.into(), true, None)
    }
}

impl From<StoreError> for Outcome {
    fn from(error: StoreError) -> Self {
        let outside = error.is_transient();
        Outcome::Failed(Box::new(Failure { error: error.to_string(), transient: outside, outside, answer: None }))
    }
}

impl From<Fenced> for Outcome {
    fn from(error: Fenced) -> Self {
        match error {
            Fenced::Store(error) => error.into(),
            Fenced::LostLease => Outcome::LostLease,
        }
    }
}

impl From<AskError> for Outcome {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Store(error) => error.into(),
            AskError::TimedOut { .. } => Outcome::transient(error.to_string()),
            other => Outcome::permanent(other.to_string()),
        }
    }
}

impl Context {
    /// Opens a store for writing and raises its fence the first time.
    pub async fn open(&self, store: Option<&str>) -> Result<Connection, Outcome> {
        let (name, location) = self.site.store(store).map_err(Outcome::from)?;
        self.connect(name, location).await.map_err(Outcome::from)
    }

    /// [`Context::open`] for a store that is found already, with the error as the store gives it.
    pub async fn connect(&self, name: &str, location: &Location) -> Result<Connection, Fenced> {
        let mut connection = Connection::open(location).await?;
        let known = self.fenced.lock().is_ok_and(|fenced| fenced.contains(name));
        if !known {
            self.marks.raise(&mut connection).await?;
            if let Ok(mut fenced) = self.fenced.lock() {
                fenced.insert(name.to_owned());
            }
        }
        Ok(connection)
    }

    /// Tells how far the step is.
    pub fn progress(&self, done: u64, total: Option<u64>, unit: &str) {
        self.report(Report::Progress { done, total, unit: unit.to_owned() });
    }

    /// Tells something.
    pub fn report(&self, report: Report) {
        // Nobody listening means that the engine is gone, and with it this step.
        let _ = self.reports.send(report);
    }

    /// Waits while paused; true when the step should end at this safe point.
    pub async fn safe_point(&self) -> bool {
        let mut control = self.control.clone();
        match control.wait_for(|c| *c != Control::Pause).await {
            Ok(control) => *control >= Control::Stop,
            Err(_) => true,
        }
    }
}
