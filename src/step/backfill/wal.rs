//! The log of an SQLite database is copied into its file beside the next batch.
//!
//! SQLite does that by itself too, but within the commit, while no batch gets on. The log begins at its start again only
//! when all of it is copied and nobody writes, so that now and then a batch waits for it: otherwise it would grow
//! without end. A database that keeps no such log is left alone, and so is `journal_mode`.

use std::time::Duration;

use crate::store::{Connection, Engine, Location};

/// Batches of less time than this leave too little in the log for it to be copied.
const WORTH: Duration = Duration::from_millis(50);

/// From this size on the log is copied to its end before the next batch. Two batches may come on top of it.
const LIMIT: i64 = 24 << 20;

/// The log, and the connection on which it is copied.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    /// Bytes of a page.
    page: i64,
    /// Bytes, when it was last looked at.
    size: i64,
    /// How long the batches took that wrote to it since.
    since: Duration,
}

impl Log {
    /// Takes over the copying from `writer`; `None` where there is no log, or it can only be left to SQLite.
    pub async fn open(location: &Location, writer: &mut Connection) -> Option<Log> {
        if writer.engine() != Engine::Sqlite {
            return None;
        }
        let mode = writer.query("pragma journal_mode", &[]).await.ok()?;
        if mode.first()?.as_str()? != "wal" {
            return None;
        }
        let page = writer.query("pragma page_size", &[]).await.ok()?.number()?;
        let connection = Connection::open(location).await.ok()?;
        // It holds for this connection alone, and as long as it is open.
        writer.execute("pragma wal_autocheckpoint = 0", &[]).await.ok()?;
        Some(Log { connection, page, size: 0, since: Duration::ZERO })
    }

    /// A batch was committed that took so long.
    pub fn written(&mut self, took: Duration) {
        self.since += took;
    }

    /// Copies what is in the log and waits for nobody, where that is worth it: it is flushed to the disk twice.
    pub async fn copy_some(&mut self) {
        if self.since >= WORTH {
            self.copy().await;
        }
    }

    /// Copies what is in the log and waits for nobody.
    pub async fn copy(&mut self) {
        self.since = Duration::ZERO;
        // What cannot be copied now is copied the next time.
        let Ok(found) = self.connection.query("pragma wal_checkpoint(passive)", &[]).await else { return };
        let pages = found.rows.first().and_then(|row| row.get(1)).and_then(serde_json::Value::as_i64).unwrap_or(0);
        self.size = pages.saturating_mul(self.page);
    }

    /// Where it has grown large, copies it to its end, so that the next batch begins it anew. Call it between batches.
    pub async fn bound(&mut self) {
        if self.size > LIMIT {
            self.copy().await;
            self.size = 0;
        }
    }
}
