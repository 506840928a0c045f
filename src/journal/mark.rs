//! Marks: what has taken effect in a store, written in the transaction of the effect.
//!
//! A store that transactional or keyset steps touch holds two small tables. `stepwell_fence` keeps out a runner that
//! lost the lease; `stepwell_mark` decides, after a crash, whether an effect happened. The journal only copies them.

use std::collections::BTreeSet;

use serde_json::json;

use super::tables::{ID, KEY};
use crate::model::Value;
use crate::store::{Connection, Engine, StoreError, Trouble};

fn tables(engine: Engine) -> [(&'static str, String); 2] {
    let (id, key, long) = (engine.key_text(ID), engine.key_text(KEY), engine.long_text());
    [
        ("stepwell_fence", format!("(deployment {id} primary key, epoch bigint not null)")),
        (
            "stepwell_mark",
            format!(
                "(deployment {id} not null, run {id} not null, step {key} not null, done smallint not null, \
                 checkpoint {long} not null, primary key (deployment, run, step))"
            ),
        ),
    ]
}

/// How far a step's effect has got in its store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    pub done: bool,
    /// What the step needs to go on.
    pub checkpoint: Value,
}

/// The marks of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    pub deployment: String,
    pub run: String,
    pub epoch: u64,
}

/// Why an effect was not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fenced {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("another runner has taken over; this one has stopped and changes nothing more")]
    LostLease,
}

impl Marks {
    /// Raises the store's fence to this runner's epoch. Called before its first step there.
    ///
    /// # Errors
    /// [`Fenced::LostLease`] when a newer runner has been here.
    pub async fn raise(&self, connection: &mut Connection) -> Result<(), Fenced> {
        for (table, columns) in tables(connection.engine()) {
            // Only where it is missing: making it takes a lock on the definition, even where it is there.
            match connection.query(&format!("select 1 from {table} where 1 = 0"), &[]).await {
                Ok(_) => continue,
                Err(e) if e.trouble == Trouble::NoSuchTable => {}
                Err(e) => return Err(e.into()),
            }
            connection.execute(&format!("create table if not exists {table} {columns}"), &[]).await?;
        }
        let missing = connection.engine().insert_if_missing("stepwell_fence", &["deployment", "epoch"]);
        connection.tell(&missing, &[self.deployment.clone().into(), 0.into()]).await?;
        connection.begin().await?;
        let result = self.raise_in(connection).await;
        match result {
            Ok(()) => Ok(connection.commit().await?),
            Err(e) => {
                connection.rollback().await;
                Err(e)
            }
        }
    }

    async fn raise_in(&self, connection: &mut Connection) -> Result<(), Fenced> {
        let sql = format!("select epoch from stepwell_fence where deployment = ?{}", connection.engine().exclusive());
        let found = connection.ask(&sql, &[self.deployment.clone().into()]).await?.number();
        match found.and_then(|epoch| u64::try_from(epoch).ok()) {
            Some(epoch) if epoch > self.epoch => return Err(Fenced::LostLease),
            Some(epoch) if epoch == self.epoch => return Ok(()),
            _ => {}
        }
        let raise = connection.engine().upsert("stepwell_fence", &["deployment"], &["epoch"]);
        connection.tell(&raise, &[self.deployment.clone().into(), self.epoch.into()]).await?;
        Ok(())
    }

    /// Begins a transaction in which this runner still holds the store.
    ///
    /// # Errors
    /// [`Fenced::LostLease`]; the transaction is then rolled back.
    pub async fn begin(&self, connection: &mut Connection) -> Result<(), Fenced> {
        connection.begin().await?;
        let sql = format!("select epoch from stepwell_fence where deployment = ?{}", connection.engine().shared());
        let rows = connection.ask(&sql, &[self.deployment.clone().into()]).await;
        match rows {
            Ok(rows) if rows.first() == Some(&json!(self.epoch)) => Ok(()),
            Ok(_) => {
                connection.rollback().await;
                Err(Fenced::LostLease)
            }
            Err(e) => {
                connection.rollback().await;
                Err(e.into())
            }
        }
    }

    /// What is marked for a step; nothing when its effect never began.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn get(&self, connection: &mut Connection, key: &str) -> Result<Mark, StoreError> {
        let rows = connection
            .ask(
                "select done, checkpoint from stepwell_mark where deployment = ? and run = ? and step = ?",
                &[self.deployment.clone().into(), self.run.clone().into(), key.into()],
            )
            .await?;
        Ok(rows.rows.first().map_or_else(Mark::default, |row| Mark {
            done: row[0] == json!(1),
            checkpoint: row[1].as_str().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default(),
        }))
    }

    /// The steps whose effect is marked; none where the store has never seen this run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn done(&self, connection: &mut Connection) -> Result<BTreeSet<String>, StoreError> {
        let sql = "select step from stepwell_mark where deployment = ? and run = ? and done = 1";
        let sql = connection.engine().numbered(sql);
        let binds = [self.deployment.clone().into(), self.run.clone().into()];
        match connection.query_up_to(&sql, &binds, usize::MAX).await {
            Ok(rows) => Ok(rows.rows.iter().filter_map(|row| row[0].as_str().map(str::to_owned)).collect()),
            Err(e) if e.trouble == Trouble::NoSuchTable => Ok(BTreeSet::new()),
            Err(e) => Err(e),
        }
    }

    /// Forgets what this run has done in the store, where that is not there any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn clear(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let sql = "delete from stepwell_mark where deployment = ? and run = ?";
        connection.tell(sql, &[self.deployment.clone().into(), self.run.clone().into()]).await.map(drop)
    }

    /// Writes a mark inside the transaction of the effect.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set(&self, connection: &mut Connection, key: &str, mark: &Mark) -> Result<(), StoreError> {
        let keys = ["deployment", "run", "step"];
        connection
            .tell(
                &connection.engine().upsert("stepwell_mark", &keys, &["done", "checkpoint"]),
                &[
                    self.deployment.clone().into(),
                    self.run.clone().into(),
                    key.into(),
                    i64::from(mark.done).into(),
                    mark.checkpoint.to_string().into(),
                ],
            )
            .await
            .map(drop)
    }

    /// Removes a mark, inside a transaction of this runner.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove(&self, connection: &mut Connection, key: &str) -> Result<(), StoreError> {
        let sql = "delete from stepwell_mark where deployment = ? and run = ? and step = ?";
        connection.tell(sql, &[self.deployment.clone().into(), self.run.clone().into(), key.into()]).await.map(drop)
    }
}
