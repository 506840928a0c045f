//! From one step to the next.

use std::collections::BTreeSet;

use super::act::Act;
use super::machine::Machine;
use crate::model::{AtEnd, EventKind, Phase, PlannedStep, RunState, Severity, StepRow, StepState, Work};
use crate::step::{Control, Failure, Left, Outcome};

impl Machine {
    /// Starts whatever comes next, if anything may.
    pub(super) fn advance(&mut self) {
        if self.ended {
            return;
        }
        if !self.running.is_empty() {
            self.begin_beside();
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
        let next = self.next_step();
        let work_is_over = next.as_ref().is_none_or(|step| step.phase >= Phase::Leave);
        if work_is_over && self.state.approved && !self.state.set_aside().is_empty() {
            self.needs_operator(RunState::Failed);
            return;
        }
        let Some(step) = next else {
            self.nothing_left();
            return;
        };
        if step.parallel.is_some() {
            self.begin_beside();
            return;
        }
        match self.row_state(&step.key) {
            // Only the operator can bring these forward.
            Some(StepState::Unknown { .. } | StepState::Asking) => return self.needs_operator(RunState::NeedsOperator),
            Some(StepState::Failed { .. }) => return self.needs_operator(RunState::Failed),
            _ => {}
        }
        match step.phase {
            Phase::Leave if self.was_as_found(&step) => {
                let reason = "maintenance was on before this run".to_owned();
                self.over(&step, StepState::Skipped { reason });
                self.advance();
            }
            Phase::Leave if self.waits_for_operator() => {
                let text = "nobody is here: maintenance is left when somebody attaches, as approved";
                self.notice(Severity::Info, text);
                self.set_control(Control::Pause);
                self.run_is(RunState::Paused);
            }
            _ if self.waits_for_window(&step) => {}
            _ => self.begin(&step),
        }
    }

    /// The first step that is not over; before the plan is approved, only those that lead into maintenance.
    fn next_step(&self) -> Option<PlannedStep> {
        let preparing = !self.state.approved;
        let mut open = self.rows().filter(|(_, row)| !row.state.is_over()).map(|(step, _)| step);
        open.find(|step| !preparing || step.phase == Phase::Enter).cloned()
    }

    /// Every step of the plan with how it stands. Both are in the same order: a look-up for each step would take long in
    /// a long plan.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&PlannedStep, &StepRow)> {
        self.state.plan.iter().flat_map(|plan| &plan.steps).zip(&self.state.steps)
    }

