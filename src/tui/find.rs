//! Search: the next place where a text occurs, on the screens that have enough of it.

use super::markdown;
use super::model::{Model, Screen};
use super::notes::GUTTER;
use crate::words::screens;

/// Goes to the next match after where the operator is, or the previous one.
pub fn find(model: &mut Model, forward: bool) {
    let Some(needle) = model.search.clone() else { return };
    let needle = needle.to_lowercase();
    let found = if model.screen == Screen::Notes {
        in_notes(model, &needle, forward)
    } else {
        in_list(model, &needle, forward)
    };
    if !found {
        let title = screens::NOT_FOUND.to_owned();
        model.popup = Some(super::popup::Popup::Notice { title, text: screens::not_found(&needle) });
    }
}

fn in_notes(model: &mut Model, needle: &str, forward: bool) -> bool {
    let Some(open) = model.open_page() else { return false };
    let here = (model.reading.page, open.top);
    let at_end = open.at_end();
    let width = model.body().1.saturating_sub(GUTTER + 1);
    let notes = model.state.route.as_ref().map(|route| route.notes.as_slice()).unwrap_or_default();
    let mut places = Vec::new();
    for (number, note) in notes.iter().enumerate() {
        let page = markdown::layout(&note.text, width, model.theme);
        let lines = page.lines.iter().enumerate();
        places.extend(lines.filter(|(_, l)| l.to_string().to_lowercase().contains(needle)).map(|(i, _)| (number, i)));
    }
    // Where the page cannot scroll further, what is in view counts as seen.
    let next = if forward {
        let seen = if at_end { (here.0, usize::MAX) } else { here };
        places.iter().find(|place| **place > seen).or(places.first())
    } else {
        places.iter().rev().find(|place| **place < here).or(places.last())
    };
    let Some(&(page, line)) = next else { return false };
    model.turn_to(page);
    model.scroll_notes(line);
    true
}

fn in_list(model: &mut Model, needle: &str, forward: bool) -> bool {
    let rows: Vec<String> = match model.screen {
        Screen::Checks => model
            .state
            .checks
            .iter()
            .map(|row| format!("{} {}", row.id, row.result.as_ref().map_or("", |r| r.title.as_str())))
            .collect(),
        Screen::Plan | Screen::Run => {
            model.state.plan.iter().flat_map(|p| &p.steps).map(|s| format!("{} {}", s.title, s.key)).collect()
        }
        _ => Vec::new(),
    };
    let hits: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].to_lowercase().contains(needle)).collect();
    let here = model.cursor();
    let next = if forward {
        hits.iter().find(|i| **i > here).or(hits.first())
    } else {
        hits.iter().rev().find(|i| **i < here).or(hits.last())
    };
    let Some(&row) = next else { return false };
    model.cursors[model.screen as usize] = row;
    model.scroll = 0;
    true
}
