//! One file for each screen: `render` draws it and decides nothing. It returns how far its pane of text scrolls.

pub mod checks;
pub mod confirm;
pub mod deployment;
pub mod end;
pub mod maintenance;
pub mod notes;
pub mod plan;
pub mod run;
mod run_panel;
pub mod set_up;
pub mod step;
mod steps;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::model::Model;
use super::text::{fit, paragraph, width, wrap_spans};
use super::theme::Theme;
use crate::words::screens as words;

/// Lines from the top of `area`.
fn put(buf: &mut Buffer, area: Rect, lines: &[Line<'_>]) {
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        buf.set_line(area.x, y, line, area.width);
    }
}

/// Lines from `scroll` on, as far as there are any; what is below is said in the last row. Returns the furthest that
/// it scrolls.
fn scrolled(buf: &mut Buffer, area: Rect, lines: &[Line<'_>], scroll: usize, theme: Theme) -> usize {
    let rows = usize::from(area.height);
    let top = scroll.min(lines.len().saturating_sub(rows));
    put(buf, area, lines.get(top..).unwrap_or_default());
    let below = lines.len().saturating_sub(top + rows);
    if below > 0 && rows > 0 {
        let text = format!(" {} {} ", theme.glyphs.more, words::more_lines(below));
        let w = u16::try_from(width(&text)).unwrap_or(u16::MAX).min(area.width);
        let (x, y) = (area.right() - w, area.bottom() - 1);
        // A line that runs on below the mark is cut where that can be seen.
        if lines.get(top + rows - 1).is_some_and(|line| line.width() > usize::from(x - area.x)) && x > area.x {
            buf.set_string(x - 1, y, cut(theme), theme.quiet());
        }
        buf.set_line(x, y, &Line::styled(text, theme.quiet()), w);
    }
    lines.len().saturating_sub(rows)
}

/// Says that something is left out.
fn cut(theme: Theme) -> &'static str {
    if theme.glyphs.ascii { "~" } else { "…" }
}

/// Columns of a list that are not its rows': the cursor, and the marks that there is more.
const LIST_EDGE: u16 = 3;

/// Rows with a cursor, moved so that the selected one is in view with some of its surroundings. A row without a
/// number cannot be selected.
fn list(buf: &mut Buffer, area: Rect, rows: &[(Option<usize>, Line<'_>)], selected: Option<usize>, theme: Theme) {
    let height = usize::from(area.height);
    let at = rows.iter().position(|(n, _)| n.is_some() && *n == selected).unwrap_or(0);
    let top = at.saturating_sub(height / 2).min(rows.len().saturating_sub(height));
    for (y, (number, line)) in (area.top()..area.bottom()).zip(rows.iter().skip(top)) {
        let here = number.is_some() && *number == selected;
        let mark = if here { theme.glyphs.cursor } else { " " };
        buf.set_line(area.x, y, &Line::styled(format!("{mark} "), theme.accent()), area.width);
        let room = area.width.saturating_sub(LIST_EDGE);
        buf.set_line(area.x + 2.min(area.width), y, line, room);
        if line.width() > usize::from(room) && room > 0 {
            buf.set_string(area.x + 1 + room, y, cut(theme), theme.quiet());
        }
        if here {
            buf.set_style(Rect { y, height: 1, ..area }, theme.selected());
        }
    }
    let below = rows.len().saturating_sub(top + height);
    if below > 0 && height > 0 && area.width > 0 {
        buf.set_line(area.right() - 1, area.bottom() - 1, &Line::styled(theme.glyphs.more, theme.quiet()), 1);
    }
    if top > 0 && height > 1 && area.width > 0 {
        let up = if theme.glyphs.ascii { "^" } else { "↑" };
        buf.set_line(area.right() - 1, area.top(), &Line::styled(up, theme.quiet()), 1);
    }
}

/// A heading with an empty line above it, unless it is the first.
fn heading(lines: &mut Vec<Line<'static>>, text: &str, theme: Theme) {
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines.push(Line::styled(format!(" {text}"), theme.strong()));
}

/// A sentence or several, one cell from the edge; leading spaces indent all of its lines.
fn say(lines: &mut Vec<Line<'static>>, text: &str, room: usize, style: Style) {
    for part in text.split('\n') {
        let indent = 1 + part.len() - part.trim_start_matches(' ').len();
        lines.extend(paragraph(part, room.saturating_sub(1), indent, style));
    }
}

/// Styled text from one cell to the edge; what does not fit on its first line stands below, further in.
fn hanging(spans: &[Span<'_>], room: usize) -> Vec<Line<'static>> {
    let lines = wrap_spans(spans, room.saturating_sub(3));
    let indented = |(i, line): (usize, Line<'static>)| {
        let indent = if i == 0 { " " } else { "   " };
        Line::from(std::iter::once(Span::raw(indent)).chain(line.spans).collect::<Vec<_>>())
    };
    lines.into_iter().enumerate().map(indented).collect()
}

/// A glyph or word with its style, then text.
fn marked(mark: String, style: Style, text: String) -> Line<'static> {
    Line::from(vec![Span::styled(mark, style), Span::raw(" "), Span::raw(text)])
}

/// The upper `rows` of an area, and what is below them.
fn split_at(area: Rect, rows: usize) -> (Rect, Rect) {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// A quiet line across.
fn divider(buf: &mut Buffer, area: Rect, text: &str, model: &Model) {
    if area.height == 0 {
        return;
    }
    let rule = model.theme.glyphs.rule;
    let room = usize::from(area.width);
    let text = fit(text, room.saturating_sub(6), model.theme.glyphs.ascii);
    let text = if text.is_empty() { String::new() } else { format!(" {text} ") };
    let rest = room.saturating_sub(width(&text) + 2);
    let line = format!("{}{text}{}", rule.repeat(2), rule.repeat(rest));
    buf.set_line(area.x, area.y, &Line::styled(line, model.theme.quiet()), area.width);
}
