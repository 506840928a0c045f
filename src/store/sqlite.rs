//! SQLite through sqlx.

use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection as _, Row, SqliteConnection, TypeInfo, ValueRef};

use super::rows::{Collector, Limit};
use super::value::{bytes, unbytes};
use super::{LOCK_WAIT, Rows, StoreError, Trouble};
use crate::model::Value;

/// A transaction was cut off, and who opens a database to read it cannot roll it back (`SQLITE_READONLY_ROLLBACK`).
const CUT_OFF: i32 = 776;

/// Opens a file that exists. The database's own settings stay: neither `journal_mode` nor foreign keys are touched.
///
/// A transaction that its process did not live to end is rolled back first, also where the file is only read: SQLite
/// asks that of whoever comes next, and nobody can read anything before.
pub async fn open(path: &Path, read_only: bool, create: bool) -> Result<SqliteConnection, StoreError> {
    if !create && !path.exists() {
        return Err(StoreError::new(Trouble::Unreachable, format!("there is no file {}", path.display())));
    }
    if path.is_dir() {
        return Err(StoreError::new(
            Trouble::Unreachable,
            format!("{} is a folder, not a database file", path.display()),
        ));
    }
    match connect(path, read_only, create).await {
        Err(error) if read_only && code(&error) == Some(CUT_OFF) => {
            let healed = connect(path, false, false).await.map_err(|e| {
                let why =
                    "a transaction in it was cut off and has to be rolled back, which takes the right to write it";
                StoreError { message: format!("{why} ({})", trouble(&e)), ..at_opening(&e) }
            })?;
            healed.close().await.map_err(|e| at_opening(&e))?;
            connect(path, read_only, create).await.map_err(|e| at_opening(&e))
        }
        done => done.map_err(|e| at_opening(&e)),
    }
}

async fn connect(path: &Path, read_only: bool, create: bool) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(read_only)
        .create_if_missing(create)
        .foreign_keys(false)
        .busy_timeout(LOCK_WAIT)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await?;
    // Opening reads nothing yet: only this tells a database from any other file.
    sqlx::query("select count(*) from sqlite_master").execute(&mut connection).await?;
    Ok(connection)
}

/// A lock stays a lock; everything else means that the store could not be asked at all.
fn at_opening(error: &sqlx::Error) -> StoreError {
    let found = trouble(error);
    match found.trouble {
        Trouble::Locked => found,
        _ => StoreError { trouble: Trouble::Unreachable, ..found },
    }
}

fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Runs one statement and takes its rows.
pub async fn query(
    connection: &mut SqliteConnection,
    sql: &str,
    binds: &[Value],
    limit: Limit,
) -> Result<Rows, StoreError> {
    let mut collector = Collector::new(limit);
    let mut stream = bound(sql, binds)?.fetch(connection);
    while let Some(row) = stream.try_next().await.map_err(|e| trouble(&e))? {
        collector.columns(row.columns().iter().map(|c| c.name().to_owned()).collect());
        let values = (0..row.columns().len()).map(|i| value(&row, i)).collect::<Result<_, _>>()?;
        if !collector.push(values) {
            break;
        }
    }
    Ok(collector.finish())
}

/// Runs one statement and says how many rows it changed.
pub async fn execute(connection: &mut SqliteConnection, sql: &str, binds: &[Value]) -> Result<u64, StoreError> {
    Ok(bound(sql, binds)?.execute(connection).await.map_err(|e| trouble(&e))?.rows_affected())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, <sqlx::Sqlite as sqlx::Database>::Arguments>;

fn bound<'q>(sql: &str, binds: &[Value]) -> Result<Query<'q>, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in binds {
        query = match value {
            Value::Null => query.bind(None::<String>),
            Value::Bool(b) => query.bind(*b),
            Value::Number(n) => match (n.as_i64(), n.as_f64()) {
                (Some(i), _) => query.bind(i),
                (None, Some(f)) => query.bind(f),
                (None, None) => return Err(StoreError::new(Trouble::Refused, format!("{n} is too large a number"))),
            },
            Value::String(s) => query.bind(s.clone()),
            other => match unbytes(other) {
                Some(bytes) => query.bind(bytes),
                None => return Err(StoreError::new(Trouble::Refused, "a list or a map cannot be bound in SQL")),
            },
        };
    }
    Ok(query)
}

fn value(row: &SqliteRow, index: usize) -> Result<Value, StoreError> {
    let raw = row.try_get_raw(index).map_err(|e| trouble(&e))?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().name().to_owned();
    drop(raw);
    match kind.as_str() {
        "REAL" => row.try_get_unchecked::<f64, _>(index).map(Value::from),
        "BLOB" => row.try_get_unchecked::<Vec<u8>, _>(index).map(|b| bytes(&b)),
        "TEXT" => row
            .try_get_unchecked::<Vec<u8>, _>(index)
            .map(|bytes| Value::from(String::from_utf8_lossy(&bytes).into_owned())),
        _ => row.try_get_unchecked::<i64, _>(index).map(Value::from),
    }
    .map_err(|e| trouble(&e))
}

/// Classes an error by SQLite's result code (<https://www.sqlite.org/rescode.html>); the low byte is the primary one.
fn trouble(error: &sqlx::Error) -> StoreError {
    let sqlx::Error::Database(database) = error else {
        return StoreError::new(Trouble::Unreachable, error.to_string());
    };
    let code = code(error).unwrap_or(1);
    let message = database.message().to_owned();
    match code & 0xff {
        5 | 6 => StoreError::new(Trouble::Locked, format!("{message} by another process")),
        13 => StoreError::new(Trouble::Full, message),
        8 | 10 | 11 | 14 | 23 => StoreError::new(Trouble::Unreachable, message),
        26 => StoreError::new(Trouble::Unreachable, "it is not a database that SQLite can read".to_owned()),
        _ if message.starts_with("no such table") => StoreError::new(Trouble::NoSuchTable, message),
        _ => StoreError::new(Trouble::Refused, message),
    }
}
