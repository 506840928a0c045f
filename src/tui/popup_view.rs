//! How popups look: a frame over the middle of the screen, as large as its text.
//!
//! ```text
//! ┌ Point of no return ────────────────────┐
//! │ Swap the columns                       │
//! │ After it only the backup leads back.   │
//! │ Type yes and press enter:              │
//! │ › ye_                                  │
//! └────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::help;
use super::model::Model;
use super::popup::{Menu, Popup, Prompt, Purpose, question_text};
use super::text::{fit, pad, paragraph, width, wrap};
use crate::model::{Need, State};
use crate::words::format::visible;
use crate::words::popups as words;

/// The widest that a popup gets.
const WIDEST: u16 = 72;
/// Columns on one side of it in which nothing can be read.
const TORN: u16 = 8;

/// Draws the popup, if there is one.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) {
    let Some(popup) = &model.popup else { return };
    let columns = columns(area);
    let Parts { title, text, below } = parts(model, popup, area);
    let place = place_of_text(text.len(), below.len(), area);
    let over = if let Popup::Help { scroll, .. } = popup { *scroll } else { model.over };
    let top = over.min(text.len().saturating_sub(place));
    let mut lines: Vec<Line<'static>> = text.iter().skip(top).take(place).cloned().collect();
    if place < text.len() {
        let said = words::part_of(top + 1, top + place, text.len());
        lines.push(Line::styled(said, model.theme.quiet()));
    }
    lines.extend(below);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let place =
        Rect { x: area.x + (area.width - columns) / 2, y: area.y + (area.height - height) / 2, width: columns, height };
    // Beside a popup that nearly fills the screen, only torn words would be left of it.
    let aside = if (area.width - columns) / 2 <= TORN { Rect { x: area.x, width: area.width, ..place } } else { place };
    clear(buf, aside);
    frame(buf, model, place, &title);
    for (y, line) in (place.top() + 1..place.bottom().saturating_sub(1)).zip(&lines) {
        buf.set_line(place.x + 2, y, line, place.width.saturating_sub(4));
    }
}

/// What a popup shows: a text that scrolls when it is too long, and what is always there.
struct Parts {
    title: String,
    text: Vec<Line<'static>>,
    below: Vec<Line<'static>>,
}

fn columns(area: Rect) -> u16 {
    area.width.saturating_sub(4).min(WIDEST)
}

fn rows(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

fn parts(model: &Model, popup: &Popup, area: Rect) -> Parts {
    let room = usize::from(columns(area).saturating_sub(4));
    let rows = rows(area);
    match popup {
        Popup::Help { .. } => Parts { title: help::title(model), text: help::lines(model, room), below: Vec::new() },
        Popup::Notice { title, text } => {
            Parts { title: title.clone(), text: text_lines(text, room, Style::new()), below: Vec::new() }
        }
        Popup::Prompt(prompt) => self::prompt(model, prompt, room),
        Popup::Menu(menu) => self::menu(model, menu, room, rows),
    }
}

/// Rows that are left for a text of so many lines; where it has to scroll, one of them says so.
fn place_of_text(text: usize, below: usize, area: Rect) -> usize {
    let spare = rows(area).saturating_sub(below);
    if text <= spare { text } else { spare.saturating_sub(1) }
}

/// How far the popup's text scrolls.
pub fn furthest(model: &Model, area: Rect) -> usize {
    let Some(popup) = &model.popup else { return 0 };
    let Parts { text, below, .. } = parts(model, popup, area);
    text.len() - place_of_text(text.len(), below.len(), area)
}

fn clear(buf: &mut Buffer, place: Rect) {
    for y in place.top()..place.bottom() {
        for x in place.left()..place.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

fn frame(buf: &mut Buffer, model: &Model, place: Rect, title: &str) {
    let [tl, tr, br, bl, h, v] = model.theme.glyphs.frame;
    let inner = usize::from(place.width.saturating_sub(2));
    let title = format!(" {} ", fit(title, inner.saturating_sub(3), model.theme.glyphs.ascii));
    let rest = inner.saturating_sub(width(&title));
    let top = Line::from(vec![
        Span::raw(tl),
        Span::styled(title, model.theme.strong()),
        Span::raw(format!("{}{tr}", h.repeat(rest))),
    ]);
    buf.set_line(place.x, place.y, &top, place.width);
    for y in place.top() + 1..place.bottom().saturating_sub(1) {
        buf.set_line(place.x, y, &Line::raw(v), 1);
        buf.set_line(place.right().saturating_sub(1), y, &Line::raw(v), 1);
    }
    let bottom = format!("{bl}{}{br}", h.repeat(inner));
    buf.set_line(place.x, place.bottom().saturating_sub(1), &Line::raw(bottom), place.width);
}

fn text_lines(text: &str, room: usize, style: Style) -> Vec<Line<'static>> {
    text.trim_end().lines().flat_map(|line| item(&visible(line), room, style)).collect()
}

/// A line of text; an item of a list keeps its mark to itself.
fn item(line: &str, room: usize, style: Style) -> Vec<Line<'static>> {
    match line.strip_prefix("- ") {
        Some(rest) => {
            let mut lines = paragraph(rest, room, 2, style);
            if let Some(mark) = lines.first_mut().and_then(|line| line.spans.first_mut()) {
                *mark = Span::styled("- ", style);
            }
            lines
        }
        None => paragraph(line, room, 0, style),
    }
}

fn menu(model: &Model, menu: &Menu, room: usize, rows: usize) -> Parts {
    let text = text_lines(&menu.text, room, Style::new());
    let mut choices = Vec::new();
    let mut at = 0;
    for (i, (label, _)) in menu.choices.iter().enumerate() {
        let here = i == menu.selected;
        let mark = if here { model.theme.glyphs.cursor } else { " " };
        let style = if here { model.theme.selected() } else { Style::new() };
        for (n, part) in wrap(&visible(label), room.saturating_sub(2)).into_iter().enumerate() {
            let mark = if n == 0 { mark } else { " " };
            choices.push(Line::styled(pad(&format!("{mark} {part}"), room, model.theme.glyphs.ascii), style));
        }
        if here {
            at = choices.len();
        }
    }
    // A list that is longer than the screen shows the part with the cursor, and leaves some room for the text.
    let fits = rows.saturating_sub(1 + text.len().min(3)).max(1);
    let from = at.saturating_sub(fits).min(choices.len());
    let to = (from + fits).min(choices.len());
    let mut below = vec![Line::default()];
    below.extend(choices.drain(from..to));
    Parts { title: menu.title.clone(), text, below }
}

fn prompt(model: &Model, prompt: &Prompt, room: usize) -> Parts {
    let theme = model.theme;
    let (title, text) = explain(model, &prompt.purpose);
    let text = text_lines(&text, room, Style::new());
    let mut lines = if text.is_empty() { Vec::new() } else { vec![Line::default()] };
    let ask = match prompt.purpose.expected(&model.state) {
        Some(word) => words::type_the(&visible(&word)),
        None => words::type_a(what(&prompt.purpose)),
    };
    lines.extend(text_lines(&ask, room, theme.strong()));
    lines.push(typed(model, &prompt.input, room));
    if let Some(error) = &prompt.error {
        lines.extend(text_lines(error, room, theme.bad()));
    }
    Parts { title, text, below: lines }
}

/// A line that is being typed. The end of a long one is where typing goes on.
pub fn typed(model: &Model, input: &str, room: usize) -> Line<'static> {
    let mut tail = visible(input);
    while width(&tail) + 4 > room && !tail.is_empty() {
        tail.remove(0);
    }
    Line::from(vec![
        Span::styled(format!("{} ", model.theme.glyphs.cursor), model.theme.accent()),
        Span::raw(tail),
        Span::styled(" ", model.theme.selected()),
    ])
}

