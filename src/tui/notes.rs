//! Reading the release notes: which page, where on it, and what the next key press reads.

use super::markdown::{Page, layout};
use super::model::Model;
use crate::model::NotePage;

/// Columns left of the text, for the marks of items.
pub const GUTTER: usize = 4;
/// Lines above the text that say which page this is.
pub const HEAD: usize = 2;

/// A place in the notes that survives a change of width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub page: usize,
    /// The block at the top, and how many of its lines are above the edge.
    block: usize,
    within: usize,
}

/// What Enter does next on this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextRead {
    /// Show this line at the top.
    Scroll(usize),
    /// Acknowledge the item.
    Item(usize),
    /// The end is in view: the page is read.
    End,
    /// Everything here is read already.
    Over,
}

/// The page that is open, laid out, with the lines in view.
#[derive(Debug)]
pub struct Open<'a> {
    pub note: &'a NotePage,
    pub page: Page,
    pub top: usize,
    pub rows: usize,
}

impl Model {
    /// The page of the notes that is open.
    pub fn open_page(&self) -> Option<Open<'_>> {
        let notes = &self.state.route.as_ref()?.notes;
        let note = notes.get(self.reading.page.min(notes.len().saturating_sub(1)))?;
        let (rows, columns) = self.body();
        let rows = rows.saturating_sub(HEAD).max(1);
        let page = layout(&note.text, columns.saturating_sub(GUTTER + 1), self.theme);
        let top = self.reading.top(&page, rows);
        Some(Open { note, page, top, rows })
    }

    /// Scrolls the open page so that `line` is at the top, as far as the page goes.
    pub fn scroll_notes(&mut self, line: usize) {
        let Some(open) = self.open_page() else { return };
        let line = line.min(open.last_top());
        let block = open.page.blocks.get(line).copied().unwrap_or(0);
        let within = line - open.page.block_start(block).min(line);
        self.reading = Reading { page: self.reading.page, block, within };
    }

    /// Opens another page at its beginning.
    pub fn turn_to(&mut self, page: usize) {
        self.reading = Reading { page, block: 0, within: 0 };
    }
}

impl Reading {
    fn top(self, page: &Page, rows: usize) -> usize {
        let line = page.block_start(self.block) + self.within;
        line.min(page.lines.len().saturating_sub(rows))
    }
}

impl Open<'_> {
    /// The furthest that the page scrolls.
    pub fn last_top(&self) -> usize {
        self.page.lines.len().saturating_sub(self.rows)
    }

    /// Whether the last line is in view.
    pub fn at_end(&self) -> bool {
        self.top >= self.last_top()
    }

    /// The first item of the page that is not read yet.
    pub fn focus(&self, model: &Model) -> Option<usize> {
        self.note.items.iter().map(|item| item.number).find(|n| !model.is_read(&self.note.release, Some(*n)))
    }

    fn lines_of(&self, item: usize) -> std::ops::Range<usize> {
        let end = self.page.lines.len();
        // An item whose place is not known is taken to stand at the end.
        self.page.items.get(item).cloned().unwrap_or(end..end)
    }

    /// Whether all of an item is in view, or its end when it is longer than the screen.
    fn is_seen(&self, item: usize) -> bool {
        let lines = self.lines_of(item);
        let ends = lines.end <= self.top + self.rows;
        ends && (lines.start >= self.top || (lines.len() > self.rows && lines.end > self.top))
    }

    /// What Enter does next.
    pub fn next(&self, model: &Model) -> NextRead {
        let below = self.top + self.rows.saturating_sub(1).max(1);
        if let Some(item) = self.focus(model) {
            if self.is_seen(item) {
                return NextRead::Item(item);
            }
            let lines = self.lines_of(item);
            let inside = self.top >= lines.start && self.top < lines.end;
            return NextRead::Scroll(if inside && lines.len() > self.rows { below } else { lines.start });
        }
        if model.is_read(&self.note.release, None) {
            NextRead::Over
        } else if self.at_end() {
            NextRead::End
        } else {
            NextRead::Scroll(below)
        }
    }
}
