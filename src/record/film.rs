//! What there was to see, and when.

use ratatui::buffer::Buffer;

use crate::tui;

/// A screen from a millisecond on, until the next one.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub at: u64,
    pub cells: Buffer,
}

/// All frames, in order. No two that follow each other are the same.
#[derive(Clone, Debug, Default)]
pub struct Film {
    pub title: String,
    pub size: (u16, u16),
    /// A picture of it shows the last screen alone.
    pub still: bool,
    pub frames: Vec<Frame>,
    /// Names of places, by their milliseconds.
    pub markers: Vec<(u64, String)>,
    /// When it is over.
    pub end: u64,
}

impl Film {
    /// Adds what is to be seen from now on.
    pub fn add(&mut self, at: u64, cells: Buffer) {
        match self.frames.last_mut() {
            Some(last) if last.cells == cells => {}
            // Nobody saw it.
            Some(last) if last.at == at => last.cells = cells,
            _ => self.frames.push(Frame { at, cells }),
        }
    }

    /// The last screen, as text.
    pub fn last(&self) -> String {
        self.frames.last().map(|frame| tui::text(&frame.cells)).unwrap_or_default()
    }
}
