//! Text of a definition that is filled in later.

use serde::{Deserialize, Serialize};

use super::Place;

/// A value of a fact, a column, a loop item: plain data, never syntax.
pub type Value = serde_json::Value;

/// Text with `{{ expression }}` in it. What is inserted is a value, never syntax; where it goes decides how
/// (bound in SQL, an own argument in a command, literal in a regular expression).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template {
    pub text: String,
    #[serde(skip)]
    pub place: Place,
}

impl Template {
    /// Text without a known position, for what Stepwell itself writes.
    pub fn new(text: impl Into<String>) -> Self {
        Template { text: text.into(), place: Place::default() }
    }
}

/// A bare expression, as in `when: facts.plugin == "x"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expression {
    pub text: String,
    #[serde(skip)]
    pub place: Place,
}
