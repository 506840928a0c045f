//! A run that goes on, and the definitions as they are now: what is still to come may have changed, and is approved
//! anew; what has happened may not.

use std::sync::Arc;

use super::machine::{Ending, Machine};
use crate::definition::FactValue;
use crate::model::{
    EventKind, Exit, FactSource, MaintenanceChoice, Outcome, Plan, ResumeClass, RunState, Severity, StepState,
};
use crate::plan::{Reach, changes};

impl Machine {
    /// What was detected when the run was begun counts to its end: the upgrade itself may change what is found.
    pub(super) fn keep_facts(&mut self, approved: &Plan) {
        let (Some(survey), Some(site)) = (&self.state.survey, &mut self.site) else { return };
        let site = Arc::make_mut(site);
        for (name, value) in &approved.facts {
            let given = survey.facts.iter().any(|f| f.name == *name && f.source == FactSource::File);
            // Of a secret, and of what depends on the release, the plan does not hold the value.
            let fact = self.catalogue.system.facts.iter().find(|fact| fact.name == *name);
            if !given && fact.is_some_and(|fact| !fact.secret && !fact.per_release) {
                Arc::make_mut(&mut site.names.facts).insert(name.clone(), FactValue::Plain(value.clone()));
            }
        }
    }

    /// Compares the run's plan with the one that would be made now.
    ///
    /// # Errors
    /// How the session ends where the run cannot go on with these definitions.
    pub(super) fn compare(&mut self, approved: &Plan, steps: &[(String, StepState, u32)]) -> Result<(), Ending> {
        let skipped = matches!(self.state.maintenance, Some(MaintenanceChoice::Skip { .. }));
        self.tags.clone_from(&approved.tags);
        let now = match &self.state.route {
            Some(route) => self.planned(route, skipped),
            None => Err(format!("no path leads from {} to {} any more", approved.from, approved.to)),
        };
        let now = now.map_err(|reason| {
            self.refused(format!("The plan of this run cannot be made with these definitions: {reason}."))
        })?;
        let reach = |key: &str| self.reach(approved, steps, key);
        let found = changes(approved, &now, reach);
        if !found.refused.is_empty() {
            let list = found.refused.iter().map(|line| format!("\n  {line}")).collect::<String>();
            let text = format!("What this run has done, or begun, reads differently in the definitions now:{list}\n");
            return Err(self.refused(text));
        }
        if !found.differences.is_empty() {
            self.record(EventKind::Planned { plan: Arc::new(found.plan) });
            self.record(EventKind::PlanChanged { differences: found.differences });
            let text = "the plan has changed since it was approved; what is still to come has to be approved anew";
            self.notice(Severity::Warning, text);
        }
        Ok(())
    }

    fn refused(&self, text: String) -> Ending {
        let text = format!(
            "{text} Nothing was changed by this command. Go on with the definitions, and the Stepwell, that the run was \
             begun with, or end it:"
        );
        Ending { outcome: Outcome::Refused, exit: Exit::PlanDiffers, text, next: Some(self.command("abandon")) }
    }

    /// A step that failed and took all of it back, or that may simply be done again, counts as one that is still to
    /// come: its definition may have been mended.
    fn reach(&self, approved: &Plan, steps: &[(String, StepState, u32)], key: &str) -> Reach {
        let Some((_, state, _)) = steps.iter().find(|(k, _, _)| k == key) else { return Reach::Open };
        let class = approved.steps.iter().find(|s| s.key == key).map(|s| s.resume);
        match (state, class) {
            (StepState::Pending | StepState::Asking | StepState::Skipped { .. } | StepState::Blocked { .. }, _) => {
                Reach::Open
            }
            (
                StepState::Failed { .. } | StepState::Waiting { .. } | StepState::SetAside { .. },
                Some(ResumeClass::Transactional | ResumeClass::Probe | ResumeClass::Idempotent),
            ) => Reach::Open,
            _ => Reach::Touched,
        }
    }

    /// Whether an unapproved plan is that of a run which has done something already.
    pub(super) fn is_half_done(&self) -> bool {
        self.state.run_state == Some(RunState::AwaitingApproval) && !self.state.changes.is_empty()
    }
}
