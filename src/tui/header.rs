//! Where this is, what leads where, whether the service is up; and the steps of the wizard.
//!
//! ```text
//!  stepwell  Barbican at db1        14.0.2 yoga → 15.0.1 zed       ● service up
//!  ✓ 1 Deployment  ✓ 2 Notes  ● 3 Checks  · 4 Maintenance  · 5 Plan  · 6 Run  · 7 Confirm
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::model::{Model, Screen};
use super::text::{fit, width};
use super::when;
use crate::model::{RunState, Service, Unfinished};
use crate::words::format::visible;
use crate::words::{popups, screens as words, setup as set_up};

/// Draws both lines.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) {
    buf.set_line(area.x, area.y, &title(model, usize::from(area.width)), area.width);
    buf.set_line(area.x, area.y + 1, &stepper(model, usize::from(area.width)), area.width);
}

/// What the line below the header says: that another front end drives, or that nobody does; otherwise whether this
/// window may be closed.
pub fn banner(model: &Model) -> (String, Style) {
    if let Some(replay) = &model.replay {
        return (words::replaying(replay.speed, replay.paused, replay.over), model.theme.accent());
    }
    if model.gone {
        return (words::GONE_BANNER.to_owned(), model.theme.bad());
    }
    if when::watching(model) {
        let driver = model.wheel.driver.as_ref().map(|d| visible(&format!("{}@{}", d.login, d.host)));
        return (words::watching(driver.as_deref()), model.theme.warn());
    }
    let state = &model.state;
    let text = match (state.run_state, &state.run) {
        _ if state.ended.is_some() => "",
        // Nothing is known yet.
        (_, None) if model.set_up.is_some() => set_up::CLOSE_UNWRITTEN,
        (_, None) if state.survey.is_none() => "",
        (_, None) if unfinished(model).is_some() => words::CLOSE_UNFINISHED,
        (_, None) => words::CLOSE_UNCHANGED,
        _ if !model.detachable => words::CLOSE_STOPS,
        (Some(RunState::AwaitingApproval), Some(_)) if !state.changes.is_empty() => words::CLOSE_CHANGED,
        (run, Some(_)) => words::close(run.unwrap_or(RunState::Preparing), state.at_end, state.service),
    };
    (text.to_owned(), model.theme.quiet())
}

/// The run that an earlier session left, until it is taken up.
fn unfinished(model: &Model) -> Option<&Unfinished> {
    model.state.survey.as_ref().and_then(|survey| survey.unfinished.as_deref()).filter(|_| model.state.run.is_none())
}

fn title(model: &Model, room: usize) -> Line<'static> {
    let theme = model.theme;
    let state = &model.state;
    let service = unfinished(model).map_or(state.service, |run| run.service);
    let (glyph, style) = match service {
        Service::Up => (theme.glyphs.now, theme.good()),
        Service::Maintenance => (theme.glyphs.pause, theme.warn()),
        Service::Down => (theme.glyphs.fail, theme.bad()),
    };
    // Before the survey nobody knows.
    let service = if state.survey.is_none() && state.run.is_none() {
        String::new()
    } else {
        format!("{glyph} {} ", popups::service(service))
    };
    let name = if state.title.is_empty() { &state.system } else { &state.title };
    let place = if model.set_up.is_some() {
        set_up::TITLE.to_owned()
    } else if name.is_empty() {
        String::new()
    } else {
        visible(&words::at(name, &state.deployment))
    };
    let path = match (&state.route, &state.plan) {
        (Some(route), _) => visible(&format!("{}{}{}", route.from_label, theme.glyphs.arrow, route.to_label)),
        (None, Some(plan)) => visible(&format!("{}{}{}", plan.from, theme.glyphs.arrow, plan.to)),
        (None, None) => String::new(),
    };
    let left = format!(" {}  ", words::PRODUCT);
    // The state of the service is never cut; the name gives way first, then the path.
    let free = room.saturating_sub(width(&left) + width(&service));
    // Where both do not fit, the versions do without their names.
    let path = if width(&path) + width(&place) + 4 > free { visible(&versions(model)) } else { path };
    let path = fit(&path, free.saturating_sub(2), theme.glyphs.ascii);
    let place = fit(&place, free.saturating_sub(width(&path) + 4), theme.glyphs.ascii);
    let spare = free.saturating_sub(width(&place) + width(&path));
    Line::from(vec![
        Span::styled(left, theme.strong()),
        Span::raw(place),
        Span::raw(" ".repeat(spare / 2)),
        Span::styled(path, theme.strong()),
        Span::raw(" ".repeat(spare - spare / 2)),
        Span::styled(service, style),
    ])
}

fn versions(model: &Model) -> String {
    let state = &model.state;
    let ends = state.route.as_ref().map(|r| (&r.from, &r.to)).or(state.plan.as_ref().map(|p| (&p.from, &p.to)));
    ends.map_or_else(String::new, |(from, to)| format!("{from}{}{to}", model.theme.glyphs.arrow))
}

fn stepper(model: &Model, room: usize) -> Line<'static> {
    let theme = model.theme;
    let stage = model.reached();
    let names: usize = Screen::STEPS.iter().map(|s| width(words::screen(*s as usize)) + 4).sum();
    let count = Screen::STEPS.len();
    // All names, with more or less air between them; where there is no room for that, the one that is looked at.
    let (named, air) = if names + 2 * count <= room { (true, 2) } else { (names + count - 1 <= room, 1) };
    let air = if named { air } else { 2 };
    let mut spans = Vec::new();
    for screen in Screen::STEPS {
        let here = screen == model.screen;
        let (glyph, style) = if screen < stage {
            (theme.glyphs.done, theme.good())
        } else if screen == stage {
            (theme.glyphs.now, theme.accent())
        } else {
            (theme.glyphs.todo, theme.quiet())
        };
        let number = screen as usize + 1;
        let text = if here || named {
            format!("{glyph} {number} {}", words::screen(screen as usize))
        } else {
            format!("{glyph} {number}")
        };
        if !spans.is_empty() || air > 1 {
            spans.push(Span::raw(" ".repeat(if spans.is_empty() { 1 } else { air })));
        }
        spans.push(Span::styled(text, if here { style.patch(theme.strong()).patch(theme.link()) } else { style }));
    }
    Line::from(spans)
}
