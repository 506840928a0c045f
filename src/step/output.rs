//! What a program writes, line by line while it runs.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
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

/// Takes out of a file what `mask` replaces. A file without any is left alone.
pub fn scrub(path: &Path, mask: impl Fn(&str) -> String) -> std::io::Result<()> {
    let aside = path.with_extension("masked");
    let mut changed = false;
    each_part(path, |part| {
        let text = String::from_utf8_lossy(part);
        changed |= mask(&text) != text;
        Ok(())
    })?;
    if !changed {
        return Ok(());
    }
    let mut masked = super::shim::private(&aside, true)?;
    each_part(path, |part| masked.write_all(mask(&String::from_utf8_lossy(part)).as_bytes()))?;
    masked.sync_all()?;
    std::fs::rename(&aside, path)
}

/// Many lines at once, since a secret may have several.
fn each_part(path: &Path, mut see: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut read = BufReader::new(File::open(path)?);
    loop {
        let mut part = Vec::new();
        while part.len() < 1024 * 1024 && read.read_until(b'\n', &mut part)? > 0 {}
        if part.is_empty() {
            return Ok(());
        }
        see(&part)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_secret_is_taken_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stdout");
        std::fs::write(&path, b"\xff a\nb s3cret\n").expect("is written");
        scrub(&path, |text| text.replace("nothing", "")).expect("is read");
        assert_eq!(std::fs::read(&path).expect("is read"), b"\xff a\nb s3cret\n");
        scrub(&path, |text| text.replace("s3cret", "***")).expect("is read");
        assert_eq!(text(&path), "\u{fffd} a\nb ***\n");
        assert_eq!(std::fs::read_dir(folder.path()).expect("is read").count(), 1);
    }
}
