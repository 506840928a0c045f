//! Puts a backup back. What is not whole is never put anywhere; what was there before goes only when it is.

use std::path::{Path, PathBuf};

use super::{restore_server, restore_sqlite};
use crate::store::Location;

/// What became of the store as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Where an SQLite database as it was is kept.
    pub kept: Option<PathBuf>,
}

/// Puts the content of `file` into the store; what was written since goes, Stepwell's own tables on a server do not.
/// `name` is part of the name under which an SQLite database as it was is kept.
///
/// # Errors
/// With a sentence that says in which state the store is.
pub async fn restore(location: &Location, file: &Path, name: &str) -> Result<Restored, String> {
    match location {
        Location::Sqlite(path) => restore_sqlite::restore(path, file, name).await,
        Location::Postgres(server) => restore_server::postgres(server, file).await.map(|()| Restored::default()),
        Location::Mysql(server) => restore_server::mysql(location, server, file).await.map(|()| Restored::default()),
    }
}
