//! Whether an upgrade may run with nobody there: what keeps it from that, a line each.

use std::collections::BTreeMap;

use crate::model::{
    CheckStatus, Kind, MaintenanceChoice, Offline, Phase, PlannedStep, RunState, Service, State, Step, StepState, Work,
};

/// Checks that did not pass and were not accepted.
pub fn of_checks(state: &State, accepted: &BTreeMap<String, String>) -> Vec<String> {
    let open = state.blocking_checks().into_iter().filter(|row| {
        let warns = row.result.as_ref().is_some_and(|result| result.status == CheckStatus::Warn);
        !(warns && accepted.contains_key(&row.id))
    });
    open.map(|row| match &row.result {
        Some(result) => format!("the check `{}` does not pass: {}", row.id, result.found),
        None => format!("the check `{}` was not answered", row.id),
    })
    .collect()
}

/// Steps that need an operator, or users to be locked out.
pub fn of_steps<'a>(steps: impl Iterator<Item = &'a PlannedStep>) -> Vec<String> {
    steps.filter_map(|step| Some(format!("{}: {}", step.key, of_step(step)?))).collect()
}

fn of_step(step: &PlannedStep) -> Option<&'static str> {
    if asks(&step.work) {
        Some("it asks a question that has no default")
    } else if step.point_of_no_return {
        Some("after it only the backup leads back")
    } else if step.phase == Phase::Enter || step.offline > Offline::No {
        Some("it needs the service to be in maintenance")
    } else {
        None
    }
}

fn asks(work: &Work) -> bool {
    match work {
        Work::Ask(ask) => ask.default.is_none(),
        Work::Repeat(listed) => std::iter::once(&listed.step).chain(&listed.actions).any(asks_within),
        _ => false,
    }
}

fn asks_within(step: &Step) -> bool {
    match &step.kind {
        Kind::Ask(ask) => ask.default.is_none(),
        Kind::Steps(steps) => steps.iter().any(asks_within),
        _ => false,
    }
}

/// What keeps a run that was left from going on.
pub fn of_run(state: &State) -> Vec<String> {
    let mut reasons = Vec::new();
    match state.run_state {
        Some(RunState::Failed) => reasons.push("a step failed".to_owned()),
        Some(RunState::NeedsOperator) => reasons.push("it waits for an operator".to_owned()),
        _ => {}
    }
    if state.approved && state.at_end == crate::model::AtEnd::Wait {
        reasons.push("whoever approved it wants to be there at its end".to_owned());
    }
    if state.plan.as_ref().is_some_and(|plan| !plan.tags.is_empty()) {
        reasons.push("it runs single actions and is no upgrade".to_owned());
    }
    if state.service != Service::Up || state.maintenance == Some(MaintenanceChoice::Now) {
        reasons.push("it has put the service into maintenance".to_owned());
    }
    for row in &state.steps {
        if matches!(row.state, StepState::Unknown { .. } | StepState::Asking) {
            reasons.push(format!("{}: only an operator can say what happens with it", row.key));
        }
    }
    let open = state.steps.iter().filter(|row| !row.state.is_over()).filter_map(|row| state.step(&row.key));
    // What was answered is not asked again.
    let open = open.filter(|step| !(matches!(step.work, Work::Ask(_)) && state.answers.contains_key(&step.key)));
    reasons.extend(of_steps(open));
    reasons
}
