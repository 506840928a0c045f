//! What a program writes, line by line while it runs.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// More than this of a program's output is not taken into memory.
const MOST: u64 = 4 * 1024 * 1024;

/// Follows a growing file by whole lines.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    at: u64,
    rest: Vec<u8>,
}

impl Tail {
    /// From the file's beginning.
    pub fn new(path: PathBuf) -> Tail {
        Tail { path, at: 0, rest: Vec::new() }
    }

    /// The lines that were completed since the last call.
    pub fn lines(&mut self) -> Vec<String> {
        let mut chunk = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.at))?;
            file.take(MOST).read_to_end(&mut chunk)
        });
        let Ok(n) = read else { return Vec::new() };
        self.at += n as u64;
        self.rest.extend_from_slice(&chunk);
        let Some(end) = self.rest.iter().rposition(|b| *b == b'\n') else { return Vec::new() };
        let whole: Vec<u8> = self.rest.drain(..=end).collect();
        crate::probe::text_lines(&String::from_utf8_lossy(&whole))
    }
}

/// A file's text, cut off where it is too large.
pub fn text(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        let _ = file.take(MOST).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
