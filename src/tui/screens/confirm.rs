//! What was verified and what changed, before the version is recorded.
//!
//! ```text
//!  Everything is done. Press enter and type 3.0.0 to record the version.
//!  Verified
//!  ✓ Every token has a signature                 done 1 s
//!  What changed
//!  14 steps are done.
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{heading, say, scrolled, steps};
use crate::model::Phase;
use crate::tui::model::{Model, Screen};
use crate::words::format::visible;
use crate::words::screens as words;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let lines = lines(model, usize::from(area.width));
    scrolled(buf, area, &lines, model.scroll, model.theme)
}

fn lines(model: &Model, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let state = &model.state;
    let mut lines = Vec::new();
    let Some(plan) = &state.plan else {
        say(&mut lines, words::NO_PLAN_YET, room, Style::new());
        return lines;
    };
    let sentence = if model.stage() == Screen::Confirm {
        words::confirm_now(&visible(&plan.to))
    } else if state.confirmed {
        words::confirmed(&visible(&plan.to))
    } else {
        words::CONFIRM_LATER.to_owned()
    };
    say(&mut lines, &sentence, room, theme.strong());
    heading(&mut lines, words::VERIFIED, theme);
    let start = lines.len();
    let mut part = None;
    for (i, step) in plan.steps.iter().enumerate() {
        let shown = matches!(step.phase, Phase::Verify | Phase::Health | Phase::Leave);
        // The same is verified after each hop: which one is meant is said once.
        if shown && part != Some(step.hop) {
            part = Some(step.hop);
            let hop = step.hop.and_then(|n| plan.hops.get(n));
            let text = hop.map_or_else(|| words::AT_END.to_owned(), |hop| words::after_hop(&visible(&hop.to_label)));
            say(&mut lines, &text, room, theme.quiet());
        }
        if let (Phase::Verify | Phase::Health | Phase::Leave, Some(row)) = (step.phase, state.steps.get(i)) {
            let (glyph, style) = steps::glyph(theme, &row.state);
            lines.push(Line::from(vec![
                Span::styled(format!(" {glyph} "), style),
                Span::raw(visible(&step.title)),
                Span::styled(format!("  {}", steps::word(model, i)), style),
            ]));
        }
    }
    if lines.len() == start {
        say(&mut lines, words::NOTHING_VERIFIED, room, Style::new());
    }
    heading(&mut lines, words::CHANGED, theme);
    let (done, all) = state.steps_done();
    say(&mut lines, &words::steps_over(done, all), room, Style::new());
    if let Some(floor) = &state.floor {
        say(&mut lines, &words::floor_long(&visible(floor)), room, Style::new());
    }
    for backup in &state.backups {
        say(&mut lines, &words::backup(&visible(backup)), room, Style::new());
    }
    lines
}
