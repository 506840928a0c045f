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
mod reel;
mod replay;
mod screens;
mod set_up;
#[cfg(test)]
mod set_up_tests;
mod signs;
mod stage;
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
pub use drawn::text;
pub use frames::Frames;
pub use reel::FASTEST;
pub use replay::replay;
pub use stage::{Deed, Stage};
pub use view::LEAST;
pub use writer::Painter;

use std::sync::Arc;

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
    /// Who is shown all that goes to the terminal.
    pub record: Option<Arc<dyn Witness>>,
}

/// Somebody who sees what goes to the terminal, and nothing of what is typed.
pub trait Witness: std::fmt::Debug + Send + Sync {
    /// These bytes were written.
    fn written(&self, bytes: &[u8]);
    /// The terminal has another size now.
    fn resized(&self, columns: u16, rows: u16);
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
