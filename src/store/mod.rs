//! The databases of a deployment, and Stepwell's own files, behind one type.
//!
//! Nothing above this module names sqlx. Statements come in as text in the engine's own dialect; a value is always
//! bound, never pasted.

mod blocker;
mod building;
mod connection;
mod dialect;
mod error;
mod kill_point;
pub mod load;
mod location;
mod mysql;
mod postgres;
mod reach;
mod rows;
mod session;
mod shape;
mod sqlite;
mod url;
mod value;

use std::time::Duration;

pub use building::Building;
pub use connection::Connection;
pub use error::{StoreError, Trouble};
pub use kill_point::kill_point;
pub use location::{Engine, Location, Server};
use reach::lost;
pub use rows::Rows;
pub use session::keeps_session;
pub use shape::shape;

/// How long a lock of somebody else is waited for before it counts as trouble: everybody else who comes meanwhile
/// waits behind this one.
pub const LOCK_WAIT: Duration = Duration::from_secs(3);
