//! What actions do on screens.

use super::approve;
use super::copy;
use super::find;
use super::keys::Action;
use super::model::{Model, Screen};
use super::notes::NextRead;
use super::popup::{Popup, Purpose};
use super::set_up;
use super::update::{Effect, open, send};
use super::view;
use super::when;
use crate::model::{Decision, MaintenanceChoice, Need, RunState};

/// Carries out an action on the screen.
pub fn on_screen(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => {
            shift(model, action);
            return read_end(model);
        }
        Action::ScrollUp => scroll(model, Action::Up, 1),
        Action::ScrollDown => scroll(model, Action::Down, 1),
        Action::NextPart => {
            next_part(model);
            return read_end(model);
        }
        Action::Next => return next(model),
        Action::Mark => return mark(model),
        Action::Back => return back(model),
        Action::Forward => return open(model, model.stage()),
        Action::Search => model.popup = Some(Popup::prompt(Purpose::Search)),
        Action::FindNext => find::find(model, true),
        Action::FindPrevious => find::find(model, false),
        Action::Help => model.popup = Some(Popup::Help { scroll: 0, below: None }),
        Action::Quit => return quit(model),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::RunChecks => return send(model, Decision::RunChecks),
        Action::Override => prompt_override(model),
        Action::SayVersion => model.popup = Some(Popup::prompt(Purpose::SetFrom)),
        Action::Approve => return approve::begin(model),
        Action::Pause => {
            let paused = model.state.run_state == Some(RunState::Paused);
            return send(model, if paused { Decision::Go } else { Decision::Pause });
        }
        Action::Slower | Action::Faster => {
            let now = model.state.pace();
            let next = if action == Action::Slower { now.slower() } else { now.faster() };
            return match next {
                Some(pace) => send(model, Decision::Pace { pace }),
                None => Vec::new(),
            };
        }
        Action::Stop => model.popup = Some(Popup::stop(model.moves())),
        Action::Detach => return vec![Effect::Quit { detached: true }],
        Action::Retry => {
            if let Some(Need::Failed { key, .. }) = model.need() {
                return send(model, Decision::Retry { key });
            }
        }
        Action::SkipStep => {
            if let Some(Need::Failed { key, .. }) = model.need() {
                model.popup = Some(Popup::prompt(Purpose::SkipStep { key }));
            }
        }
        Action::Copy => return copy::text(model).map(Effect::Copy).into_iter().collect(),
        Action::TakeWheel => return vec![Effect::TakeWheel],
        Action::Close | Action::Submit | Action::Clear => {}
    }
    Vec::new()
}

/// Scrolls the pane of text. A log is counted from its end: up leads back.
fn scroll(model: &mut Model, action: Action, page: usize) {
    let action = match action {
        _ if model.screen != Screen::Run => action,
        Action::Up => Action::Down,
        Action::Down => Action::Up,
        Action::PageUp => Action::PageDown,
        Action::PageDown => Action::PageUp,
        other => other,
    };
    model.scroll = moved(model.scroll, action, page, view::furthest(model));
}

fn shift(model: &mut Model, action: Action) {
    let page = model.body().0.saturating_sub(2).max(1);
    if model.screen == Screen::Notes {
        let Some(top) = model.open_page().map(|open| open.top) else { return };
        model.scroll_notes(moved(top, action, page, usize::MAX / 2));
        return;
    }
    let rows = when::rows(model);
    let pages = matches!(action, Action::PageUp | Action::PageDown);
    // A screen of text alone scrolls; beside a list, pages are those of the text.
    if model.detail || rows == 0 || (pages && when::scrollable(model)) {
        let page = if model.detail || rows == 0 { page } else { (page / 3).max(1) };
        scroll(model, action, page);
        return;
    }
    let row = moved(model.cursor(), action, page, rows - 1);
    if row != model.cursor() {
        model.scroll = 0;
    }
    model.cursors[model.screen as usize] = row;
}

