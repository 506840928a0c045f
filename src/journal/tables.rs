//! The journal's tables, in the words of each kind of database.

use super::JournalError;
use crate::store::{Connection, Engine, Trouble};

/// The journal's format. A newer one is refused.
pub const FORMAT: i64 = 1;

/// The longest id of a deployment or a run, and the longest key of a step, in characters, where a database sets a
/// limit to keys.
pub const ID: u32 = 100;
pub const KEY: u32 = 560;

/// All tables that Stepwell makes: those of a journal, and the two of every store.
pub const TABLES: [&str; 9] = [
    "stepwell_format",
    "stepwell_lease",
    "stepwell_heartbeat",
    "stepwell_run",
    "stepwell_step",
    "stepwell_event",
    "stepwell_version",
    "stepwell_fence",
    "stepwell_mark",
];

/// Events are append-only: the audit trail. Steps are the current state. The heartbeat has a row of its own, so that
/// it never waits behind a write.
fn tables(engine: Engine) -> [(&'static str, String); 7] {
    let (id, key, long) = (engine.key_text(ID), engine.key_text(KEY), engine.long_text());
    let numbered = match engine {
        Engine::Sqlite => "integer primary key",
        Engine::Postgres => "bigint generated always as identity primary key",
        Engine::Mysql => "bigint auto_increment primary key",
    };
    [
        ("stepwell_format", "(format integer not null)".to_owned()),
        ("stepwell_lease", format!("(deployment {id} primary key, epoch bigint not null, holder {long} not null)")),
        ("stepwell_heartbeat", format!("(deployment {id} primary key, epoch bigint not null, beat bigint not null)")),
        (
            "stepwell_run",
            format!(
                "(deployment {id} not null, run {id} not null, state {long} not null, plan {long} not null, \
                 began {long} not null, last {long} not null, writes bigint not null, primary key (deployment, run))"
            ),
        ),
        (
            "stepwell_step",
            format!(
                "(deployment {id} not null, run {id} not null, step {key} not null, state {long} not null, \
                 attempt bigint not null, primary key (deployment, run, step))"
            ),
        ),
        (
            "stepwell_event",
            format!(
                "(id {numbered}, deployment {id} not null, run {id} not null, epoch bigint not null, \
                 event {long} not null{})",
                if engine == Engine::Mysql { ", key (deployment, run, id)" } else { "" }
            ),
        ),
        (
            "stepwell_version",
            format!(
                "(deployment {id} primary key, version {long} not null, confirmed smallint not null, \
                 run {id} not null, at {long} not null)"
            ),
        ),
    ]
}

/// The format that the tables were made with; `None` when there are none yet.
pub async fn format(connection: &mut Connection) -> Result<Option<i64>, JournalError> {
    match connection.query("select format from stepwell_format", &[]).await {
        Ok(rows) => Ok(rows.number()),
        Err(e) if e.trouble == Trouble::NoSuchTable => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// Whether somebody else makes the tables, within a moment.
pub async fn appear(connection: &mut Connection) -> Result<bool, JournalError> {
    for _ in 0..20 {
        if format(connection).await?.is_some() {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(false)
}

/// Makes the tables that are missing. The format is written last: where it stands, all of them do.
pub async fn make(connection: &mut Connection) -> Result<(), JournalError> {
    let engine = connection.engine();
    for (table, columns) in tables(engine) {
        connection.execute(&format!("create table if not exists {table} {columns}"), &[]).await?;
    }
    // MySQL knows no `if not exists` for an index; there it is part of the table.
    if engine != Engine::Mysql {
        let index = "create index if not exists stepwell_event_run on stepwell_event (deployment, run, id)";
        connection.execute(index, &[]).await?;
    }
    connection.tell("insert into stepwell_format (format) values (?)", &[FORMAT.into()]).await?;
    Ok(())
}
