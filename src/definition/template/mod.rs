//! Text with `{{ expression }}` in it, filled in from named values and from nothing else.
//!
//! What is inserted is a value, never syntax. Where it goes decides how: as it is in a text, as one argument (or,
//! for a list, several) in a command, bound in SQL, literal in a regular expression. A secret is never inserted;
//! the text holds a reference to it until it is handed to the program that needs it.

mod names;
mod pieces;
mod render;
mod scope;
mod secret;
mod sql;

pub use names::{FactValue, Names, StoreNames};
pub use render::{Renderer, Templates};
pub use secret::{Secrets, Text};
pub use sql::fill as fill_sql;

use crate::model::{Place, Template};
pub(crate) use pieces::{Piece, split};
pub(super) use render::{compile, environment};

/// A template or expression that cannot be filled in: a sentence that says why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// Where the template begins.
    pub place: Place,
    pub message: String,
}

/// Every expression of a template with the place where the template begins. Text after a `{{` that is never closed
/// is left out; rendering reports it.
pub fn expressions(template: &Template) -> Vec<(String, Place)> {
    let pieces = split(&template.text).unwrap_or_default();
    pieces
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Expression(text) => Some((text.to_owned(), template.place)),
            Piece::Literal(_) => None,
        })
        .collect()
}

/// Whether values can be bound where the expressions of an SQL text stand.
pub(super) fn check_sql(text: &str, engine: &str) -> Result<(), String> {
    // A template that does not split at all is reported as such.
    if split(text).is_err() {
        return Ok(());
    }
    sql::bind(text, engine, |_| Ok(crate::model::Value::Null)).map(drop)
}

#[cfg(test)]
mod tests;
