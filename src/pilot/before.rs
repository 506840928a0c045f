//! Before a run begins: nothing is changed, so that giving up is always safe.

use super::policy::same_version;
use super::{Move, Policy};
use crate::model::{CheckRow, CheckStatus, Decision, Exit, MaintenanceChoice, Need, State, Survey};
use crate::words::plain::give;

pub(super) fn want(state: &State, policy: &Policy) -> Move {
    let Some(survey) = &state.survey else { return Move::Wait };
    if let Some((exit, text)) = &survey.problem {
        return Move::give(*exit, text);
    }
    if let Some(unfinished) = &survey.unfinished {
        return match &policy.to {
            _ if !policy.tags.is_empty() && policy.tags != unfinished.tags => {
                Move::give(Exit::OperatorNeeded, give::other_work(unfinished))
            }
            Some(to) if !same_version(to, &unfinished.to) => {
                Move::give(Exit::OperatorNeeded, give::other_target(unfinished, to))
            }
            _ => Move::Decide(Decision::Resume),
        };
    }
    if let Some(from) = &policy.from
        && !stands(survey, from)
    {
        return Move::Decide(Decision::SetFrom { version: from.clone(), force: policy.force });
    }
    if let Some(Need::From { range }) = state.need() {
        return Move::give(Exit::OperatorNeeded, give::from_needed(&range));
    }
    if !policy.tags.is_empty() {
        return match &state.plan {
            Some(plan) if plan.tags == policy.tags => read_and_check(state, policy),
            _ => Move::Decide(Decision::RunTags { tags: policy.tags.clone(), force: policy.force }),
        };
    }
    // Without a target the engine ends the session by itself: there is nothing to do. Where a version was named it
    // waits for one, and ends when that is where the data are.
    let newest = survey.targets.last().map(|target| &target.version);
    let here = survey.version.deployed.as_ref().filter(|_| policy.from.is_some());
    let Some(to) = policy.to.as_ref().or(newest).or(here) else { return Move::Wait };
    match &state.route {
        Some(route) if same_version(&route.to, to) => read_and_check(state, policy),
        _ => Move::Decide(Decision::ChooseTarget { version: to.clone() }),
    }
}

/// Whether `from` is what counts as the deployed version already.
fn stands(survey: &Survey, from: &str) -> bool {
    survey.version.deployed.as_deref().is_some_and(|deployed| same_version(deployed, from))
}

fn read_and_check(state: &State, policy: &Policy) -> Move {
    if let Some((release, item)) = state.unread().into_iter().next() {
        let page = state.route.iter().flat_map(|route| &route.notes).find(|page| page.release == release);
        let hash = page.map(|page| page.hash.clone()).unwrap_or_default();
        return Move::Decide(Decision::Acknowledge { release, item, hash });
    }
    if !state.checks_ended {
        return if state.checks.is_empty() { Move::Decide(Decision::RunChecks) } else { Move::Wait };
    }
    judge(state, policy)
}

fn judge(state: &State, policy: &Policy) -> Move {
    let blocking = state.blocking_checks();
    let reason = |row: &CheckRow| {
        let warning = row.result.as_ref().is_some_and(|result| result.status == CheckStatus::Warn);
        policy.accept.get(&row.id).filter(|reason| warning && !reason.trim().is_empty())
    };
    let open: Vec<_> = blocking.iter().copied().filter(|row| reason(row).is_none()).collect();
    if !open.is_empty() {
        return Move::give(Exit::CheckFailed, give::checks_failed(&open));
    }
    if let Some((row, reason)) = blocking.first().and_then(|row| Some((row, reason(row)?))) {
        return Move::Decide(Decision::Override { check: row.id.clone(), reason: reason.clone() });
    }
    if state.maintenance.is_some() {
        return Move::Wait;
    }
    let choice = match &policy.skip_maintenance {
        Some(reason) => MaintenanceChoice::Skip { reason: reason.clone() },
        None => MaintenanceChoice::AtStep,
    };
    Move::Decide(Decision::Maintenance { choice })
}
