//! What a front end leaves behind.

use crate::model::{Exit, State};

/// How a front end ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// How the process ends.
    pub exit: Exit,
    /// The last state that was seen.
    pub state: State,
    /// A run goes on, or waits, without this front end.
    pub detached: bool,
    /// Why the pilot gave up, for standard error.
    pub reason: Option<String>,
}
