//! From versions, facts and a catalogue to an ordered plan. Pure: nothing here reads a file or asks a database.

mod build;
mod changes;
mod expand;
mod hash;
mod path;
mod route;
mod tags;
#[cfg(test)]
mod tests;

pub use build::{Request, build};
pub use changes::{Changes, Reach, changes};
pub use expand::children;
pub use path::{PathError, hops, targets};
pub use route::{note_items, route};

use crate::definition::TemplateError;

/// Why there is no plan.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("{0}")]
    Template(#[from] TemplateError),
    #[error("{0}")]
    Definition(String),
}
