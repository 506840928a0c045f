//! The only place that writes: whole lines, with nothing in them that moves a cursor.

use std::io::{self, Write};

use crate::words::format::visible;

/// A writer of whole lines.
#[derive(Debug)]
pub(super) struct Lines<W> {
    out: W,
}

impl<W: Write> Lines<W> {
    pub fn new(out: W) -> Self {
        Lines { out }
    }

    /// Writes `text`, of one line or several, and shows whatever is still in it that a terminal would obey.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        for line in text.split('\n') {
            writeln!(self.out, "{}", visible(line))?;
        }
        self.out.flush()
    }

    pub fn say_all(&mut self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        lines.into_iter().try_for_each(|line| self.say(&line))
    }
}