    fn nothing_left(&mut self) {
        if !self.state.approved {
            self.run_is(RunState::AwaitingApproval);
            self.watch_for_company();
            return;
        }
        // There is no version to confirm where none changed.
        if self.state.plan.as_ref().is_some_and(|plan| !plan.tags.is_empty()) {
            self.finish();
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
        let open = self.rows().filter(|(step, row)| step.phase <= Phase::Verify && !row.state.is_over());
        let open: BTreeSet<usize> = open.filter_map(|(step, _)| step.hop).collect();
        for (index, hop) in plan.hops.iter().enumerate() {
            if open.contains(&index) {
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
        if matches!(step.work, Work::Ask(_)) && self.state.answers.contains_key(&key) && !self.is_new_round(&key) {
            self.over(step, StepState::Done { adopted: false });
            self.advance();
            return;
        }
        let told = self.told_to_do.contains(&key);
        if step.phase == Phase::Enter && (step.done_when.is_none() || told) {
            self.entered(&key);
        } else if step.phase == Phase::Enter || (self.raises_floor(step) && !told) {
            // Whether this run changes anything must be known, and written down, before it does: a floor that was
            // raised by a step that never began would keep the service closed for nothing.
            self.running.push(key.clone());
            self.act(Act::Ask { key });
            return;
        }
        self.start(step);
    }

    /// What was answered, or done by hand, in an earlier round does not count for this one.
    pub(super) fn is_new_round(&self, key: &str) -> bool {
        self.rounds.contains_key(key)
    }

    fn start(&mut self, step: &PlannedStep) {
        self.raise_floor(step);
        let attempt = self.attempts.get(&step.key).copied().unwrap_or(0) + 1;
        self.attempt(step, attempt, false);
    }

    /// What an earlier runner left: its program is waited for, its exit status read, or nobody knows.
    fn take_up(&mut self, step: &PlannedStep, left: Left) {
        let attempt = self.attempts.get(&step.key).copied().unwrap_or(1);
        match left {
            Left::TakeUp => self.attempt(step, attempt, true),
            Left::Elsewhere => {
                let intent = format!("attempt {attempt} ran on another host, and may run there still");
                self.unknown(&step.key, intent);
            }
            Left::Unknown if step.resume == crate::model::ResumeClass::Once => {
                let intent = format!("attempt {attempt} was started, and nobody knows how it ended");
                self.unknown(&step.key, intent);
            }
            Left::Unknown | Left::Nothing if self.is_at_ceiling(step) => {
                let error = "it was begun again and again, and each time Stepwell itself ended in it".to_owned();
                self.has_failed(step, error, false);
            }
            Left::Unknown | Left::Nothing => self.start(step),
        }
    }

    fn attempt(&mut self, step: &PlannedStep, attempt: u32, take_up: bool) {
        let key = step.key.clone();
        self.running.push(key.clone());
        self.progress.remove(&key);
        self.step_is(&key, StepState::Running { attempt });
        let told_to_do = self.told_to_do.remove(&key);
        let round = self.rounds.get(&key).copied().unwrap_or(0);
        self.act(Act::Start { key, attempt, take_up, round, told_to_do });
    }

    fn raises_floor(&self, step: &PlannedStep) -> bool {
        let held = |floor| self.state.floor.as_deref().is_some_and(|f| self.at_least(f, floor));
        step.floor.as_deref().is_some_and(|floor| !held(floor))
    }

    fn raise_floor(&mut self, step: &PlannedStep) {
        if let Some(floor) = step.floor.clone().filter(|_| self.raises_floor(step)) {
            self.record(EventKind::FloorRaised { floor });
        }
    }

    /// Whether a step may begin after all.
    pub(super) fn asked(&mut self, key: &str, answer: Result<(), Outcome>) {
        let Some(step) = self.state.step(key).cloned() else { return };
        match answer {
            // Nothing is begun after all.
            Ok(()) if self.stopping.is_some() || self.control == Control::Pause || self.is_held_back(&step) => {
                self.no_longer_runs(key);
                self.advance();
            }
            Ok(()) => {
                self.no_longer_runs(key);
                if step.phase == Phase::Enter {
                    self.entered(key);
                }
                self.start(&step);
            }
            Err(outcome) => self.finished(key, outcome),
        }
    }

    pub(super) fn finished(&mut self, key: &str, outcome: Outcome) {
        self.no_longer_runs(key);
        let Some(step) = self.state.step(key).cloned() else { return };
        match outcome {
            Outcome::Done | Outcome::Adopted => {
                if let Err(error) = self.put_in_items(&step) {
                    self.failed(&step, &Failure { error, ..Failure::default() });
                    return;
                }
                self.over(&step, StepState::Done { adopted: outcome == Outcome::Adopted });
                self.advance();
            }
            Outcome::Stopped if step.resume == crate::model::ResumeClass::Once => {
                self.unknown(key, "it was stopped before its end, and nobody knows what it had done".to_owned());
            }
            Outcome::Stopped => {
                self.step_is(key, StepState::Pending);
                if self.leaving.is_some() {
                    self.leaving_failed(&step, "it was stopped");
                    return;
                }
                self.advance();
            }
            Outcome::Failed(failure) => self.failed(&step, &failure),
            Outcome::SetAside { error } if self.leaving.is_none() => {
                self.put_aside(&step, error);
                self.advance();
            }
            Outcome::SetAside { error } => self.has_failed(&step, error, false),
            Outcome::NeedsAnswer => {
                self.step_is(key, StepState::Asking);
                if self.leaving.is_some() {
                    self.leaving_failed(&step, "");
                    return;
                }
                self.needs_operator(RunState::NeedsOperator);
            }
            Outcome::Unknown { intent } => self.unknown(key, intent),
            Outcome::LostLease => self.journal_failed(&crate::journal::JournalError::LostLease),
        }
    }

    fn unknown(&mut self, key: &str, intent: String) {
        self.step_is(key, StepState::Unknown { intent: intent.clone() });
        match self.state.step(key).cloned() {
            Some(step) if self.leaving.is_some() => self.leaving_failed(&step, &intent),
            _ => self.needs_operator(RunState::NeedsOperator),
        }
    }

    pub(super) fn needs_operator(&mut self, state: RunState) {
        if self.control == Control::Pause && !self.running.is_empty() {
            // What is paused goes on before anything is decided about what is not.
            return;
        }
        // A failure is not hidden by what another item needs.
        self.run_is(if self.an_item_failed() { RunState::Failed } else { state });
        if self.stopping.is_some() {
            self.advance();
        } else if self.running.is_empty() {
            self.watch_for_company();
        }
    }

    pub(super) fn phase_is_over(&self, phase: Phase) -> bool {
        self.all_over(self.state.plan.iter().flat_map(|p| &p.steps).filter(|s| s.phase == phase))
    }

    pub(super) fn all_over<'a>(&self, steps: impl IntoIterator<Item = &'a PlannedStep>) -> bool {
        steps.into_iter().all(|s| self.row_state(&s.key).is_some_and(StepState::is_over))
    }

    /// How a step stands.
    pub(super) fn row_state(&self, key: &str) -> Option<&StepState> {
        self.state.steps.iter().find(|row| row.key == key).map(|row| &row.state)
    }

    pub(super) fn set_control(&mut self, control: Control) {
        self.control = control;
        self.act(Act::Control(control));
    }
}
