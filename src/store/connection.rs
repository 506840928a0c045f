//! One connection to a store of any kind.

use sqlx::{Connection as _, SqliteConnection};

use super::rows::KEPT;
use super::{Engine, Location, Rows, StoreError, sqlite};
use crate::model::Value;

/// A connection. Dropping it in a transaction rolls that back.
#[derive(Debug)]
pub struct Connection {
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Box<SqliteConnection>),
}

impl Connection {
    /// Opens a store for reading and writing.
    ///
    /// # Errors
    /// When it is not there, is no database, or is locked.
    pub async fn open(location: &Location) -> Result<Connection, StoreError> {
        match location.engine {
            Engine::Sqlite => Self::sqlite(&location.path, false, false).await,
        }
    }

    /// Opens a store so that nothing can be changed through it.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_read_only(location: &Location) -> Result<Connection, StoreError> {
        match location.engine {
            Engine::Sqlite => Self::sqlite(&location.path, true, false).await,
        }
    }

    /// Opens an SQLite file of Stepwell's own, making it where it is missing.
    ///
    /// # Errors
    /// When the file cannot be made or is no database.
    pub async fn create(path: &std::path::Path) -> Result<Connection, StoreError> {
        Self::sqlite(path, false, true).await
    }

    async fn sqlite(path: &std::path::Path, read_only: bool, create: bool) -> Result<Connection, StoreError> {
        Ok(Connection { inner: Inner::Sqlite(Box::new(sqlite::open(path, read_only, create).await?)) })
    }

    /// Runs one statement and takes its rows, the first hundred of them.
    ///
    /// # Errors
    /// When the store refuses it or is gone.
    pub async fn query(&mut self, sql: &str, binds: &[Value]) -> Result<Rows, StoreError> {
        self.query_up_to(sql, binds, KEPT).await
    }

    /// Runs one statement and takes its rows, up to `most` of them; all are counted.
    ///
    /// # Errors
    /// As [`Connection::query`].
    pub async fn query_up_to(&mut self, sql: &str, binds: &[Value], most: usize) -> Result<Rows, StoreError> {
        match &mut self.inner {
            Inner::Sqlite(connection) => sqlite::query(connection, sql, binds, most).await,
        }
    }

    /// Runs one statement and says how many rows it changed.
    ///
    /// # Errors
    /// When the store refuses it or is gone.
    pub async fn execute(&mut self, sql: &str, binds: &[Value]) -> Result<u64, StoreError> {
        match &mut self.inner {
            Inner::Sqlite(connection) => sqlite::execute(connection, sql, binds).await,
        }
    }

    /// Begins a transaction that holds the right to write from its start, so that what it reads stays true.
    ///
    /// # Errors
    /// When somebody else is writing.
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        match &mut self.inner {
            Inner::Sqlite(_) => self.execute("begin immediate", &[]).await.map(drop),
        }
    }

    /// Commits.
    ///
    /// # Errors
    /// When the store cannot; the transaction is then still open.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("commit", &[]).await.map(drop)
    }

    /// Rolls back, quietly when nothing is open: it is called where something has failed already.
    pub async fn rollback(&mut self) {
        let _ = self.execute("rollback", &[]).await;
    }

    /// Closes it in good order.
    pub async fn close(self) {
        match self.inner {
            Inner::Sqlite(connection) => {
                let _ = connection.close().await;
            }
        }
    }
}
