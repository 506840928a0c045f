//! One step of the plan: the very SQL, argument list or file change, and what happens after a crash.
//!
//! ```text
//!  4  Sign the tokens anew
//!  Changes: main.tokens
//!  If it is interrupted: it goes on from the last batch.
//!  What is run
//!    UPDATE tokens SET …
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{heading, say, scrolled};
use crate::model::{Offline, Phase, PlannedStep, Work};
use crate::tui::model::Model;
use crate::tui::text::cut;
use crate::words::format::{duration, visible};
use crate::words::screens as words;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let steps = model.state.plan.as_ref().map(|plan| plan.steps.as_slice()).unwrap_or_default();
    let Some(step) = steps.get(model.cursor()) else { return 0 };
    let lines = lines(model, step, model.cursor() + 1, usize::from(area.width));
    scrolled(buf, area, &lines, model.scroll, model.theme)
}

fn lines(model: &Model, step: &PlannedStep, number: usize, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = vec![Line::styled(format!(" {number}  {}", visible(&step.title)), theme.strong())];
    say(&mut lines, &visible(&step.key), room, theme.quiet());
    if let Some(why) = &step.why {
        say(&mut lines, &visible(why), room, Style::new());
    }
    lines.push(Line::default());
    if !step.touches.is_empty() {
        say(&mut lines, &words::touches(&visible(&step.touches)), room, Style::new());
    }
    // A check is over at once, and a question takes as long as its answer.
    if let Some(ms) = step.estimate {
        say(&mut lines, &words::estimate(&duration(ms)), room, Style::new());
    } else if !matches!(step.work, Work::Ask(_) | Work::Check(_) | Work::Baseline(_)) && step.estimate_each.is_none() {
        say(&mut lines, words::NO_ESTIMATE, room, Style::new());
    }
    if step.offline > Offline::No && !matches!(step.phase, Phase::Enter | Phase::Leave) {
        say(&mut lines, words::offline(step.offline), room, Style::new());
    }
    if step.point_of_no_return {
        say(&mut lines, words::NO_RETURN_HERE, room, theme.bad());
    }
    if let Some(floor) = step.floor.as_ref().filter(|_| !step.point_of_no_return) {
        say(&mut lines, &words::floor_long(&visible(floor)), room, theme.warn());
    }
    // A question and a look change nothing that could be half done.
    if !matches!(step.work, Work::Ask(_) | Work::Check(_) | Work::Baseline(_)) {
        say(&mut lines, words::resume(step.resume), room, Style::new());
    }
    if step.optional {
        say(&mut lines, words::OPTIONAL, room, Style::new());
    }
    heading(&mut lines, work_title(step), theme);
    if let Work::Ask(ask) = &step.work {
        // A question is for reading; nothing of it is run.
        for line in step.detail.iter().flat_map(|text| text.lines()) {
            say(&mut lines, &format!("  {}", visible(line)), room, Style::new());
        }
        if !ask.choices.is_empty() {
            let choices = ask.choices.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(", ");
            let default = ask.default.as_ref().map(|d| visible(&d.text));
            say(
                &mut lines,
                &format!("  {}", words::answers(&visible(&choices), default.as_deref())),
                room,
                Style::new(),
            );
        }
        if let Some(answer) = model.state.answers.get(&step.key) {
            say(&mut lines, &format!("  {}", words::answered(&visible(answer))), room, theme.strong());
        }
    } else {
        code(&mut lines, model, step.detail.iter().map(String::as_str), room);
    }
    if !step.proof.is_empty() {
        heading(&mut lines, words::DONE_WHEN, theme);
        code(&mut lines, model, step.proof.iter().map(String::as_str), room);
    }
    if !step.checks.is_empty() {
        heading(&mut lines, words::CHECKED_AFTER, theme);
        for check in &step.checks {
            say(&mut lines, &format!("{} {}", theme.glyphs.bullet, visible(&check.title.text)), room, Style::new());
        }
    }
    lines
}

fn code<'a>(lines: &mut Vec<Line<'static>>, model: &Model, text: impl Iterator<Item = &'a str>, room: usize) {
    for line in text.flat_map(str::lines) {
        for part in cut(&Span::styled(visible(line), model.theme.code()), room.saturating_sub(3)) {
            lines.push(Line::from(vec![Span::raw("   "), part]));
        }
    }
}

fn work_title(step: &PlannedStep) -> &'static str {
    match &step.work {
        Work::Ask(_) if step.ask_first => words::VERY_QUESTION,
        Work::Ask(_) => words::LATE_QUESTION,
        Work::Check(_) | Work::Baseline(_) => words::VERY_CHECK,
        _ => words::VERY_WORK,
    }
}
