//! The operating system's lock on a deployment: held by the runner as long as it lives, and let go by the kernel the
//! moment it dies, however it dies. It is the proof of life that a row in a table cannot be.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::Holder;

/// The lock while it is held. Dropping it lets it go.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum Locked {
    #[error("another runner has this deployment")]
    Held(Box<Holder>),
    #[error("the lock file cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

impl Lock {
    /// Takes the lock without waiting, and writes who holds it into the file.
    ///
    /// # Errors
    /// [`Locked::Held`] with the holder when somebody else has it.
    pub fn take(state_dir: &Path) -> Result<Lock, Locked> {
        let mut file = open(state_dir, true)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(Locked::Held(Box::new(read(&mut file)))),
            Err(e) => return Err(Locked::Io(e.into())),
        }
        file.set_len(0)?;
        file.write_all(serde_json::to_string(&Holder::me()).unwrap_or_default().as_bytes())?;
        Ok(Lock { file })
    }

    /// Who holds the lock now, if anybody does. Takes nothing and makes no file.
    pub fn holder(state_dir: &Path) -> Option<Holder> {
        let mut file = open(state_dir, false).ok()?;
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Err(rustix::io::Errno::WOULDBLOCK) => Some(read(&mut file)),
            _ => None,
        }
    }

    /// The file, to keep it open.
    pub fn file(&self) -> &File {
        &self.file
    }
}

fn open(state_dir: &Path, create: bool) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(create).create(create).truncate(false).mode(0o600).open(state_dir.join("lock"))
}

fn read(file: &mut File) -> Holder {
    let mut text = String::new();
    let _ = file.rewind();
    let _ = file.read_to_string(&mut text);
    serde_json::from_str(&text).unwrap_or_default()
}
