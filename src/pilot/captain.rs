//! A session under the pilot: from the first move to the exit code.

use super::{Move, Policy, Sent, next};
use crate::model::{Actor, Decision, Exit, State};
use crate::words::plain::give;

/// What the front end carries out.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Wait for what the runner says next.
    Wait,
    Send(Decision),
    /// Say why the pilot gives up, then ask for the next act.
    Say {
        exit: Exit,
        text: String,
    },
    /// The session is over.
    Leave(Exit),
}

/// Keeps to the order in which a session under the pilot is left: say why, stop the run at a safe point, wait until
/// it has stopped. Nothing is left running that nobody looks after.
#[derive(Clone, Debug)]
pub struct Captain {
    policy: Policy,
    sent: Sent,
    given: Option<Given>,
}

#[derive(Clone, Debug)]
struct Given {
    exit: Exit,
    text: String,
    said: bool,
    /// `Stop` was sent, or is not ours to send.
    stopped: bool,
    /// Leaves without waiting for the run's end.
    at_once: bool,
}

impl Captain {
    /// A session under `policy`.
    pub fn new(policy: Policy) -> Self {
        Captain { policy, sent: Sent::default(), given: None }
    }

    /// Takes in a state after each event. Decides nothing.
    pub fn observe(&mut self, state: &State) {
        self.sent.observe(state, &self.policy);
    }

    /// The runner did not take the last decision, and why.
    pub fn refused(&mut self, reason: &str) {
        let exit = match self.sent.last() {
            Some(Decision::RunTags { .. }) => Exit::Usage,
            Some(Decision::SetFrom { .. } | Decision::ChooseTarget { .. }) => Exit::NoPath,
            Some(Decision::Override { .. } | Decision::RunChecks) => Exit::CheckFailed,
            Some(Decision::Approve { .. } | Decision::Confirm { .. }) => Exit::PlanDiffers,
            _ => Exit::OperatorNeeded,
        };
        self.give(exit, give::refused(reason), false);
    }

    /// Somebody else decides now; the run is theirs and goes on.
    pub fn displaced(&mut self, driver: Option<&Actor>) {
        self.give(Exit::OperatorNeeded, give::someone_drives(driver), true);
    }

    /// The runner is gone: how the session ends then.
    pub fn gone(&mut self, state: &State) {
        if state.ended.is_none() {
            self.give(Exit::Internal, give::GONE.to_owned(), true);
        }
    }

    /// What to do now. To be asked again until it says to wait or to leave.
    pub fn act(&mut self, state: &State) -> Act {
        if self.given.is_none() {
            if let Some((_, exit, _)) = &state.ended {
                return Act::Leave(*exit);
            }
            match next(state, &self.policy, &mut self.sent) {
                Move::Wait => return Act::Wait,
                Move::Decide(decision) => return Act::Send(decision),
                Move::Give { exit, text } => self.give(exit, text, false),
            }
        }
        match &mut self.given {
            Some(given) => given.act(state),
            None => Act::Wait,
        }
    }

    /// The first reason counts: later ones follow from it.
    fn give(&mut self, exit: Exit, text: String, at_once: bool) {
        let given = self.given.get_or_insert(Given { exit, text, said: false, stopped: false, at_once });
        given.at_once |= at_once;
    }
}

impl Given {
    fn act(&mut self, state: &State) -> Act {
        if !self.said {
            self.said = true;
            return Act::Say { exit: self.exit, text: self.text.clone() };
        }
        if self.at_once || state.run.is_none() || state.ended.is_some() {
            return Act::Leave(self.exit);
        }
        if !self.stopped {
            self.stopped = true;
            return Act::Send(Decision::Stop);
        }
        Act::Wait
    }
}
