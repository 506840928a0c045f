//! A question of the guided set-up: what is asked, what is known about it, and what was answered so far.
//!
//! ```text
//!  Question 4 of 7
//!  Where is Keepsake's database?
//!  Found here: /srv/keepsake/keepsake.sqlite
//!  SQLite 3.50.2, /srv/keepsake/keepsake.sqlite, 24 MiB
//! › /srv/keepsake/keepsake.sqlite
//! ── About this question ─────────────────────────
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::{divider, heading, list, marked, put, say, scrolled, split_at};
use crate::interview::Kind;
use crate::tui::model::Model;
use crate::tui::popup_view::typed;
use crate::tui::set_up::SetUp;
use crate::tui::text::{fit, width};
use crate::words::format::visible;
use crate::words::setup as words;

/// Rows that stay for what stands below the question.
const BELOW: u16 = 3;

/// From so many rows on there is an empty line around the answer.
const ROOMY: u16 = 16;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let theme = model.theme;
    let room = usize::from(area.width);
    let Some(set_up) = &model.set_up else { return 0 };
    let Some(question) = set_up.question() else {
        let mut lines = Vec::new();
        say(&mut lines, set_up.interview.waiting().unwrap_or_default(), room, Style::new());
        let (top, below) = split_at(area, 2);
        put(buf, top, &lines);
        let (line, pane) = split_at(below, 1);
        divider(buf, line, words::SO_FAR, model);
        return scrolled(buf, pane, &so_far(model, set_up, room), 0, theme);
    };
    let mut top = Vec::new();
    if let Some((number, of)) = question.number {
        say(&mut top, &words::number(number, of), room, theme.quiet());
    }
    say(&mut top, &visible(&question.ask), room, theme.strong());
    for known in &question.known {
        say(&mut top, &visible(known), room, Style::new());
    }
    if let Some(trouble) = &question.trouble {
        say(&mut top, &format!("{} {}", theme.glyphs.fail, visible(trouble)), room, theme.bad());
    }
    let rows = match &question.kind {
        Kind::Choice { choices, .. } => choices.len(),
        Kind::Line { .. } => 1,
    };
    // The answer is always in view; what is known about the question gives way to it.
    let most = usize::from(area.height.saturating_sub(BELOW));
    let rows = rows.min(most.saturating_sub(2).max(1));
    let (head, rest) = split_at(area, top.len().min(most.saturating_sub(rows)));
    put(buf, head, &top);
    let air = u16::from(area.height >= ROOMY);
    let (_, rest) = split_at(rest, usize::from(air));
    let (answer, below) = split_at(rest, rows);
    let (_, below) = split_at(below, usize::from(air));
    match &question.kind {
        Kind::Choice { choices, .. } => {
            let line = |choice: &String| Line::raw(fit(&visible(choice), room.saturating_sub(4), theme.glyphs.ascii));
            let rows: Vec<_> = choices.iter().enumerate().map(|(n, choice)| (Some(n), line(choice))).collect();
            list(buf, answer, &rows, Some(set_up.selected()), theme);
        }
        Kind::Line { .. } => put(buf, answer, &[typed(model, &set_up.seen(theme.glyphs.ascii), room)]),
    }
    let (line, pane) = split_at(below, 1);
    let mut lines = Vec::new();
    match &question.file {
        Some(file) => {
            divider(buf, line, words::THE_FILE, model);
            for text in file.lines() {
                say(&mut lines, &visible(text), room, theme.code());
            }
        }
        None => {
            let so_far = so_far(model, set_up, room);
            let helps = !question.help.is_empty();
            divider(buf, line, if helps { words::HELP_TITLE } else { words::SO_FAR }, model);
            // What does not fit into its row of the list is said whole.
            if let Kind::Choice { choices, .. } = &question.kind
                && let Some(choice) = choices.get(set_up.selected()).map(|choice| visible(choice))
                && width(&choice) > room.saturating_sub(4)
            {
                say(&mut lines, &choice, room, theme.strong());
            }
            if helps {
                say(&mut lines, &visible(&question.help), room, Style::new());
            }
            if helps && !so_far.is_empty() {
                heading(&mut lines, words::SO_FAR, theme);
            }
            lines.extend(so_far);
        }
    }
    scrolled(buf, pane, &lines, model.scroll, theme)
}

/// What was answered, and what was found by it.
fn so_far(model: &Model, set_up: &SetUp, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mark = format!(" {}", theme.glyphs.done);
    let cut = |text: &str| fit(text, room.saturating_sub(4), theme.glyphs.ascii);
    set_up.interview.so_far().iter().map(|text| marked(mark.clone(), theme.good(), cut(text))).collect()
}
