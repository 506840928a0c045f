//! The bottom bar: what the keys do now, and who drives.
//!
//! ```text
//!  enter Next   r Run again   b Back   ↑↓ Move   ? Help   q Quit
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::keys;
use super::model::Model;
use super::text::{fit, width};
use crate::model::Severity;
use crate::words::format::{between, visible};
use crate::words::screens as words;

/// Milliseconds for which a notice is shown.
const NOTICE_STAYS: u64 = 60_000;

/// The next step, help and the way out: what gives way last.
const KEPT: [&str; 7] = ["enter", "b", "esc", "?", "F1", "q", "^C"];

/// Draws the bar.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) {
    let theme = model.theme;
    let note = if model.waiting.is_some() && model.drives() { words::WORKING } else { "" };
    let room = usize::from(area.width).saturating_sub(width(note) + 2);
    let mut shown: Vec<(&str, &str)> = Vec::new();
    for binding in keys::active(model) {
        let label = (binding.label)(model);
        // Another key for the same thing is for the help.
        if !label.is_empty() && shown.iter().all(|(_, other)| *other != label) {
            shown.push((name(binding.name, theme.glyphs.ascii), label));
        }
    }
    // The last entries are help and the way out: the middle gives way to them.
    while shown.len() > 3 && total(&shown) > room {
        let drop = shown.iter().rposition(|(key, _)| !KEPT.contains(key)).unwrap_or(0);
        shown.remove(drop);
    }
    let mut spans = vec![Span::raw(" ")];
    for (key, label) in shown {
        spans.push(Span::styled(key, theme.accent()));
        spans.push(Span::raw(format!(" {label}   ")));
    }
    buf.set_line(area.x, area.y, &Line::from(spans), area.width);
    if !note.is_empty() {
        let text = fit(note, usize::from(area.width), theme.glyphs.ascii);
        let x = area.right().saturating_sub(u16::try_from(width(&text) + 1).unwrap_or(u16::MAX));
        buf.set_line(x.max(area.x), area.y, &Line::styled(text, theme.quiet()), area.width);
    }
}

/// The answer to the last key, or the last thing that the operator should read, for a while after it was said.
pub fn notice(model: &Model) -> (String, Style) {
    if let Some(said) = &model.said {
        return (visible(said), model.theme.accent());
    }
    let Some((at, severity, text)) = model.state.notices.last() else { return (String::new(), Style::new()) };
    if model.now.is_some_and(|now| between(*at, now) > NOTICE_STAYS) {
        return (String::new(), Style::new());
    }
    let theme = model.theme;
    let (glyph, style) = match severity {
        Severity::Info => (theme.glyphs.bullet, theme.accent()),
        Severity::Warning => (theme.glyphs.warn, theme.warn()),
        Severity::Error => (theme.glyphs.fail, theme.bad()),
    };
    (format!("{glyph} {}", visible(text)), style)
}

fn total(shown: &[(&str, &str)]) -> usize {
    shown.iter().map(|(key, label)| width(key) + width(label) + 4).sum()
}

/// The key's name in the character set.
pub fn name(name: &'static str, ascii: bool) -> &'static str {
    match name {
        "↑↓" if ascii => "up/down",
        "←→" if ascii => "left/right",
        other => other,
    }
}
