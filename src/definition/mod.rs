//! YAML to a checked catalogue, and templates to values.
//!
//! Everything an author can get wrong is found when the files are read and is reported at once, each with its file,
//! line and column, the line itself and what to do. Nothing here asks a store or starts a program.

mod advice;
mod backfill;
mod bytes;
mod catalogue;
mod deployment;
pub mod duration;
mod edit;
mod fact;
mod keys;
mod kind;
mod limits;
mod lint;
pub(crate) mod node;
pub(crate) mod parse;
mod probe;
mod release;
pub mod shipped;
mod source;
mod step;
mod system;
pub mod template;
mod walk;
mod written;

pub use catalogue::{Linted, lint_dir, load_dir, load_embedded};
pub use deployment::{Deployment, FactInput, JournalPlace, Source, check_journal, load_deployment};
pub use source::{Finding, Findings, Severity, Sources};
pub use step::is_id;
pub use template::{FactValue, Names, Renderer, Secrets, StoreNames, TemplateError, Templates, Text};
pub use written::{Remarks, write_deployment};
