//! Waiting instead of failing: for a server that is away, a lock, a disk that is full, or the hours in which the
//! operator wants work to be done. It goes on by itself.

use std::time::Duration;

use super::act::{Act, Due};
use super::machine::Machine;
use crate::model::{EventKind, Phase, PlannedStep, StepState};

/// The shortest and the longest wait before something outside is tried again, in milliseconds.
const OUTSIDE: (u64, u64) = (1_000, 30_000);

impl Machine {
    /// Waits for something outside. How often it was tried does not count: it is not the step that fails.
    pub(super) fn wait_outside(&mut self, step: &PlannedStep, reason: &str) {
        let attempt = self.attempts.get(&step.key).copied().unwrap_or(1);
        let began = self.state.steps.iter().find(|row| row.key == step.key).and_then(|row| row.waits);
        let since = began.unwrap_or(self.now);
        let waited = crate::words::format::between(since, self.now);
        let wait = (waited / 4).clamp(OUTSIDE.0, OUTSIDE.1);
        let reason = format!("{reason} (since {})", since.strftime("%H:%M:%S UTC"));
        self.wait_for(&step.key, reason, attempt, wait, true);
        self.act(Act::Timer { after: Duration::from_millis(wait), due: Due::Retry { key: step.key.clone(), attempt } });
    }

    /// A step waits while it is under way. That is only told: to whoever comes after a crash it is one that runs.
    pub(super) fn waits_within(&mut self, key: String, reason: &str) {
        let attempt = self.attempts.get(&key).copied().unwrap_or(1);
        let began = self.state.steps.iter().find(|row| row.key == key).and_then(|row| row.waits);
        let since = began.unwrap_or(self.now);
        let reason = format!("{reason} (since {})", since.strftime("%H:%M:%S UTC"));
        let state = StepState::Waiting { reason, attempt, until: None, outside: true };
        // What is so still is no news.
        if self.row_state(&key) != Some(&state) {
            self.say(EventKind::StepChanged { key, state });
        }
    }

    /// What a step waited for has come.
    pub(super) fn works_again(&mut self, key: &str) {
        if matches!(self.row_state(key), Some(StepState::Waiting { until: None, .. })) {
            let attempt = self.attempts.get(key).copied().unwrap_or(1);
            self.say(EventKind::StepChanged { key: key.to_owned(), state: StepState::Running { attempt } });
        }
    }

    /// A step that is tried again after so many milliseconds.
    pub(super) fn wait_for(&mut self, key: &str, reason: String, attempt: u32, wait: u64, outside: bool) {
        let until = self.now + jiff::SignedDuration::from_millis(i64::try_from(wait).unwrap_or(i64::MAX));
        self.step_is(key, StepState::Waiting { reason, attempt, until: Some(until), outside });
    }

    /// Whether the step must not begin at this time of day; then it waits. What proves the result and brings the
    /// service back is done at any time.
    pub(super) fn waits_for_window(&mut self, step: &PlannedStep) -> bool {
        let Some(window) = &self.window else { return false };
        if step.phase >= Phase::Verify && step.phase != Phase::Last {
            return false;
        }
        let Some(opens) = window.opens(self.now) else { return false };
        let reason = format!("the window {window} is closed");
        let waits = StepState::Waiting {
            reason,
            attempt: self.attempts.get(&step.key).copied().unwrap_or(0),
            until: Some(opens),
            outside: true,
        };
        if self.row_state(&step.key) != Some(&waits) {
            self.step_is(&step.key, waits);
            let wait = crate::words::format::between(self.now, opens);
            self.act(Act::Timer { after: Duration::from_millis(wait), due: Due::Window });
        }
        true
    }
}
