//! A run as it was kept: one JSON document a line, in the order in which things happened.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::act::Act;
use super::script::one;
use crate::definition::{Findings, Sources};
use crate::link::FromRunner;
use crate::model::{Actor, Event, Place};
use crate::words::record as words;

/// The format of the file. Another one is refused by name.
const FORMAT: u64 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    stepwell_recording: u64,
}

/// Something that happened, and how many milliseconds after the beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub at: u64,
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The operator did something.
    Did(Act),
    /// The runner said something.
    Said(Said),
}

/// What a runner says, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Event(Box<Event>),
    Refused { reason: String },
    Wheel { yours: bool, driver: Option<Actor>, watchers: usize },
    Gone,
}

impl From<FromRunner> for Said {
    fn from(from: FromRunner) -> Self {
        match from {
            FromRunner::Event(event) => Said::Event(Box::new(event)),
            FromRunner::Refused { reason } => Said::Refused { reason },
            FromRunner::Wheel { yours, driver, watchers } => Said::Wheel { yours, driver, watchers },
            FromRunner::Gone => Said::Gone,
        }
    }
}

impl From<Said> for FromRunner {
    fn from(said: Said) -> Self {
        match said {
            Said::Event(event) => FromRunner::Event(*event),
            Said::Refused { reason } => FromRunner::Refused { reason },
            Said::Wheel { yours, driver, watchers } => FromRunner::Wheel { yours, driver, watchers },
            Said::Gone => FromRunner::Gone,
        }
    }
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entries(pub Vec<Entry>);

impl Entries {
    /// Reads a file that was kept. `path` is what the user is shown.
    ///
    /// # Errors
    /// With the first line that cannot be read.
    pub fn read(path: &Path, text: &str) -> Result<Entries, Findings> {
        let mut sources = Sources::default();
        let file = sources.add(path.display().to_string(), text);
        let wrong = |line: u32, column: u32, message: String| {
            Err(one(sources.clone(), Place { file, line, column }, message, words::BROKEN_HELP))
        };
        let mut lines = (1..).zip(text.split_inclusive('\n'));
        match lines.next().map(|(_, line)| serde_json::from_str::<Head>(line)) {
            Some(Ok(Head { stepwell_recording: FORMAT })) => {}
            Some(Ok(Head { stepwell_recording: format })) => return wrong(1, 1, words::newer(format)),
            Some(Err(_)) | None => return wrong(1, 1, words::NOT_KEPT.to_owned()),
        }
        let mut entries = Vec::new();
        for (number, line) in lines {
            match serde_json::from_str(line) {
                Ok(entry) => entries.push(entry),
                Err(_) if !line.ends_with('\n') => return wrong(number, 1, words::CUT_OFF.to_owned()),
                Err(error) => {
                    let reason = error.to_string();
                    // The line that serde counts is one of this line alone.
                    let reason = reason.split(" at line ").next().unwrap_or_default();
                    let before = line.get(..error.column().saturating_sub(1)).unwrap_or_default();
                    let column = u32::try_from(before.chars().count() + 1).unwrap_or(1);
                    return wrong(number, column, words::unreadable(reason));
                }
            }
        }
        Ok(Entries(entries))
    }

    /// The whole file.
    ///
    /// # Errors
    /// When something in it cannot be JSON.
    pub fn write(&self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string(&Head { stepwell_recording: FORMAT })?;
        text.push('\n');
        for entry in &self.0 {
            text.push_str(&serde_json::to_string(entry)?);
            text.push('\n');
        }
        Ok(text)
    }
}
