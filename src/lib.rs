//! Stepwell walks an operator through the upgrade of a self-hosted, stateful service.
//!
//! Each module may use those above it only; a test reads the `use` lines and enforces it.

pub mod model;
pub mod words;
pub mod definition;
pub mod files;
pub mod store;
pub mod probe;
pub mod plan;
pub mod journal;
pub mod step;
pub mod engine;
pub mod link;

pub mod interview;

// Front ends, and what decides for them when nobody is asked.
pub mod pilot;
pub mod linear;
pub mod json;
pub mod tui;

pub mod demo;
pub mod import;
pub mod starter;
pub mod schema;
pub mod record;
pub mod cli;
