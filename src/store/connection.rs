//! One connection to a store of any kind.

use std::time::Duration;

use sqlx::{Connection as _, MySqlConnection, PgConnection, SqliteConnection};

use super::rows::{KEPT, Limit};
use super::{Building, Engine, Location, Rows, StoreError, blocker, building, kill_point, mysql, postgres, sqlite};
use crate::model::Value;

/// How long closing a connection may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// A connection. Dropping it in a transaction rolls that back.
#[derive(Debug)]
pub struct Connection {
    inner: Inner,
    /// Where it leads, and its number there: who holds a lock that it waits for is asked by another one.
    server: Option<(Location, i64)>,
    read_only: bool,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
    Mysql(Box<MySqlConnection>),
}

impl Connection {
    /// Opens a store for reading and writing.
    ///
    /// # Errors
    /// When it is not there, is no database, or is locked.
    pub async fn open(location: &Location) -> Result<Connection, StoreError> {
        let mut connection = Self::connect(location, false).await?;
        let process = match &mut connection.inner {
            Inner::Sqlite(_) => return Ok(connection),
            Inner::Postgres(inner) => postgres::process(inner).await?,
            Inner::Mysql(inner) => mysql::process(inner).await?,
        };
        connection.server = Some((location.clone(), process));
        Ok(connection)
    }

