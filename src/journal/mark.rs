//! Marks: what has taken effect in a store, written in the transaction of the effect.
//!
//! A store that transactional or keyset steps touch holds two small tables. `stepwell_fence` keeps out a runner that
//! lost the lease; `stepwell_mark` decides, after a crash, whether an effect happened. The journal only copies them.

use serde_json::json;

use crate::model::Value;
use crate::store::{Connection, StoreError};

const FENCE: &str = "create table if not exists stepwell_fence (deployment text primary key, epoch integer not null)";
const MARK: &str = "create table if not exists stepwell_mark (deployment text not null, run text not null, \
                    key text not null, done integer not null, checkpoint text not null, \
                    primary key (deployment, run, key))";

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
        connection.execute(FENCE, &[]).await?;
        connection.execute(MARK, &[]).await?;
        let changed = connection
            .execute(
                "insert into stepwell_fence values (?, ?) on conflict (deployment) do update set epoch = excluded.epoch \
                 where epoch <= excluded.epoch",
                &[self.deployment.clone().into(), self.epoch.into()],
            )
            .await?;
        if changed == 0 { Err(Fenced::LostLease) } else { Ok(()) }
    }

    /// Begins a transaction in which this runner still holds the store.
    ///
    /// # Errors
    /// [`Fenced::LostLease`]; the transaction is then rolled back.
    pub async fn begin(&self, connection: &mut Connection) -> Result<(), Fenced> {
        connection.begin().await?;
        let rows = connection
            .query("select epoch from stepwell_fence where deployment = ?", &[self.deployment.clone().into()])
            .await;
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
            .query(
                "select done, checkpoint from stepwell_mark where deployment = ? and run = ? and key = ?",
                &[self.deployment.clone().into(), self.run.clone().into(), key.into()],
            )
            .await?;
        Ok(rows.rows.first().map_or_else(Mark::default, |row| Mark {
            done: row[0] == json!(1),
            checkpoint: row[1].as_str().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default(),
        }))
    }

    /// Writes a mark inside the transaction of the effect.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set(&self, connection: &mut Connection, key: &str, mark: &Mark) -> Result<(), StoreError> {
        connection
            .execute(
                "insert into stepwell_mark values (?, ?, ?, ?, ?) on conflict (deployment, run, key) \
                 do update set done = excluded.done, checkpoint = excluded.checkpoint",
                &[
                    self.deployment.clone().into(),
                    self.run.clone().into(),
                    key.into(),
                    mark.done.into(),
                    mark.checkpoint.to_string().into(),
                ],
            )
            .await
            .map(drop)
    }
}
