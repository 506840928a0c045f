//! The plain front end: for screen readers, simple terminals, pipes and CI.
//!
//! The same decisions as on the wizard's screens, as numbered questions in whole lines. Nothing moves the cursor,
//! and while something runs there is a line at least every ten seconds.

mod ask;
mod auto;
mod desk;
mod input;
mod lines;
mod notes;
mod progress;
mod prompt;
mod question;
mod reply;
mod session;
mod set_up;
mod tell;

use std::io::{self, Write};

use tokio::sync::mpsc;

use crate::link::Client;
use crate::pilot::Policy;

pub use crate::pilot::Ending;
pub use input::lines;
pub use set_up::{SetUp, set_up};

/// Who decides.
#[derive(Clone, Debug)]
pub enum Mode {
    /// The operator, through questions that are answered on `input`.
    Ask,
    /// The same, where the steps run in this process: whoever leaves stops them.
    AskHere,
    /// Nobody is asked; `input` is never read.
    Auto(Policy),
}

/// Shows a session until it ends, and decides what there is to decide.
///
/// The end of `input` counts when a question is open: before a run the session ends with *operator needed*, during
/// one the front end detaches, or stops it where it runs here. A session that asks nothing is shown to its end.
///
/// # Errors
/// When `out` cannot be written to. The client is dropped then, which detaches.
pub async fn run(client: Client, mode: Mode, out: impl Write, input: mpsc::Receiver<String>) -> io::Result<Ending> {
    let session = session::Session::new(client, out);
    match mode {
        Mode::Ask => ask::run(session, input, false).await,
        Mode::AskHere => ask::run(session, input, true).await,
        Mode::Auto(policy) => auto::run(session, policy).await,
    }
}

#[cfg(test)]
mod tests;
