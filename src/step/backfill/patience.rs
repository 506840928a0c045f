//! Waiting for a lock of somebody else: longer each time, never longer than the operator or the other workers want.

use std::time::Duration;

use tokio::sync::watch;

use super::{Context, Outcome, Report};
use crate::journal::Fenced;
use crate::step::Control;
use crate::store::Trouble;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// How long one worker waits the next time.
#[derive(Debug)]
pub struct Patience {
    wait: Duration,
    /// Turns true when the other workers end.
    halt: watch::Receiver<bool>,
}

impl Patience {
    pub fn new(halt: watch::Receiver<bool>) -> Patience {
        Patience { wait: FIRST, halt }
    }

    /// It went well.
    pub fn reset(&mut self) {
        self.wait = FIRST;
    }

    /// Waits where the error is somebody's lock, and tells whose; `next` is what is tried then. Whoever calls it looks
    /// at the control before that.
    ///
    /// # Errors
    /// How the attempt ends, where the error is another one.
    pub async fn after(&mut self, error: Fenced, next: &str, context: &Context) -> Result<(), Outcome> {
        match &error {
            Fenced::Store(e) if e.trouble == Trouble::Locked => {
                context.report(Report::Waiting(format!("for a lock, then goes on{next}: {e}")));
            }
            _ => return Err(error.into()),
        }
        self.pause(context).await;
        Ok(())
    }

    /// Waits for longer than the last time.
    pub async fn pause(&mut self, context: &Context) {
        let mut control = context.control.clone();
        tokio::select! {
            () = tokio::time::sleep(self.wait) => {}
            _ = control.wait_for(|c| *c >= Control::Stop) => {}
            _ = self.halt.wait_for(|halt| *halt) => {}
        }
        self.wait = (self.wait * 2).min(LONGEST);
    }
}
