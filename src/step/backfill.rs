//! Keyset batches over the primary key, inside the database.
//!
//! The upper bound is fixed at the start; each batch's checkpoint is in the transaction of its rows, so a kill loses
//! at most the batch that was open. The predicate is idempotent besides: a row that is done no longer matches.
//!
//! Rows that came or changed behind a pass are found by the count at its end, and done by another pass.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Context, Outcome, Report};
use crate::journal::Mark;
use crate::model::{Backfill, Value};
use crate::store::{Connection, Engine, StoreError};

/// Rows of the first batch, unless the definition says.
const FIRST_BATCH: u64 = 2_000;
/// A batch takes about this long while users work.
const LIVE: Duration = Duration::from_millis(100);
/// And this long while they are locked out.
const OFFLINE: Duration = Duration::from_millis(400);
/// Batches never grow beyond this, so that the write-ahead log stays bounded.
const MOST: u64 = 100_000;

/// So many passes in a row may leave as many rows as they found, since users may be adding some.
const STALLED: u32 = 5;

/// Where a backfill stands. It is written in the transaction of the rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    /// The key up to which rows are done; `None` before the first batch.
    last: Option<Vec<Value>>,
    /// The highest key when the pass began.
    upper: Option<Vec<Value>>,
    /// Rows changed so far.
    done: u64,
    /// Rows that were to be changed, as far as is known.
    total: u64,
    /// Rows that had been changed, and rows that matched, when the pass began.
    #[serde(default)]
    pass: (u64, u64),
}

pub async fn run(spec: &Backfill, context: &Context) -> Outcome {
    match attempt(spec, context).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn attempt(spec: &Backfill, context: &Context) -> Result<Outcome, Outcome> {
    let mut connection = context.open(spec.store.as_deref()).await?;
    let statements = Statements::new(spec, connection.engine());
    let mark = context.marks.get(&mut connection, &context.mark).await?;
    if mark.done {
        return Ok(Outcome::Adopted);
    }
    let mut at: Checkpoint = serde_json::from_value(mark.checkpoint).unwrap_or_default();
    let mut size = spec.batch.unwrap_or(FIRST_BATCH);
    let mut stalled = 0;
    if at.last == at.upper {
        at = start(&statements, context, &mut connection, at.done).await?;
    }
    loop {
        context.progress(at.done, Some(at.total), "rows");
        while at.last != at.upper {
            if context.safe_point().await {
                connection.close().await;
                return Ok(Outcome::Stopped);
            }
            let began = Instant::now();
            at = batch(&statements, context, &mut connection, at, size).await?;
            size = next_size(size, began.elapsed(), if context.in_maintenance { OFFLINE } else { LIVE });
            context.progress(at.done, Some(at.total), "rows");
        }
        context.report(Report::Verifying);
        let left = count(&statements, &mut connection).await?;
        if left == 0 {
            break;
        }
        let (done, found) = at.pass;
        stalled = if left < found { 0 } else { stalled + 1 };
        if (at.done == done && found > 0) || stalled == STALLED {
            let pending = &spec.pending;
            return Err(Outcome::permanent(format!("{left} rows still match `{pending}` after all were gone through")));
        }
        at = start(&statements, context, &mut connection, at.done).await?;
    }
    context.marks.begin(&mut connection).await?;
    let finished = Mark { done: true, checkpoint: serde_json::to_value(&at).unwrap_or_default() };
    context.marks.set(&mut connection, &context.mark, &finished).await?;
    connection.commit().await?;
    connection.close().await;
    Ok(Outcome::Done)
}

/// Rows that are still to be changed.
async fn count(statements: &Statements, connection: &mut Connection) -> Result<u64, StoreError> {
    let left = connection.query(&statements.count, &[]).await?.number().unwrap_or(0);
    Ok(u64::try_from(left).unwrap_or(0))
}

/// Begins a pass: fixes the upper bound and counts what is to do.
async fn start(
    statements: &Statements,
    context: &Context,
    connection: &mut Connection,
    done: u64,
) -> Result<Checkpoint, Outcome> {
    let found = count(statements, connection).await?;
    let upper = connection.query(&statements.upper, &[]).await?.rows.into_iter().next();
    let at = Checkpoint { last: None, upper, done, total: done + found, pass: (done, found) };
    context.marks.begin(connection).await?;
    save(context, connection, &at).await?;
    connection.commit().await?;
    Ok(at)
}

async fn batch(
    statements: &Statements,
    context: &Context,
    connection: &mut Connection,
    mut at: Checkpoint,
    size: u64,
) -> Result<Checkpoint, Outcome> {
    context.marks.begin(connection).await?;
    let result = async {
        let upper = at.upper.clone().unwrap_or_default();
        let mut binds = statements.binds(&at.last.clone().unwrap_or_default());
        let from_start = at.last.is_none();
        let end = {
            let mut binds = binds.clone();
            binds.extend(statements.binds(&upper));
            binds.push((size.max(1) - 1).into());
            let found = connection.query(statements.end(from_start), &binds).await?;
            // Fewer rows than a batch are left: this is the last one.
            found.rows.into_iter().next().unwrap_or(upper)
        };
        binds.extend(statements.binds(&end));
        at.done += connection.execute(statements.update(from_start), &binds).await?;
        at.last = Some(end);
        save(context, connection, &at).await?;
        connection.commit().await
    }
    .await;
    match result {
        Ok(()) => Ok(at),
        Err(e) => {
            connection.rollback().await;
            Err(e.into())
        }
    }
}

async fn save(context: &Context, connection: &mut Connection, at: &Checkpoint) -> Result<(), StoreError> {
    let checkpoint = serde_json::to_value(at).unwrap_or_default();
    context.marks.set(connection, &context.mark, &Mark { done: false, checkpoint }).await
}

/// Grows by half at most, shrinks at once.
fn next_size(size: u64, took: Duration, target: Duration) -> u64 {
    let factor = target.as_secs_f64() / took.as_secs_f64().max(0.001);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a number of rows within the bounds below"
    )]
    let wanted = (size as f64 * factor.min(1.5)) as u64;
    wanted.clamp(1, MOST)
}

