//! Copies of an SQLite store, made by the database itself: never the file alone, whose log may hold half of it.

use std::path::Path;

use crate::step::Outcome;
use crate::store::{Connection, Location};

/// Copies into an empty file.
pub async fn copy(location: &Location, part: &Path) -> Result<(), Outcome> {
    let mut connection = Connection::open(location).await?;
    connection.execute("vacuum into ?", &[part.display().to_string().into()]).await?;
    connection.close().await;
    Ok(())
}

/// The copy is opened, checked page by page, and holds the tables that the store does.
pub async fn prove(location: &Location, part: &Path) -> Result<(), Outcome> {
    let mut copy = Connection::open_read_only(&Location::Sqlite(part.to_owned())).await?;
    let sound = copy.query("pragma integrity_check", &[]).await?;
    if sound.first().and_then(|v| v.as_str()) != Some("ok") {
        return Err(Outcome::permanent("the copy is damaged (integrity_check); the store itself may be, too"));
    }
    let mut store = Connection::open_read_only(location).await?;
    let tables = "select name, sql from sqlite_master where name not like 'stepwell_%' order by name";
    let (ours, theirs) = (copy.query(tables, &[]).await?, store.query(tables, &[]).await?);
    if ours.digest != theirs.digest {
        return Err(Outcome::transient("the copy's schema differs from the store's; something changed it meanwhile"));
    }
    copy.close().await;
    store.close().await;
    Ok(())
}
