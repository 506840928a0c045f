//! From one step to the next.

use std::time::Duration;

use super::act::{Act, Due};
use super::machine::Machine;
use crate::model::{
    AtEnd, EventKind, Offline, Phase, PlannedStep, Retry, RunState, Service, Severity, StepState, Work,
};
use crate::probe::Verdict;
use crate::step::{Control, Failure, Left, Outcome, Report};

/// For what no definition says: an error of a store that may pass.
const STORE_RETRY: Retry = Retry { attempts: 10, wait: (1_000, 30_000), unless: None };

impl Machine {
    /// Starts whatever comes next, if anything may.
    pub(super) fn advance(&mut self) {
        if self.running.is_some() || self.ended {
            return;
        }
        if self.leaving.is_some() {
            // On the way out nothing but the way out is done.
            self.leave_next();
            return;
        }
        if let Some(ending) = self.stopping.take() {
            self.leave_then_end(ending);
            return;
        }
        if self.control == Control::Pause {
            return;
        }
        self.record_verified_hops();
        let Some(step) = self.next_step() else {
            self.nothing_left();
            return;
        };
        match step.phase {
            Phase::Leave if self.was_as_found(&step) => {
                let reason = "maintenance was on before this run".to_owned();
                self.step_is(&step.key, StepState::Skipped { reason });
                self.advance();
            }
            Phase::Leave if self.waits_for_operator() => {
                let text = "everything is verified; the service stays in maintenance until you attach, as you chose";
                self.notice(Severity::Warning, text);
                self.set_control(Control::Pause);
                self.run_is(RunState::Paused);
            }
            _ => self.begin(&step),
        }
    }

    /// The first step that is not over; while preparing, only those that lead into maintenance.
    fn next_step(&self) -> Option<PlannedStep> {
        let preparing = self.state.run_state == Some(RunState::Preparing);
        let plan = self.state.plan.as_ref()?;
        let open = |step: &&PlannedStep| {
            self.state.steps.iter().any(|row| row.key == step.key && !row.state.is_over())
                && (!preparing || step.phase == Phase::Enter)
        };
        plan.steps.iter().find(open).cloned()
    }

    fn nothing_left(&mut self) {
        if self.state.run_state == Some(RunState::Preparing) {
            self.run_is(RunState::AwaitingApproval);
            self.watch_for_company();
            return;
        }
        self.run_is(RunState::AwaitingConfirmation);
        match self.state.at_end {
            AtEnd::Approved => self.finish(),
            AtEnd::Record if self.clients == 0 => {
                self.notice(Severity::Info, "nobody is here: the version is recorded, as approved");
                self.finish();
            }
            AtEnd::Record | AtEnd::Wait => {}
        }
    }

    /// A hop whose last proof is done is recorded, so that the next one starts from there whatever happens.
    fn record_verified_hops(&mut self) {
        let Some(plan) = self.state.plan.clone() else { return };
        if !self.state.approved {
            return;
        }
        for (index, hop) in plan.hops.iter().enumerate() {
            let belongs = |s: &&PlannedStep| s.hop == Some(index) && s.phase <= Phase::Verify;
            let over = plan
                .steps
                .iter()
                .filter(belongs)
                .all(|s| self.state.steps.iter().any(|row| row.key == s.key && row.state.is_over()));
            if !over {
                return;
            }
            let known = self.recorded.as_deref().is_some_and(|r| self.at_least(r, &hop.to));
            if !known {
                self.record(EventKind::Recorded { version: hop.to.clone(), confirmed: false });
            }
        }
    }

    fn at_least(&self, found: &str, wanted: &str) -> bool {
        let scheme = &self.catalogue.system.versions.scheme;
        matches!((scheme.parse(found), scheme.parse(wanted)), (Ok(found), Ok(wanted)) if found >= wanted)
    }

    fn was_as_found(&self, step: &PlannedStep) -> bool {
        step.undoes.as_ref().is_some_and(|key| !self.entered.contains(key))
    }

    fn waits_for_operator(&self) -> bool {
        self.state.at_end == AtEnd::Wait && self.clients == 0 && self.leaving.is_none()
    }

