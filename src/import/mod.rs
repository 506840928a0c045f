//! Definitions that other programs keep for their own upgrades, as catalogues of Stepwell's.
//!
//! What is read is data and never syntax: names are checked before they are written into a catalogue, and what was
//! written is loaded before it is put in place.

mod acapy;
mod folder;

use std::path::{Path, PathBuf};

pub use folder::put;

use crate::definition::Findings;
use crate::model::VersionError;

/// A catalogue that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// How many releases it has.
    pub releases: usize,
    /// Actions that releases use.
    pub actions: Vec<String>,
    /// Actions that run only when they are named.
    pub tags: Vec<String>,
}

/// Why there is no catalogue. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Everything that is wrong in the file.
    #[error("{0}")]
    File(Findings),
    #[error("error: the target: {0}")]
    Target(VersionError),
    #[error("error: {} is there already and not an empty folder; name another one with --out DIR", .0.display())]
    Taken(PathBuf),
    #[error("error: {} cannot be written: {error}", path.display())]
    Write { path: PathBuf, error: std::io::Error },
    /// What was made does not load, which is no fault of what it was made of.
    #[error("error: the catalogue that was made is invalid\n{0}")]
    Own(Findings),
}

/// Makes a catalogue of ACA-Py's `default_version_upgrade_config.yml`. `to` is a version to which it leads although the
/// file does not list it: the program's own.
///
/// # Errors
/// When the file is invalid, `to` is no version, or the folder is taken or cannot be written.
pub fn acapy(file: &Path, to: Option<&str>, out: &Path) -> Result<Imported, ImportError> {
    let upgrades = acapy::read(file, to)?;
    let name = file.file_name().map_or_else(|| "the file".to_owned(), |name| name.to_string_lossy().into_owned());
    let (files, imported) = acapy::write(&upgrades, &name);
    folder::put(out, &files)?;
    Ok(imported)
}
