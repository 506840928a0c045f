//! What was found, and where to upgrade to.
//!
//! ```text
//!  Vault keeper · keeps secrets                                    stepwell.yaml
//!  Deployed: 2.8.1 plum
//!  Upgrade to
//! › 3.0.0 quince   2 hops
//! ── What was found ──────────────────────────────
//!  Stores
//!  ✓ main  SQLite  /srv/keeper/keeper.db  24 MiB
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{divider, hanging, heading, list, marked, put, say, scrolled, split_at};
use crate::model::{FactSource, Survey};
use crate::tui::model::Model;
use crate::tui::text::width;
use crate::tui::when;
use crate::words::format::{bytes, visible};
use crate::words::screens as words;

/// Draws the screen.
pub fn render(buf: &mut Buffer, model: &Model, area: Rect) -> usize {
    let theme = model.theme;
    let room = usize::from(area.width);
    let Some(survey) = &model.state.survey else {
        let mut lines = Vec::new();
        say(&mut lines, words::LOOKING, room, Style::new());
        put(buf, area, &lines);
        return 0;
    };
    let mut top = Vec::new();
    if let Some((_, problem)) = &survey.problem {
        say(&mut top, &format!("{} {}", theme.glyphs.fail, words::NO_UPGRADE), room, theme.bad());
        say(&mut top, &visible(problem), room, Style::new());
    } else if model.state.run.is_none() && survey.unfinished.is_some() {
        unfinished(&mut top, model, survey, room);
    } else {
        version(&mut top, model, survey, room);
    }
    let chooses = when::rows(model) > 0;
    let (head, rest) = split_at(area, top.len().min(usize::from(area.height).saturating_sub(4)));
    put(buf, head, &top);
    let below = if chooses {
        let (line, rest) = split_at(rest, 1);
        put(buf, line, &[Line::styled(format!(" {}", words::UPGRADE_TO), theme.strong())]);
        let (targets, below) = split_at(rest, survey.targets.len().min(4).min(usize::from(rest.height) / 2));
        let names = survey.targets.iter().map(|t| width(&t.label)).max().unwrap_or(0);
        let rows: Vec<_> = survey
            .targets
            .iter()
            .enumerate()
            .map(|(i, t)| {
                let name = format!("{:names$}", visible(&t.label));
                (Some(i), marked(name, Style::new(), format!("  {}", words::hops(t.hops))))
            })
            .collect();
        list(buf, targets, &rows, Some(model.cursor()), theme);
        below
    } else {
        rest
    };
    let (line, pane) = split_at(below, 1);
    divider(buf, line, words::FOUND, model);
    scrolled(buf, pane, &found(model, survey, room), model.scroll, theme)
}

fn version(lines: &mut Vec<Line<'static>>, model: &Model, survey: &Survey, room: usize) {
    let found = &survey.version;
    match (&found.deployed, &found.range) {
        (Some(version), _) => {
            let label = if found.label.is_empty() { version } else { &found.label };
            let forced = if found.forced { words::FORCED } else { "" };
            let spans = vec![
                Span::raw(format!("{} ", words::DEPLOYED)),
                Span::styled(visible(label), model.theme.strong()),
                Span::raw(forced.to_owned()),
            ];
            lines.extend(hanging(&spans, room));
        }
        (None, Some(range)) => say(lines, &words::version_open(&visible(range)), room, model.theme.warn()),
        (None, None) => say(lines, words::VERSION_UNKNOWN, room, model.theme.warn()),
    }
}

fn unfinished(lines: &mut Vec<Line<'static>>, model: &Model, survey: &Survey, room: usize) {
    let Some(run) = &survey.unfinished else { return };
    say(lines, words::UNFINISHED, room, model.theme.warn());
    let arrow = model.theme.glyphs.arrow;
    for line in words::unfinished(run, arrow, model.now) {
        say(lines, &visible(&line), room, Style::new());
    }
    say(lines, words::UNFINISHED_NEXT, room, Style::new());
}

fn found(model: &Model, survey: &Survey, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    if !model.state.about.is_empty() {
        say(&mut lines, &visible(&model.state.about), room, Style::new());
    }
    path(&mut lines, model);
    if let Some(run) = survey.last.as_ref().filter(|_| model.state.run.is_none()) {
        heading(&mut lines, words::LAST_RUN, theme);
        say(&mut lines, &visible(&words::last_run(run, theme.glyphs.arrow, model.now)), room, Style::new());
    }
    heading(&mut lines, words::STORES, theme);
    if survey.stores.is_empty() {
        say(&mut lines, words::NO_STORES, room, Style::new());
    }
    for store in &survey.stores {
        let size = store.size.map(|n| format!(", {}", bytes(n))).unwrap_or_default();
        let text = format!("{}: {}, {}{size}", visible(&store.title), visible(&store.engine), visible(&store.location));
        match &store.error {
            None => lines
                .extend(hanging(&[Span::styled(theme.glyphs.done, theme.good()), Span::raw(format!(" {text}"))], room)),
            Some(error) => {
                let spans = [Span::styled(theme.glyphs.fail, theme.bad()), Span::raw(format!(" {text}"))];
                lines.extend(hanging(&spans, room));
                say(&mut lines, &format!("  {}", words::unreachable(&visible(error))), room, theme.bad());
            }
        }
    }
    heading(&mut lines, words::HOW_KNOWN, theme);
    for source in &survey.version.sources {
        let (glyph, style) =
            if source.failed { (theme.glyphs.fail, theme.bad()) } else { (theme.glyphs.done, theme.good()) };
        let text = format!("{}: {}", visible(&source.source), visible(&source.answer));
        let own = vec![Span::styled(glyph, style), Span::raw(format!(" {text}"))];
        lines.extend(hanging(&own, room));
    }
    if !survey.facts.is_empty() {
        heading(&mut lines, words::FACTS, theme);
    }
    for fact in &survey.facts {
        let source = words::fact_source(fact.source);
        let style = if fact.source == FactSource::Missing { theme.warn() } else { theme.quiet() };
        let text = format!("{}: {} ", visible(&fact.name), visible(&fact.value));
        lines.extend(hanging(&[Span::raw(text), Span::styled(format!("({source})"), style)], room));
    }
    if !model.state.file.is_empty() {
        heading(&mut lines, words::FILE, theme);
        say(&mut lines, &visible(&model.state.file), room, Style::new());
    }
    lines
}

/// The stops on the way, once a target was chosen.
fn path(lines: &mut Vec<Line<'static>>, model: &Model) {
    let Some(route) = &model.state.route else { return };
    heading(lines, words::PATH, model.theme);
    let mut stops = vec![visible(&route.from_label)];
    stops.extend(route.hops.iter().map(|hop| visible(&hop.to_label)));
    let room = model.body().1;
    say(lines, &stops.join(model.theme.glyphs.arrow), room, Style::new());
}
