//! What maintenance is for, when it is needed, and when to enter it. From here on a run exists.
//!
//! ```text
//!  In maintenance the service answers no requests. It is up now.
//!  It is needed before step 3: Move the tokens.
//!  › Enter maintenance just before it is needed
//!    Enter maintenance now, before the plan is shown
//!    Go without maintenance, with a reason
//! ── What is done ────────────────────────────────
//!  · Stop the keeper service                     systemctl stop keeper
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{divider, list, put, say, scrolled, split_at, steps};
use crate::model::{Offline, Phase, PlannedStep, Work};
use crate::tui::model::Model;
use crate::tui::when::{needs_maintenance, rows};
use crate::words::format::visible;
use crate::words::{popups, screens as words};

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let theme = model.theme;
    let room = usize::from(area.width);
    let needed = needs_maintenance(model);
    let mut lines = Vec::new();
    if model.state.plan.is_none() {
        say(&mut lines, words::NO_PLAN_YET, room, Style::new());
        put(buf, area, &lines);
        return 0;
    }
    if needed {
        say(&mut lines, &words::maintenance_is(popups::service(model.state.service)), room, Style::new());
        say(&mut lines, &need(model), room, theme.strong());
    } else {
        say(&mut lines, words::NO_MAINTENANCE, room, Style::new());
    }
    if model.state.run.is_none() {
        say(&mut lines, words::RUN_BEGINS_HERE, room, theme.warn());
    } else if let Some(choice) = &model.state.maintenance {
        say(&mut lines, &visible(&words::maintenance_chosen(choice)), room, Style::new());
    }
    let choices = rows(model);
    let (head, rest) = split_at(area, lines.len().min(usize::from(area.height).saturating_sub(choices)));
    put(buf, head, &lines);
    let (options, rest) = split_at(rest, choices);
    let names: Vec<_> = words::MAINTENANCE_CHOICES.iter().map(|text| Line::raw(*text)).collect();
    let names = if needed { names } else { vec![Line::raw(words::BEGIN_WITHOUT)] };
    let names: Vec<_> = names.into_iter().enumerate().map(|(i, line)| (Some(i), line)).take(choices).collect();
    list(buf, options, &names, Some(model.cursor()), theme);
    if needed {
        let (rule, pane) = split_at(rest, 1);
        divider(buf, rule, words::WHAT_IT_DOES, model);
        return scrolled(buf, pane, &work(model, room), model.scroll, theme);
    }
    0
}

/// Before which step it is needed.
fn need(model: &Model) -> String {
    let steps = model.state.plan.iter().flat_map(|plan| &plan.steps).enumerate();
    let mut steps = steps.filter(|(_, s)| !matches!(s.phase, Phase::Enter | Phase::Leave | Phase::Health));
    match steps.find(|(_, step)| step.offline > Offline::No) {
        Some((i, step)) => words::needed_before(i + 1, &visible(&step.title), step.offline == Offline::Advised),
        None => words::NEEDED_NOWHERE.to_owned(),
    }
}

fn work(model: &Model, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    let Some(plan) = &model.state.plan else { return lines };
    for phase in [Phase::Enter, Phase::Leave] {
        if !lines.is_empty() {
            lines.push(Line::default());
            lines.push(Line::styled(format!(" {}", words::AND_AT_THE_END), theme.strong()));
        }
        let changes = |step: &PlannedStep| step.phase == phase && !matches!(step.work, Work::Baseline(_));
        for (i, step) in plan.steps.iter().enumerate().filter(|(_, step)| changes(step)) {
            let (glyph, style) = model
                .state
                .steps
                .get(i)
                .map_or((theme.glyphs.todo, theme.quiet()), |row| steps::glyph(theme, &row.state));
            lines.push(Line::from(vec![
                Span::styled(format!(" {glyph} "), style),
                Span::raw(visible(&step.title)),
                Span::styled(format!("  {}", steps::word(model, i)), style),
            ]));
            for detail in step.detail.iter().take(4) {
                say(&mut lines, &format!("  {}", visible(detail)), room, theme.code());
            }
        }
    }
    lines
}
