//! The whole frame: header, screen, bar, and what lies over them. Pure: a model in, cells out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::model::{Model, Screen};
use super::text::{fit, width};
use super::{footer, header, popup_view, screens};
use crate::words::screens as words;

/// Rows that are not the screen's own: two of the header, two rules, the bar.
pub const AROUND: u16 = 5;
/// What stands for a sign that cannot be shown.
const UNKNOWN: &str = "?";
/// The smallest terminal in which the wizard works.
pub const LEAST: (u16, u16) = (60, 16);

/// Draws a frame over the whole of `buf`.
pub fn view(model: &Model, buf: &mut Buffer) {
    let area = *buf.area();
    if area.width == 0 || area.height == 0 {
        return;
    }
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let room = usize::from(area.width);
        let text = fit(&words::too_small(LEAST, room), room, model.theme.glyphs.ascii);
        buf.set_line(area.x, area.y, &Line::from(text), area.width);
        return;
    }
    let [head, rule, body, rule_below, bar] = split(area);
    header::render(buf, model, head);
    let (said, style) = header::banner(model);
    draw_rule(buf, model, rule, &said, style);
    let (said, style) = footer::notice(model);
    draw_rule(buf, model, rule_below, &said, style);
    screen(model, buf, body);
    footer::render(buf, model, bar);
    popup_view::render(buf, model, body);
    if model.theme.glyphs.ascii {
        in_ascii(buf);
    }
}

/// Puts a sign of ASCII in place of every other: text from outside holds what it likes, and a terminal that does not
/// know its encoding would take it for several signs, or for an order.
fn in_ascii(buf: &mut Buffer) {
    let mut hidden = 0;
    for cell in &mut buf.content {
        if hidden > 0 {
            // The second half of a wide sign.
            hidden -= 1;
            cell.set_symbol(UNKNOWN);
        } else if !cell.symbol().is_ascii() {
            hidden = width(cell.symbol()).saturating_sub(1);
            cell.set_symbol(UNKNOWN);
        }
    }
}

/// How far the screen's pane of text scrolls at this size.
pub fn furthest(model: &Model) -> usize {
    let (width, height) = model.size;
    if width < LEAST.0 || height < LEAST.1 {
        return 0;
    }
    let area = Rect { x: 0, y: 0, width, height: height - AROUND };
    screen(model, &mut Buffer::empty(area), area)
}

/// How far the popup's text scrolls at this size.
pub fn furthest_over(model: &Model) -> usize {
    let (width, height) = model.size;
    if width < LEAST.0 || height < LEAST.1 {
        return 0;
    }
    popup_view::furthest(model, Rect { x: 0, y: 0, width, height: height - AROUND })
}

fn screen(model: &Model, buf: &mut Buffer, body: Rect) -> usize {
    let render = match model.screen {
        _ if model.set_up.is_some() => screens::set_up::render,
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
    render(buf, model, body)
}

/// A line across, with what needs saying on it.
fn draw_rule(buf: &mut Buffer, model: &Model, area: Rect, said: &str, style: Style) {
    let theme = model.theme;
    let room = usize::from(area.width);
    buf.set_line(area.x, area.y, &Line::styled(theme.glyphs.rule.repeat(room), theme.quiet()), area.width);
    if !said.is_empty() {
        let text = format!(" {} ", fit(said, room.saturating_sub(4), theme.glyphs.ascii));
        buf.set_line(area.x + 1, area.y, &Line::styled(text, style), area.width - 1);
    }
}

fn split(area: Rect) -> [Rect; 5] {
    let row = |y: u16, height: u16| Rect { x: area.x, y: area.y + y, width: area.width, height };
    let body = area.height - AROUND;
    [row(0, 2), row(2, 1), row(3, body), row(3 + body, 1), row(4 + body, 1)]
}
