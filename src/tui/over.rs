//! Keys in popups: typing, choosing, closing. What is decided leaves here as an effect.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::act;
use super::approve;
use super::find;
use super::keys::Action;
use super::model::Model;
use super::popup::{Pick, Popup, Purpose};
use super::update::{Effect, send};
use super::view;
use crate::model::{Decision, MaintenanceChoice};
use crate::words::popups as words;

/// The longest line that can be typed.
const MOST: usize = 400;

/// Carries out what a key does in the popup.
pub fn on_popup(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => {
            let below = model.popup.take().map(Box::new);
            model.popup = Some(Popup::Help { scroll: 0, below });
        }
        Action::Close => {
            if let Some(Popup::Help { below: Some(below), .. }) = model.popup.take() {
                model.popup = Some(*below);
                return Vec::new();
            }
            model.approval = None;
        }
        Action::Quit => return act::quit(model),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown => slide(model, action),
        Action::ScrollUp | Action::ScrollDown => scroll(model, action),
        Action::Submit => match model.popup.take() {
            Some(Popup::Prompt(prompt)) => return submit(model, prompt.purpose, prompt.input),
            Some(Popup::Menu(menu)) => {
                if let Some((_, pick)) = menu.choices.into_iter().nth(menu.selected) {
                    return choose(model, pick);
                }
            }
            other => model.popup = other,
        },
        _ => {}
    }
    Vec::new()
}

fn scroll(model: &mut Model, action: Action) {
    const PAGE: usize = 5;
    let at = if action == Action::ScrollUp { model.over.saturating_sub(PAGE) } else { model.over + PAGE };
    model.over = at.min(view::furthest_over(model));
}

fn slide(model: &mut Model, action: Action) {
    let furthest = view::furthest_over(model);
    match &mut model.popup {
        Some(Popup::Menu(menu)) => {
            menu.selected = match action {
                Action::Up => menu.selected.saturating_sub(1),
                _ => (menu.selected + 1).min(menu.choices.len().saturating_sub(1)),
            };
        }
        Some(Popup::Help { scroll, .. }) => {
            *scroll = match action {
                Action::Up => scroll.saturating_sub(1),
                Action::PageUp => scroll.saturating_sub(10),
                Action::Down => *scroll + 1,
                _ => *scroll + 10,
            }
            .min(furthest);
        }
        _ => {}
    }
}

fn choose(model: &mut Model, pick: Pick) -> Vec<Effect> {
    match pick {
        Pick::Stay => Vec::new(),
        Pick::Detach => vec![Effect::Quit { detached: true }],
        Pick::Leave => vec![Effect::Quit { detached: false }],
        Pick::Send(Decision::Answer { key, value }) => approve::answer(model, key, value),
        Pick::Send(decision) => send(model, decision),
        Pick::Type(purpose) => {
            model.popup = Some(Popup::prompt(purpose));
            Vec::new()
        }
        Pick::AtEnd(at_end) => {
            if let Some(approval) = &mut model.approval {
                approval.at_end = Some(at_end);
            }
            approve::go_on(model)
        }
    }
}

/// Acts on a typed line, or says why it does not do.
fn submit(model: &mut Model, purpose: Purpose, input: String) -> Vec<Effect> {
    let text = input.trim().to_owned();
    let error = match purpose.expected(&model.state) {
        _ if text.is_empty() => Some(words::EMPTY_INPUT.to_owned()),
        Some(word) if word != text => Some(words::not_the_word(&word)),
        _ => None,
    };
    if error.is_some() {
        model.popup = Some(Popup::Prompt(super::popup::Prompt { purpose, input: String::new(), error }));
        return Vec::new();
    }
    match purpose {
        Purpose::Search => {
            model.search = Some(text);
            find::find(model, true);
            Vec::new()
        }
        Purpose::SetFrom => send(model, Decision::SetFrom { version: text, force: false }),
        Purpose::ForceFrom { version, .. } => send(model, Decision::SetFrom { version, force: true }),
        Purpose::Override { check } => send(model, Decision::Override { check, reason: text }),
        Purpose::SkipMaintenance => {
            send(model, Decision::Maintenance { choice: MaintenanceChoice::Skip { reason: text } })
        }
        Purpose::NoReturn { key } => {
            if let Some(approval) = &mut model.approval {
                approval.confirmed.push(key);
            }
            approve::go_on(model)
        }
        Purpose::Approve => approve::finish(model, text),
        Purpose::SkipStep { key } => send(model, Decision::Skip { key, reason: text }),
        Purpose::Answer { key } => approve::answer(model, key, text),
        Purpose::Abandon => send(model, Decision::Abandon),
        Purpose::Confirm => send(model, Decision::Confirm { version: text }),
    }
}

/// A key that is text, or changes it.
pub fn edit(model: &mut Model, key: KeyEvent) {
    if let Some(line) = typed_line(model) {
        edit_line(line, key);
    }
}

/// The line that is being typed, if there is one.
fn typed_line(model: &mut Model) -> Option<&mut String> {
    match &mut model.popup {
        Some(Popup::Prompt(prompt)) => Some(&mut prompt.input),
        Some(_) => None,
        None => model.set_up.as_mut().and_then(|set_up| set_up.line()),
    }
}

fn edit_line(line: &mut String, key: KeyEvent) {
    let ctrl = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char('u') if ctrl => line.clear(),
        KeyCode::Char('w') if ctrl => {
            let kept = line.trim_end().rfind(' ').map_or(0, |at| at + 1);
            line.truncate(kept);
        }
        KeyCode::Char('h') if ctrl => {
            line.pop();
        }
        KeyCode::Char(c) if !ctrl && line.len() < MOST => line.push(c),
        KeyCode::Backspace => {
            line.pop();
        }
        _ => {}
    }
}

/// Pasted text goes into a line that is being typed, up to its first line break, and nowhere else.
pub fn paste(model: &mut Model, text: &str) {
    let Some(line) = typed_line(model) else { return };
    let pasted = text.trim_start().lines().next().unwrap_or_default();
    for c in pasted.chars().filter(|c| !c.is_control()) {
        if line.len() < MOST {
            line.push(c);
        }
    }
}
