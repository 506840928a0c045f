//! The whole frame: header, screen, bar, and what lies over them. Pure: a model in, cells out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::model::{Model, Screen};
use super::text::fit;
use super::{footer, header, popup_view, screens};
use crate::words::screens as words;

/// Rows that are not the screen's own: two of the header, two rules, the bar.
pub const AROUND: u16 = 5;
/// The smallest terminal in which the wizard works.
pub const LEAST: (u16, u16) = (60, 16);

/// Draws a frame over the whole of `buf`.
pub fn view(model: &Model, buf: &mut Buffer) {
    let area = *buf.area();
    if area.width == 0 || area.height == 0 {
        return;
    }
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = fit(&words::too_small(LEAST), usize::from(area.width), model.theme.glyphs.ascii);
        buf.set_line(area.x, area.y, &Line::from(text), area.width);
        return;
    }
    let [head, rule, body, rule_below, bar] = split(area);
    header::render(buf, model, head);
    for rule in [rule, rule_below] {
        let line = model.theme.glyphs.rule.repeat(usize::from(rule.width));
        buf.set_line(rule.x, rule.y, &Line::styled(line, model.theme.quiet()), rule.width);
    }
    let render = match model.screen {
        Screen::Deployment => screens::deployment::render,
        Screen::Notes => screens::notes::render,
        Screen::Checks => screens::checks::render,
        Screen::Maintenance => screens::maintenance::render,
        Screen::Plan if model.detail => screens::step::render,
        Screen::Plan => screens::plan::render,
        Screen::Run => screens::run::render,
        Screen::Confirm => screens::confirm::render,
        Screen::End => screens::end::render,
    };
    render(buf, model, body);
    footer::render(buf, model, bar);
    popup_view::render(buf, model, body);
}

fn split(area: Rect) -> [Rect; 5] {
    let row = |y: u16, height: u16| Rect { x: area.x, y: area.y + y, width: area.width, height };
    let body = area.height - AROUND;
    [row(0, 2), row(2, 1), row(3, body), row(3 + body, 1), row(4 + body, 1)]
}
