//! The operating system's lock on a deployment: held by the runner as long as it lives, and let go by the kernel the
//! moment it dies, however it dies. It is the proof of life that a row in a table cannot be.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Holder;

/// The lock while it is held. Dropping the last clone lets it go.
///
/// The folder is locked, too: a lock on a file keeps out nobody once that file is deleted and made again.
#[derive(Clone, Debug)]
pub struct Lock {
    _held: Arc<(File, Option<File>)>,
}

/// Whoever only looks holds the lock for a moment, and so long a taker waits.
const LOOKS: (u32, Duration) = (20, Duration::from_millis(5));

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
        let folder = folder(state_dir)?;
        let mut file = open(state_dir, true)?;
        for tries in 0.. {
            let held = |done| matches!(done, Err(Errno::WOULDBLOCK));
            let of_folder = folder.as_ref().map(|folder| flock(folder, FlockOperation::NonBlockingLockExclusive));
            let of_file = flock(&file, FlockOperation::NonBlockingLockExclusive);
            if !of_folder.is_some_and(held) && !held(of_file) {
                of_file.map_err(std::io::Error::from)?;
                break;
            }
            if tries == LOOKS.0 {
                return Err(Locked::Held(Box::new(read(&mut file))));
            }
            std::thread::sleep(LOOKS.1);
        }
        file.set_len(0)?;
        file.write_all(serde_json::to_string(&Holder::me()).unwrap_or_default().as_bytes())?;
        Ok(Lock { _held: Arc::new((file, folder)) })
    }

    /// Who holds the lock now, if anybody does: one without a name where the lock file was deleted. Takes nothing and
    /// makes no file.
    pub fn holder(state_dir: &Path) -> Option<Holder> {
        let is_held = |file: &File| flock(file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK);
        let mut file = open(state_dir, false).ok();
        let folder = folder(state_dir).ok().flatten();
        let held = file.as_ref().is_some_and(is_held) || folder.as_ref().is_some_and(is_held);
        held.then(|| file.as_mut().map(read).unwrap_or_default())
    }
}

/// The folder, to lock it; `None` where the file system locks no folders, as NFS.
fn folder(state_dir: &Path) -> std::io::Result<Option<File>> {
    let folder = File::open(state_dir)?;
    match flock(&folder, FlockOperation::NonBlockingLockShared) {
        Ok(()) => flock(&folder, FlockOperation::Unlock)?,
        Err(Errno::WOULDBLOCK) => {}
        Err(_) => return Ok(None),
    }
    Ok(Some(folder))
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_lock_outlives_its_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let lock = Lock::take(dir.path()).expect("the lock");
        std::fs::remove_file(dir.path().join("lock")).expect("goes");
        assert_eq!(Lock::holder(dir.path()), Some(Holder::default()), "somebody, and nobody says who");
        assert!(matches!(Lock::take(dir.path()), Err(Locked::Held(_))));
        assert!(Lock::holder(dir.path()).is_some(), "also beside a new file");
        drop(lock);
        assert_eq!(Lock::holder(dir.path()), None);
        Lock::take(dir.path()).expect("the lock");
    }

    #[test]
    fn who_only_looks_keeps_nobody_out() {
        let dir = tempfile::tempdir().expect("a folder");
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    Lock::holder(dir.path());
                }
            });
            let taken = (0..300).all(|_| Lock::take(dir.path()).is_ok());
            over.store(true, Ordering::Relaxed);
            assert!(taken);
        });
    }
}