    /// Begins a step: its floor first, then its start in the journal, then its work.
    pub(super) fn begin(&mut self, step: &PlannedStep) {
        let key = step.key.clone();
        if let Some(left) = self.left.remove(&key) {
            self.take_up(step, left);
            return;
        }
        if matches!(step.work, Work::Ask(_)) && self.state.answers.contains_key(&key) {
            self.step_is(&key, StepState::Done { adopted: false });
            self.advance();
            return;
        }
        if step.phase == Phase::Enter && step.done_when.is_some() {
            // Whether this run changes it must be known, and written down, before it is changed.
            self.running = Some(key.clone());
            self.act(Act::Ask { key });
            return;
        }
        self.start(step);
    }

    fn start(&mut self, step: &PlannedStep) {
        self.raise_floor(step);
        let attempt = self.attempts.entry(step.key.clone()).or_insert(0);
        *attempt += 1;
        let attempt = *attempt;
        self.running = Some(step.key.clone());
        self.done_at_start = self.done_so_far(&step.key);
        self.step_is(&step.key, StepState::Running { attempt });
        self.act(Act::Start { key: step.key.clone(), attempt, take_up: false });
    }

    /// What an earlier runner left: its program is waited for, its exit status read, or nobody knows.
    fn take_up(&mut self, step: &PlannedStep, left: Left) {
        let attempt = self.attempts.get(&step.key).copied().unwrap_or(1);
        match left {
            Left::TakeUp => {
                self.running = Some(step.key.clone());
                self.step_is(&step.key, StepState::Running { attempt });
                self.act(Act::Start { key: step.key.clone(), attempt, take_up: true });
            }
            Left::Unknown if step.resume == crate::model::ResumeClass::Once => {
                let intent = format!("attempt {attempt} was started, and nobody knows how it ended");
                self.unknown(&step.key, intent);
            }
            Left::Unknown | Left::Nothing => self.start(step),
        }
    }

    fn raise_floor(&mut self, step: &PlannedStep) {
        let Some(floor) = &step.floor else { return };
        let held = self.state.floor.as_deref().is_some_and(|f| self.at_least(f, floor));
        if !held {
            self.record(EventKind::FloorRaised { floor: floor.clone() });
        }
    }

    fn done_so_far(&self, key: &str) -> u64 {
        self.state.steps.iter().find(|r| r.key == key).map_or(0, |r| r.done)
    }

    /// What `done_when` said of a maintenance step before it is begun.
    pub(super) fn asked(&mut self, key: &str, verdict: Result<Verdict, String>) {
        self.running = None;
        let Some(step) = self.state.step(key).cloned() else { return };
        match verdict {
            Ok(Verdict::Yes) => {
                self.step_is(key, StepState::Done { adopted: true });
                self.maintenance_entered(&step);
                self.advance();
            }
            Ok(Verdict::No(_)) => {
                self.entered(key);
                self.start(&step);
            }
            Ok(Verdict::Unknown(found)) => self.unknown(key, format!("what is now is unclear: {found}")),
            Err(error) => self.failed(&step, &Failure { error, transient: false, answer: None }),
        }
    }

    fn entered(&mut self, key: &str) {
        if !self.entered.iter().any(|k| k == key) {
            self.entered.push(key.to_owned());
            self.record(EventKind::Entered { key: key.to_owned() });
        }
    }

    pub(super) fn reported(&mut self, key: String, report: Report) {
        match report {
            Report::Progress { done, total, unit } => self.say(EventKind::Progress { key, done, total, unit }),
            Report::Log(line) => self.say(EventKind::Log { key, line }),
            Report::Verifying => {
                let attempt = self.attempts.get(&key).copied().unwrap_or(1);
                self.say(EventKind::StepChanged { key, state: StepState::Verifying { attempt } });
            }
            Report::BackedUp { file, size } => self.record(EventKind::BackedUp { key, file, size }),
            Report::Baseline(answers) => {
                self.baseline.extend(answers.iter().map(|(key, digest, _)| (key.clone(), digest.clone())));
                self.record(EventKind::Baseline { key, answers });
            }
        }
    }

