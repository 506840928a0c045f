//! Every step in order, by hop, and where it can no longer be undone. Approved here.
//!
//! ```text
//!  14 steps, about 12 m. Press a to approve.
//!    Hop 1 of 2: 2.8.1 plum → 2.9.0 quince
//! ›  3 sql       Add the column             main          2 s
//!    4 backfill  Sign the tokens anew       main.tokens   9 m   floor 2.9.0
//!    ── point of no return: only the backup leads back ──
//!    Approve this plan
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{LIST_EDGE, list, put, say, split_at};
use crate::model::{Plan, PlannedStep};
use crate::tui::model::Model;
use crate::tui::text::{fit, pad, right, width};
use crate::words::format::{duration, visible};
use crate::words::screens as words;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let room = usize::from(area.width);
    let Some(plan) = &model.state.plan else {
        let mut lines = Vec::new();
        say(&mut lines, words::NO_PLAN_YET, room, Style::new());
        put(buf, area, &lines);
        return 0;
    };
    let (head, rest) = split_at(area, 1);
    let all = plan.steps.iter().all(|step| step.estimate.is_some());
    let text = words::plan_sentence(plan.steps.len(), estimate(plan), all, model.approvable().is_some());
    put(buf, head, &[Line::raw(format!(" {}", fit(&text, room.saturating_sub(1), model.theme.glyphs.ascii)))]);
    list(buf, rest, &rows(model, plan, room.saturating_sub(usize::from(LIST_EDGE))), Some(model.cursor()), model.theme);
    0
}

/// Milliseconds of all steps that say so.
fn estimate(plan: &Plan) -> Option<u64> {
    plan.steps.iter().filter_map(|step| step.estimate).reduce(|a, b| a + b)
}

fn rows(model: &Model, plan: &Plan, room: usize) -> Vec<(Option<usize>, Line<'static>)> {
    let theme = model.theme;
    let mut rows = Vec::new();
    let columns = Columns::of(plan, room);
    if !model.state.changes.is_empty() {
        rows.push((None, Line::styled(words::PLAN_CHANGED, theme.warn())));
        for line in model.state.changes.iter().flat_map(|text| text.lines()) {
            rows.push((
                None,
                Line::raw(format!("  {}", fit(&visible(line), room.saturating_sub(2), theme.glyphs.ascii))),
            ));
        }
    }
    let mut part = None;
    for (i, step) in plan.steps.iter().enumerate() {
        if part != Some(step.hop) {
            part = Some(step.hop);
            rows.push((None, Line::styled(part_title(model, plan, i), theme.strong())));
        }
        rows.push((Some(i), row(model, i, step, room, &columns)));
        if step.point_of_no_return {
            let text = format!("{0}{0} {1} {0}{0}", theme.glyphs.rule, words::NO_RETURN);
            rows.push((None, Line::styled(fit(&text, room, theme.glyphs.ascii), theme.bad())));
        }
    }
    let last = if model.approvable().is_some() {
        words::APPROVE_ROW
    } else if model.state.approved {
        words::APPROVED_ROW
    } else {
        words::NOT_YET_ROW
    };
    rows.push((Some(plan.steps.len()), Line::styled(last, theme.accent())));
    rows
}

fn part_title(model: &Model, plan: &Plan, first: usize) -> String {
    match plan.steps[first].hop.and_then(|n| plan.hops.get(n).map(|hop| (n, hop))) {
        Some((n, hop)) => {
            let path = format!("{}{}{}", hop.from_label, model.theme.glyphs.arrow, hop.to_label);
            words::hop_title(n + 1, plan.hops.len(), &visible(&path))
        }
        None if first == 0 => words::AT_START.to_owned(),
        None => words::AT_END.to_owned(),
    }
}

/// How wide the columns beside the title are: as wide as what stands in them, or not there.
struct Columns {
    kind: usize,
    touches: usize,
    estimate: usize,
    floor: usize,
    /// The widest title.
    titles: usize,
}

/// Columns that titles have where there is room for them: what is beside them stays near.
const NEAR: usize = 40;

impl Columns {
    fn of(plan: &Plan, room: usize) -> Self {
        let widest =
            |text: &dyn Fn(&PlannedStep) -> String| plan.steps.iter().map(|s| width(&text(s))).max().unwrap_or(0);
        // The title gets what the others leave; where there is little, what it touches is only in the detail.
        let most = match room {
            110.. => 40,
            90.. => 24,
            70.. => 12,
            _ => 0,
        };
        Columns {
            kind: widest(&|s| words::kind(&s.work).to_owned()),
            touches: widest(&|s| visible(&s.touches)).min(most),
            estimate: widest(&estimated),
            floor: widest(&floor),
            titles: widest(&|s| visible(&s.title)),
        }
    }

    fn title(&self, room: usize) -> usize {
        let beside: usize = [self.touches, self.estimate, self.floor].iter().filter(|w| **w > 0).map(|w| w + 2).sum();
        room.saturating_sub(4 + self.kind + 2 + beside).min(self.titles.max(NEAR))
    }
}

fn estimated(step: &PlannedStep) -> String {
    step.estimate.map(duration).unwrap_or_default()
}

fn floor(step: &PlannedStep) -> String {
    step.floor.as_ref().map(|f| words::floor(&visible(f))).unwrap_or_default()
}

fn beside(step: &PlannedStep, columns: &Columns) -> bool {
    (columns.touches > 0 && !step.touches.is_empty()) || step.estimate.is_some() || step.floor.is_some()
}

fn row(model: &Model, number: usize, step: &PlannedStep, room: usize, columns: &Columns) -> Line<'static> {
    let theme = model.theme;
    let ascii = theme.glyphs.ascii;
    let mut spans = vec![
        Span::styled(format!("{} ", right(&(number + 1).to_string(), 3, ascii)), theme.quiet()),
        Span::styled(format!("{}  ", pad(words::kind(&step.work), columns.kind, ascii)), theme.code()),
    ];
    if beside(step, columns) {
        spans.push(Span::raw(pad(&visible(&step.title), columns.title(room), ascii)));
    } else {
        // Nothing stands to the right of it.
        spans.push(Span::raw(fit(&visible(&step.title), room.saturating_sub(6 + columns.kind), ascii)));
        return Line::from(spans);
    }
    if columns.touches > 0 {
        spans.push(Span::styled(format!("  {}", pad(&visible(&step.touches), columns.touches, ascii)), theme.quiet()));
    }
    if columns.estimate > 0 {
        spans.push(Span::raw(format!("  {}", right(&estimated(step), columns.estimate, ascii))));
    }
    if columns.floor > 0 {
        spans.push(Span::styled(format!("  {}", pad(&floor(step), columns.floor, ascii)), theme.warn()));
    }
    Line::from(spans)
}
