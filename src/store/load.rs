//! How busy a server is, and what follows it.

use super::{Connection, Engine, Location, StoreError, Trouble};

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Milliseconds that the slowest replica is behind.
    ReplicaLag,
    /// Statements of others that run now.
    Running,
    /// Segments of the write-ahead log that wait to be archived.
    ArchiveBacklog,
}

const POSTGRES_LAG: &str = "select coalesce(max((extract(epoch from replay_lag) * 1000)::bigint), 0) \
                            from pg_stat_replication";
const POSTGRES_RUNNING: &str = "select count(*) from pg_stat_activity where state = 'active' \
                                and backend_type = 'client backend' and application_name <> 'stepwell'";
const POSTGRES_BACKLOG: &str = r"select count(*) from pg_ls_archive_statusdir() where name like '%.ready'";
const MYSQL_RUNNING: &str = "select count(*) from information_schema.processlist \
                             where command <> 'Sleep' and command <> 'Daemon' and command not like 'Binlog Dump%' \
                             and user <> 'system user' and id <> connection_id()";

/// Asks. `None` where the store has no such thing. `connection` is to the store, and is made here where there is none.
///
/// # Errors
/// When it cannot be asked.
pub async fn ask(
    what: Load,
    location: &Location,
    connection: &mut Option<Connection>,
    replicas: &[Location],
) -> Result<Option<u64>, StoreError> {
    let sql = match (what, location.engine()) {
        (Load::ReplicaLag, Engine::Mysql) => return lag(replicas).await,
        (Load::ReplicaLag, Engine::Postgres) => POSTGRES_LAG,
        (Load::Running, Engine::Postgres) => POSTGRES_RUNNING,
        (Load::Running, Engine::Mysql) => MYSQL_RUNNING,
        (Load::ArchiveBacklog, Engine::Postgres) => POSTGRES_BACKLOG,
        (_, Engine::Sqlite) | (Load::ArchiveBacklog, Engine::Mysql) => return Ok(None),
    };
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(Connection::open_read_only(location).await?),
    };
    let rows = connection.query(sql, &[]).await?;
    Ok(rows.first().and_then(|value| value.as_u64()))
}

/// MySQL's replicas know it themselves.
async fn lag(replicas: &[Location]) -> Result<Option<u64>, StoreError> {
    let mut most = None;
    for replica in replicas {
        let behind =
            behind(replica).await.map_err(|e| StoreError::new(e.trouble, format!("{}: {e}", replica.shown())))?;
        most = most.max(Some(behind));
    }
    Ok(most)
}

async fn behind(replica: &Location) -> Result<u64, StoreError> {
    let mut connection = Connection::open_read_only(replica).await?;
    // MariaDB knows the older words in every release, MySQL has given them up with 8.4.
    let status = match connection.query("show slave status", &[]).await {
        Err(error) if error.trouble == Trouble::Refused => connection.query("show replica status", &[]).await,
        other => other,
    };
    connection.close().await;
    let status = status?;
    let column = |name: &str| status.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
    let at = column("Seconds_Behind_Master").or_else(|| column("Seconds_Behind_Source"));
    let Some((at, row)) = at.zip(status.rows.first()) else {
        return Err(StoreError::new(Trouble::Refused, "it is no replica"));
    };
    match row[at].as_u64() {
        Some(seconds) => Ok(seconds * 1000),
        None => Err(StoreError::new(Trouble::Refused, "its replication does not run")),
    }
}
