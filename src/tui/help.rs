//! What `?` shows: what this screen is for, the keys that work on it, and its words.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::footer::name;
use super::keys;
use super::model::Model;
use super::text::{pad, paragraph, width, wrap};
use crate::words::format::visible;
use crate::words::help::{self as words, Term};
use crate::words::{screens, setup};

/// The popup's title.
pub fn title(model: &Model) -> String {
    let screen = if model.set_up.is_some() { setup::TITLE } else { screens::screen(model.screen as usize) };
    words::title(screen)
}

/// All of its lines.
pub fn lines(model: &Model, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let page = words::page(model.screen as usize);
    let mut lines = Vec::new();
    match &model.set_up {
        Some(set_up) => {
            let question = set_up.question().map(|question| visible(&question.help)).filter(|help| !help.is_empty());
            for text in question.iter().map(String::as_str).chain([words::SET_UP]) {
                lines.extend(paragraph(text, room, 0, Style::new()));
                lines.push(Line::default());
            }
        }
        None => {
            lines.extend(paragraph(page.about, room, 0, Style::new()));
            lines.push(Line::default());
        }
    }
    lines.push(Line::styled(words::KEYS, theme.strong()));
    lines.extend(keys(model, room));
    let (here, others) = words::terms(page);
    for (heading, terms) in [(words::WORDS, here), (words::ALL_WORDS, others)] {
        lines.push(Line::default());
        lines.push(Line::styled(heading, theme.strong()));
        lines.extend(terms.into_iter().flat_map(|term| explained(model, term, room)));
    }
    lines
}

fn keys(model: &Model, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let ascii = theme.glyphs.ascii;
    // Keys that do the same, or the same the other way, share a line.
    let mut entries: Vec<(String, &str)> = Vec::new();
    for binding in keys::below_help(model) {
        match entries.iter_mut().find(|(_, help)| *help == binding.help) {
            Some((names, _)) => {
                names.push(' ');
                names.push_str(name(binding.name, ascii));
            }
            None => entries.push((name(binding.name, ascii).to_owned(), binding.help)),
        }
    }
    let column = 2 + entries.iter().map(|(names, _)| width(names)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (names, help) in entries {
        for (i, text) in wrap(help, room.saturating_sub(column)).into_iter().enumerate() {
            let names = if i == 0 { names.as_str() } else { "" };
            lines.push(Line::from(vec![Span::styled(pad(names, column, ascii), theme.accent()), Span::raw(text)]));
        }
    }
    lines
}

fn explained(model: &Model, term: Term, room: usize) -> Vec<Line<'static>> {
    let mut lines = paragraph(&format!("{}: {}", term.word, term.meaning), room, 2, Style::new());
    // The word hangs out to the left of its meaning.
    if let Some(first) = wrap(&format!("{}: {}", term.word, term.meaning), room.saturating_sub(2)).first() {
        let (word, rest) = first.split_at(first.find(':').map_or(first.len(), |at| at + 1));
        let line = Line::from(vec![Span::styled(word.to_owned(), model.theme.accent()), Span::raw(rest.to_owned())]);
        lines.splice(..1, [line]);
    }
    lines
}
