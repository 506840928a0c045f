//! What a message changes. No input, no output, no clock: time comes in messages, and what is to be done comes back
//! as effects.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

use super::act;
use super::approve;
use super::keys::{self, Context};
use super::model::{Model, Screen, Wheel};
use super::over;
use super::popup::{Popup, Purpose};
use super::replay;
use super::set_up;
use crate::interview::{Errand, News};
use crate::link::FromRunner;
use crate::model::{Decision, Event, EventKind, Severity};
use crate::words::format::between;
use crate::words::{popups, screens};

/// Milliseconds for which an event is news.
const FRESH: u64 = 30_000;

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Msg {
    Key(KeyEvent),
    /// Pasted text. A line break in it confirms nothing.
    Paste(String),
    Resize(u16, u16),
    FromRunner(Box<FromRunner>),
    /// What came of an errand of the set-up.
    News(u64, Box<News>),
    /// The time, whenever something was waited for.
    Tick(Timestamp),
    /// Text was copied, into this file as well.
    Copied(Option<String>),
    /// Somebody interrupts this process from outside.
    Interrupt,
}

/// Something to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send(Decision),
    TakeWheel,
    /// End this front end. `detached`: a run goes on without it.
    Quit {
        detached: bool,
    },
    /// Draw every cell anew.
    Redraw,
    /// Put text on the terminal's clipboard and into a file.
    Copy(String),
    /// Give the terminal back to the shell until `fg`.
    Suspend,
    /// Look something up for the set-up.
    Errand(Errand),
    /// The operator is needed, or it is over.
    Bell,
}

/// Takes in one message.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let before = model.popup.as_ref().map(Popup::name);
    let effects = taken(model, msg);
    if model.popup.as_ref().map(Popup::name) != before {
        // Another text is read from its beginning.
        model.over = 0;
    }
    effects
}

fn taken(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => pressed(model, key),
        Msg::Paste(text) => {
            over::paste(model, &text);
            Vec::new()
        }
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            vec![Effect::Redraw]
        }
        Msg::FromRunner(from) => heard(model, *from),
        Msg::News(ticket, news) => set_up::hear(model, ticket, *news),
        Msg::Tick(now) => {
            model.now = Some(now);
            Vec::new()
        }
        Msg::Copied(file) => {
            model.said = Some(screens::copied(file.as_deref()));
            Vec::new()
        }
        Msg::Interrupt => act::quit(model),
    }
}

fn pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    if key.modifiers.contains(KeyModifiers::ALT) && !Context::of(model).types() {
        // Nothing here is bound to Alt: this is Esc and a key that arrived together, as they do over a slow line.
        let mut effects = pressed(model, KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        effects.extend(pressed(model, KeyEvent::new(key.code, key.modifiers - KeyModifiers::ALT)));
        return effects;
    }
    model.said = None;
    let action = keys::action(model, key);
    match (Context::of(model), action) {
        (Context::Screen(_) | Context::Step, Some(action)) => act::on_screen(model, action),
        (Context::Line | Context::Choice, Some(action)) => set_up::on_question(model, action),
        (Context::Replay, Some(action)) => replay::on_key(model, action),
        (_, Some(action)) => over::on_popup(model, action),
        (Context::Prompt | Context::Line, None) => {
            over::edit(model, key);
            Vec::new()
        }
        (_, None) => Vec::new(),
    }
}

/// Sends a decision; the indicator shows until something comes back. A key that is pressed twice meanwhile, on a slow
/// line, decides nothing twice.
pub fn send(model: &mut Model, decision: Decision) -> Vec<Effect> {
    if model.waiting.as_ref() == Some(&decision) || !model.drives() {
        return Vec::new();
    }
    model.waiting = Some(decision.clone());
    vec![Effect::Send(decision)]
}

/// Opens a screen at its beginning.
pub fn open(model: &mut Model, screen: Screen) -> Vec<Effect> {
    if model.screen != screen {
        model.screen = screen;
        model.scroll = 0;
        model.detail = false;
        model.search = None;
    }
    let state = &model.state;
    if screen == Screen::Checks && state.checks.is_empty() && state.run.is_none() && model.drives() {
        return send(model, Decision::RunChecks);
    }
    Vec::new()
}

