//! The durable record of runs, the lease, and the marks that say what has taken effect in a store.
//!
//! The journal is an SQLite file in the state directory, or lies in a store of the deployment. Every write checks the lease's epoch inside its own
//! transaction, so that a runner that lost the lease can write nothing more.

mod forget;
mod holder;
mod lease;
mod lock;
mod log;
mod mark;
mod place;
mod read;
mod record;
mod tables;

pub use forget::{Forgotten, forget};
pub use holder::{Holder, me};
pub use lease::{BEAT, Lease, OBSERVE, Taken};
pub use lock::{Lock, Locked};
pub use log::{Journal, Write};
pub use mark::{Fenced, Mark, Marks};
pub use place::Place;
pub use record::{Recorded, RunRecord};
pub use tables::TABLES;

use crate::store::StoreError;

/// Why the journal could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    #[error("the journal cannot be used: {0}")]
    Store(#[from] StoreError),
    #[error("another runner has this deployment: {}", .0.named())]
    Held(Box<Holder>),
    #[error(
        "another runner has begun or finished an upgrade since this one was planned; run the same command again to see what is left to do"
    )]
    Overtaken,
    #[error("another runner has taken over the lease; this one has stopped and changes nothing more")]
    LostLease,
    #[error("the journal was written by a newer Stepwell (format {found}, this one reads {known}); use that one")]
    Newer { found: i64, known: i64 },
    #[error("{0}")]
    Folder(String),
    #[error("the journal holds a record that cannot be read: {0}")]
    Unreadable(String),
    #[error("the recorded version is {found:?} now, not {expected:?}: something else changed it; nothing was recorded")]
    VersionMoved { expected: Option<String>, found: Option<String> },
}

impl From<serde_json::Error> for JournalError {
    fn from(error: serde_json::Error) -> Self {
        JournalError::Unreadable(error.to_string())
    }
}