    pub(super) fn finished(&mut self, key: &str, outcome: Outcome) {
        self.running = None;
        let Some(step) = self.state.step(key).cloned() else { return };
        match outcome {
            Outcome::Done | Outcome::Adopted => {
                self.step_is(key, StepState::Done { adopted: outcome == Outcome::Adopted });
                self.maintenance_entered(&step);
                self.maintenance_left(&step);
                self.advance();
            }
            Outcome::Stopped => {
                self.fruitless.remove(key);
                self.step_is(key, StepState::Pending);
                self.advance();
            }
            Outcome::Failed(failure) => self.failed(&step, &failure),
            Outcome::NeedsAnswer => {
                self.step_is(key, StepState::Asking);
                self.needs_operator(RunState::NeedsOperator);
            }
            Outcome::Unknown { intent } => self.unknown(key, intent),
            Outcome::LostLease => self.journal_failed(&crate::journal::JournalError::LostLease),
        }
    }

    fn unknown(&mut self, key: &str, intent: String) {
        self.step_is(key, StepState::Unknown { intent });
        self.needs_operator(RunState::NeedsOperator);
    }

    /// Tries again later, or gives the decision to the operator.
    fn failed(&mut self, step: &PlannedStep, failure: &Failure) {
        if self.done_so_far(&step.key) > self.done_at_start {
            // It got somewhere. The ceiling is for attempts that got nowhere.
            self.fruitless.remove(&step.key);
        }
        let fruitless = self.fruitless.entry(step.key.clone()).or_insert(0);
        *fruitless += 1;
        let fruitless = *fruitless;
        let attempt = self.attempts.get(&step.key).copied().unwrap_or(1);
        let retry = match (&step.retry, &step.work) {
            (Some(retry), _) => Some(retry.clone()),
            (None, Work::Sql(_) | Work::Backfill(_) | Work::Backup(_) | Work::Check(_) | Work::Baseline(_)) => {
                Some(STORE_RETRY)
            }
            (None, _) => None,
        };
        match retry {
            Some(retry) if failure.transient && fruitless < retry.attempts && self.stopping.is_none() => {
                let wait = backoff(retry.wait, fruitless);
                let until = self.now + jiff::SignedDuration::from_millis(i64::try_from(wait).unwrap_or(i64::MAX));
                let reason = failure.error.clone();
                self.step_is(&step.key, StepState::Waiting { reason, attempt, until: Some(until) });
                self.act(Act::Timer { after: Duration::from_millis(wait), due: Due::Retry { key: step.key.clone() } });
            }
            _ => {
                self.step_is(
                    &step.key,
                    StepState::Failed { error: failure.error.clone(), transient: failure.transient },
                );
                if self.leaving.is_some() {
                    self.leaving_failed(&step.key, &failure.error);
                } else {
                    self.needs_operator(RunState::Failed);
                }
            }
        }
    }

    fn needs_operator(&mut self, state: RunState) {
        self.run_is(state);
        if self.stopping.is_some() {
            self.advance();
        } else {
            self.watch_for_company();
        }
    }

    pub(super) fn retry_due(&mut self, key: &str) {
        let waits = self.state.steps.iter().any(|r| r.key == key && matches!(r.state, StepState::Waiting { .. }));
        if !waits || self.running.is_some() {
            return;
        }
        if self.stopping.is_some() || self.control == Control::Pause {
            self.step_is(key, StepState::Pending);
        }
        self.advance();
    }

    /// After the last step into maintenance the service is in it.
    fn maintenance_entered(&mut self, step: &PlannedStep) {
        if step.phase == Phase::Enter && self.phase_is_over(Phase::Enter) {
            self.record(EventKind::ServiceChanged { service: Service::Maintenance });
        }
    }

    fn maintenance_left(&mut self, step: &PlannedStep) {
        if step.phase == Phase::Leave {
            if let Some(undone) = &step.undoes {
                self.entered.retain(|key| key != undone);
            }
            if self.leaving.is_none() && self.phase_is_over(Phase::Leave) {
                self.record(EventKind::ServiceChanged { service: Service::Up });
            }
        }
    }

    fn phase_is_over(&self, phase: Phase) -> bool {
        self.state
            .plan
            .iter()
            .flat_map(|p| &p.steps)
            .filter(|s| s.phase == phase)
            .all(|s| self.state.steps.iter().any(|row| row.key == s.key && row.state.is_over()))
    }

    pub(super) fn set_control(&mut self, control: Control) {
        self.control = control;
        self.act(Act::Control(control));
    }

    /// Whether batches may take longer, since no user waits.
    pub fn in_maintenance(&self) -> bool {
        self.state.service != Service::Up
            || self.state.plan.iter().flat_map(|p| &p.steps).all(|s| s.offline == Offline::No)
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