/// Whether this is what a decision has led to, with `stage` after it. Until then it is not asked for again.
fn answers(decision: &Decision, kind: &EventKind, stage: Screen) -> bool {
    match (decision, kind) {
        // What a step says meanwhile is no answer.
        (_, EventKind::Log { .. } | EventKind::Progress { .. }) => false,
        (_, EventKind::Notice { severity: Severity::Warning | Severity::Error, .. } | EventKind::Ended { .. }) => true,
        // A run begins in several events.
        (Decision::Maintenance { .. }, _) => stage != Screen::Maintenance,
        // What was decided before may be answered only now.
        (Decision::Override { check, .. }, kind) => {
            matches!(kind, EventKind::Overridden { check: of, .. } if of == check)
        }
        (Decision::RunChecks, kind) => matches!(kind, EventKind::ChecksEnded),
        _ => true,
    }
}

fn heard(model: &mut Model, from: FromRunner) -> Vec<Effect> {
    match from {
        FromRunner::Event(event) => happened(model, &event),
        FromRunner::Refused { reason } => {
            refused(model, reason);
            Vec::new()
        }
        FromRunner::Wheel { yours, driver, watchers } => {
            if model.wheel.yours && !yours {
                // Somebody else decides now what was being decided here.
                model.approval = None;
                if model.popup.as_ref().is_some_and(Popup::decides) {
                    model.popup = None;
                }
            }
            model.wheel = Wheel { yours, driver, watchers };
            Vec::new()
        }
        FromRunner::Gone => {
            model.waiting = None;
            if model.state.ended.is_none() {
                model.gone = true;
                let text = screens::runner_gone(model.state.service, model.state.run.is_some(), &model.state.file);
                model.popup = Some(Popup::Notice { title: screens::RUNNER_GONE.to_owned(), text });
                return vec![Effect::Bell];
            }
            Vec::new()
        }
    }
}

fn refused(model: &mut Model, reason: String) {
    let decision = model.waiting.take();
    model.sent.clear();
    model.approval = None;
    model.popup = Some(match decision {
        // What was found speaks against it; saying it twice overrules that.
        Some(Decision::SetFrom { version, force: false }) => Popup::prompt(Purpose::ForceFrom { version, reason }),
        _ => Popup::Notice { title: popups::REFUSED_TITLE.to_owned(), text: reason },
    });
}

fn happened(model: &mut Model, event: &Event) -> Vec<Effect> {
    let before = model.stage();
    let current = model.state.current();
    let need = model.state.need();
    model.state.apply(event);
    if model.now.is_none_or(|now| now < event.at) {
        model.now = Some(event.at);
    }
    if model.waiting.as_ref().is_some_and(|decision| answers(decision, &event.kind, model.stage())) {
        model.waiting = None;
    }
    let mut effects = Vec::new();
    match &event.kind {
        EventKind::Surveyed { survey } => {
            let newest = survey.targets.len().saturating_sub(1);
            let named = model.to.take();
            let at = named.as_ref().map(|to| survey.targets.iter().position(|t| t.version == *to || t.label == *to));
            if let (Some(None), Some(to)) = (at, &named) {
                model.said = Some(screens::no_such_target(to));
            }
            model.cursors[Screen::Deployment as usize] = at.flatten().unwrap_or(newest);
        }
        EventKind::Routed { .. } => {
            model.sent.clear();
            model.turn_to(0);
            if model.screen <= Screen::Notes {
                effects.extend(open(model, Screen::Notes));
            }
        }
        EventKind::Acknowledged { release, item, .. } => {
            model.sent.remove(&(release.clone(), *item));
        }
        // Who reads earlier lines keeps them in view.
        EventKind::Log { .. } if model.screen == Screen::Run && model.scroll > 0 => model.scroll += 1,
        EventKind::ChecksEnded => act::select_blocking(model),
        EventKind::Planned { .. } | EventKind::Answered { .. } => effects.extend(approve::go_on(model)),
        _ => {}
    }
    if let Some(now) = model.state.current().filter(|now| Some(*now) != current) {
        model.cursors[Screen::Run as usize] = now;
    }
    if model.replay.is_some() {
        // Nobody decides anything: all of it is to be seen in one place.
        return Vec::new();
    }
    let stage = model.stage();
    if stage != before && (model.state.run.is_some() || stage == Screen::End) {
        // What was being decided belongs to another part of the run now.
        if !matches!(model.popup, Some(Popup::Help { .. })) {
            model.popup = None;
        }
        model.approval = None;
        if stage == Screen::Plan {
            model.cursors[Screen::Plan as usize] = 0;
        }
        effects.extend(open(model, stage));
    }
    let needed = model.state.need();
    if (needed.is_some() && needed != need) || (stage == Screen::End && before != Screen::End) {
        // What is replayed to a newcomer rang long ago.
        if model.now.is_none_or(|now| between(event.at, now) < FRESH) {
            effects.push(Effect::Bell);
        }
    }
    effects
}
