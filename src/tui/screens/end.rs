//! How the session ended, what state things are in, and what to type next.
//!
//! ```text
//!  ✓ Done: the keeper is at 3.0.0 quince.
//!  The service is up.
//!  Took 12 m 10 s, 9 m 2 s of it in maintenance
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::{heading, say, scrolled};
use crate::model::{Outcome, Severity};
use crate::tui::model::Model;
use crate::words::format::{duration, visible};
use crate::words::{plain, screens as words};

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    scrolled(buf, area, &lines(model, usize::from(area.width)), model.scroll, model.theme)
}

fn lines(model: &Model, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    let Some((outcome, _, summary)) = &model.state.ended else { return lines };
    let (glyph, style) = match outcome {
        Outcome::Done | Outcome::NothingToDo => (theme.glyphs.done, theme.good()),
        Outcome::Stopped | Outcome::Left | Outcome::Abandoned => (theme.glyphs.pause, theme.warn()),
        Outcome::Failed | Outcome::NeedsOperator | Outcome::Refused => (theme.glyphs.fail, theme.bad()),
    };
    say(&mut lines, &format!("{glyph} {}", words::outcome(*outcome)), room, style.patch(theme.strong()));
    say(&mut lines, &visible(&summary.text), room, Style::new());
    lines.push(Line::default());
    say(&mut lines, plain::service(model.state.service), room, Style::new());
    if summary.run.is_some() {
        let path = format!("{}{}{}", summary.from, theme.glyphs.arrow, summary.to);
        say(&mut lines, &words::versions(&visible(&path)), room, Style::new());
        say(&mut lines, &words::took(&duration(summary.duration), &duration(summary.downtime)), room, Style::new());
    }
    for backup in &summary.backups {
        say(&mut lines, &words::backup(&visible(backup)), room, Style::new());
    }
    let notices: Vec<_> = model.state.notices.iter().filter(|(_, severity, _)| *severity > Severity::Info).collect();
    if !notices.is_empty() {
        heading(&mut lines, words::NOTICES, theme);
    }
    for (_, _, text) in notices {
        say(&mut lines, &format!("{} {}", theme.glyphs.warn, visible(text)), room, theme.warn());
    }
    if let Some(next) = &summary.next {
        heading(&mut lines, words::NEXT_COMMAND, theme);
        say(&mut lines, &format!("  {}", visible(next)), room, theme.code());
    }
    lines
}