fn moved(at: usize, action: Action, page: usize, last: usize) -> usize {
    match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => at + 1,
        Action::PageUp => at.saturating_sub(page),
        Action::PageDown => at + page,
        Action::Top => 0,
        Action::Bottom => last,
        _ => at,
    }
    .min(last)
}

fn next_part(model: &mut Model) {
    if model.screen == Screen::Notes {
        let pages = model.state.route.as_ref().map_or(0, |route| route.notes.len());
        if pages > 0 {
            model.turn_to((model.reading.page + 1) % pages);
        }
        return;
    }
    let Some(plan) = &model.state.plan else { return };
    let here = model.cursor();
    let hop = plan.steps.get(here).map(|step| step.hop);
    let next = (here + 1..plan.steps.len()).find(|i| Some(plan.steps[*i].hop) != hop);
    let last = plan.steps.len();
    model.cursors[Screen::Plan as usize] = if here >= last { 0 } else { next.unwrap_or(last) };
}

/// Coming to the end of a page by scrolling reads it.
fn read_end(model: &mut Model) -> Vec<Effect> {
    if !when::mark(model) {
        return Vec::new();
    }
    let Some(open) = model.open_page() else { return Vec::new() };
    if open.at_end() && !model.is_read(&open.note.release, None) { acknowledge(model, None) } else { Vec::new() }
}

fn acknowledge(model: &mut Model, item: Option<usize>) -> Vec<Effect> {
    let Some(open) = model.open_page() else { return Vec::new() };
    let (release, hash) = (open.note.release.clone(), open.note.hash.clone());
    model.sent.insert((release.clone(), item));
    send(model, Decision::Acknowledge { release, item, hash })
}

fn mark(model: &mut Model) -> Vec<Effect> {
    match model.open_page().map(|open| open.next(model)) {
        Some(NextRead::Item(item)) => acknowledge(model, Some(item)),
        Some(NextRead::Scroll(line)) => {
            model.scroll_notes(line);
            Vec::new()
        }
        Some(NextRead::End) => acknowledge(model, None),
        Some(NextRead::Over) | None => Vec::new(),
    }
}

fn next(model: &mut Model) -> Vec<Effect> {
    let ran = model.state.run.is_some();
    match model.screen {
        Screen::End => vec![Effect::Quit { detached: false }],
        Screen::Deployment if !ran => next_of_deployment(model),
        Screen::Notes if !ran => next_of_notes(model),
        Screen::Checks if !ran => next_of_checks(model),
        Screen::Maintenance if !ran => choose_maintenance(model),
        Screen::Plan if model.detail => {
            next_of_step(model);
            Vec::new()
        }
        Screen::Plan if model.cursor() < model.state.steps.len() => {
            model.detail = true;
            model.scroll = 0;
            Vec::new()
        }
        Screen::Plan if model.approvable().is_some() => approve::begin(model),
        Screen::Run if model.stage() == Screen::Run => {
            model.popup = match model.need() {
                Some(Need::Failed { key, .. }) => Some(Popup::failed(&model.state, &key)),
                Some(Need::Settle { key, intent }) => Some(Popup::settle(&key, &intent)),
                Some(Need::Answer { key }) => Some(Popup::question(&model.state, &key)),
                _ => None,
            };
            Vec::new()
        }
        Screen::Confirm if model.need() == Some(Need::Confirm) => {
            model.popup = Some(Popup::prompt(Purpose::Confirm));
            Vec::new()
        }
        screen if screen < model.stage() => open(model, screen.after()),
        _ => Vec::new(),
    }
}

/// Reads on in an open step, then opens the next one; after the last comes what follows in the list.
fn next_of_step(model: &mut Model) {
    let furthest = view::furthest(model);
    if model.scroll < furthest {
        model.scroll = (model.scroll + model.body().0.saturating_sub(2).max(1)).min(furthest);
        return;
    }
    let row = model.cursor() + 1;
    model.cursors[Screen::Plan as usize] = row;
    model.scroll = 0;
    model.detail = row < model.state.steps.len();
}

