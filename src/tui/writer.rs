//! Frames as bytes: only cells that changed, in one write, and nothing at all when none did.

use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;

use super::drawn::buffer;
use super::model::Model;

/// A frame of an ordinary terminal fits in it.
const ROOM: usize = 32 * 1024;

/// Draws models on a terminal.
#[derive(Debug)]
pub struct Painter<W> {
    out: W,
    /// What the terminal shows; `None` while nobody knows.
    shown: Option<Buffer>,
    sync: bool,
    bytes: Vec<u8>,
}

impl<W: Write> Painter<W> {
    /// Draws on `out`; `sync` wraps each frame in a synchronised update.
    pub fn new(out: W, sync: bool) -> Self {
        Painter { out, shown: None, sync, bytes: Vec::with_capacity(ROOM) }
    }

    /// Draws every cell anew next time.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Brings the terminal to what the model shows. Returns the bytes that it took.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(super) fn draw(&mut self, model: &Model) -> io::Result<usize> {
        self.show(buffer(model))
    }

    /// Brings the terminal to these cells. Returns the bytes that it took.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn show(&mut self, next: Buffer) -> io::Result<usize> {
        let area = *next.area();
        let known = self.shown.take().filter(|shown| *shown.area() == area);
        if known.as_ref() == Some(&next) {
            self.shown = known;
            return Ok(0);
        }
        self.bytes.clear();
        if self.sync {
            queue!(self.bytes, BeginSynchronizedUpdate)?;
        }
        if known.is_none() {
            queue!(self.bytes, Clear(ClearType::All))?;
        }
        let before = known.unwrap_or_else(|| Buffer::empty(area));
        CrosstermBackend::new(&mut self.bytes).draw(before.diff(&next).into_iter())?;
        if self.sync {
            queue!(self.bytes, EndSynchronizedUpdate)?;
        }
        self.out.write_all(&self.bytes)?;
        self.out.flush()?;
        self.shown = Some(next);
        Ok(self.bytes.len())
    }

    /// What is drawn on.
    pub(super) fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes what is not cells: the bell, the title.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}
