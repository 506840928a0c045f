//! The demo: Keepsake, a small secrets service that does not exist, with data in an embedded database.
//!
//! `build` makes a deployment of Keepsake 1.8.2; `keepsake` is the service's own command. What an upgrade of it
//! consists of is written in `upgrades/keepsake`, like that of any other system. Nothing else of Stepwell knows that
//! Keepsake is a demo.

mod build;
mod program;

pub use build::{DEFAULT_ROWS, DemoError, build};
pub use program::keepsake;
