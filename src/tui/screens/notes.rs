//! The notes of the releases on the path, one page each, with a mark for every item that must be read.
//!
//! ```text
//!  Page 1 of 2: 2.9.0 quince                      1 of 3 items read
//!
//!      Breaking changes
//!
//! [✓] • The `color` column is gone.
//! [ ] • Tokens are signed anew.
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{put, say, scrolled, split_at};
use crate::tui::model::Model;
use crate::tui::notes::{GUTTER, HEAD};
use crate::tui::text::{pad, right};
use crate::words::format::visible;
use crate::words::screens as words;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let theme = model.theme;
    let room = usize::from(area.width);
    let Some(open) = model.open_page() else {
        let mut lines = Vec::new();
        say(&mut lines, words::NO_NOTES, room, Style::new());
        put(buf, area, &lines);
        return 0;
    };
    let (head, body) = split_at(area, HEAD);
    let release = &open.note.release;
    let read = open.note.items.iter().filter(|item| model.is_read(release, Some(item.number))).count();
    let pages = model.state.route.as_ref().map_or(0, |route| route.notes.len());
    let state = words::page_state(read, open.note.items.len(), model.is_read(release, None));
    let title = words::page_title(model.reading.page + 1, pages, &visible(&open.note.label));
    let side = room / 2;
    put(
        buf,
        head,
        &[Line::from(vec![
            Span::styled(pad(&format!(" {title}"), room - side, theme.glyphs.ascii), theme.strong()),
            Span::styled(right(&format!("{state} "), side, theme.glyphs.ascii), theme.quiet()),
        ])],
    );
    let focus = open.focus(model);
    let needle = model.search.as_ref().map(|s| s.to_lowercase());
    let lines: Vec<Line<'static>> = open
        .page
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let item = open.page.items.iter().position(|lines| lines.contains(&i));
            let first = item.is_some_and(|item| open.page.items[item].start == i);
            let (mark, style) = match item {
                Some(item) if first && model.is_read(release, Some(item)) => (theme.glyphs.checked, theme.good()),
                Some(item) if first && focus == Some(item) => (theme.glyphs.unchecked, theme.accent()),
                Some(_) if first => (theme.glyphs.unchecked, Style::new()),
                _ => ("", Style::new()),
            };
            let mut spans = vec![Span::styled(format!("{mark:GUTTER$}"), style)];
            spans.extend(line.spans.iter().cloned());
            let mut line = Line::from(spans);
            let hit = needle.as_ref().is_some_and(|n| line.to_string().to_lowercase().contains(n.as_str()));
            if hit || (item.is_some() && item == focus && first) {
                line = line.style(if hit { theme.selected() } else { theme.strong() });
            }
            line
        })
        .collect();
    scrolled(buf, body, &lines, open.top, theme)
}