fn next_of_deployment(model: &mut Model) -> Vec<Effect> {
    let Some(survey) = &model.state.survey else { return Vec::new() };
    if survey.unfinished.is_some() {
        return send(model, Decision::Resume);
    }
    if let Some(Need::From { .. }) = model.state.need() {
        model.popup = Some(Popup::prompt(Purpose::SetFrom));
        return Vec::new();
    }
    let Some(target) = survey.targets.get(model.cursor()) else { return Vec::new() };
    let version = target.version.clone();
    if model.state.route.as_ref().is_some_and(|route| route.to == version) {
        return open(model, Screen::Notes);
    }
    send(model, Decision::ChooseTarget { version })
}

fn next_of_notes(model: &mut Model) -> Vec<Effect> {
    let Some(step) = model.open_page().map(|open| open.next(model)) else { return open(model, Screen::Checks) };
    let effects = match step {
        NextRead::Item(item) => return acknowledge(model, Some(item)),
        NextRead::Scroll(line) => {
            model.scroll_notes(line);
            return Vec::new();
        }
        NextRead::End => acknowledge(model, None),
        NextRead::Over => Vec::new(),
    };
    let unread = model.unread();
    let notes = model.state.route.as_ref().map(|route| route.notes.as_slice()).unwrap_or_default();
    let page = unread.first().and_then(|(release, _)| notes.iter().position(|note| &note.release == release));
    match page {
        Some(page) => {
            model.turn_to(page);
            effects
        }
        None => effects.into_iter().chain(open(model, Screen::Checks)).collect(),
    }
}

fn next_of_checks(model: &mut Model) -> Vec<Effect> {
    if !model.state.checks_ended {
        return Vec::new();
    }
    if model.state.blocking_checks().is_empty() {
        return open(model, Screen::Maintenance);
    }
    if when::overridable(model) {
        prompt_override(model);
    } else {
        select_blocking(model);
    }
    Vec::new()
}

/// Puts the cursor on the next check that stands in the way.
pub fn select_blocking(model: &mut Model) {
    let blocking: Vec<&str> = model.state.blocking_checks().iter().map(|row| row.id.as_str()).collect();
    let here = model.cursors[Screen::Checks as usize];
    let mut rows = model.state.checks.iter().enumerate().filter(|(_, row)| blocking.contains(&row.id.as_str()));
    let first = rows.clone().next();
    if let Some((row, _)) = rows.find(|(i, _)| *i > here).or(first) {
        model.cursors[Screen::Checks as usize] = row;
        model.scroll = 0;
    }
}

fn prompt_override(model: &mut Model) {
    if let Some(row) = model.state.checks.get(model.cursor()) {
        model.popup = Some(Popup::prompt(Purpose::Override { check: row.id.clone() }));
    }
}

fn choose_maintenance(model: &mut Model) -> Vec<Effect> {
    let choice = match model.cursor() {
        _ if !when::needs_maintenance(model) => MaintenanceChoice::AtStep,
        0 => MaintenanceChoice::AtStep,
        1 => MaintenanceChoice::Now,
        _ => {
            model.popup = Some(Popup::prompt(Purpose::SkipMaintenance));
            return Vec::new();
        }
    };
    send(model, Decision::Maintenance { choice })
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.detail {
        model.detail = false;
        model.scroll = 0;
        return Vec::new();
    }
    match model.screen.before() {
        Some(screen) => open(model, screen),
        None => Vec::new(),
    }
}

/// Leaves, or asks how while a run is under way.
pub fn quit(model: &mut Model) -> Vec<Effect> {
    if set_up::asks_before_leaving(model) {
        return Vec::new();
    }
    if !model.under_way() {
        return vec![Effect::Quit { detached: false }];
    }
    let unapproved = matches!(model.state.run_state, Some(RunState::AwaitingApproval | RunState::Preparing));
    // A run whose plan has changed has done something already, and can go on later.
    let unapproved = unapproved && model.state.changes.is_empty();
    model.approval = None;
    model.popup = Some(Popup::leave(unapproved, model.moves(), model.detachable, model.drives()));
    Vec::new()
}
