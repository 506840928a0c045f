//! YAML to a checked catalogue, and templates to values.
//!
//! Everything an author can get wrong is found when the files are read and is reported at once, each with its file,
//! line and column, the line itself and what to do. Nothing here asks a store or starts a program.

pub mod template;

pub use template::{FactValue, Names, Renderer, Secrets, StoreNames, TemplateError, Text};
