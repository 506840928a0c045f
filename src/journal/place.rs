//! Where a deployment's journal is: a file of Stepwell's own, or one of its stores, which several hosts see.

use std::path::PathBuf;

use super::JournalError;
use crate::definition::{Deployment, JournalPlace};
use crate::probe::Site;
use crate::store::{Connection, Location};

/// The journal's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file in the state directory. The operating system's lock beside it keeps out others on this host.
    File(PathBuf),
    /// A database of a server. A lease with a heartbeat keeps out others wherever they are.
    Store(Location),
}

impl Place {
    /// Where the deployment file says that it is.
    ///
    /// # Errors
    /// When it names a store whose place is not known.
    pub fn of(deployment: &Deployment, site: Option<&Site>) -> Result<Place, JournalError> {
        let name = match &deployment.journal {
            JournalPlace::File => return Ok(Place::file(&deployment.state_dir)),
            JournalPlace::Store(name) => name,
        };
        match site.and_then(|site| site.stores.get(name)) {
            // A file that others use, too, is locked too often.
            Some(Location::Sqlite(_)) => Err(JournalError::Folder(format!(
                "the journal cannot be in the store `{name}`, which is an SQLite file: write `journal: file`"
            ))),
            Some(location) => Ok(Place::Store(location.clone())),
            None => Err(JournalError::Folder(format!(
                "the journal is in the store `{name}`, whose place could not be found out"
            ))),
        }
    }

    /// The file in a state directory.
    pub fn file(state_dir: &std::path::Path) -> Place {
        Place::File(state_dir.join("journal.sqlite"))
    }

    /// Opens it for writing; a file is made where it is missing.
    pub(super) async fn open(&self) -> Result<Connection, JournalError> {
        match self {
            Place::File(path) => {
                private(path)
                    .map_err(|e| JournalError::Folder(format!("the journal {} cannot be made: {e}", path.display())))?;
                let mut connection = Connection::create(path).await?;
                // It is Stepwell's own file. WAL needs one flush a commit where a rollback journal needs two or three.
                connection.query("pragma journal_mode = wal", &[]).await?;
                Ok(connection)
            }
            Place::Store(location) => Ok(Connection::open(location).await?),
        }
    }

    /// Opens it for reading; `None` where there is no file yet.
    pub(super) async fn open_read_only(&self) -> Result<Option<Connection>, JournalError> {
        match self {
            Place::File(path) if !path.exists() => Ok(None),
            Place::File(path) => Ok(Some(Connection::open_read_only(&Location::Sqlite(path.clone())).await?)),
            Place::Store(location) => Ok(Some(Connection::open_read_only(location).await?)),
        }
    }

    /// Whether other hosts see the same lease.
    pub fn is_shared(&self) -> bool {
        matches!(self, Place::Store(_))
    }
}

/// Makes the file for its owner alone before SQLite does; what stands beside it gets the same mode.
fn private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}
