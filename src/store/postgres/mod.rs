//! PostgreSQL through sqlx.

mod read;
mod trouble;
mod write;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode, Postgres};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection as _, Either, Executor, Row, SqlSafeStr, Statement};

use super::location::Server;
use super::reach::reached;
use super::rows::{Collector, Limit};
use super::{LOCK_WAIT, Rows, StoreError, Trouble};
use crate::model::Value;
use trouble::trouble;

type Query<'q> = sqlx::query::Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments>;

/// Opens a session that gives up a lock after [`LOCK_WAIT`].
pub async fn open(server: &Server, read_only: bool) -> Result<PgConnection, StoreError> {
    let options = options(server)?;
    let mut connection = reached(PgConnection::connect_with(&options), trouble).await?;
    let lock_wait = LOCK_WAIT.as_millis();
    let mut settings = format!("set lock_timeout = {lock_wait}");
    if read_only {
        settings.push_str("; set default_transaction_read_only = on");
    }
    connection.execute(sqlx::raw_sql(AssertSqlSafe(settings))).await.map_err(|e| trouble(&e))?;
    Ok(connection)
}

fn options(server: &Server) -> Result<PgConnectOptions, StoreError> {
    let mut options = PgConnectOptions::new_without_pgpass()
        .database(&server.database)
        .application_name("stepwell")
        // Poolers refuse to begin a session with settings that they do not know.
        .extra_float_digits(None)
        .port(server.port.unwrap_or(5432))
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
    if let Some(mode) = server.option("sslmode") {
        let known = "disable, allow, prefer, require, verify-ca, verify-full";
        let unknown = || StoreError::new(Trouble::Unreachable, format!("`sslmode={mode}`: expected {known}"));
        options = options.ssl_mode(mode.parse::<PgSslMode>().map_err(|_| unknown())?);
    }
    if let Some(file) = server.option("sslrootcert") {
        options = options.ssl_root_cert(file);
    }
    if let Some(file) = server.option("sslcert") {
        options = options.ssl_client_cert(file);
    }
    if let Some(file) = server.option("sslkey") {
        options = options.ssl_client_key(file);
    }
    Ok(options)
}

/// Runs one statement and takes its rows.
pub async fn query(
    connection: &mut PgConnection,
    sql: &str,
    binds: &[Value],
    limit: Limit,
) -> Result<Rows, StoreError> {
    let query = bound(connection, sql, binds).await?;
    let mut collector = Collector::new(limit);
    let mut stream = query.fetch(connection);
    while let Some(row) = stream.try_next().await.map_err(|e| trouble(&e))? {
        collector.columns(row.columns().iter().map(|c| c.name().to_owned()).collect());
        let values = (0..row.columns().len()).map(|i| read::value(&row, i)).collect::<Result<_, _>>()?;
        if !collector.push(values) {
            break;
        }
    }
    Ok(collector.finish())
}

/// Runs one statement and says how many rows it changed.
pub async fn execute(connection: &mut PgConnection, sql: &str, binds: &[Value]) -> Result<u64, StoreError> {
    let query = bound(connection, sql, binds).await?;
    Ok(query.execute(connection).await.map_err(|e| trouble(&e))?.rows_affected())
}

/// Runs something that belongs to the session, such as `begin`, in one round trip.
pub async fn command(connection: &mut PgConnection, sql: &'static str) -> Result<(), StoreError> {
    connection.execute(sqlx::raw_sql(sql)).await.map(drop).map_err(|e| trouble(&e))
}

/// The server's process that serves this session.
pub async fn process(connection: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(query(connection, "select pg_backend_pid()", &[], Limit::Kept(1)).await?.number().unwrap_or(0))
}

/// A bound value takes the type that the server infers for its place, as a literal in quotes would.
async fn bound<'q>(connection: &mut PgConnection, sql: &str, binds: &[Value]) -> Result<Query<'q>, StoreError> {
    let text = || AssertSqlSafe(sql.to_owned()).into_sql_str();
    if binds.is_empty() {
        return Ok(sqlx::query(text()));
    }
    let statement = connection.prepare(text()).await.map_err(|e| trouble(&e))?;
    let types = match statement.parameters() {
        Some(Either::Left(types)) => types.to_vec(),
        _ => Vec::new(),
    };
    if types.len() != binds.len() {
        let counts = format!("the statement takes {} values and was given {}", types.len(), binds.len());
        return Err(StoreError::new(Trouble::Refused, counts));
    }
    let mut query = sqlx::query(text());
    for (value, kind) in binds.iter().zip(&types) {
        query = write::bind(query, value, kind).map_err(|e| StoreError::new(Trouble::Refused, e))?;
    }
    Ok(query)
}
