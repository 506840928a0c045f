//! MySQL and MariaDB through sqlx.

mod read;
mod trouble;

use futures_util::TryStreamExt;
use sqlx::mysql::{MySql, MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection as _, Executor, Row};

use super::location::Server;
use super::reach::reached;
use super::rows::{Collector, Limit};
use super::value::unbytes;
use super::{LOCK_WAIT, Rows, StoreError, Trouble};
use crate::model::Value;
use trouble::{is_unprepared, trouble};

type Query<'q> = sqlx::query::Query<'q, MySql, <MySql as sqlx::Database>::Arguments>;

/// Opens a session that gives up a lock after [`LOCK_WAIT`], one on a table's definition too: the server's own limit
/// for that is a day or a year.
pub async fn open(server: &Server, read_only: bool) -> Result<MySqlConnection, StoreError> {
    let options = options(server)?;
    let mut connection = reached(MySqlConnection::connect_with(&options), trouble).await?;
    let wait = LOCK_WAIT.as_secs();
    let settings = format!("set session lock_wait_timeout = {wait}, innodb_lock_wait_timeout = {wait}");
    run(&mut connection, settings).await?;
    // Batches that lock the gaps between rows would keep users from adding some. A server that replicates statements
    // refuses to write at that level.
    let by_statement =
        query(&mut connection, "select @@log_bin = 1 and @@binlog_format = 'STATEMENT'", &[], Limit::Kept(1)).await?;
    if by_statement.number() == Some(0) {
        command(&mut connection, "set session transaction isolation level read committed").await?;
    }
    if read_only {
        command(&mut connection, "set session transaction read only").await?;
    }
    Ok(connection)
}

fn options(server: &Server) -> Result<MySqlConnectOptions, StoreError> {
    let mut options = MySqlConnectOptions::new()
        .database(&server.database)
        .port(server.port.unwrap_or(3306))
        // The server's own settings stay, as for any other program of the system.
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .disable_statement_logging();
    if !server.host.is_empty() {
        options = options.host(&server.host);
    }
    if let Some(socket) = &server.socket {
        options = options.socket(socket);
    }
    if let Some(user) = &server.user {
        options = options.username(user);
    }
    if let Some(password) = &server.password {
        options = options.password(password);
    }
    options = options.ssl_mode(ssl_mode(server)?);
    if let Some(file) = server.option("ssl_ca") {
        options = options.ssl_ca(file);
    }
    if let Some(file) = server.option("ssl_cert") {
        options = options.ssl_client_cert(file);
    }
    if let Some(file) = server.option("ssl_key") {
        options = options.ssl_client_key(file);
    }
    Ok(options)
}

/// The words of MySQL's clients, and what Python's drivers say with several options.
fn ssl_mode(server: &Server) -> Result<MySqlSslMode, StoreError> {
    let yes = |name: &str| server.option(name).is_some_and(|v| matches!(v.to_ascii_lowercase().as_str(), "true" | "1"));
    if let Some(mode) = server.option("ssl_mode") {
        let known = "disabled, preferred, required, verify_ca, verify_identity";
        let unknown = |_| StoreError::new(Trouble::Unreachable, format!("`ssl-mode={mode}`: expected {known}"));
        return mode.to_ascii_lowercase().parse().map_err(unknown);
    }
    Ok(if yes("ssl_verify_identity") {
        MySqlSslMode::VerifyIdentity
    } else if yes("ssl_verify_cert") || server.option("ssl_ca").is_some() {
        MySqlSslMode::VerifyCa
    } else if yes("ssl") {
        MySqlSslMode::Required
    } else {
        MySqlSslMode::Preferred
    })
}

/// Runs one statement and takes its rows.
pub async fn query(
    connection: &mut MySqlConnection,
    sql: &str,
    binds: &[Value],
    limit: Limit,
) -> Result<Rows, StoreError> {
    match collected(bound(sql, binds)?.fetch(&mut *connection), limit).await {
        Err(e) if binds.is_empty() && is_unprepared(&e) => {
            let text = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
            collected(text.fetch(connection), limit).await.map_err(|e| trouble(&e))
        }
        other => other.map_err(|e| trouble(&e)),
    }
}

async fn collected(
    mut stream: futures_util::stream::BoxStream<'_, Result<sqlx::mysql::MySqlRow, sqlx::Error>>,
    limit: Limit,
) -> Result<Rows, sqlx::Error> {
    let mut collector = Collector::new(limit);
    while let Some(row) = stream.try_next().await? {
        collector.columns(row.columns().iter().map(|c| c.name().to_owned()).collect());
        let values = (0..row.columns().len()).map(|i| read::value(&row, i)).collect::<Result<_, _>>()?;
        if !collector.push(values) {
            break;
        }
    }
    Ok(collector.finish())
}

/// Runs one statement and says how many rows it found to change.
pub async fn execute(connection: &mut MySqlConnection, sql: &str, binds: &[Value]) -> Result<u64, StoreError> {
    match bound(sql, binds)?.execute(&mut *connection).await {
        Err(e) if binds.is_empty() && is_unprepared(&e) => run(connection, sql.to_owned()).await,
        done => Ok(done.map_err(|e| trouble(&e))?.rows_affected()),
    }
}

/// Runs something that belongs to the session, such as `begin`, in one round trip.
pub async fn command(connection: &mut MySqlConnection, sql: &'static str) -> Result<(), StoreError> {
    run(connection, sql.to_owned()).await.map(drop)
}

async fn run(connection: &mut MySqlConnection, sql: String) -> Result<u64, StoreError> {
    let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map_err(|e| trouble(&e))?;
    Ok(done.rows_affected())
}

/// The server's number for this session.
pub async fn process(connection: &mut MySqlConnection) -> Result<i64, StoreError> {
    Ok(query(connection, "select connection_id()", &[], Limit::Kept(1)).await?.number().unwrap_or(0))
}

fn bound<'q>(sql: &str, binds: &[Value]) -> Result<Query<'q>, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in binds {
        query = match value {
            Value::Null => query.bind(None::<String>),
            Value::Bool(b) => query.bind(*b),
            Value::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
                (Some(i), _, _) => query.bind(i),
                (None, Some(u), _) => query.bind(u),
                (None, None, Some(f)) => query.bind(f),
                _ => return Err(StoreError::new(Trouble::Refused, format!("{n} is too large a number"))),
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
