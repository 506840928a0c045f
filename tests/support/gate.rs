//! A place where a step of an upgrade waits until the test lets it pass.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::PATIENCE;

/// A named pipe. A program that reads it (`cat PATH`) waits at it; the test sees it arrive and decides when it goes on.
#[derive(Debug, Clone)]
pub struct Gate {
    path: PathBuf,
}

/// Somebody stands at the gate. Dropping it lets them pass.
#[derive(Debug)]
pub struct Waiting(#[expect(dead_code, reason = "held open, and closed when dropped")] File);

impl Gate {
    pub fn at(path: &Path) -> Gate {
        mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).expect("a named pipe");
        Gate { path: path.to_owned() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until a program has come to the gate; it stays there while the result is kept.
    #[track_caller]
    pub fn reached(&self) -> Waiting {
        let (send, receive) = mpsc::channel();
        let path = self.path.clone();
        // Opening for writing returns when somebody reads, which may be never.
        std::thread::spawn(move || send.send(OpenOptions::new().write(true).open(path)));
        match receive.recv_timeout(PATIENCE) {
            Ok(file) => Waiting(file.expect("the named pipe")),
            Err(_) => panic!("nobody came to {}", self.path.display()),
        }
    }
}
