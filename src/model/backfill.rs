//! Changes of many rows in batches.

use serde::{Deserialize, Serialize};

use super::{Command, Expression, Probe, Query};

/// Rows changed in keyset batches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backfill {
    pub store: Option<String>,
    pub table: String,
    /// Columns of the primary key, in order.
    pub key: Vec<String>,
    /// The idempotent predicate: rows that are still to do.
    #[serde(rename = "where")]
    pub pending: String,
    /// Column and SQL expression; empty where there is a statement, or where rows are converted.
    pub set: Vec<(String, String)>,
    /// What is done for each batch instead of setting columns; `{{ range }}` stands for the batch's keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Query>,
    /// Rows leave the database, are converted, and come back in the transaction of their batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convert: Option<Box<Convert>>,
    /// Rows of the first batch; later ones follow the time they take.
    pub batch: Option<u64>,
    /// So many at a time, where the database lets several write; one when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<u32>,
    /// Batches are done while this is so; otherwise they wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_while: Option<Box<Probe>>,
    /// A row that is refused is set aside, and the others go on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_aside: bool,
}

/// What becomes of rows outside the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convert {
    /// What is read of a row besides its key: a name, and the SQL expression where it is not the column itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<(String, Option<String>)>,
    pub by: Converter,
}

/// What gives the new values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Converter {
    /// A program that gets rows as lines of JSON and answers each with such a line, which has these columns.
    Run { command: Box<Command>, write: Vec<String> },
    /// Columns, each with an expression over `row`.
    Set(Vec<(String, Expression)>),
}

impl Convert {
    /// The columns that are written.
    pub fn columns(&self) -> Vec<&str> {
        match &self.by {
            Converter::Run { write, .. } => write.iter().map(String::as_str).collect(),
            Converter::Set(set) => set.iter().map(|(column, _)| column.as_str()).collect(),
        }
    }
}
