//! When a key works, and what the bar calls it then.

use super::copy;
use super::model::{Model, Screen};
use super::notes::NextRead;
use super::popup::Popup;
use super::view;
use crate::model::{CheckStatus, Need, Phase, RunState, StepRow, Work};
use crate::words::keys as words;

/// Always.
pub fn always(_: &Model) -> bool {
    true
}

/// What Enter would do; empty when it does nothing.
pub fn next_label(model: &Model) -> &'static str {
    let state = &model.state;
    let drives = model.drives();
    let before_run = state.run.is_none();
    if before_run && state.ended.is_none() && !drives {
        return "";
    }
    match model.screen {
        Screen::Deployment if !before_run => words::NEXT,
        Screen::Deployment => match (&state.survey, state.need()) {
            (None, _) => "",
            (Some(survey), _) if survey.problem.is_some() => "",
            (Some(survey), _) if survey.unfinished.is_some() => words::RESUME,
            (_, Some(Need::From { .. })) => words::SAY_VERSION,
            (Some(survey), _) if survey.targets.is_empty() => "",
            _ => words::NEXT,
        },
        Screen::Notes if !before_run => words::NEXT,
        Screen::Notes => match model.open_page().map(|open| open.next(model)) {
            None if state.route.is_some() => words::TO_CHECKS,
            None => "",
            Some(NextRead::Item(_)) => words::MARK_READ,
            Some(NextRead::Scroll(_)) => words::READ_ON,
            Some(NextRead::End | NextRead::Over) if model.unread().len() > 1 => words::NEXT_PAGE,
            Some(NextRead::End | NextRead::Over) => words::TO_CHECKS,
        },
        Screen::Checks if !before_run => words::NEXT,
        Screen::Checks if !state.checks_ended => "",
        Screen::Checks if state.blocking_checks().is_empty() => words::NEXT,
        Screen::Checks if overridable(model) => words::OVERRIDE,
        Screen::Checks => words::TO_PROBLEM,
        Screen::Maintenance if before_run => words::CHOOSE,
        Screen::Maintenance => {
            if model.stage() > Screen::Maintenance {
                words::NEXT
            } else {
                ""
            }
        }
        Screen::Plan if model.detail => match model.cursor() + 1 < state.steps.len() {
            _ if model.scroll < view::furthest(model) => words::READ_ON,
            true => words::NEXT_STEP,
            false if model.approvable().is_some() => words::TO_APPROVAL,
            false => words::TO_LIST,
        },
        Screen::Plan if model.cursor() < state.steps.len() => words::OPEN,
        Screen::Plan if model.approvable().is_some() && drives => words::APPROVE,
        Screen::Plan if model.stage() > Screen::Plan => words::NEXT,
        Screen::Plan => "",
        Screen::Run => match model.need() {
            Some(Need::Failed { .. } | Need::Settle { .. }) if drives => words::DECIDE,
            Some(Need::Answer { .. }) if drives => words::ANSWER,
            _ if model.stage() > Screen::Run => words::NEXT,
            _ => "",
        },
        Screen::Confirm if model.need() == Some(Need::Confirm) && drives => words::CONFIRM,
        Screen::Confirm => {
            if model.stage() > Screen::Confirm {
                words::NEXT
            } else {
                ""
            }
        }
        Screen::End => words::LEAVE,
    }
}

/// Whether Enter does something.
pub fn next(model: &Model) -> bool {
    !model.decided() && !next_label(model).is_empty()
}

/// Whether notes are read to go on, and not only read again.
pub fn mark(model: &Model) -> bool {
    model.screen == Screen::Notes && model.state.run.is_none() && model.drives()
}

/// Whether something on the open page is still to be read.
pub fn unread(model: &Model) -> bool {
    mark(model) && model.open_page().is_some_and(|open| open.next(model) != NextRead::Over)
}

/// Whether the popup's text is longer than its place. The help, which lists the keys of what it lies over, is asked
/// about itself nowhere.
pub fn long(model: &Model) -> bool {
    !matches!(model.popup, Some(Popup::Help { .. })) && view::furthest_over(model) > 0
}

/// Whether the checks can be run again.
pub fn checks(model: &Model) -> bool {
    let idle = model.state.checks_ended || model.state.checks.is_empty();
    model.screen == Screen::Checks && model.state.run.is_none() && model.drives() && idle
}

/// Whether the selected check is a warning that can be overridden.
pub fn overridable(model: &Model) -> bool {
    let row = model.state.checks.get(model.cursor());
    let warns = row.is_some_and(|row| {
        row.overridden.is_none() && row.result.as_ref().is_some_and(|r| r.status == CheckStatus::Warn)
    });
    model.screen == Screen::Checks && model.state.run.is_none() && model.drives() && warns
}

/// Whether the operator may say which version is deployed.
pub fn say_version(model: &Model) -> bool {
    let known = model.state.survey.as_ref().is_some_and(|s| s.problem.is_none() && s.unfinished.is_none());
    model.screen == Screen::Deployment && model.state.run.is_none() && model.drives() && known
}

/// Whether the plan waits to be approved.
pub fn approve(model: &Model) -> bool {
    model.screen == Screen::Plan && model.approvable().is_some() && model.drives()
}

/// Whether a failed step waits for a decision on this screen.
pub fn failed(model: &Model) -> bool {
    model.screen == Screen::Run && model.drives() && matches!(model.need(), Some(Need::Failed { .. }))
}

