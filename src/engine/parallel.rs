//! Items of a `repeat` with `parallel`: which of their steps may begin beside those that are under way.
//!
//! The steps of one item stay in their order, and the step behind the items waits for all of them. Nothing that was
//! begun is ever ended here: where an item fails or needs the operator, it is only decided what does not begin.

use super::machine::Machine;
use crate::model::{Phase, PlannedStep, RunState, StepRow, StepState};
use crate::step::Control;

/// What comes next among the items.
enum Next {
    Begin(Box<PlannedStep>),
    /// Nothing begins before the operator has decided.
    Held(RunState),
    /// Something ends first, or a wait does.
    Later,
}

/// Why a step should begin before others. The order is theirs.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// An earlier runner began it, and its program may be alive.
    LeftBehind,
    /// Its item has been begun.
    Begun,
    New,
}

impl Machine {
    /// Begins what may be under way beside what is.
    pub(super) fn begin_beside(&mut self) {
        while !self.ended && self.leaving.is_none() && self.stopping.is_none() && self.control != Control::Pause {
            match self.next_item() {
                Next::Begin(step) if self.waits_for_window(&step) => return,
                Next::Begin(step) => self.begin(&step),
                Next::Held(state) => return self.needs_operator(state),
                Next::Later => return,
            }
        }
    }

    /// An attempt has ended, or does not come about.
    pub(super) fn no_longer_runs(&mut self, key: &str) {
        self.running.retain(|running| running != key);
    }

    /// Whether nothing more of the items is begun, since one has failed, or something else is under way.
    pub(super) fn is_held_back(&self, step: &PlannedStep) -> bool {
        step.parallel.as_ref().is_some_and(|parallel| self.an_item_failed() || !self.is_all_that_runs(&parallel.repeat))
    }

    /// Whether an item has failed of those that are done at the same time.
    pub(super) fn an_item_failed(&self) -> bool {
        let steps = self.state.plan.iter().flat_map(|plan| &plan.steps).zip(&self.state.steps);
        steps.into_iter().any(|(step, row)| step.parallel.is_some() && matches!(row.state, StepState::Failed { .. }))
    }

    /// Whether only items of this `repeat` are under way. An item of another one may be tried again meanwhile.
    fn is_all_that_runs(&self, repeat: &str) -> bool {
        let belongs = |key: &String| key.strip_prefix(repeat).is_some_and(|rest| rest.starts_with('/'));
        self.running.iter().all(belongs)
    }

    /// The steps of the `repeat` whose turn it is, with how each of them stands. Where another step stands between them,
    /// such as one that leads into maintenance, only those on this side of it.
    fn items_at_hand(&self) -> Vec<(&PlannedStep, &StepRow)> {
        let Some(plan) = &self.state.plan else { return Vec::new() };
        // Rows stand in the order of the plan.
        let rows = &self.state.steps;
        let open =
            |at: &usize| !rows[*at].state.is_over() && (self.state.approved || plan.steps[*at].phase == Phase::Enter);
        let Some(first) = (0..plan.steps.len().min(rows.len())).find(open) else { return Vec::new() };
        let Some(parallel) = &plan.steps[first].parallel else { return Vec::new() };
        let same = |step: &PlannedStep| step.parallel.as_ref().is_some_and(|p| p.repeat == parallel.repeat);
        let begin = plan.steps[..first].iter().rposition(|step| !same(step)).map_or(0, |before| before + 1);
        plan.steps[begin..].iter().zip(&rows[begin..]).take_while(|(step, _)| same(step)).collect()
    }

    fn next_item(&self) -> Next {
        let steps = self.items_at_hand();
        let Some(parallel) = steps.first().and_then(|(step, _)| step.parallel.as_ref()) else { return Next::Later };
        let (most, alone) = (parallel.most, self.is_all_that_runs(&parallel.repeat));
        let failed = self.an_item_failed();
        let (mut under_way, mut in_doubt) = (0, false);
        let mut next: Option<(Turn, &PlannedStep)> = None;
        for steps in steps.chunk_by(|(one, _), (other, _)| one.parallel == other.parallel) {
            let Some((step, row)) = steps.iter().find(|(_, row)| !row.state.is_over()) else { continue };
            let turn = match &row.state {
                _ if self.running.contains(&step.key) => None,
                StepState::Failed { .. } => continue,
                StepState::Asking | StepState::Unknown { .. } => {
                    in_doubt = true;
                    None
                }
                // Its own timer brings it forward.
                StepState::Waiting { .. } => None,
                StepState::Running { .. } | StepState::Verifying { .. } => Some(Turn::LeftBehind),
                _ if steps.iter().any(|(_, row)| row.began.is_some() || row.state.is_over()) => Some(Turn::Begun),
                _ => Some(Turn::New),
            };
            match turn {
                None => under_way += 1,
                Some(turn) if next.as_ref().is_none_or(|(first, _)| turn < *first) => next = Some((turn, step)),
                Some(_) => {}
            }
        }
        match next {
            _ if !alone => Next::Later,
            Some((Turn::LeftBehind, step)) => Next::Begin(Box::new(step.clone())),
            Some((Turn::Begun, step)) if under_way < most && !failed => Next::Begin(Box::new(step.clone())),
            Some((Turn::New, step)) if under_way < most && !failed && !in_doubt => Next::Begin(Box::new(step.clone())),
            _ if failed => Next::Held(RunState::Failed),
            _ if in_doubt => Next::Held(RunState::NeedsOperator),
            _ => Next::Later,
        }
    }
}
