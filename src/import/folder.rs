//! Puts a catalogue in place, whole or not at all.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::ImportError;
use crate::definition::load_dir;

/// Writes `files` beside `out`, loads them as a catalogue, and renames the folder.
///
/// # Errors
/// When `out` is there and not an empty folder, when it cannot be written, or when the catalogue does not load.
pub fn put(out: &Path, files: &BTreeMap<String, String>) -> Result<(), ImportError> {
    let fail = |error: io::Error| ImportError::Write { path: out.to_owned(), error };
    let place = std::path::absolute(out).map_err(fail)?;
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(ImportError::Taken(out.to_owned()));
    };
    let free = match std::fs::read_dir(&place) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if !free {
        return Err(ImportError::Taken(out.to_owned()));
    }
    let aside = parent.join(format!(".{}.new-{}", name.to_string_lossy(), std::process::id()));
    let put = || {
        write(&aside, files).map_err(fail)?;
        load_dir(&aside).map_err(ImportError::Own)?;
        // Replaces an empty folder, and nothing that somebody else has put there meanwhile.
        std::fs::rename(&aside, &place).map_err(fail)
    };
    put().inspect_err(|_| drop(std::fs::remove_dir_all(&aside)))
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}
