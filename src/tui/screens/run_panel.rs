//! The part of the run screen that is about one step: its progress, what it waits for, or what it needs.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::say;
use crate::model::{Need, RunState, StepRow, StepState, Work};
use crate::tui::model::Model;
use crate::tui::popup::question_text;
use crate::tui::text::fit;
use crate::words::format::{and_more, between, duration, left as time_left, no_progress, visible};
use crate::words::screens as words;

/// Lines of output that a failure shows.
const LAST_LINES: usize = 12;

/// Milliseconds within which a step may be over before anything is told of it.
const SHORT: u64 = 2_000;

/// The step that the panel is about.
pub fn title(model: &Model) -> String {
    let state = &model.state;
    let step = state.at().and_then(|row| state.step(&row.key));
    step.map_or_else(|| words::NO_STEP.to_owned(), |step| visible(&step.title))
}

/// What there is to say about it, for about so many rows.
pub fn lines(model: &Model, room: usize, rows: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    match model.state.need() {
        Some(Need::Failed { key, error }) => {
            say(&mut lines, &format!("{} {}", words::FAILED, visible(&error)), room, theme.bad());
            say(&mut lines, words::what_is_safe(model.state.service), room, Style::new());
            // Of a run of the past there is nothing to decide.
            if model.replay.is_none() {
                say(&mut lines, words::FAILED_NEXT, room, Style::new());
            }
            // What to do comes first, so that a small screen cuts only the output.
            let most = rows.saturating_sub(lines.len()).min(LAST_LINES);
            let mut last: Vec<_> = model.state.log.iter().rev().filter(|(k, _)| *k == key).take(most).collect();
            last.reverse();
            for (_, line) in last {
                let line = fit(&visible(line), room.saturating_sub(4), theme.glyphs.ascii);
                say(&mut lines, &format!("  {line}"), room, theme.quiet());
            }
        }
        Some(Need::Settle { intent, .. }) => {
            say(&mut lines, &words::settle(&visible(&intent)), room, theme.warn());
        }
        Some(Need::Answer { key }) => {
            for line in question_text(&model.state, &key).lines() {
                say(&mut lines, &visible(line), room, theme.warn());
            }
            if model.replay.is_none() {
                say(&mut lines, words::ANSWER_NEXT, room, Style::new());
            }
        }
        _ => current(&mut lines, model, room),
    }
    beside(&mut lines, model, room);
    lines
}

/// What is under way at the same time, in one line.
fn beside(lines: &mut Vec<Line<'static>>, model: &Model, room: usize) {
    let state = &model.state;
    let title = |key: &str| state.step(key).map(|step| step.title.clone()).unwrap_or_default();
    let titles: Vec<String> = state.beside().iter().map(|row| title(&row.key)).collect();
    if !titles.is_empty() && !model.gone {
        let text = and_more(&titles.iter().map(String::as_str).collect::<Vec<_>>());
        say(lines, &fit(&text, room.saturating_sub(2), model.theme.glyphs.ascii), room, model.theme.quiet());
    }
}

fn current(lines: &mut Vec<Line<'static>>, model: &Model, room: usize) {
    let state = &model.state;
    if let Some(text) = state.run_state.filter(|_| !model.gone && model.replay.is_none()).and_then(words::standing) {
        say(lines, text, room, model.theme.warn());
    }
    let Some(row) = state.at() else { return };
    if row.is_told() {
        lines.push(progress(model, row, room));
    }
    if let StepState::Waiting { reason, attempt, until, .. } = &row.state {
        let left = until.zip(model.now).map(|(until, now)| duration(between(now, until)));
        let since = row.waits.zip(model.now).map(|(since, now)| duration(between(since, now)));
        let most = state.step(&row.key).and_then(|step| step.retry.as_ref()).map(|retry| retry.attempts);
        let text = words::waits(&visible(reason), since.as_deref(), *attempt, left, most);
        // It says since when; there is no sign of life to wait for.
        say(lines, &text, room, model.theme.warn());
    } else if row.state.is_active() && state.run_state == Some(RunState::Running) {
        say(lines, &signs(model, row), room, Style::new());
    }
}

fn progress(model: &Model, row: &StepRow, room: usize) -> Line<'static> {
    let g = model.theme.glyphs;
    let mut amount = words::amount(row.done, row.total, &visible(&row.unit));
    if model.state.step(&row.key).is_some_and(|step| matches!(step.work, Work::Backfill(_))) {
        amount = format!("{amount}   {}", words::pace(model.state.pace()));
    }
    let Some(percent) = row.percent() else { return Line::raw(format!(" {amount}")) };
    let amount = format!("  {percent} %   {amount}");
    // The numbers count for more than the bar.
    let cells = (room / 3).clamp(10, 40).min(room.saturating_sub(amount.chars().count() + 2));
    let full = cells * percent as usize / 100;
    Line::from(vec![
        Span::raw(" "),
        Span::styled(g.bar_full.repeat(full), model.theme.accent()),
        Span::styled(g.bar_empty.repeat(cells - full), model.theme.quiet()),
        Span::raw(amount),
    ])
}

/// Rate, time left, time so far, and whether it is alive.
fn signs(model: &Model, row: &StepRow) -> String {
    let mut parts = Vec::new();
    let took = row.began.zip(model.now).map(|(began, now)| between(began, now));
    if !row.is_told() && took.is_some_and(|ms| ms >= SHORT) {
        let step = model.state.step(&row.key);
        parts.push(no_progress(step.and_then(|step| step.estimate)));
    }
    if let Some(rate) = row.rate() {
        parts.push(words::rate(rate, &visible(&row.unit)));
    }
    if let Some(left) = row.left() {
        parts.push(time_left(left));
    }
    if let Some(took) = took {
        parts.push(words::running_for(&duration(took)));
    }
    if let (Some(heard), Some(now)) = (row.heard, model.now) {
        parts.push(words::heard(between(heard, now)));
    }
    parts.join(", ")
}
