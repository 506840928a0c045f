//! What is done for a recording, one thing a line.

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use crate::definition::{Finding, Findings, Severity, Sources};
use crate::model::Place;

/// A script that was read.
#[derive(Clone, Debug)]
pub struct Script {
    pub(super) sources: Sources,
    /// What the runner said, beside the script.
    pub events: PathBuf,
    /// Columns and rows.
    pub size: (u16, u16),
    pub title: String,
    /// The picture is the last screen alone.
    pub still: bool,
    pub(super) lines: Vec<Line>,
}

/// One line and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub place: Place,
    pub order: Order,
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Order {
    /// Types a command at the shell and opens the wizard.
    Start(String),
    /// Types a command of Stepwell at the shell, and shows what it prints.
    Show(String),
    /// Goes on until this text is on the screen.
    Wait(String),
    Press(Vec<KeyEvent>),
    Type(String),
    /// Milliseconds.
    Pause(u64),
    Marker(String),
    /// Kills the runner and the wizard where they stand.
    Kill,
}

impl Script {
    /// Reads a script. `path` is what the user is shown, and what its events lie beside.
    ///
    /// # Errors
    /// With every mistake, by its line.
    pub fn read(path: &Path, text: &str) -> Result<Script, Findings> {
        super::parse::parse(path, text)
    }

    /// What is wrong at a line.
    pub(super) fn problem(&self, place: Place, message: String, help: &str) -> Findings {
        one(self.sources.clone(), place, message, help)
    }
}

/// One problem alone.
pub(super) fn one(sources: Sources, place: Place, message: String, help: &str) -> Findings {
    let finding = Finding { severity: Severity::Error, place, message, help: help.to_owned() };
    Findings::of(sources, vec![finding]).unwrap_or_else(|| unreachable!("a list of one is not empty"))
}
