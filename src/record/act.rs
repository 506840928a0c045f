//! What the operator does outside the screens, and who answers: a runner, or what was kept of one.

use serde::{Deserialize, Serialize};

use super::kept::Kept;
use super::live::Live;
use crate::link::{FromRunner, ToRunner};
use crate::model::Decision;
use crate::words::record as words;

/// What the operator did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Opened the wizard.
    Started,
    Decided(Decision),
    TookTheWheel,
    /// Had a command print something. The lines are what came of it.
    Showed {
        command: String,
        #[serde(default)]
        lines: Vec<String>,
    },
    /// Left the wizard.
    Left,
    /// Killed everything.
    Killed,
}

impl Act {
    /// What the wizard tells a runner.
    pub fn telling(message: ToRunner) -> Act {
        match message {
            ToRunner::Decide(decision) => Act::Decided(decision),
            ToRunner::TakeWheel => Act::TookTheWheel,
        }
    }

    /// Whether this is the same thing to do.
    pub fn is_same(&self, other: &Act) -> bool {
        match (self, other) {
            (Act::Showed { command: one, .. }, Act::Showed { command: other, .. }) => one == other,
            _ => self == other,
        }
    }

    /// What it is, for a message.
    pub fn named(&self) -> String {
        match self {
            Act::Started => words::STARTS.to_owned(),
            Act::Decided(decision) => words::decides(&serde_json::to_string(decision).unwrap_or_default()),
            Act::TookTheWheel => words::TAKES_OVER.to_owned(),
            Act::Showed { command, .. } => words::shows(command),
            Act::Left => words::LEAVES.to_owned(),
            Act::Killed => words::KILLS.to_owned(),
        }
    }
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// At this millisecond the runner says something.
    Said(u64, Box<FromRunner>),
    /// Nothing until then.
    Until(u64),
    /// Nothing at all, unless the operator does something.
    Never,
}

/// Who answers.
#[derive(Debug)]
pub enum Source {
    Kept(Kept),
    Live(Live),
}

impl Source {
    /// Waits for what the runner says, until a millisecond of the recording.
    pub async fn next(&mut self, now: u64, until: Option<u64>) -> Next {
        match self {
            Source::Kept(kept) => kept.next(now, until),
            Source::Live(live) => live.next(until).await,
        }
    }

    /// Does something. What is printed comes back.
    ///
    /// # Errors
    /// With a sentence, when it cannot be done, or was not done in the run that was kept.
    pub fn act(&mut self, now: u64, act: Act) -> Result<Vec<String>, String> {
        match self {
            Source::Kept(kept) => kept.act(now, &act),
            Source::Live(live) => live.act(act),
        }
    }

    /// What the run that was kept goes on with.
    pub fn awaited(&self) -> Option<&Act> {
        match self {
            Source::Kept(kept) => kept.awaited(),
            Source::Live(_) => None,
        }
    }

    /// Whether nothing more will be said, unless the operator does something.
    pub fn is_dry(&self) -> bool {
        match self {
            Source::Kept(kept) => kept.is_dry(),
            Source::Live(_) => false,
        }
    }

    /// Milliseconds for which text is waited for; without an end where nobody waits.
    pub fn patience(&self) -> Option<u64> {
        match self {
            Source::Kept(_) => None,
            Source::Live(_) => Some(60_000),
        }
    }

    /// The time of day at a millisecond of the recording.
    pub fn clock(&self, now: u64) -> jiff::Timestamp {
        let began = match self {
            Source::Kept(_) => super::kept::began(),
            Source::Live(live) => live.began(),
        };
        super::kept::later(began, i64::try_from(now).unwrap_or(i64::MAX))
    }
}