/// Whether the failed step may be skipped.
pub fn skippable(model: &Model) -> bool {
    match model.need() {
        Some(Need::Failed { key, .. }) => failed(model) && model.state.step(&key).is_some_and(|step| step.optional),
        _ => false,
    }
}

/// Whether the run can be paused, or go on after a pause.
pub fn pausable(model: &Model) -> bool {
    let state = model.state.run_state;
    model.screen == Screen::Run && model.drives() && matches!(state, Some(RunState::Running | RunState::Paused))
}

/// Whether something is under way whose pace can be changed.
pub fn paced(model: &Model) -> bool {
    let backfill = |row: &&StepRow| model.state.step(&row.key).is_some_and(|s| matches!(s.work, Work::Backfill(_)));
    model.screen == Screen::Run && model.drives() && model.state.under_way().iter().any(backfill)
}

/// Pause or go on.
pub fn pause_label(model: &Model) -> &'static str {
    if model.state.run_state == Some(RunState::Paused) { words::GO } else { words::PAUSE }
}

/// Whether the run can be stopped.
pub fn stoppable(model: &Model) -> bool {
    let working = !matches!(
        model.state.run_state,
        None | Some(RunState::Stopped | RunState::Done | RunState::Abandoned | RunState::AwaitingApproval)
    );
    model.screen == Screen::Run && model.under_way() && model.drives() && working
}

/// Whether this front end can be closed while the run goes on.
pub fn detachable(model: &Model) -> bool {
    model.screen == Screen::Run && model.under_way() && model.detachable
}

/// Whether another front end drives.
pub fn watching(model: &Model) -> bool {
    !model.wheel.yours && !model.gone && model.state.ended.is_none()
}

/// Whether an earlier screen is looked at again.
pub fn forward(model: &Model) -> bool {
    model.state.run.is_some() && model.screen < model.stage()
}

/// Whether there is an earlier screen, or something open to close.
pub fn back(model: &Model) -> bool {
    model.detail || model.screen != Screen::Deployment
}

/// Whether up and down do something.
pub fn movable(model: &Model) -> bool {
    match model.screen {
        Screen::Deployment | Screen::Checks | Screen::Maintenance | Screen::Run => rows(model) > 1,
        Screen::Notes | Screen::Plan | Screen::Confirm | Screen::End => true,
    }
}

/// Whether there is a second pane to scroll.
pub fn scrollable(model: &Model) -> bool {
    let filled = match model.screen {
        Screen::Deployment => model.state.survey.is_some(),
        Screen::Checks => !model.state.checks.is_empty(),
        Screen::Maintenance => model.state.plan.is_some(),
        Screen::Run => !model.state.log.is_empty(),
        Screen::Notes | Screen::Plan | Screen::Confirm | Screen::End => false,
    };
    filled && !model.detail
}

/// Whether a question of the set-up is open.
pub fn asked(model: &Model) -> bool {
    model.set_up.as_ref().is_some_and(|set_up| set_up.question().is_some())
}

/// Whether there is an earlier question.
pub fn question_before(model: &Model) -> bool {
    model.set_up.as_ref().is_some_and(|set_up| set_up.interview.can_go_back())
}

/// Whether what stands below the question is longer than its place.
pub fn below_question(model: &Model) -> bool {
    model.set_up.is_some() && view::furthest(model) > 0
}

/// Whether Tab leads somewhere.
pub fn parts(model: &Model) -> bool {
    !model.detail && matches!(model.screen, Screen::Notes | Screen::Plan)
}

/// Whether there is text to search.
pub fn searchable(model: &Model) -> bool {
    !model.detail && matches!(model.screen, Screen::Notes | Screen::Checks | Screen::Plan | Screen::Run)
}

/// Whether there is text to copy.
pub fn copyable(model: &Model) -> bool {
    copy::text(model).is_some()
}

/// Whether a search can be repeated.
pub fn searched(model: &Model) -> bool {
    searchable(model) && model.search.is_some()
}

/// Whether this process may be suspended: not while it carries out the steps itself.
pub fn suspendable(model: &Model) -> bool {
    model.detachable
}

/// The rows among which the cursor moves on this screen.
pub fn rows(model: &Model) -> usize {
    let state = &model.state;
    match model.screen {
        Screen::Deployment => match &state.survey {
            // A target is chosen once it is known from where.
            Some(survey) if survey.unfinished.is_some() && state.run.is_none() => 0,
            Some(survey) if survey.problem.is_none() && survey.version.deployed.is_some() => survey.targets.len(),
            _ => 0,
        },
        Screen::Checks => state.checks.len(),
        Screen::Maintenance if state.run.is_none() => {
            if needs_maintenance(model) {
                3
            } else {
                1
            }
        }
        Screen::Plan => state.steps.len() + 1,
        Screen::Run => state.steps.len(),
        Screen::Maintenance | Screen::Notes | Screen::Confirm | Screen::End => 0,
    }
}

/// Whether the plan has steps that lead into maintenance.
pub fn needs_maintenance(model: &Model) -> bool {
    model.state.plan.iter().flat_map(|plan| &plan.steps).any(|step| step.phase == Phase::Enter)
}

/// Whether a run of the past goes on.
pub fn playable(model: &Model) -> bool {
    model.replay.as_ref().is_some_and(|replay| !replay.over)
}

/// What the space bar does to it.
pub fn play_label(model: &Model) -> &'static str {
    let paused = model.replay.as_ref().is_some_and(|replay| replay.paused);
    if paused { words::GO } else { words::PAUSE }
}
