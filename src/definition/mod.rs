//! YAML to a checked catalogue, and templates to values.
//!
//! Everything an author can get wrong is found when the files are read and is reported at once, each with its file,
//! line and column, the line itself and what to do. Nothing here asks a store or starts a program.

pub mod duration;
mod kind;
mod node;
mod parse;
mod probe;
mod source;
mod step;
pub mod template;

pub use source::{Finding, Findings, Sources};
