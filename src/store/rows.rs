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
    /// SHA-256 over all rows in order, in hexadecimal; empty where not all were taken.
    pub digest: String,
    /// There may be more, which did not fit.
    pub more: bool,
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

/// Where taking rows ends.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// So many are kept; all are counted and part of the digest.
    Kept(usize),
    /// All are kept until they weigh so many bytes. What comes behind them is neither looked at nor counted.
    Weight(usize),
}

/// Takes in rows one by one, so that a large answer needs no memory.
pub struct Collector {
    rows: Rows,
    hash: Sha256,
    limit: Limit,
    weight: usize,
}

impl Collector {
    pub fn new(limit: Limit) -> Collector {
        Collector { rows: Rows::default(), hash: Sha256::new(), limit, weight: 0 }
    }

    /// Names the columns; the last call counts.
    pub fn columns(&mut self, columns: Vec<String>) {
        self.rows.columns = columns;
    }

    /// Takes in a row. False when no other one is wanted.
    pub fn push(&mut self, row: Vec<Value>) -> bool {
        self.rows.count += 1;
        match self.limit {
            Limit::Kept(most) => {
                for value in &row {
                    self.hash.update(value.to_string().as_bytes());
                    self.hash.update([0x1f]);
                }
                self.hash.update([0x1e]);
                if self.rows.rows.len() < most {
                    self.rows.rows.push(row);
                }
                true
            }
            Limit::Weight(most) => {
                self.weight += row.iter().map(weight).sum::<usize>();
                self.rows.rows.push(row);
                self.rows.more = self.weight >= most;
                !self.rows.more
            }
        }
    }

    /// The rows, with their digest where all were taken in.
    pub fn finish(mut self) -> Rows {
        if matches!(self.limit, Limit::Kept(_)) {
            self.rows.digest = hex(&self.hash.finalize());
        }
        self.rows
    }
}

/// About how many bytes a value takes in memory.
fn weight(value: &Value) -> usize {
    const OTHERS: usize = 64;
    match value {
        Value::String(text) => OTHERS + text.len(),
        // Bytes, in hexadecimal.
        Value::Object(entries) => entries.values().map(weight).sum(),
        _ => OTHERS,
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_until_they_weigh_too_much() {
        let mut collector = Collector::new(Limit::Weight(1_000));
        let row = || vec![Value::from(1), "x".repeat(300).into()];
        assert!(collector.push(row()) && collector.push(row()));
        assert!(!collector.push(row()), "these are enough");
        let rows = collector.finish();
        assert_eq!((rows.rows.len(), rows.more), (3, true));
        let mut collector = Collector::new(Limit::Kept(1));
        assert!(collector.push(row()) && collector.push(row()), "all are counted");
        let rows = collector.finish();
        assert_eq!((rows.rows.len(), rows.count, rows.more), (1, 2, false));
    }
}
