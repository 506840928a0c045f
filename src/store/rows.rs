//! What a query returned.

use sha2::{Digest, Sha256};

use crate::model::Value;

/// Rows are kept up to this many unless more are asked for; all are counted and part of the digest.
pub const KEPT: usize = 100;

/// Rows of named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub columns: Vec<String>,
    /// At most as many as were asked for.
    pub rows: Vec<Vec<Value>>,
    /// Of all rows.
    pub count: u64,
    /// SHA-256 over all rows in order, in hexadecimal.
    pub digest: String,
}

impl Rows {
    /// The first column of the first row.
    pub fn first(&self) -> Option<&Value> {
        self.rows.first()?.first()
    }

    /// The first column of the first row as a whole number.
    pub fn number(&self) -> Option<i64> {
        self.first()?.as_i64()
    }
}

/// Takes in rows one by one, so that a large answer needs no memory.
pub struct Collector {
    rows: Rows,
    hash: Sha256,
    most: usize,
}

impl Collector {
    /// Keeps up to `most` rows.
    pub fn new(most: usize) -> Collector {
        Collector { rows: Rows::default(), hash: Sha256::new(), most }
    }

    /// Names the columns; the last call counts.
    pub fn columns(&mut self, columns: Vec<String>) {
        self.rows.columns = columns;
    }

    /// Takes in a row.
    pub fn push(&mut self, row: Vec<Value>) {
        self.rows.count += 1;
        for value in &row {
            self.hash.update(value.to_string().as_bytes());
            self.hash.update([0x1f]);
        }
        self.hash.update([0x1e]);
        if self.rows.rows.len() < self.most {
            self.rows.rows.push(row);
        }
    }

    /// The rows with their digest.
    pub fn finish(mut self) -> Rows {
        self.rows.digest = hex(&self.hash.finalize());
        self.rows
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
