//! The wizard in a terminal.
//!
//! A model is changed by messages (`update`), drawn as a whole (`view`), and what is to be done outside comes back as
//! effects that only `app` carries out. It sees events and sends decisions; it knows nothing of databases.

mod act;
mod app;
mod approve;
mod copy;
#[cfg(test)]
mod decision_tests;
#[cfg(test)]
mod drawn;
mod find;
#[cfg(test)]
mod fixture;
mod footer;
#[cfg(test)]
mod foreign_tests;
mod guard;
mod hangup;
mod header;
mod help;
mod keys;
mod markdown;
mod model;
mod notes;
mod over;
mod frames;
mod peer;
#[cfg(test)]
mod plan_fixture;
mod popup;
mod popup_view;
#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod scenes;
mod screens;
mod set_up;
#[cfg(test)]
mod set_up_tests;
mod signs;
#[cfg(test)]
mod snapshot_tests;
mod table;
#[cfg(test)]
mod terminal_tests;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod update;
mod view;
mod when;
mod writer;

pub use app::{run, set_up};

use crate::interview::Written;
use crate::model::{Exit, State, Summary};

/// What the terminal can do, and how the wizard is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// Draw with ASCII signs only.
    pub ascii: bool,
    /// False under `NO_COLOR`.
    pub color: bool,
    pub motion: Motion,
    /// Wrap each frame in a synchronised update.
    pub sync_output: bool,
    /// Whether the steps run in another process, so that this one may end or be suspended.
    pub detachable: bool,
    /// The version that was named beforehand.
    pub to: Option<String>,
}

/// How often what moves by itself is drawn anew. An answer to a key never waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Ten frames a second at most.
    Full,
    /// Four: for a connection that is slow.
    Reduced,
    /// One: for who is disturbed by movement.
    Off,
}

/// How the wizard was left.
#[derive(Clone, Debug)]
pub struct Ending {
    pub exit: Exit,
    /// What to print on the normal screen, when the session ended.
    pub summary: Option<Summary>,
    /// The state as it was last seen.
    pub state: State,
    /// A run goes on without this front end.
    pub detached: bool,
    /// The connection ended before the session did.
    pub gone: bool,
    /// What a set-up has written.
    pub written: Option<Written>,
}
