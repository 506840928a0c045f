//! Where something was written.

use serde::{Deserialize, Serialize};

/// A position in one of a catalogue's files. Lines and columns count from 1; 0 means unknown.
///
/// It is never part of a plan or its hash: moving a step within its file changes nothing about it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// Index into the list of files that were loaded.
    pub file: u32,
    pub line: u32,
    pub column: u32,
}

impl PartialEq for Place {
    /// Always equal, so that two definitions that differ only in where they stand compare equal.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}
