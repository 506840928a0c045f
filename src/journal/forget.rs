//! Takes Stepwell's tables out of a store. Other deployments may have rows in them: those stay, and with them the
//! tables.

use super::{JournalError, tables::TABLES};
use crate::store::{Connection, Engine, StoreError, Trouble};

/// What was taken out of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Tables that are gone.
    pub dropped: Vec<&'static str>,
    /// Tables that stay, since another deployment uses them.
    pub shared: Vec<&'static str>,
}

/// Says of which deployment nothing is; it has no rows of its own.
const FORMAT: &str = "stepwell_format";

/// Removes the rows of a deployment, and the tables that are empty then. The caller keeps runners out.
///
/// # Errors
/// When the store cannot be written. On a server that has no transactions for this, a part of it may be done.
pub async fn forget(connection: &mut Connection, deployment: &str) -> Result<Forgotten, JournalError> {
    let mut forgotten = Forgotten::default();
    let (journal, marks) = TABLES.split_at(TABLES.len() - 2);
    // The journal goes last: until then it says what is under way.
    for group in [marks, journal] {
        let mut there = Vec::new();
        for table in group {
            if exists(connection, table).await? {
                there.push(*table);
            }
        }
        if there.is_empty() {
            continue;
        }
        lock(connection, &there).await?;
        let done = group_of(connection, &there, deployment).await;
        let empty = match done {
            Ok(empty) => {
                unlock(connection).await?;
                empty
            }
            Err(e) => {
                let _ = unlock_after_error(connection).await;
                return Err(e.into());
            }
        };
        let list = if empty { &mut forgotten.dropped } else { &mut forgotten.shared };
        list.extend(there);
    }
    Ok(forgotten)
}

/// Whether the tables were empty without this deployment, and are gone.
async fn group_of(connection: &mut Connection, there: &[&str], deployment: &str) -> Result<bool, StoreError> {
    let mut empty = true;
    for table in there.iter().filter(|table| **table != FORMAT) {
        connection.tell(&format!("delete from {table} where deployment = ?"), &[deployment.into()]).await?;
        empty &= connection.query(&format!("select count(*) from {table}"), &[]).await?.number() == Some(0);
    }
    if empty {
        // The format first: without it the journal counts as none, and is made anew.
        for table in there {
            connection.execute(&format!("drop table {table}"), &[]).await?;
        }
    }
    Ok(empty)
}

async fn exists(connection: &mut Connection, table: &str) -> Result<bool, StoreError> {
    match connection.query(&format!("select 1 from {table} where 1 = 0"), &[]).await {
        Ok(_) => Ok(true),
        Err(e) if e.trouble == Trouble::NoSuchTable => Ok(false),
        Err(e) => Err(e),
    }
}

/// Nobody may write a row between the look whether there is one and the table's end.
async fn lock(connection: &mut Connection, tables: &[&str]) -> Result<(), StoreError> {
    match connection.engine() {
        Engine::Sqlite => connection.begin().await,
        Engine::Postgres => {
            connection.begin().await?;
            let sql = format!("lock table {} in access exclusive mode", tables.join(", "));
            connection.execute(&sql, &[]).await.map(drop)
        }
        Engine::Mysql => {
            let list: Vec<_> = tables.iter().map(|table| format!("{table} write")).collect();
            connection.execute(&format!("lock tables {}", list.join(", ")), &[]).await.map(drop)
        }
    }
}

async fn unlock(connection: &mut Connection) -> Result<(), StoreError> {
    match connection.engine() {
        Engine::Mysql => connection.execute("unlock tables", &[]).await.map(drop),
        _ => connection.commit().await,
    }
}

async fn unlock_after_error(connection: &mut Connection) -> Result<(), StoreError> {
    match connection.engine() {
        Engine::Mysql => unlock(connection).await,
        _ => {
            connection.rollback().await;
            Ok(())
        }
    }
}
