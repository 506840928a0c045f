//! What the operator is asked now. It follows from the state and from what the desk remembers, so that a question
//! comes up again exactly when its reason does.

use super::desk::Desk;
use crate::model::{CheckStatus, Need, State};

/// A question of the plain front end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Wheel,
    Unfinished,
    From {
        range: String,
    },
    Target,
    /// An item of a page of notes, or with `None` the page's end.
    Read {
        release: String,
        item: Option<usize>,
    },
    /// Not asked of anybody: checks change nothing, so they begin by themselves.
    Checks,
    Failing,
    Warning {
        check: String,
    },
    Maintenance,
    Plan {
        key: String,
    },
    NoReturn {
        key: String,
    },
    AtEnd,
    Approve {
        hash: String,
    },
    Failed {
        key: String,
    },
    Settle {
        key: String,
        intent: String,
    },
    Confirm,
    Reason(ReasonFor),
}

/// What a reason is given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReasonFor {
    Warning(String),
    NoMaintenance,
    Skipping(String),
}

/// The question that the operator has to answer before anything goes on.
pub(super) fn question(state: &State, desk: &Desk) -> Option<Question> {
    if state.ended.is_some() {
        return None;
    }
    if !desk.driving {
        return (!desk.watches).then_some(Question::Wheel);
    }
    let asked = if state.run.is_none() { before(state) } else { during(state, desk) };
    // A reason is asked for only as long as its choice is still open.
    match (&desk.reason, asked) {
        (Some((choice, reason)), Some(asked)) if *choice == asked => Some(Question::Reason(reason.clone())),
        (_, asked) => asked,
    }
}

fn before(state: &State) -> Option<Question> {
    let survey = state.survey.as_ref()?;
    if survey.problem.is_some() {
        return None;
    }
    if survey.unfinished.is_some() {
        return Some(Question::Unfinished);
    }
    if let Some(Need::From { range }) = state.need() {
        return Some(Question::From { range });
    }
    if survey.targets.is_empty() {
        return None;
    }
    if state.route.is_none() {
        return Some(Question::Target);
    }
    if let Some((release, item)) = state.unread().into_iter().next() {
        return Some(Question::Read { release, item });
    }
    if !state.checks_ended {
        return state.checks.is_empty().then_some(Question::Checks);
    }
    let blocking = state.blocking_checks();
    let warns = |status| status == CheckStatus::Warn;
    if blocking.iter().any(|row| !row.result.as_ref().is_some_and(|result| warns(result.status))) {
        return Some(Question::Failing);
    }
    match blocking.first() {
        Some(row) => Some(Question::Warning { check: row.id.clone() }),
        None => state.maintenance.is_none().then_some(Question::Maintenance),
    }
}

fn during(state: &State, desk: &Desk) -> Option<Question> {
    match state.need()? {
        Need::Approve => approve(state, desk),
        Need::Answer { key } => Some(Question::Plan { key }),
        Need::Failed { key, .. } => Some(Question::Failed { key }),
        Need::Settle { key, intent } => Some(Question::Settle { key, intent }),
        Need::Confirm => Some(Question::Confirm),
        Need::From { .. } => None,
    }
}

fn approve(state: &State, desk: &Desk) -> Option<Question> {
    let hash = &state.plan.as_ref()?.hash;
    if let Some(step) = state.open_questions().first() {
        return Some(Question::Plan { key: step.key.clone() });
    }
    if let Some(step) = state.irreversible().iter().find(|step| !desk.is_sure(hash, &step.key)) {
        return Some(Question::NoReturn { key: step.key.clone() });
    }
    if desk.at_end.is_none() {
        return Some(Question::AtEnd);
    }
    Some(Question::Approve { hash: hash.clone() })
}
