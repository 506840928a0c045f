//! Rows that leave the database and come back in the transaction of their batch.
//!
//! They are locked when they are read, so that what is written back is made of what still stands there. A batch has a
//! bound in bytes besides that in rows, and memory with it.

use super::answer::{Answer, Form};
use super::checkpoint::{Bad, Position, save_bad};
use super::crew::Taken;
use super::program::Broke;
use super::statements::{Key, Sql, named};
use super::worker::{Batch, KEPT, MOST_ASIDE, Why, Worker};
use crate::model::Value;

/// Bytes of a batch's rows, about.
const MOST_BYTES: usize = 1 << 20;

/// The statements by which rows leave and come back.
#[derive(Debug)]
pub struct Travel {
    pub form: Form,
    /// From the start, and from a key on.
    pub read: [Sql; 2],
    /// One row; takes the new values and then the key.
    pub write: String,
}

impl Worker<'_, '_> {
    /// The rows up to `end` go out, are converted, and are written. `end` moves where they are too many.
    pub(super) async fn travel(&mut self, taken: &Taken, travel: &Travel, end: &mut Key) -> Result<Batch, Why> {
        let crew = self.crew;
        let sql = &travel.read[usize::from(taken.after.is_some())];
        let binds = sql.binds(taken.after.as_ref(), end, 0);
        let found = self.connection.query_within(&sql.text, &binds, MOST_BYTES).await?;
        let keys = travel.form.keys;
        if let (true, Some(last)) = (found.more, found.rows.last()) {
            *end = last[..keys].to_vec();
            self.size.cut(found.count);
        }
        let answers = match self.converter.as_deref_mut() {
            Some(converter) => converter.convert(&travel.form, &found.rows).await?,
            None => Vec::new(),
        };
        let at = &taken.at;
        let mut batch =
            Batch { to: Position { last: Some(end.clone()), done: at.done, aside: at.aside }, refused: Vec::new() };
        let mut before = taken.after.clone();
        for (row, answer) in found.rows.into_iter().zip(answers) {
            let key = row[..keys].to_vec();
            match answer {
                Answer::Values(values) => self.write(travel, values, &key).await?,
                Answer::Refused(error) => {
                    let bad = Bad { key: key.clone(), error: error.chars().take(KEPT).collect() };
                    if !crew.sets_aside {
                        // Those before it are done.
                        batch.to.last = before;
                        batch.refused.push(bad);
                        return Ok(batch);
                    }
                    if crew.aside() + batch.refused.len() as u64 >= MOST_ASIDE {
                        return Err(Broke::Wrong(crew.too_many_aside(&bad)).into());
                    }
                    save_bad(crew.context, self.connection, taken.range, batch.to.aside, &bad).await?;
                    batch.to.aside += 1;
                    batch.refused.push(bad);
                    before = Some(key);
                    continue;
                }
            }
            batch.to.done += 1;
            before = Some(key);
        }
        Ok(batch)
    }

    async fn write(&mut self, travel: &Travel, mut values: Vec<Value>, key: &Key) -> Result<(), Why> {
        values.extend(key.iter().cloned());
        match self.connection.execute(&travel.write, &values).await? {
            1 => Ok(()),
            rows => {
                let row = named(&travel.form.names[..travel.form.keys], key);
                Err(Broke::Wrong(format!("writing {row} changed {rows} rows instead of one")).into())
            }
        }
    }
}
