//! A first catalogue of a system, which works as it is and teaches while it is changed.

use std::collections::BTreeMap;
use std::path::Path;

use crate::definition::is_id;
use crate::import::{ImportError, put};

/// What stands for the system's name.
const SYSTEM: &str = "SYSTEM";

const FILES: [(&str, &str); 3] = [
    ("system.yaml", include_str!("system.yaml")),
    ("releases/1.1.0.yaml", include_str!("release.yaml")),
    ("releases/1.1.0.md", include_str!("release.md")),
];

/// Why there is no catalogue. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum StarterError {
    #[error(
        "error: `{0}` cannot be a system's name: begin with a letter or digit, and use letters, digits, `-`, `_` and `.`"
    )]
    Name(String),
    #[error(transparent)]
    Folder(ImportError),
}

/// Makes a catalogue for `system` in the folder `out`, and gives the names of its files.
///
/// # Errors
/// When the name is no id, or the folder is taken or cannot be written.
pub fn write(system: &str, out: &Path) -> Result<Vec<&'static str>, StarterError> {
    // It names a folder too, which a dot at its beginning would hide.
    if !is_id(system) || !system.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(StarterError::Name(system.to_owned()));
    }
    let files: BTreeMap<_, _> =
        FILES.iter().map(|(name, text)| ((*name).to_owned(), text.replace(SYSTEM, system))).collect();
    put(out, &files).map_err(StarterError::Folder)?;
    Ok(FILES.map(|(name, _)| name).to_vec())
}
