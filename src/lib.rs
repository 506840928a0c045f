//! Stepwell walks an operator through the upgrade of a self-hosted, stateful service.
//!
//! Each module may use those above it only; a test reads the `use` lines and enforces it.

pub mod model;
pub mod words;
pub mod definition;
pub mod store;
pub mod probe;
pub mod plan;
pub mod journal;
pub mod step;
pub mod link;
