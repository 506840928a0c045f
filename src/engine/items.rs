//! Items of a `repeat`: how they come into the plan, and how a bad one is put aside while the others go on.

use std::sync::Arc;

use super::machine::Machine;
use crate::model::{EventKind, PlannedStep, StepState, Work};
use crate::plan::children;
use crate::step::describe_all;

impl Machine {
    /// After a list its items' steps are part of the plan, in the same write as the list's end.
    pub(super) fn put_in_items(&mut self, listed: &PlannedStep) -> Result<(), String> {
        if !matches!(listed.work, Work::Repeat(_)) {
            return Ok(());
        }
        let (Some(site), Some(mut plan)) = (self.site.clone(), self.state.plan.clone()) else { return Ok(()) };
        let items = self.items.remove(&listed.key).unwrap_or_default();
        let mut steps = children(listed, items, &site).map_err(|e| e.to_string())?;
        describe_all(&mut steps, &site, &self.state.answers);
        let at = plan.steps.iter().position(|s| s.key == listed.key).map_or(plan.steps.len(), |at| at + 1);
        // Asked a second time, after a crash that came before the end was written, it has put in nothing yet.
        Arc::make_mut(&mut plan).steps.splice(at..at, steps);
        self.record(EventKind::Planned { plan });
        Ok(())
    }

    /// The item's other steps are left out with it; other items go on.
    pub(super) fn put_aside(&mut self, step: &PlannedStep, error: String) {
        self.step_is(&step.key, StepState::SetAside { error });
        for key in self.rest_of_item(step, |state| *state == StepState::Pending) {
            self.step_is(&key, StepState::Blocked { by: step.key.clone() });
        }
    }

    /// Steps of the same item whose state is as wanted.
    fn rest_of_item(&self, step: &PlannedStep, wanted: impl Fn(&StepState) -> bool) -> Vec<String> {
        let Some(item) = &step.set_aside else { return Vec::new() };
        let steps = self.state.plan.iter().flat_map(|p| &p.steps).filter(|s| s.set_aside.as_ref() == Some(item));
        steps
            .filter(|s| self.state.steps.iter().any(|row| row.key == s.key && wanted(&row.state)))
            .map(|s| s.key.clone())
            .collect()
    }

    /// What was left out with a step follows it.
    pub(super) fn free_item(&mut self, key: &str, state: StepState) {
        let Some(step) = self.state.step(key).cloned() else { return };
        for key in self.rest_of_item(&step, |state| matches!(state, StepState::Blocked { .. })) {
            self.step_is(&key, state.clone());
        }
    }
}
