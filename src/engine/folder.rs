//! A run's name and its folder.

use std::path::{Path, PathBuf};

use crate::journal::JournalError;

/// A run's id, sortable, with a folder that no other run had: another deployment may have its runs beside this one's,
/// and a program's status that is not this run's must never be read as such.
pub fn new_run(state_dir: &Path) -> Result<String, JournalError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.mode(0o700);
    let fail = |e: std::io::Error| JournalError::Folder(format!("a folder for the run cannot be made: {e}"));
    builder.recursive(true).create(state_dir.join("runs")).map_err(fail)?;
    builder.recursive(false);
    // To the millisecond, since a store remembers what a run did even where its folder and journal were lost.
    let now = jiff::Timestamp::now();
    let at = format!("{}{:03}Z", now.strftime("%Y%m%dT%H%M%S"), now.subsec_millisecond());
    for n in 1u32.. {
        let run = if n == 1 { at.clone() } else { format!("{at}-{n}") };
        match builder.create(run_dir(state_dir, &run)) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| run).map_err(fail),
        }
    }
    Err(JournalError::LostLease)
}

/// Where a run keeps what its programs write.
pub fn run_dir(state_dir: &Path, run: &str) -> PathBuf {
    state_dir.join("runs").join(run)
}
