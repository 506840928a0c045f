//! Stepwell walks an operator through the upgrade of a self-hosted, stateful service.
//!
//! Each module may use those above it only; a test reads the `use` lines and enforces it.

pub mod link;
pub mod model;
pub mod tui;
pub mod words;