    /// Opens a store so that nothing can be changed through it.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_read_only(location: &Location) -> Result<Connection, StoreError> {
        Self::connect(location, true).await
    }

    /// Opens an SQLite file of Stepwell's own, making it where it is missing.
    ///
    /// # Errors
    /// When the file cannot be made or is no database.
    pub async fn create(path: &std::path::Path) -> Result<Connection, StoreError> {
        let inner = Inner::Sqlite(Box::new(sqlite::open(path, false, true).await?));
        Ok(Connection { inner, server: None, read_only: false })
    }

    async fn connect(location: &Location, read_only: bool) -> Result<Connection, StoreError> {
        let inner = match location {
            Location::Sqlite(path) => Inner::Sqlite(Box::new(sqlite::open(path, read_only, false).await?)),
            Location::Postgres(server) => Inner::Postgres(Box::new(postgres::open(server, read_only).await?)),
            Location::Mysql(server) => Inner::Mysql(Box::new(mysql::open(server, read_only).await?)),
        };
        Ok(Connection { inner, server: None, read_only })
    }

    /// Passes a point at which a test may end the process.
    fn pass(&self, what: &str, sql: &str) {
        if cfg!(debug_assertions) && !self.read_only {
            kill_point(&format!("{what}: {}", sql.split_whitespace().take(4).collect::<Vec<_>>().join(" ")));
        }
    }

    /// The kind of database.
    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
            Inner::Mysql(_) => Engine::Mysql,
        }
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
        self.rows(sql, binds, Limit::Kept(most)).await
    }

    /// Runs one statement and takes its rows until they weigh so many bytes.
    ///
    /// # Errors
    /// As [`Connection::query`].
    pub async fn query_within(&mut self, sql: &str, binds: &[Value], bytes: usize) -> Result<Rows, StoreError> {
        self.rows(sql, binds, Limit::Weight(bytes)).await
    }

    async fn rows(&mut self, sql: &str, binds: &[Value], limit: Limit) -> Result<Rows, StoreError> {
        let Connection { inner, server, .. } = self;
        match inner {
            Inner::Sqlite(inner) => sqlite::query(inner, sql, binds, limit).await,
            Inner::Postgres(inner) => blocker::named(server.as_ref(), postgres::query(inner, sql, binds, limit)).await,
            Inner::Mysql(inner) => blocker::named(server.as_ref(), mysql::query(inner, sql, binds, limit)).await,
        }
    }

    /// Runs one statement and says how many rows it changed.
    ///
    /// # Errors
    /// When the store refuses it or is gone.
    pub async fn execute(&mut self, sql: &str, binds: &[Value]) -> Result<u64, StoreError> {
        self.pass("before", sql);
        let Connection { inner, server, .. } = self;
        let done = match inner {
            Inner::Sqlite(inner) => sqlite::execute(inner, sql, binds).await,
            Inner::Postgres(inner) => blocker::named(server.as_ref(), postgres::execute(inner, sql, binds)).await,
            Inner::Mysql(inner) => blocker::named(server.as_ref(), mysql::execute(inner, sql, binds)).await,
        };
        self.pass("after", sql);
        done
    }

    /// [`Connection::execute`], telling now and then how far the server is with an index that the statement builds.
    ///
    /// # Errors
    /// As [`Connection::execute`].
    pub async fn execute_telling(
        &mut self,
        sql: &str,
        binds: &[Value],
        tell: impl FnMut(Building),
    ) -> Result<u64, StoreError> {
        let at_work = self.server.clone();
        building::told(at_work.as_ref(), self.execute(sql, binds), tell).await
    }

    /// Bytes that the store takes.
    ///
    /// # Errors
    /// When the store refuses or is gone.
    pub async fn size(&mut self) -> Result<u64, StoreError> {
        let sql = match &self.inner {
            Inner::Sqlite(_) => "select page_count * page_size from pragma_page_count(), pragma_page_size()",
            Inner::Postgres(_) => "select pg_database_size(current_database())",
            Inner::Mysql(_) => {
                "select cast(coalesce(sum(data_length + index_length), 0) as unsigned) \
                 from information_schema.tables where table_schema = database()"
            }
        };
        Ok(self.query(sql, &[]).await?.first().and_then(Value::as_u64).unwrap_or(0))
    }

    /// What the engine says of its own version: `3.45.1`, `15.4 (Debian 15.4-1)`, `10.11.6-MariaDB`.
    ///
    /// # Errors
    /// When the store refuses or is gone.
    pub async fn version(&mut self) -> Result<String, StoreError> {
        let sql = match &self.inner {
            Inner::Sqlite(_) => "select sqlite_version()",
            Inner::Postgres(_) => "select current_setting('server_version')",
            Inner::Mysql(_) => "select version()",
        };
        Ok(self.query(sql, &[]).await?.first().and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// [`Connection::query`] for a statement of Stepwell's own, with `?` for each value.
    ///
    /// # Errors
    /// As [`Connection::query`].
    pub async fn ask(&mut self, sql: &str, binds: &[Value]) -> Result<Rows, StoreError> {
        let sql = self.engine().numbered(sql);
        self.query(&sql, binds).await
    }

    /// [`Connection::execute`] for a statement of Stepwell's own, with `?` for each value.
    ///
    /// # Errors
    /// As [`Connection::execute`].
    pub async fn tell(&mut self, sql: &str, binds: &[Value]) -> Result<u64, StoreError> {
        let sql = self.engine().numbered(sql);
        self.execute(&sql, binds).await
    }

    /// Begins a transaction. On SQLite it holds the right to write from its start, so that what it reads stays true;
    /// elsewhere what must stay true is read with [`Engine::shared`] or [`Engine::exclusive`].
    ///
    /// # Errors
    /// When somebody else is writing an SQLite store, or the store is gone.
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        match &mut self.inner {
            Inner::Sqlite(inner) => sqlite::execute(inner, "begin immediate", &[]).await.map(drop),
            Inner::Postgres(inner) => postgres::command(inner, "begin").await,
            Inner::Mysql(inner) => mysql::command(inner, "start transaction").await,
        }
    }

    /// Commits.
    ///
    /// # Errors
    /// When the store cannot; on SQLite the transaction is then still open. Where the connection was lost it may have
    /// taken effect all the same.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        self.command("commit").await
    }

    /// Rolls back, quietly when nothing is open: it is called where something has failed already.
    pub async fn rollback(&mut self) {
        let _ = self.command("rollback").await;
    }

    async fn command(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.pass("before", sql);
        let done = match &mut self.inner {
            Inner::Sqlite(inner) => sqlite::execute(inner, sql, &[]).await.map(drop),
            Inner::Postgres(inner) => postgres::command(inner, sql).await,
            Inner::Mysql(inner) => mysql::command(inner, sql).await,
        };
        self.pass("after", sql);
        done
    }

    /// Closes it in good order. What was committed is safe before that, so a goodbye that does not come back, from a
    /// server that is gone or a driver's thread, holds nobody up for long.
    pub async fn close(self) {
        let goodbye = async {
            match self.inner {
                Inner::Sqlite(inner) => inner.close().await,
                Inner::Postgres(inner) => inner.close().await,
                Inner::Mysql(inner) => inner.close().await,
            }
        };
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            tracing::warn!("a connection was not closed within {} s", GOODBYE.as_secs());
        }
    }
}