/// Title and text of what is typed.
fn explain(model: &Model, purpose: &Purpose) -> (String, String) {
    let state = &model.state;
    let (title, text) = match purpose {
        Purpose::Search => (words::SEARCH.0, String::new()),
        Purpose::SetFrom => {
            let text = match state.need() {
                Some(Need::From { range }) => words::set_from_text(&range),
                _ => String::new(),
            };
            (words::SET_FROM.0, text)
        }
        Purpose::ForceFrom { version, reason } => (words::FORCE_TITLE, words::force_text(version, reason)),
        Purpose::Override { check } => {
            let row = state.checks.iter().find(|row| &row.id == check).and_then(|row| row.result.as_ref());
            (words::OVERRIDE.0, row.map(|r| words::override_text(&r.title, &r.found)).unwrap_or_default())
        }
        Purpose::SkipMaintenance => (words::SKIP_MAINTENANCE.0, words::SKIP_MAINTENANCE_TEXT.to_owned()),
        Purpose::NoReturn { key } => (words::NO_RETURN_TITLE, no_return(state, key).unwrap_or_default()),
        Purpose::Approve => (words::APPROVE_TITLE, words::APPROVE_TEXT.to_owned()),
        Purpose::SkipStep { key } => {
            (words::SKIP_STEP_TITLE.0, state.step(key).map(|s| s.title.clone()).unwrap_or_default())
        }
        Purpose::Answer { key } => (words::QUESTION, question_text(state, key)),
        Purpose::Abandon => (words::ABANDON_TITLE, words::ABANDON_TEXT.to_owned()),
        Purpose::Confirm => (words::CONFIRM_TITLE, words::CONFIRM_TEXT.to_owned()),
    };
    (title.to_owned(), text)
}

fn no_return(state: &State, key: &str) -> Option<String> {
    let plan = state.plan.as_ref()?;
    let number = plan.steps.iter().position(|step| step.key == key)?;
    let step = &plan.steps[number];
    Some(words::no_return_text(number + 1, &step.title, step.floor.as_deref(), &plan.from))
}

/// What is typed where any text will do.
fn what(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Search => words::SEARCH.1,
        Purpose::SetFrom | Purpose::ForceFrom { .. } => words::SET_FROM.1,
        Purpose::Answer { .. } => words::ANSWER,
        _ => words::OVERRIDE.1,
    }
}
