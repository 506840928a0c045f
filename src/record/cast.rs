//! A film for asciinema: asciicast v2, a line for each frame.
//!
//! The second version is the one that every release of asciinema plays.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::json;

use super::film::Film;
use crate::tui::Painter;

/// What is done to a terminal before the first frame.
const HIDE_CURSOR: &str = "\x1b[?25l";
/// What is done to it at the end.
const SHOW_CURSOR: &str = "\x1b[?25h";

/// The first line of every such file.
pub fn head(size: (u16, u16), more: &[(&str, serde_json::Value)]) -> String {
    let mut head = json!({ "version": 2, "width": size.0, "height": size.1 });
    for (name, value) in more {
        head[*name] = value.clone();
    }
    format!("{head}\n")
}

/// A line for what happened at a millisecond: `o` for output, `m` for a marker, `r` for a new size, `x` for the exit
/// code, which players of the second version pass over.
pub fn line(at: u64, kind: char, data: &str) -> String {
    format!("[{}.{:03}, \"{kind}\", {}]\n", at / 1000, at % 1000, serde_json::Value::from(data))
}

/// Bytes that a painter wrote, until they are taken.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The whole file.
pub fn write(film: &Film) -> String {
    let env = json!({ "TERM": "xterm-256color" });
    let mut text = head(film.size, &[("title", film.title.clone().into()), ("env", env)]);
    let written = Written::default();
    let mut painter = Painter::new(written.clone(), false);
    let mut markers = film.markers.iter().peekable();
    let mut lines = Vec::new();
    for (number, frame) in film.frames.iter().enumerate() {
        while let Some((at, name)) = markers.next_if(|(at, _)| *at < frame.at) {
            lines.push(line(*at, 'm', name));
        }
        // Nothing can fail that writes to memory.
        let _ = painter.show(frame.cells.clone());
        let bytes = std::mem::take(&mut *written.0.borrow_mut());
        let before = if number == 0 { HIDE_CURSOR } else { "" };
        lines.push(line(frame.at, 'o', &format!("{before}{}", String::from_utf8_lossy(&bytes))));
    }
    lines.extend(markers.map(|(at, name)| line(*at, 'm', name)));
    // So that the last screen stays for as long as it was meant to.
    lines.push(line(film.end, 'o', SHOW_CURSOR));
    text.extend(lines);
    text
}
