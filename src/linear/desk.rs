//! What the plain front end remembers between questions and has not sent yet.

use std::collections::BTreeSet;

use super::question::{Question, ReasonFor, question};
use crate::model::{AtEnd, State};

/// The operator's desk.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// Decisions count. Another client may have the wheel instead.
    pub driving: bool,
    /// The operator chose to watch.
    pub watches: bool,
    /// A choice that needs a reason, and what for.
    pub reason: Option<(Question, ReasonFor)>,
    /// Points of no return that were confirmed: the plan's hash and the key. Another plan asks again.
    pub sure: BTreeSet<(String, String)>,
    pub at_end: Option<AtEnd>,
    /// Answered, and still without an effect.
    answered: Option<Question>,
}

impl Desk {
    pub fn new() -> Self {
        Desk { driving: true, watches: false, reason: None, sure: BTreeSet::new(), at_end: None, answered: None }
    }

    pub fn is_sure(&self, hash: &str, key: &str) -> bool {
        self.sure.iter().any(|(of, sure)| of == hash && sure == key)
    }

    /// Takes in a state: a question whose reason went away is asked anew when it comes back.
    pub fn observe(&mut self, state: &State) {
        let asked = question(state, self);
        if !matches!(asked, Some(Question::Reason(_))) {
            self.reason = None;
        }
        if asked != self.answered {
            self.answered = None;
        }
    }

    /// What to ask now, unless its answer is on its way.
    pub fn open(&self, state: &State) -> Option<Question> {
        question(state, self).filter(|asked| self.answered.as_ref() != Some(asked))
    }

    /// A decision was sent; what is asked until it takes effect is asked of nobody.
    pub fn sent(&mut self, state: &State) {
        self.answered = question(state, self);
    }

    /// The last answer had no effect.
    pub fn refused(&mut self) {
        self.answered = None;
        self.reason = None;
    }

    /// Who has the wheel changed.
    pub fn wheel(&mut self, yours: bool) {
        if self.driving != yours {
            self.driving = yours;
            self.watches = false;
            self.answered = None;
        }
    }
}
