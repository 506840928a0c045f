//! Who holds the lock that a statement waits for. It is asked on another connection while the statement waits, since
//! afterwards nobody knows any more.

use std::time::Duration;

use super::{Connection, Engine, Location, StoreError, Trouble};

/// A statement that takes longer than this may be waiting; then it is asked about as often.
const PATIENCE: Duration = Duration::from_secs(1);

const POSTGRES: [&str; 1] = ["select pid, coalesce(nullif(application_name, ''), usename), state, left(query, 200), \
     cast(extract(epoch from now() - coalesce(xact_start, query_start)) as bigint) from pg_stat_activity \
     where pid = any(pg_blocking_pids(?)) order by xact_start limit 1"];

/// MariaDB's tables, MySQL's, and for a lock on a table's definition, which neither lists by itself, whoever has the
/// oldest transaction.
const MYSQL: [&str; 3] = [
    "select b.trx_mysql_thread_id, p.user, p.command, left(coalesce(b.trx_query, p.info), 200), \
     timestampdiff(second, b.trx_started, now()) from information_schema.innodb_lock_waits w \
     join information_schema.innodb_trx r on r.trx_id = w.requesting_trx_id \
     join information_schema.innodb_trx b on b.trx_id = w.blocking_trx_id \
     left join information_schema.processlist p on p.id = b.trx_mysql_thread_id \
     where r.trx_mysql_thread_id = ? order by b.trx_started limit 1",
    "select b.trx_mysql_thread_id, p.user, p.command, left(coalesce(b.trx_query, p.info), 200), \
     timestampdiff(second, b.trx_started, now()) from performance_schema.data_lock_waits w \
     join information_schema.innodb_trx r on r.trx_id = w.requesting_engine_transaction_id \
     join information_schema.innodb_trx b on b.trx_id = w.blocking_engine_transaction_id \
     left join information_schema.processlist p on p.id = b.trx_mysql_thread_id \
     where r.trx_mysql_thread_id = ? order by b.trx_started limit 1",
    "select b.trx_mysql_thread_id, p.user, p.command, left(coalesce(b.trx_query, p.info), 200), \
     timestampdiff(second, b.trx_started, now()) from information_schema.processlist own \
     join information_schema.innodb_trx b on b.trx_mysql_thread_id <> own.id \
     left join information_schema.processlist p on p.id = b.trx_mysql_thread_id \
     where own.id = ? and own.state like '%metadata lock%' order by b.trx_started limit 1",
];

/// Carries out `work`; where it fails because of a lock, the error names who held that.
pub async fn named<T>(
    waiting: Option<&(Location, i64)>,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let Some((location, process)) = waiting else { return work.await };
    tokio::pin!(work);
    if let Ok(done) = tokio::time::timeout(PATIENCE, &mut work).await {
        return done;
    }
    let mut holder = None;
    let done = {
        let watch = watch(location, *process, &mut holder);
        tokio::pin!(watch);
        tokio::select! {
            done = &mut work => done,
            () = &mut watch => work.await,
        }
    };
    done.map_err(|e| match holder {
        Some(holder) if e.trouble == Trouble::Locked => StoreError::new(e.trouble, format!("{e}; {holder}")),
        _ => e,
    })
}

async fn watch(location: &Location, process: i64, holder: &mut Option<String>) {
    // Boxed, since a connection's own statements are watched in the same way.
    let Ok(mut connection) = Box::pin(Connection::open_read_only(location)).await else { return };
    let questions: &[&str] = match connection.engine() {
        Engine::Sqlite => return,
        Engine::Postgres => &POSTGRES,
        Engine::Mysql => &MYSQL,
    };
    loop {
        for question in questions {
            // What this server does not have, or does not let this user see, says nothing.
            let Ok(found) = Box::pin(connection.ask(question, &[process.into()])).await else { continue };
            let Some(row) = found.rows.first() else { continue };
            let text = |i: usize| {
                row.get(i).and_then(|v| v.as_str()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
            };
            let number = |i: usize| row.get(i).and_then(serde_json::Value::as_i64).unwrap_or(0);
            *holder = Some(format!(
                "process {} ({}, {}) holds it, {} s old: {}",
                number(0),
                text(1),
                text(2).to_lowercase(),
                number(4),
                text(3)
            ));
            break;
        }
        tokio::time::sleep(PATIENCE).await;
    }
}
