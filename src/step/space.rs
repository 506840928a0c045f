//! Free space: a step that would fill the disk is not begun.

use std::path::{Path, PathBuf};

use crate::model::Space;
use crate::probe::Site;
use crate::store::Location;

/// What a step needs and what there is, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub needed: u64,
    pub free: u64,
    pub at: PathBuf,
}

impl Room {
    /// Whether it is enough.
    pub fn is_enough(&self) -> bool {
        self.free >= self.needed
    }
}

/// The folder where a store's copies go unless the definition says: beside its file, or with Stepwell's own files
/// where a server keeps the store.
pub fn beside<'a>(location: &'a Location, site: &'a Site) -> &'a Path {
    location.file().map_or(site.state_dir.as_path(), |file| file.parent().unwrap_or(Path::new("/")))
}

/// Looks at the file system on which a step needs space.
///
/// # Errors
/// A sentence, when the store or the folder cannot be looked at.
pub async fn room(space: &Space, site: &Site) -> Result<Room, String> {
    let (_, location) = site.store(space.of.as_deref()).map_err(|e| e.to_string())?;
    let size = location.size().await.map_err(|e| format!("{} cannot be looked at: {e}", location.shown()))?;
    let at = match &space.at {
        Some(at) => site.dir.join(site.renderer().text(at).map_err(|e| e.to_string())?.reveal(&site.secrets)),
        None => beside(location, site).to_owned(),
    };
    // A folder that the step itself will make is on the file system of the nearest one that is there.
    let there = at.ancestors().find(|p| p.exists()).unwrap_or(Path::new("/")).to_owned();
    let disk = rustix::fs::statvfs(&there).map_err(|e| format!("{} cannot be looked at: {e}", there.display()))?;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate of bytes"
    )]
    let needed = (size as f64 * space.factor) as u64;
    Ok(Room { needed, free: disk.f_bavail.saturating_mul(disk.f_frsize), at })
}
