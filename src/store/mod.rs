//! The databases of a deployment, and Stepwell's own files, behind one type.
//!
//! Nothing above this module names sqlx. Statements come in as text with `?` for each bound value; a value is always
//! bound, never pasted.

mod connection;
mod error;
mod location;
mod rows;
mod sqlite;

pub use connection::Connection;
pub use error::{StoreError, Trouble};
pub use location::{Engine, Location};
pub use rows::Rows;
