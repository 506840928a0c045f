//! The checks, and what is behind the selected one.
//!
//! ```text
//!   PASS  Enough space for the copy
//! › WARN  No long transactions
//!   FAIL  Every token has an owner
//! ── No long transactions ────────────────────────
//!  3 transactions are older than a minute.
//!  Fix: wait for them, or end them.
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{divider, list, put, say, scrolled, split_at};
use crate::model::{CheckRow, CheckStatus};
use crate::tui::model::Model;
use crate::tui::text::cut;
use crate::words::format::visible;
use crate::words::screens as words;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let theme = model.theme;
    let room = usize::from(area.width);
    let state = &model.state;
    let (head, rest) = split_at(area, 1);
    let passed = state.checks.iter().filter(|row| row.result.is_some()).count();
    let sentence = if !state.checks_ended {
        words::checking(passed, state.checks.len())
    } else {
        words::checks_done(state.blocking_checks().len())
    };
    let blocked = state.checks_ended && !state.blocking_checks().is_empty();
    put(buf, head, &[Line::styled(format!(" {sentence}"), if blocked { theme.bad() } else { Style::new() })]);
    let (rows, rest) = split_at(rest, state.checks.len().min(usize::from(rest.height) / 2));
    let lines: Vec<_> = state.checks.iter().enumerate().map(|(i, row)| (Some(i), line(model, row))).collect();
    list(buf, rows, &lines, Some(model.cursor()), theme);
    let Some(row) = state.checks.get(model.cursor()) else { return 0 };
    let (rule, pane) = split_at(rest, 1);
    divider(buf, rule, &visible(&row.id), model);
    scrolled(buf, pane, &detail(model, row, room), model.scroll, theme)
}

fn line(model: &Model, row: &CheckRow) -> Line<'static> {
    let theme = model.theme;
    let Some(result) = &row.result else {
        let text = words::check_pending(&visible(&row.id));
        return Line::from(vec![Span::styled(format!("{}     ", theme.glyphs.todo), theme.quiet()), Span::raw(text)]);
    };
    let (word, style) = match result.status {
        CheckStatus::Pass => (words::PASS, theme.good()),
        CheckStatus::Warn => (words::WARN, theme.warn()),
        CheckStatus::Fail => (words::FAIL, theme.bad()),
        CheckStatus::Skip => (words::SKIP, theme.quiet()),
    };
    let over = if row.overridden.is_some() { words::OVERRIDDEN } else { "" };
    Line::from(vec![Span::styled(format!("{word}  "), style), Span::raw(format!("{}{over}", visible(&result.title)))])
}

fn detail(model: &Model, row: &CheckRow, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    let Some(result) = &row.result else { return lines };
    let passed = result.status == CheckStatus::Pass;
    if !result.found.is_empty() {
        say(&mut lines, &visible(&result.found), room, Style::new());
    } else if passed {
        say(&mut lines, words::PASSED, room, Style::new());
    }
    if let Some(reason) = &row.overridden {
        say(&mut lines, &words::overridden_because(&visible(reason)), room, theme.warn());
    }
    // What mends it is of no use where nothing is broken.
    if let Some(fix) = result.fix.as_ref().filter(|_| !passed) {
        labelled(&mut lines, words::FIX, fix, room, model);
    }
    if let Some(why) = &result.why {
        labelled(&mut lines, words::WHY, why, room, model);
    }
    for row in &result.rows {
        for part in cut(&Span::styled(visible(row), theme.code()), room.saturating_sub(3)) {
            lines.push(Line::from(vec![Span::raw("   "), part]));
        }
    }
    lines
}

fn labelled(lines: &mut Vec<Line<'static>>, label: &str, text: &str, room: usize, model: &Model) {
    let start = lines.len();
    for part in text.lines() {
        say(lines, &format!("{}{}", if lines.len() == start { label } else { "" }, visible(part)), room, Style::new());
    }
    if let Some(first) = lines.get_mut(start) {
        let plain = first.to_string();
        if let Some(rest) = plain.trim_start().strip_prefix(label.trim_end()) {
            *first = Line::from(vec![
                Span::styled(format!(" {}", label.trim_end()), model.theme.strong()),
                Span::raw(rest.to_owned()),
            ]);
        }
    }
}
