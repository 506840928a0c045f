//! The steps, the one under way, and the last lines it wrote.
//!
//! ```text
//!  Running   6 of 14 steps   begun 3 m 10 s ago   downtime 3 m 2 s
//!   ✓  3 Add the column                        done 1 s
//! › ●  4 Sign the tokens anew                  running
//!   ·  5 Swap the columns                      to do
//! ── Sign the tokens anew ────────────────────────
//!  ███████░░░░░░░░  54 %   591,000 of 1,100,000 rows
//!  1,200 rows/s   about 7 m left   for 3 m   last sign of life 1 s ago
//! ── Log ─────────────────────────────────────────
//!  batch 591 …
//! ```

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{LIST_EDGE, divider, list, put, run_panel, split_at, steps};
use crate::model::Service;
use crate::tui::model::Model;
use crate::tui::text::{fit, pad, right, width};
use crate::words::format::{between, duration, visible};
use crate::words::screens as words;

/// Rows that the panel of a step under way takes at least, where there are more than `ROOMY` of them.
const PANEL: usize = 3;
const ROOMY: usize = 14;

/// Columns that titles have where there is room for them.
const NEAR: usize = 60;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let room = usize::from(area.width);
    let height = usize::from(area.height);
    let (head, rest) = split_at(area, 1);
    put(buf, head, &[sentence(model, room)]);
    // What the operator has to decide needs the room of the log, and shows its own last lines.
    let needed = model.state.need().is_some();
    let panel = run_panel::lines(model, room, height.saturating_sub(if needed { 4 + height / 4 } else { 4 }));
    // The step under way is never pushed out by the list or the log.
    // The list keeps its place while a step alternates between running and waiting.
    let reserved = if height > ROOMY { PANEL } else { 0 };
    let below = panel.len().max(reserved).min(height.saturating_sub(4)) + 1;
    let spare = height.saturating_sub(1 + below);
    let log_rows = if needed { 0 } else { spare / 3 };
    let list_rows = model.state.steps.len().min(spare.saturating_sub(log_rows)).max(spare.min(2));
    let (rows, rest) = split_at(rest, list_rows);
    list(buf, rows, &step_rows(model, room.saturating_sub(usize::from(LIST_EDGE))), Some(model.cursor()), model.theme);
    let (rule, rest) = split_at(rest, 1);
    divider(buf, rule, &run_panel::title(model), model);
    let (body, rest) = split_at(rest, below - 1);
    put(buf, body, &panel);
    if needed {
        return 0;
    }
    let (rule, rest) = split_at(rest, 1);
    divider(buf, rule, words::LOG, model);
    log(buf, model, rest)
}

fn sentence(model: &Model, room: usize) -> Line<'static> {
    let state = &model.state;
    let (done, all) = state.steps_done();
    let ago = |since: Option<Timestamp>| since.zip(model.now).map(|(since, now)| duration(between(since, now)));
    let mut parts = vec![words::steps_of(done, all)];
    if model.ticks() {
        parts.extend(ago(state.run_began).map(|time| words::begun(&time)));
    } else {
        // Nothing is drawn while nothing happens: a time of day stays true, a duration does not.
        parts.extend(state.run_began.map(|at| words::at_time(words::BEGUN, at)));
    }
    if state.service != Service::Up {
        let since = state.down_since.filter(|_| !model.ticks());
        let running = model.now.filter(|_| model.ticks()).map(|now| words::down_for(&duration(state.downtime(now))));
        parts.extend(running.or(since.map(|at| words::at_time(words::DOWN_SINCE, at))));
    }
    let name = format!(" {}", state.run_state.map(words::run_state).unwrap_or_default());
    // What matters least gives way.
    while parts.len() > 1 && width(&name) + parts.iter().map(|p| width(p) + 3).sum::<usize>() > room {
        parts.remove(1);
    }
    Line::from(vec![Span::styled(name, model.theme.strong()), Span::raw(format!("   {}", parts.join("   ")))])
}

fn step_rows(model: &Model, room: usize) -> Vec<(Option<usize>, Line<'static>)> {
    let theme = model.theme;
    let ascii = theme.glyphs.ascii;
    let plan = model.state.plan.iter().flat_map(|plan| &plan.steps);
    let titles = plan.clone().map(|step| width(&visible(&step.title))).max().unwrap_or(0);
    // The states are as wide as they are now; the titles get the rest.
    let words: Vec<String> = (0..model.state.steps.len()).map(|i| steps::word(model, i)).collect();
    let side = words.iter().map(|word| width(word)).max().unwrap_or(0).max(8).min(room / 3);
    // On a wide screen the state does not go so far from its title that the eye loses the line.
    let title = room.saturating_sub(side + 8).min(titles.max(NEAR));
    plan.zip(&model.state.steps)
        .enumerate()
        .map(|(i, (step, row))| {
            let (glyph, style) = steps::glyph(theme, &row.state);
            let line = Line::from(vec![
                Span::styled(format!("{glyph} "), style),
                Span::styled(format!("{} ", right(&(i + 1).to_string(), 3, ascii)), theme.quiet()),
                Span::raw(pad(&visible(&step.title), title, ascii)),
                Span::raw(" "),
                Span::styled(right(&words[i], side, ascii), style),
            ]);
            (Some(i), line)
        })
        .collect()
}

/// The last lines, or earlier ones when scrolled back.
fn log(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let log = &model.state.log;
    let rows = usize::from(area.height);
    let back = model.scroll.min(log.len().saturating_sub(rows));
    let top = log.len().saturating_sub(rows + back);
    let room = usize::from(area.width).saturating_sub(1);
    let lines: Vec<_> = log
        .iter()
        .skip(top)
        .take(rows)
        .map(|(key, line)| {
            // Where several write at the same time, a line says about which item it is.
            let item = model.state.item_of(key).map(|item| format!("{item}: ")).unwrap_or_default();
            let line = fit(&visible(&format!("{item}{line}")), room, model.theme.glyphs.ascii);
            Line::styled(format!(" {line}"), model.theme.quiet())
        })
        .collect();
    put(buf, area, &lines);
    if log.is_empty() {
        put(buf, area, &[Line::styled(format!(" {}", words::LOG_EMPTY), model.theme.quiet())]);
    }
    log.len().saturating_sub(rows)
}
