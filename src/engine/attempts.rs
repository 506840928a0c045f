//! Attempts: how many there were, how many got nowhere, and when there is another one.
//!
//! All of it is counted from the events that are journaled, so that it is the same whether a runner lived on or
//! another one took over: a step that takes its runner along each time meets the ceiling, too.

use std::time::Duration;

use super::act::{Act, Due};
use super::machine::Machine;
use crate::model::{EventKind, PlannedStep, Retry, RunState, StepState, Work};
use crate::step::{Control, Failure, Report};

/// For what no definition says: an error of a store that may pass.
const STORE_RETRY: Retry = Retry { attempts: 10, wait: (1_000, 30_000), unless: None };

/// So often may a runner end in a step that does not get on.
const CRASHES: u32 = 5;

impl Machine {
    /// What an event that is journaled, or was, means for counting. The state is still the one before it.
    pub(super) fn track(&mut self, kind: &EventKind) {
        match kind {
            EventKind::StepChanged { key, state } => self.track_step(key, state),
            // Only progress beyond that of earlier attempts is journaled. The count starts anew with this attempt.
            EventKind::Progress { key, .. } => drop(self.fruitless.insert(key.clone(), 1)),
            // After an orderly end, going on is the operator's word.
            EventKind::Ended { .. } => self.fruitless.clear(),
            _ => {}
        }
    }

    fn track_step(&mut self, key: &str, state: &StepState) {
        let before = self.row_state(key).cloned();
        match state {
            StepState::Running { attempt } => {
                let last = self.attempts.entry(key.to_owned()).or_insert(0);
                if *attempt > *last {
                    *last = *attempt;
                    *self.fruitless.entry(key.to_owned()).or_insert(0) += 1;
                }
            }
            StepState::Pending => {
                if before.as_ref().is_some_and(StepState::is_over) {
                    *self.rounds.entry(key.to_owned()).or_insert(0) += 1;
                }
                if !matches!(before, Some(StepState::Waiting { .. })) {
                    self.fruitless.remove(key);
                }
            }
            // It is not the step that fails.
            StepState::Waiting { outside: true, .. } => drop(self.fruitless.remove(key)),
            StepState::Done { .. } | StepState::Skipped { .. } => drop(self.fruitless.remove(key)),
            _ => {}
        }
    }

    /// Whether the step has taken its runner along so often that it is not begun again by itself.
    pub(super) fn is_at_ceiling(&self, step: &PlannedStep) -> bool {
        let most = step.retry.as_ref().map_or(CRASHES, |retry| retry.attempts.max(CRASHES));
        self.fruitless.get(&step.key).is_some_and(|n| *n >= most)
    }

    pub(super) fn reported(&mut self, key: String, report: Report) {
        match report {
            Report::Waiting(reason) => self.waits_within(key, &reason),
            Report::Progress { done, total, unit } => {
                self.works_again(&key);
                let kind = EventKind::Progress { key: key.clone(), done, total, unit };
                if self.gets_on(&key, done) { self.record(kind) } else { self.say(kind) }
            }
            Report::Log(line) => self.say(EventKind::Log { key, line }),
            Report::Verifying => {
                let attempt = self.attempts.get(&key).copied().unwrap_or(1);
                self.say(EventKind::StepChanged { key, state: StepState::Verifying { attempt } });
            }
            Report::Shape { store, lines } => self.shaped(store, lines),
            Report::Items(items) => drop(self.items.insert(key, items)),
            Report::BackedUp { file, size } => self.record(EventKind::BackedUp { key, file, size }),
            Report::Baseline(answers) => {
                self.baseline.extend(answers.iter().map(|(key, digest, _)| (key.clone(), digest.clone())));
                self.record(EventKind::Baseline { key, answers });
            }
        }
    }

    /// Whether an attempt gets beyond where it began, for the first time. What a statement did is undone with the
    /// others when one of them fails, so it is not counted.
    fn gets_on(&mut self, key: &str, done: u64) -> bool {
        let lasts = self.state.step(key).is_some_and(|s| matches!(s.work, Work::Backfill(_) | Work::Run(_)));
        match self.progress.get_mut(key) {
            Some((began, moved)) if lasts && !*moved && done > *began => {
                *moved = true;
                true
            }
            Some(_) => false,
            None => {
                self.progress.insert(key.to_owned(), (done, false));
                false
            }
        }
    }

    /// Tries again later, or gives the decision to the operator.
    pub(super) fn failed(&mut self, step: &PlannedStep, failure: &Failure) {
        let fruitless = self.fruitless.get(&step.key).copied().unwrap_or(0);
        let attempt = self.attempts.get(&step.key).copied().unwrap_or(1);
        let retry = match (&step.retry, &step.work) {
            (Some(retry), _) => Some((**retry).clone()),
            (
                None,
                Work::Sql(_)
                | Work::Backfill(_)
                | Work::Backup(_)
                | Work::Check(_)
                | Work::Baseline(_)
                | Work::Repeat(_),
            ) => Some(STORE_RETRY),
            (None, _) => None,
        };
        match retry {
            _ if failure.outside && self.stopping.is_none() => self.wait_outside(step, &failure.error),
            Some(retry) if failure.transient && fruitless < retry.attempts && self.stopping.is_none() => {
                let wait = backoff(retry.wait, fruitless);
                self.wait_for(&step.key, failure.error.clone(), attempt, wait, false);
                let due = Due::Retry { key: step.key.clone(), attempt };
                self.act(Act::Timer { after: Duration::from_millis(wait), due });
            }
            _ if step.set_aside.is_some() && self.leaving.is_none() && self.stopping.is_none() => {
                self.put_aside(step, failure.error.clone());
                self.advance();
            }
            _ => self.has_failed(step, failure.error.clone(), failure.transient),
        }
    }

    /// The operator decides.
    pub(super) fn has_failed(&mut self, step: &PlannedStep, error: String, transient: bool) {
        self.step_is(&step.key, StepState::Failed { error: error.clone(), transient });
        if self.leaving.is_some() {
            self.leaving_failed(step, &error);
        } else {
            self.needs_operator(RunState::Failed);
        }
    }

    pub(super) fn retry_due(&mut self, key: &str) {
        let Some(step) = self.state.step(key).cloned() else { return };
        let alone = step.parallel.is_none() || self.leaving.is_some();
        if !matches!(self.row_state(key), Some(StepState::Waiting { .. })) || (alone && !self.running.is_empty()) {
            return;
        }
        if self.stopping.is_some() || self.control == Control::Pause || self.is_held_back(&step) {
            self.step_is(key, StepState::Pending);
        } else if !alone {
            self.begin(&step);
        }
        self.advance();
    }
}

/// Doubles from the first wait to the longest, in milliseconds.
fn backoff((first, longest): (u64, u64), attempt: u32) -> u64 {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<_> = (1..=5).map(|attempt| backoff((2_000, 10_000), attempt)).collect();
        assert_eq!(waits, [2_000, 4_000, 8_000, 10_000, 10_000]);
    }
}
