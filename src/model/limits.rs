//! What batches wait for, so that those who use the same servers are served meanwhile.

/// Limits that the operator sets. Where one is passed, a backfill waits until it is kept again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds that a replica may be behind.
    pub replica_lag: Option<u64>,
    /// Statements that others may be running at the same time.
    pub running: Option<u64>,
    /// Segments of PostgreSQL's write-ahead log that may wait to be archived.
    pub archive_backlog: Option<u64>,
    /// Bytes that stay free on the disk of an SQLite store.
    pub free_space: Option<u64>,
}

impl Limits {
    /// Whether there is nothing to be kept.
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}
