//! A session as it happens: what goes to the terminal, written down line by line.
//!
//! Keys are not written down, and what is typed where a secret is asked for is dots on the screen already. Each line is
//! written at once and by itself, so a kill leaves a file that is good up to then.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use super::cast::{head, line};
use super::kept::millis;
use crate::tui::Witness;

/// A file that grows with the session.
#[derive(Debug)]
pub struct Tape {
    began: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// `None` once it could not be written to: the session goes on without it.
    file: Option<File>,
    /// The beginning of a sign whose end has not come yet.
    rest: Vec<u8>,
}

impl Tape {
    /// Makes the file, for this user alone. It must not be there yet.
    ///
    /// # Errors
    /// When it is there, or cannot be made.
    pub fn make(path: &Path, size: (u16, u16)) -> io::Result<Tape> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let now = jiff::Timestamp::now().as_second();
        let term = std::env::var("TERM").unwrap_or_default();
        let more = [("timestamp", now.into()), ("env", serde_json::json!({ "TERM": term }))];
        file.write_all(head(size, &more).as_bytes())?;
        Ok(Tape { began: Instant::now(), inner: Mutex::new(Inner { file: Some(file), rest: Vec::new() }) })
    }

    /// Writes down how the program ends.
    pub fn ends(&self, exit: u8) {
        self.write(|_| Some(('x', exit.to_string())));
    }

    /// Whether all of it could be written.
    pub fn is_whole(&self) -> bool {
        self.inner.lock().is_ok_and(|inner| inner.file.is_some())
    }

    fn write(&self, what: impl FnOnce(&mut Vec<u8>) -> Option<(char, String)>) {
        let Ok(mut inner) = self.inner.lock() else { return };
        let Some((kind, data)) = what(&mut inner.rest) else { return };
        let line = line(millis(self.began.elapsed()), kind, &data);
        // A full disk is no reason to end an upgrade. The end says that the recording is not whole.
        if inner.file.as_mut().is_some_and(|file| file.write_all(line.as_bytes()).is_err()) {
            inner.file = None;
        }
    }
}

impl Witness for Tape {
    fn written(&self, bytes: &[u8]) {
        self.write(|rest| {
            rest.extend_from_slice(bytes);
            let whole = match std::str::from_utf8(rest) {
                Ok(_) => rest.len(),
                // A write may end within a sign; its rest comes with the next one.
                Err(error) if error.error_len().is_none() => error.valid_up_to(),
                Err(_) => rest.len(),
            };
            let text = String::from_utf8_lossy(&rest[..whole]).into_owned();
            rest.drain(..whole);
            (!text.is_empty()).then_some(('o', text))
        });
    }

    fn resized(&self, columns: u16, rows: u16) {
        self.write(|_| Some(('r', format!("{columns}x{rows}"))));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn each_line_is_whole_and_its_owners_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.cast");
        let tape = Tape::make(&path, (80, 24)).expect("is made");
        let sign = "é".as_bytes();
        tape.written(&[b"a", &sign[..1]].concat());
        tape.written(&sign[1..]);
        tape.resized(100, 30);
        tape.ends(5);
        let text = std::fs::read_to_string(&path).expect("is read");
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]),
            (&2.into(), &80.into(), &24.into())
        );
        let told: Vec<_> = lines[1..].iter().map(|line| (line[1].as_str(), line[2].as_str())).collect();
        let wanted = [("o", "a"), ("o", "é"), ("r", "100x30"), ("x", "5")];
        assert_eq!(told, wanted.map(|(kind, data)| (Some(kind), Some(data))));
        assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        assert!(Tape::make(&path, (80, 24)).is_err(), "what is there is not written over");
    }
}
