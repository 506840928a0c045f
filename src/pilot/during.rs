//! From the first change on.

use super::{Move, Policy, Sent};
use crate::model::{AtEnd, Decision, Exit, Need, Plan, PlannedStep, RunState, State, StepRow, StepState, Work};
use crate::words::plain::give;

pub(super) fn want(state: &State, policy: &Policy, sent: &Sent) -> Move {
    let Some(plan) = &state.plan else { return Move::Wait };
    // While it prepares, the engine may still put the plan together.
    if matches!(state.run_state, None | Some(RunState::Preparing)) {
        return Move::Wait;
    }
    if let Some(approved) = &policy.plan_hash
        && !approved.trim().eq_ignore_ascii_case(&plan.hash)
    {
        return Move::give(Exit::PlanDiffers, give::plan_differs(approved, &plan.hash));
    }
    match state.need() {
        None | Some(Need::From { .. }) => Move::Wait,
        Some(Need::Approve) => approve(state, plan, policy, sent),
        Some(Need::Answer { key }) => match state.step(&key) {
            Some(step) => after_all(state, answer(state, step, policy, sent)),
            None => Move::Wait,
        },
        Some(Need::Failed { key, .. }) if policy.accept.contains_key(&key) && is_set_aside(state, &key) => {
            let reason = policy.accept[&key].clone();
            Move::Decide(Decision::Skip { key, reason })
        }
        Some(Need::Failed { key, error }) => {
            let text = give::step_failed(&key, title(state, &key), &error);
            after_all(state, Move::give(Exit::StepFailed, text))
        }
        Some(Need::Settle { key, intent }) => after_all(state, settle(state, policy, sent, key, &intent)),
        Some(Need::Confirm) if !policy.approves() && state.at_end == AtEnd::Wait => {
            Move::give(Exit::OperatorNeeded, give::confirm(&plan.to, &state.file))
        }
        Some(Need::Confirm) => Move::Decide(Decision::Confirm { version: plan.to.clone() }),
    }
}

/// Items that are under way beside the one that cannot go on are brought to their end before the pilot gives up.
fn after_all(state: &State, decided: Move) -> Move {
    // After a failure nothing is tried again.
    let goes_on = |row: &&StepRow| match row.state {
        StepState::Waiting { .. } => state.run_state != Some(RunState::Failed),
        _ => true,
    };
    match decided {
        Move::Give { .. } if state.under_way().iter().any(goes_on) => Move::Wait,
        decided => decided,
    }
}

fn approve(state: &State, plan: &Plan, policy: &Policy, sent: &Sent) -> Move {
    if let Some(step) = state.open_questions().first() {
        return answer(state, step, policy, sent);
    }
    let points = state.irreversible();
    if !points.is_empty() && !policy.allow_irreversible {
        let named: Vec<_> = points.iter().map(|step| (step.key.as_str(), step.title.as_str())).collect();
        return Move::give(Exit::OperatorNeeded, give::irreversible(&named));
    }
    Move::Decide(Decision::Approve {
        hash: plan.hash.clone(),
        version: plan.to.clone(),
        irreversible: points.iter().map(|step| step.key.clone()).collect(),
        at_end: policy.at_end,
    })
}

fn answer(state: &State, step: &PlannedStep, policy: &Policy, sent: &Sent) -> Move {
    // Only questions ask; should another step do so, the engine will say more in its next event.
    let Work::Ask(ask) = &step.work else { return Move::Wait };
    let said = policy.answer(&step.key, keys(state, |work| matches!(work, Work::Ask(_))));
    let default = ask.default.as_ref().filter(|_| policy.defaults).map(|default| default.text.as_str());
    let Some(value) = said.or(default) else {
        return Move::give(Exit::OperatorNeeded, give::question(&step.key, ask));
    };
    let decision = Decision::Answer { key: step.key.clone(), value: value.to_owned() };
    sent.once(&step.key, decision, || Move::give(Exit::OperatorNeeded, give::asked_again(&step.key, value)))
}

fn settle(state: &State, policy: &Policy, sent: &Sent, key: String, intent: &str) -> Move {
    let needed = || {
        let text = give::settle(&key, title(state, &key), intent);
        Move::give(Exit::OperatorNeeded, text)
    };
    let done = match policy.answer(&key, keys(state, |work| !matches!(work, Work::Ask(_)))) {
        Some("done") => true,
        Some("again") => false,
        _ => return needed(),
    };
    // *Again* is said once: when the step is unknown a second time, somebody has to look a second time.
    sent.once(&key, Decision::Settle { key: key.clone(), done }, needed)
}

fn is_set_aside(state: &State, key: &str) -> bool {
    state.set_aside().iter().any(|aside| aside == key)
}

fn title<'a>(state: &'a State, key: &str) -> &'a str {
    state.step(key).map_or("", |step| &step.title)
}

fn keys(state: &State, wanted: impl Fn(&Work) -> bool) -> impl Iterator<Item = &str> {
    let steps = state.plan.iter().flat_map(|plan| &plan.steps);
    steps.filter(move |step| wanted(&step.work)).map(|step| step.key.as_str())
}
