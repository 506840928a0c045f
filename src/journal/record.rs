//! What the journal holds of a run.

use std::sync::Arc;

use crate::model::{Plan, RunState};

/// A run as it stands in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    pub id: String,
    pub state: RunState,
    pub plan: Arc<Plan>,
    pub began: jiff::Timestamp,
    /// The last write that belongs to it.
    pub last: jiff::Timestamp,
}

impl RunRecord {
    /// Whether it can go on.
    pub fn is_unfinished(&self) -> bool {
        !matches!(self.state, RunState::Done | RunState::Abandoned)
    }
}

/// Stepwell's own record of the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub version: String,
    /// An operator, or the plan's end, has confirmed it.
    pub confirmed: bool,
}
