//! Where a backfill stands, as marks in its store.
//!
//! The step's own mark holds the pass with its ranges and is written when that begins and when all is done. Each range
//! has a mark of its own, written in the transaction of its rows, so that workers never wait for each other; so has
//! each row that was set aside.

use serde::{Deserialize, Serialize};

use super::Context;
use super::ranges::Range;
use super::statements::Key;
use crate::journal::{Fenced, Mark};
use crate::store::{Connection, StoreError};

/// Once over all rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pass {
    /// Rows changed before it.
    pub done: u64,
    /// Rows that matched when it began.
    pub found: u64,
    pub ranges: Vec<Range>,
    /// Whether the end of a batch is reckoned.
    #[serde(default)]
    pub dense: bool,
}

/// How far a range is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The key up to which rows are done; `None` before the first batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Key>,
    /// Rows changed by this pass.
    #[serde(default)]
    pub done: u64,
    /// Rows that were set aside by this pass.
    #[serde(default)]
    pub aside: u64,
}

/// A row that the store refuses to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bad {
    pub key: Key,
    pub error: String,
}

/// A pass with how far each of its ranges is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    pub pass: Pass,
    pub positions: Vec<Position>,
}

impl Standing {
    /// The keys of a range that are still to do begin behind this one.
    pub fn after(&self, range: usize) -> Option<&Key> {
        self.positions[range].last.as_ref().or(self.pass.ranges[range].after.as_ref())
    }

    pub fn is_over(&self, range: usize) -> bool {
        self.positions[range].last.as_ref() == Some(&self.pass.ranges[range].upto)
    }

    /// Whether nothing of the pass is left.
    pub fn all_over(&self) -> bool {
        (0..self.positions.len()).all(|range| self.is_over(range))
    }

    /// Rows changed so far, by all passes.
    pub fn done(&self) -> u64 {
        self.pass.done + self.positions.iter().map(|p| p.done).sum::<u64>()
    }

    /// Rows set aside by this pass.
    pub fn aside(&self) -> u64 {
        self.positions.iter().map(|p| p.aside).sum()
    }

    /// Rows that were to be changed, as far as is known.
    pub fn total(&self) -> u64 {
        self.pass.done + self.pass.found
    }
}

// No key of a step holds this sign.
fn range_mark(context: &Context, range: usize) -> String {
    format!("{}|{range}", context.mark)
}

fn bad_mark(context: &Context, range: usize, number: u64) -> String {
    format!("{}|{range}|{number}", context.mark)
}

/// Where an earlier attempt left it; `None` when all is done.
///
/// # Errors
/// When the store cannot be read.
pub async fn load(context: &Context, connection: &mut Connection) -> Result<Option<Standing>, StoreError> {
    let mark = context.marks.get(connection, &context.mark).await?;
    if mark.done {
        return Ok(None);
    }
    let pass: Pass = serde_json::from_value(mark.checkpoint).unwrap_or_default();
    let mut positions = Vec::with_capacity(pass.ranges.len());
    for range in 0..pass.ranges.len() {
        let mark = context.marks.get(connection, &range_mark(context, range)).await?;
        positions.push(serde_json::from_value(mark.checkpoint).unwrap_or_default());
    }
    Ok(Some(Standing { pass, positions }))
}

/// Puts a new pass in the place of the last one.
///
/// # Errors
/// When the store cannot be written, or another runner has taken over.
pub async fn begin(
    context: &Context,
    connection: &mut Connection,
    last: &Standing,
    pass: Pass,
) -> Result<Standing, Fenced> {
    context.marks.begin(connection).await?;
    forget(context, connection, last).await?;
    let positions = vec![Position::default(); pass.ranges.len()];
    // They are there from the start: batches that only change them lock nothing between them.
    for (range, position) in positions.iter().enumerate() {
        save(context, connection, range, position, false).await?;
    }
    let checkpoint = serde_json::to_value(&pass).unwrap_or_default();
    context.marks.set(connection, &context.mark, &Mark { done: false, checkpoint }).await?;
    connection.commit().await?;
    Ok(Standing { pass, positions })
}

/// Marks the whole step as done.
///
/// # Errors
/// As [`begin`].
pub async fn finish(context: &Context, connection: &mut Connection, last: &Standing) -> Result<(), Fenced> {
    context.marks.begin(connection).await?;
    forget(context, connection, last).await?;
    let checkpoint = serde_json::json!({ "done": last.done() });
    context.marks.set(connection, &context.mark, &Mark { done: true, checkpoint }).await?;
    Ok(connection.commit().await?)
}

async fn forget(context: &Context, connection: &mut Connection, last: &Standing) -> Result<(), StoreError> {
    for (range, position) in last.positions.iter().enumerate() {
        for number in 0..position.aside {
            context.marks.remove(connection, &bad_mark(context, range, number)).await?;
        }
        context.marks.remove(connection, &range_mark(context, range)).await?;
    }
    Ok(())
}

/// Writes how far a range is, inside the transaction of its rows.
///
/// # Errors
/// When the store cannot be written.
pub async fn save(
    context: &Context,
    connection: &mut Connection,
    range: usize,
    position: &Position,
    over: bool,
) -> Result<(), StoreError> {
    let checkpoint = serde_json::to_value(position).unwrap_or_default();
    context.marks.set(connection, &range_mark(context, range), &Mark { done: over, checkpoint }).await
}

/// Writes down a row that is set aside.
///
/// # Errors
/// When the store cannot be written.
pub async fn save_bad(
    context: &Context,
    connection: &mut Connection,
    range: usize,
    number: u64,
    bad: &Bad,
) -> Result<(), StoreError> {
    let checkpoint = serde_json::to_value(bad).unwrap_or_default();
    context.marks.set(connection, &bad_mark(context, range, number), &Mark { done: false, checkpoint }).await
}

/// The first rows that were set aside, up to `most`.
///
/// # Errors
/// When the store cannot be read.
pub async fn first_bad(
    context: &Context,
    connection: &mut Connection,
    standing: &Standing,
    most: usize,
) -> Result<Vec<Bad>, StoreError> {
    let mut found = Vec::new();
    for (range, position) in standing.positions.iter().enumerate() {
        for number in 0..position.aside {
            if found.len() == most {
                return Ok(found);
            }
            let mark = context.marks.get(connection, &bad_mark(context, range, number)).await?;
            found.extend(serde_json::from_value(mark.checkpoint));
        }
    }
    Ok(found)
}
