//! Decides in place of an operator, from what was said beforehand.
//!
//! The pilot looks at the state alone: what it wants next follows from what is not there yet. It never waits for an
//! answer that nobody will give, and never assumes one: it gives the run up and names the option that was missing.
//! No clock, no input, no output.

mod before;
mod captain;
mod during;
mod ending;
mod policy;
mod steer;

use std::collections::BTreeSet;

use crate::model::{Decision, Exit, State};
use crate::words::plain::give;

pub use captain::{Act, Captain};
pub use ending::Ending;
pub use policy::Policy;
pub use steer::steer;

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// Nothing, until the next event.
    Wait,
    Decide(Decision),
    /// It cannot go on without an operator. The text names the question and the option that answers it.
    Give {
        exit: Exit,
        text: String,
    },
}

impl Move {
    fn give(exit: Exit, text: impl Into<String>) -> Self {
        Move::Give { exit, text: text.into() }
    }
}

/// What was sent, so that nothing is sent twice for one need.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Still without an effect. Gone as soon as the state wants something else.
    last: Option<Decision>,
    /// Steps whose one answer was given. A second need for the same step is for an operator to see.
    spent: BTreeSet<String>,
}

impl Sent {
    /// Takes in a state on which no decision is made, since more events are there already. Without this a need that
    /// went away and came back in between would look like the one that was answered.
    pub fn observe(&mut self, state: &State, policy: &Policy) {
        match want(state, policy, self) {
            Move::Decide(decision) if self.is_last(&decision) => {}
            _ => self.last = None,
        }
    }

    /// The decision that waits for its effect.
    pub fn last(&self) -> Option<&Decision> {
        self.last.as_ref()
    }

    fn is_last(&self, decision: &Decision) -> bool {
        self.last.as_ref() == Some(decision)
    }

    /// `decision`, which answers `key` for the first time or is still on its way; otherwise what `again` says.
    fn once(&self, key: &str, decision: Decision, again: impl FnOnce() -> Move) -> Move {
        if self.spent.contains(key) && !self.is_last(&decision) { again() } else { Move::Decide(decision) }
    }
}

/// What to do about `state`. To be asked after each event, and once before the first.
pub fn next(state: &State, policy: &Policy, sent: &mut Sent) -> Move {
    match want(state, policy, sent) {
        Move::Decide(decision) if sent.is_last(&decision) => Move::Wait,
        Move::Decide(decision) => {
            if let Decision::Answer { key, .. } | Decision::Settle { key, .. } = &decision {
                sent.spent.insert(key.clone());
            }
            sent.last = Some(decision.clone());
            Move::Decide(decision)
        }
        other => {
            sent.last = None;
            other
        }
    }
}

fn want(state: &State, policy: &Policy, sent: &Sent) -> Move {
    if state.ended.is_some() || state.is_history() {
        return Move::Wait;
    }
    // What was approved when the run began need not be said again to go on with it.
    let approved = match (&state.run, &state.survey) {
        (Some(_), _) => state.approved,
        (None, Some(survey)) => survey.unfinished.as_ref().is_some_and(|run| run.approved),
        (None, None) if !policy.approves() => return Move::Wait,
        (None, None) => false,
    };
    if !policy.approves() && !approved {
        Move::give(Exit::Usage, give::NOT_APPROVED)
    } else if state.run.is_some() {
        during::want(state, policy, sent)
    } else {
        before::want(state, policy)
    }
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
