//! What a typed line says to a question.

use super::desk::Desk;
use super::question::{Question, ReasonFor};
use crate::model::{AtEnd, Decision, MaintenanceChoice, PlannedStep, State, Work};
use crate::words::plain::{ask, plan};

/// What follows from a typed line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    Decide(Decision),
    TakeWheel,
    /// The desk remembers it; another question follows.
    Noted,
    /// Say this and ask again.
    Again(Vec<String>),
    /// The operator leaves; a run waits or goes on.
    Leave,
}

fn again(text: impl Into<String>) -> Reply {
    Reply::Again(vec![text.into()])
}

/// Reads `line` as the answer to `question`.
pub(super) fn read(question: &Question, line: &str, state: &State, desk: &mut Desk) -> Reply {
    let line = line.trim();
    if matches!(line, "quit" | "q") && !takes_any_text(question, state) {
        return Reply::Leave;
    }
    match question {
        Question::Reason(wanted) => reason(wanted, line, desk),
        Question::From { .. } if line.is_empty() => again(ask::NOT_A_CHOICE),
        Question::From { .. } => Reply::Decide(Decision::SetFrom { version: line.to_owned(), force: false }),
        Question::Plan { key } => answer(state, key, line),
        Question::NoReturn { .. } | Question::Approve { .. } if line.starts_with("show ") => show(state, line),
        Question::NoReturn { key } => sure(state, desk, key, line),
        Question::Approve { .. } => approve(state, desk, line),
        Question::Confirm => match state.plan.as_ref() {
            Some(plan) if plan.to == line => Reply::Decide(Decision::Confirm { version: line.to_owned() }),
            Some(plan) => again(ask::not_typed(&plan.to)),
            None => Reply::Noted,
        },
        _ => match line.parse::<usize>() {
            Ok(number) => chosen(question, number, state, desk),
            Err(_) => again(ask::NOT_A_CHOICE),
        },
    }
}

/// Whether `quit` could be an answer. The end of input leaves such questions.
fn takes_any_text(question: &Question, state: &State) -> bool {
    match question {
        Question::Reason(_) => true,
        Question::Plan { key } => {
            matches!(state.step(key).map(|step| &step.work), Some(Work::Ask(spec)) if spec.typed.is_none() && spec.choices.is_empty())
        }
        _ => false,
    }
}

fn chosen(question: &Question, number: usize, state: &State, desk: &mut Desk) -> Reply {
    let mut ask_reason = |reason| {
        desk.reason = Some((question.clone(), reason));
        Reply::Noted
    };
    match (question, number) {
        (Question::Wheel, 1) => Reply::TakeWheel,
        (Question::Wheel, 2) => {
            desk.watches = true;
            Reply::Noted
        }
        (Question::Unfinished, 1) => Reply::Decide(Decision::Resume),
        (Question::Unfinished, 2) => Reply::Leave,
        (Question::Target, _) => match state.survey.iter().flat_map(|s| &s.targets).nth(number.wrapping_sub(1)) {
            Some(target) => Reply::Decide(Decision::ChooseTarget { version: target.version.clone() }),
            None => again(ask::NOT_A_CHOICE),
        },
        (Question::Read { release, item }, 1) => {
            let page = state.route.iter().flat_map(|route| &route.notes).find(|page| &page.release == release);
            let hash = page.map(|page| page.hash.clone()).unwrap_or_default();
            Reply::Decide(Decision::Acknowledge { release: release.clone(), item: *item, hash })
        }
        (Question::Failing | Question::Warning { .. }, 1) => Reply::Decide(Decision::RunChecks),
        (Question::Warning { check }, 2) => ask_reason(ReasonFor::Warning(check.clone())),
        (Question::Maintenance, 1) => maintenance(MaintenanceChoice::AtStep),
        (Question::Maintenance, 2) => maintenance(MaintenanceChoice::Now),
        (Question::Maintenance, 3) => ask_reason(ReasonFor::NoMaintenance),
        (Question::AtEnd, 1 | 2) => {
            desk.at_end = Some(if number == 1 { AtEnd::Record } else { AtEnd::Wait });
            Reply::Noted
        }
        (Question::Failed { key }, 1) => Reply::Decide(Decision::Retry { key: key.clone() }),
        (Question::Failed { key }, 2) if state.step(key).is_some_and(|step| step.optional) => {
            ask_reason(ReasonFor::Skipping(key.clone()))
        }
        (Question::Failed { .. }, 2) => again(ask::NO_SKIP),
        (Question::Failed { .. } | Question::Settle { .. }, 3) => Reply::Decide(Decision::Stop),
        (Question::Settle { key, .. }, 1 | 2) => {
            Reply::Decide(Decision::Settle { key: key.clone(), done: number == 1 })
        }
        _ => again(ask::NOT_A_CHOICE),
    }
}

fn maintenance(choice: MaintenanceChoice) -> Reply {
    Reply::Decide(Decision::Maintenance { choice })
}

fn reason(wanted: &ReasonFor, line: &str, desk: &mut Desk) -> Reply {
    desk.reason = None;
    if line.is_empty() {
        return Reply::Noted;
    }
    let reason = line.to_owned();
    Reply::Decide(match wanted {
        ReasonFor::Warning(check) => Decision::Override { check: check.clone(), reason },
        ReasonFor::NoMaintenance => Decision::Maintenance { choice: MaintenanceChoice::Skip { reason } },
        ReasonFor::Skipping(key) => Decision::Skip { key: key.clone(), reason },
    })
}

fn answer(state: &State, key: &str, line: &str) -> Reply {
    let Some(PlannedStep { work: Work::Ask(spec), .. }) = state.step(key) else { return Reply::Noted };
    let value = if let Some(word) = &spec.typed {
        if line != word {
            return again(ask::not_typed(word));
        }
        line
    } else if !spec.choices.is_empty() {
        let number = line.parse::<usize>().ok().and_then(|n| spec.choices.get(n.wrapping_sub(1)));
        match number.or(spec.default.as_ref().filter(|_| line.is_empty())) {
            Some(choice) => choice.text.as_str(),
            None => return again(ask::NOT_A_CHOICE),
        }
    } else if line.is_empty() {
        match &spec.default {
            Some(default) => default.text.as_str(),
            None => return again(ask::free(None)),
        }
    } else {
        line
    };
    Reply::Decide(Decision::Answer { key: key.to_owned(), value: value.to_owned() })
}

fn sure(state: &State, desk: &mut Desk, key: &str, line: &str) -> Reply {
    let Some(plan) = &state.plan else { return Reply::Noted };
    if line != "yes" {
        return again(ask::not_typed("yes"));
    }
    desk.sure.insert((plan.hash.clone(), key.to_owned()));
    Reply::Noted
}

fn approve(state: &State, desk: &Desk, line: &str) -> Reply {
    let Some(plan) = &state.plan else { return Reply::Noted };
    if line != plan.to {
        return again(ask::not_typed(&plan.to));
    }
    Reply::Decide(Decision::Approve {
        hash: plan.hash.clone(),
        version: line.to_owned(),
        irreversible: state.irreversible().iter().map(|step| step.key.clone()).collect(),
        at_end: desk.at_end.unwrap_or_default(),
    })
}

fn show(state: &State, line: &str) -> Reply {
    let number = line.trim_start_matches("show ").trim().parse::<usize>().ok();
    let step = number.and_then(|n| state.plan.as_ref()?.steps.get(n.wrapping_sub(1)));
    match step {
        Some(step) => Reply::Again(plan::detail(step)),
        None => again(ask::NO_SUCH_STEP),
    }
}
