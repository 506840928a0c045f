//! Into maintenance and out of it: what this run changed about the service, and what is put back.

use super::machine::{Ending, Machine};
use crate::model::{EventKind, Phase, PlannedStep, RunState, Service, Severity, StepState, Work};

impl Machine {
    /// A step is over, however that came about.
    pub(super) fn over(&mut self, step: &PlannedStep, state: StepState) {
        self.step_is(&step.key, state);
        match step.phase {
            Phase::Enter if self.phase_is_over(Phase::Enter) && self.state.down_since.is_none() => {
                self.record(EventKind::ServiceChanged { service: Service::Maintenance });
            }
            Phase::Leave if self.leaving.is_some() => self.enter_again(step.undoes.as_deref()),
            Phase::Leave
                if self.phase_is_over(Phase::Leave) && self.state.service != Service::Up && !self.stays_as_found() =>
            {
                self.record(EventKind::ServiceChanged { service: Service::Up });
            }
            _ => {}
        }
    }

    /// This run is about to change what the step changes: from here on it is undone.
    pub(super) fn entered(&mut self, key: &str) {
        if !self.entered.contains_key(key) {
            self.record(EventKind::Entered { key: key.to_owned() });
        }
    }

    /// What is to be undone, as an event tells it. The same holds while events are replayed.
    pub(super) fn track_maintenance(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Entered { key } => {
                let attempt = self.attempts.get(key).copied().unwrap_or(0) + 1;
                self.entered.entry(key.clone()).or_insert(attempt);
            }
            EventKind::ServiceChanged { service: Service::Up } => self.entered.clear(),
            // The first attempt found it so: somebody else had done it.
            EventKind::StepChanged { key, state: StepState::Done { adopted: true } }
                if self.attempts.contains_key(key) && self.entered.get(key) == self.attempts.get(key) =>
            {
                self.entered.remove(key);
            }
            EventKind::StepChanged { key, state } if state.is_over() => {
                let undoes = self.state.step(key).and_then(|step| step.undoes.clone());
                if let Some(undone) = undoes
                    && self.is_undone(&undone)
                {
                    self.entered.remove(&undone);
                }
            }
            _ => {}
        }
    }

    /// Whether every step that undoes this one is over.
    fn is_undone(&self, key: &str) -> bool {
        let undoing = self.state.plan.iter().flat_map(|p| &p.steps).filter(|s| s.undoes.as_deref() == Some(key));
        self.all_over(undoing)
    }

    /// Whether maintenance was on before this run, and stays so.
    pub(super) fn was_as_found(&self, step: &PlannedStep) -> bool {
        step.undoes.as_ref().is_some_and(|key| !self.entered.contains_key(key))
    }

    /// Whether every step into maintenance, as far as the run came, found its work done, and none was taken back.
    fn found_closed(&self) -> bool {
        let untouched = |step: &PlannedStep, state: &StepState| match step.phase {
            Phase::Enter => {
                matches!(step.work, Work::Baseline(_))
                    || matches!(state, StepState::Done { adopted: true } | StepState::Pending)
            }
            _ => step.undoes.is_none() || !matches!(state, StepState::Done { .. }),
        };
        self.rows().all(|(step, row)| untouched(step, &row.state))
    }

    /// Whether all of maintenance was on before this run, and none of it was left.
    fn stays_as_found(&self) -> bool {
        let mut leave = self.rows().filter(|(step, _)| step.undoes.is_some()).peekable();
        leave.peek().is_some() && leave.all(|(_, row)| matches!(row.state, StepState::Skipped { .. }))
    }

    /// Puts back what this run changed about the service, where the program that would serve can read the data.
    pub(super) fn leave_then_end(&mut self, ending: Ending) {
        if self.leaving.is_some() {
            return;
        }
        if self.entered.is_empty() && (self.state.service == Service::Up || self.found_closed()) {
            self.settle_end(ending);
        } else if self.old_program_can_read() {
            self.set_control(crate::step::Control::Go);
            self.leaving = Some(ending);
            self.leave_next();
        } else {
            self.record(EventKind::ServiceChanged { service: Service::Down });
            let floor = self.state.floor.clone().unwrap_or_default();
            let backup = self.state.backups.last().cloned().unwrap_or_else(|| "the backup of before".to_owned());
            let text = format!(
                "the service stays down: only {floor} or later can read the data now. Two ways on: finish with \
                 `{}`, or put {backup} back with `{}`",
                self.command("run"),
                self.command("restore")
            );
            self.notice(Severity::Error, text);
            self.settle_end(ending);
        }
    }

    /// Until the last hop's program serves, it is the old one that would.
    fn old_program_can_read(&self) -> bool {
        let Some(plan) = &self.state.plan else { return true };
        let scheme = &self.catalogue.system.versions.scheme;
        let serves = if self.work_is_over() { &plan.to } else { &plan.from };
        match (&self.state.floor, scheme.parse(serves)) {
            (None, _) => true,
            (Some(floor), Ok(serves)) => scheme.parse(floor).is_ok_and(|floor| floor <= serves),
            (Some(_), Err(_)) => false,
        }
    }

    /// Whether nothing is left of the plan but to leave maintenance.
    fn work_is_over(&self) -> bool {
        let work = |s: &&PlannedStep| s.phase <= Phase::Last && s.phase != Phase::Enter;
        self.all_over(self.state.plan.iter().flat_map(|p| &p.steps).filter(work))
    }

    /// The next step out of maintenance, last entered first; the session's end after the last one.
    pub(super) fn leave_next(&mut self) {
        let next = self.state.plan.iter().flat_map(|p| &p.steps).find(|s| {
            s.undoes.as_ref().is_some_and(|k| self.entered.contains_key(k)) && !self.all_over(std::iter::once(*s))
        });
        if let Some(step) = next.cloned() {
            self.begin(&step);
            return;
        }
        let Some(ending) = self.leaving.take() else { return };
        self.record(EventKind::ServiceChanged { service: Service::Up });
        let keys: Vec<_> = self.maintenance_steps(|s| s.phase == Phase::Enter);
        for key in keys {
            self.enter_again(Some(&key));
        }
        self.settle_end(ending);
    }

    /// A run that goes on later enters maintenance again, unless nothing is left that needs it. What is undone is
    /// not there any more, also when the way out ends before its last step.
    fn enter_again(&mut self, undone: Option<&str>) {
        let Some(undone) = undone.filter(|key| !self.entered.contains_key(*key) && !self.work_is_over()) else {
            return;
        };
        for key in self.maintenance_steps(|s| s.key == undone || s.undoes.as_deref() == Some(undone)) {
            if !matches!(self.row_state(&key), Some(StepState::Pending)) {
                self.step_is(&key, StepState::Pending);
            }
        }
    }

    fn maintenance_steps(&self, which: impl Fn(&PlannedStep) -> bool) -> Vec<String> {
        let steps = self.state.plan.iter().flat_map(|p| &p.steps);
        steps.filter(|s| which(s)).map(|s| s.key.clone()).collect()
    }

    /// A step out of maintenance did not work. There is nothing else that could be tried by itself.
    pub(super) fn leaving_failed(&mut self, step: &PlannedStep, error: &str) {
        let Some(ending) = self.leaving.take() else { return };
        let what = match &step.work {
            Work::Ask(ask) => format!("{} asks: {}", step.key, ask.text.text),
            _ => format!("{} failed: {error}", step.key),
        };
        let text = format!("maintenance could not be left: {what}. The service is still in it");
        self.notice(Severity::Error, text);
        self.settle_end(ending);
    }

    /// The operator does not wait for the way out any longer.
    pub(super) fn stop_leaving(&mut self) {
        if !self.running.is_empty() {
            return;
        }
        let waits =
            |s: &&PlannedStep| s.phase == Phase::Leave && self.row_state(&s.key).is_some_and(|state| state.is_active());
        let step = self.state.plan.iter().flat_map(|p| &p.steps).find(waits).cloned();
        if let Some(step) = step {
            self.step_is(&step.key, StepState::Pending);
            self.leaving_failed(&step, "it was given up");
        }
    }

    /// After an earlier runner: what undoes a step that is to be done again is done again, too.
    pub(super) fn mend_maintenance(&mut self) {
        let open: Vec<String> = self.maintenance_steps(|s| {
            s.phase == Phase::Enter && self.row_state(&s.key).is_some_and(|state| !state.is_over())
        });
        let over = self.maintenance_steps(|s| {
            s.undoes.as_ref().is_some_and(|k| open.contains(k)) && self.all_over(std::iter::once(s))
        });
        for key in over {
            self.step_is(&key, StepState::Pending);
        }
    }

    /// What this run does next while it is not approved is enter maintenance, or nothing.
    pub(super) fn working(&self) -> RunState {
        match (self.state.approved, &self.state.maintenance) {
            (true, _) => RunState::Running,
            (false, Some(crate::model::MaintenanceChoice::Now)) => RunState::Preparing,
            (false, _) => RunState::AwaitingApproval,
        }
    }
}
