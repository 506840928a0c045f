//! What only the operator can bring forward: questions, points of no return, notes, checks, failures.

use super::{CheckRow, CheckStatus, Need, PlannedStep, RunState, State, StepState, Work};

impl State {
    /// Questions that are to be answered before the plan is approved, and are not yet.
    pub fn open_questions(&self) -> Vec<&PlannedStep> {
        self.first_questions().filter(|step| !self.answers.contains_key(&step.key)).collect()
    }

    /// Questions that are answered before the plan is approved.
    pub fn first_questions(&self) -> impl Iterator<Item = &PlannedStep> {
        let steps = self.plan.iter().flat_map(|plan| &plan.steps);
        steps.filter(|step| step.ask_first && matches!(step.work, Work::Ask(_)))
    }

    /// Points of no return of the plan.
    pub fn irreversible(&self) -> Vec<&PlannedStep> {
        self.plan.iter().flat_map(|plan| &plan.steps).filter(|step| step.point_of_no_return).collect()
    }

    /// Note items and pages that are not acknowledged yet.
    pub fn unread(&self) -> Vec<(String, Option<usize>)> {
        let Some(route) = &self.route else { return Vec::new() };
        route
            .notes
            .iter()
            .flat_map(|page| {
                page.items.iter().map(|item| Some(item.number)).chain([None]).map(|item| (page.release.clone(), item))
            })
            .filter(|key| !self.acknowledged.contains(key))
            .collect()
    }

    /// Checks that stand in the way: failed ones, and warnings that were not overridden.
    pub fn blocking_checks(&self) -> Vec<&CheckRow> {
        self.checks
            .iter()
            .filter(|row| match row.result.as_ref().map(|r| r.status) {
                Some(CheckStatus::Fail) | None => true,
                Some(CheckStatus::Warn) => row.overridden.is_none(),
                Some(CheckStatus::Pass | CheckStatus::Skip) => false,
            })
            .collect()
    }

    /// What only the operator can bring forward now, if anything.
    pub fn need(&self) -> Option<Need> {
        if self.ended.is_some() || self.is_history() {
            return None;
        }
        if self.run.is_none() {
            let survey = self.survey.as_ref()?;
            let found = &survey.version;
            return match &found.range {
                Some(range) if found.deployed.is_none() && survey.unfinished.is_none() => {
                    Some(Need::From { range: range.clone() })
                }
                _ => None,
            };
        }
        match self.run_state? {
            RunState::AwaitingApproval => Some(Need::Approve),
            RunState::AwaitingConfirmation => Some(Need::Confirm),
            RunState::Failed if self.only_set_aside() => self.set_aside_need(),
            // Beside it others may be under way, or come first.
            RunState::Failed | RunState::NeedsOperator => self.steps.iter().find_map(|row| match &row.state {
                StepState::Failed { error, .. } => Some(Need::Failed { key: row.key.clone(), error: error.clone() }),
                StepState::Unknown { intent } => Some(Need::Settle { key: row.key.clone(), intent: intent.clone() }),
                StepState::Asking => Some(Need::Answer { key: row.key.clone() }),
                _ => None,
            }),
            _ => None,
        }
    }
}