/// The statements of a backfill, put together once.
struct Statements {
    count: String,
    upper: String,
    /// From the start, and from a key on.
    end: [String; 2],
    update: [String; 2],
    /// The key's columns are compared one by one, so that each value but the last is bound several times.
    spelt_out: bool,
}

impl Statements {
    fn new(spec: &Backfill, engine: Engine) -> Self {
        let table = spec.table.split('.').map(|part| engine.quoted(part)).collect::<Vec<_>>().join(".");
        let keys: Vec<String> = spec.key.iter().map(|k| engine.quoted(k)).collect();
        // MySQL finds no range of an index in a comparison of rows.
        let spelt_out = engine == Engine::Mysql;
        let key = keys.join(", ");
        let descending = keys.iter().map(|k| format!("{k} desc")).collect::<Vec<_>>().join(", ");
        let set = spec.set.iter().map(|(c, e)| format!("{} = {e}", engine.quoted(c))).collect::<Vec<_>>().join(", ");
        let pending = &spec.pending;
        let above = format!("{} and ", compared(&keys, ">", ">", spelt_out));
        let until = compared(&keys, "<", "<=", spelt_out);
        let end = |from: &str| {
            engine.numbered(&format!("select {key} from {table} where {from}{until} order by {key} limit 1 offset ?"))
        };
        let update = |from: &str| {
            let range = engine.numbered(&format!("update {table} set {{}} where {from}{until} and ("));
            // What the definition says may hold a `?` that is no value's place.
            format!("{}{pending})", range.replacen("{}", &set, 1))
        };
        Statements {
            count: format!("select count(*) from {table} where {pending}"),
            upper: format!("select {key} from {table} order by {descending} limit 1"),
            end: [end(""), end(&above)],
            update: [update(""), update(&above)],
            spelt_out,
        }
    }

    fn end(&self, from_start: bool) -> &str {
        &self.end[usize::from(!from_start)]
    }

    fn update(&self, from_start: bool) -> &str {
        &self.update[usize::from(!from_start)]
    }

    /// A key's values as often as its comparison takes them.
    fn binds(&self, key: &[Value]) -> Vec<Value> {
        if !self.spelt_out {
            return key.to_vec();
        }
        (0..key.len()).flat_map(|i| key[..=i].to_vec()).collect()
    }
}

/// A comparison of a key with values: as rows, or spelt out as `a < ? or a = ? and b <= ?`.
fn compared(keys: &[String], strict: &str, last: &str, spelt_out: bool) -> String {
    if !spelt_out {
        let marks = vec!["?"; keys.len()].join(", ");
        return format!("({}) {last} ({marks})", keys.join(", "));
    }
    let one = |i: usize| {
        let equal = keys[..i].iter().map(|k| format!("{k} = ? and ")).collect::<String>();
        let operator = if i + 1 == keys.len() { last } else { strict };
        format!("{equal}{} {operator} ?", keys[i])
    };
    format!("({})", (0..keys.len()).map(one).collect::<Vec<_>>().join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composite_key_is_spelt_out_where_rows_are_not_compared() {
        let keys = ["a".to_owned(), "b".to_owned()];
        assert_eq!(compared(&keys, "<", "<=", false), "(a, b) <= (?, ?)");
        assert_eq!(compared(&keys, "<", "<=", true), "(a < ? or a = ? and b <= ?)");
        let spec = Backfill { key: keys.to_vec(), ..Backfill::default() };
        let binds = Statements::new(&spec, Engine::Mysql).binds(&[1.into(), 2.into()]);
        assert_eq!(binds, [Value::from(1), 1.into(), 2.into()]);
    }

    #[test]
    fn batches_grow_by_half_at_most_and_shrink_at_once() {
        let target = Duration::from_millis(100);
        assert_eq!(next_size(1000, Duration::from_millis(10), target), 1500);
        assert_eq!(next_size(1000, Duration::from_millis(1000), target), 100);
        assert_eq!(next_size(90_000, Duration::from_millis(10), target), MOST);
        assert_eq!(next_size(1, Duration::from_secs(60), target), 1);
    }
}
