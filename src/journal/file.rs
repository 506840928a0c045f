//! The journal's tables and what is read from and written to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::{Holder, JournalError, Recorded, RunRecord};
use crate::model::{Event, Plan, RunState, StepState, Value};
use crate::store::{Connection, Location, Rows};

/// The journal's format. A newer one is refused.
const FORMAT: i64 = 1;

/// Events are append-only: the audit trail. Steps are the current state.
const TABLES: [&str; 6] = [
    "create table if not exists stepwell_format (format integer not null)",
    "create table if not exists stepwell_lease (deployment text primary key, epoch integer not null, holder text not null)",
    "create table if not exists stepwell_run (deployment text not null, run text not null, state text not null, \
     plan text not null, began text not null, last text not null, primary key (deployment, run))",
    "create table if not exists stepwell_step (deployment text not null, run text not null, key text not null, \
     state text not null, attempt integer not null, primary key (deployment, run, key))",
    "create table if not exists stepwell_event (deployment text not null, run text not null, id integer primary key, \
     epoch integer not null, event text not null)",
    "create table if not exists stepwell_version (deployment text primary key, version text not null, \
     confirmed integer not null, run text not null, at text not null)",
];

/// Runs, newest first.
const RUNS: &str = "select run, state, plan, began, last from stepwell_run where deployment = ? order by rowid desc";

/// One durable change: everything in it takes effect, or nothing does.
#[derive(Clone, Debug, Default)]
pub struct Write {
    pub state: Option<RunState>,
    /// Key, state and the attempt's number.
    pub steps: Vec<(String, StepState, u32)>,
    pub events: Vec<Event>,
    /// The version that was recorded when it was last read, the new one, and whether it is confirmed.
    pub version: Option<(Option<String>, String, bool)>,
    /// A plan that replaces the run's, before it is approved.
    pub plan: Option<Arc<Plan>>,
}

impl Write {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.state.is_none()
            && self.steps.is_empty()
            && self.events.is_empty()
            && self.version.is_none()
            && self.plan.is_none()
    }
}

/// The journal of one deployment.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    deployment: String,
    /// 0 until the lease is taken.
    epoch: u64,
    run: String,
}

impl Journal {
    /// The journal's file.
    pub fn path(state_dir: &Path) -> PathBuf {
        state_dir.join("journal.sqlite")
    }

    /// Opens it for writing, making it where it is missing.
    ///
    /// # Errors
    /// When the file cannot be used or was written by a newer Stepwell.
    pub async fn open(state_dir: &Path, deployment: &str) -> Result<Journal, JournalError> {
        let path = Self::path(state_dir);
        private(&path)
            .map_err(|e| JournalError::Folder(format!("the journal {} cannot be made: {e}", path.display())))?;
        let mut connection = Connection::create(&path).await?;
        // It is Stepwell's own file. WAL needs one flush a commit where a rollback journal needs two or three.
        connection.query("pragma journal_mode = wal", &[]).await?;
        connection.begin().await?;
        for table in TABLES {
            connection.execute(table, &[]).await?;
        }
        if connection.query("select format from stepwell_format", &[]).await?.count == 0 {
            connection.execute("insert into stepwell_format values (?)", &[FORMAT.into()]).await?;
        }
        connection.commit().await?;
        Self::checked(connection, deployment).await
    }

    /// Opens it for reading; `None` when there is none yet.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub async fn open_read_only(state_dir: &Path, deployment: &str) -> Result<Option<Journal>, JournalError> {
        let path = Self::path(state_dir);
        if !path.exists() {
            return Ok(None);
        }
        let location = Location { engine: crate::store::Engine::Sqlite, path };
        Self::checked(Connection::open_read_only(&location).await?, deployment).await.map(Some)
    }

    async fn checked(mut connection: Connection, deployment: &str) -> Result<Journal, JournalError> {
        let found = connection.query("select format from stepwell_format", &[]).await?.number().unwrap_or(FORMAT);
        if found > FORMAT {
            return Err(JournalError::Newer { found, known: FORMAT });
        }
        Ok(Journal { connection, deployment: deployment.to_owned(), epoch: 0, run: String::new() })
    }

    /// Takes the lease: the epoch grows, and whoever had it before can write nothing more. The caller holds the
    /// deployment's [`super::Lock`], which proves that nobody else is alive.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn take_lease(&mut self) -> Result<u64, JournalError> {
        let holder = serde_json::to_string(&Holder::me())?;
        // A store remembers the epoch of its last runner. With the clock as the least one, a journal that was lost
        // and made again does not lock its deployment out.
        let least = jiff::Timestamp::now().as_millisecond();
        let rows = self
            .connection
            .query(
                "insert into stepwell_lease (deployment, epoch, holder) values (?, ?, ?) \
                 on conflict (deployment) do update set epoch = max(epoch + 1, excluded.epoch), \
                 holder = excluded.holder returning epoch",
                &[self.deployment.clone().into(), least.into(), holder.into()],
            )
            .await?;
        self.epoch = number(&rows)?;
        Ok(self.epoch)
    }

    /// The epoch of the lease that this journal holds; 0 without one.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Goes on writing to a run that exists.
    pub fn continue_run(&mut self, run: &str) {
        run.clone_into(&mut self.run);
    }

    /// Begins a run with its plan and first events.
    ///
    /// # Errors
    /// [`JournalError::LostLease`], or when the journal cannot be written.
    pub async fn begin_run(&mut self, run: &str, plan: &Plan, events: &[Event]) -> Result<(), JournalError> {
        self.continue_run(run);
        let now = jiff::Timestamp::now().to_string();
        let binds = [
            self.deployment.clone().into(),
            run.into(),
            word(RunState::Preparing)?,
            serde_json::to_string(plan)?.into(),
            now.clone().into(),
            now.into(),
        ];
        self.fenced(async |journal| {
            journal.connection.execute("insert into stepwell_run values (?, ?, ?, ?, ?, ?)", &binds).await?;
            journal.append(events).await
        })
        .await
    }

    /// Makes one durable change.
    ///
    /// # Errors
    /// [`JournalError::LostLease`], [`JournalError::VersionMoved`], or when the journal cannot be written. Then
    /// nothing of it was.
    pub async fn commit(&mut self, write: &Write) -> Result<(), JournalError> {
        if write.is_empty() {
            return Ok(());
        }
        self.fenced(async |journal| journal.apply(write).await).await
    }

    async fn apply(&mut self, write: &Write) -> Result<(), JournalError> {
        let (deployment, run) = (Value::from(self.deployment.clone()), Value::from(self.run.clone()));
        let at = jiff::Timestamp::now().to_string();
        if let Some(plan) = &write.plan {
            self.connection
                .execute(
                    "update stepwell_run set plan = ? where deployment = ? and run = ?",
                    &[serde_json::to_string(plan)?.into(), deployment.clone(), run.clone()],
                )
                .await?;
        }
        if let Some(state) = write.state {
            self.connection
                .execute(
                    "update stepwell_run set state = ? where deployment = ? and run = ?",
                    &[word(state)?, deployment.clone(), run.clone()],
                )
                .await?;
        }
        for (key, state, attempt) in &write.steps {
            self.connection
                .execute(
                    "insert into stepwell_step values (?, ?, ?, ?, ?) \
                     on conflict (deployment, run, key) do update set state = excluded.state, attempt = excluded.attempt",
                    &[
                        deployment.clone(),
                        run.clone(),
                        key.clone().into(),
                        serde_json::to_string(state)?.into(),
                        (*attempt).into(),
                    ],
                )
                .await?;
        }
        if let Some((expected, version, confirmed)) = &write.version {
            let found = self.version().await?.map(|r| r.version);
            if &found != expected {
                return Err(JournalError::VersionMoved { expected: expected.clone(), found });
            }
            self.connection
                .execute(
                    "insert into stepwell_version values (?, ?, ?, ?, ?) on conflict (deployment) do update set \
                     version = excluded.version, confirmed = excluded.confirmed, run = excluded.run, at = excluded.at",
                    &[deployment.clone(), version.clone().into(), (*confirmed).into(), run.clone(), at.clone().into()],
                )
                .await?;
        }
        self.connection
            .execute("update stepwell_run set last = ? where deployment = ? and run = ?", &[at.into(), deployment, run])
            .await?;
        self.append(&write.events).await
    }

    async fn append(&mut self, events: &[Event]) -> Result<(), JournalError> {
        for event in events {
            self.connection
                .execute(
                    "insert into stepwell_event (deployment, run, epoch, event) values (?, ?, ?, ?)",
                    &[
                        self.deployment.clone().into(),
                        self.run.clone().into(),
                        self.epoch.into(),
                        serde_json::to_string(event)?.into(),
                    ],
                )
                .await?;
        }
        Ok(())
    }

    /// Runs `work` in a transaction in which this runner still holds the lease.
    async fn fenced(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        self.connection.begin().await?;
        let result = match self.holds_lease().await {
            Ok(true) => work(self).await,
            Ok(false) => Err(JournalError::LostLease),
            Err(e) => Err(e),
        };
        match result {
            Ok(()) => Ok(self.connection.commit().await?),
            Err(e) => {
                self.connection.rollback().await;
                Err(e)
            }
        }
    }

    async fn holds_lease(&mut self) -> Result<bool, JournalError> {
        let rows = self
            .connection
            .query("select epoch from stepwell_lease where deployment = ?", &[self.deployment.clone().into()])
            .await?;
        Ok(number(&rows)? == self.epoch)
    }

    /// The newest run, finished or not.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn latest_run(&mut self) -> Result<Option<RunRecord>, JournalError> {
        let rows = self.connection.query(&format!("{RUNS} limit 1"), &[self.deployment.clone().into()]).await?;
        rows.rows.first().map(|row| run_record(row)).transpose()
    }

    /// The last hundred runs, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn runs(&mut self) -> Result<Vec<RunRecord>, JournalError> {
        let rows = self.connection.query(&format!("{RUNS} limit 100"), &[self.deployment.clone().into()]).await?;
        rows.rows.iter().map(|row| run_record(row)).collect()
    }

    /// The state and attempt of every step of a run that has begun.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn steps(&mut self, run: &str) -> Result<Vec<(String, StepState, u32)>, JournalError> {
        let rows =
            self.all("select key, state, attempt from stepwell_step where deployment = ? and run = ?", run).await?;
        rows.iter()
            .map(|row| {
                let attempt = row[2].as_u64().unwrap_or(0);
                Ok((
                    row[0].as_str().unwrap_or_default().to_owned(),
                    serde_json::from_str(row[1].as_str().unwrap_or_default())?,
                    u32::try_from(attempt).unwrap_or(u32::MAX),
                ))
            })
            .collect()
    }

    /// The events of a run, in order.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn events(&mut self, run: &str) -> Result<Vec<Event>, JournalError> {
        let rows =
            self.all("select event from stepwell_event where deployment = ? and run = ? order by id", run).await?;
        rows.iter().map(|row| Ok(serde_json::from_str(row[0].as_str().unwrap_or_default())?)).collect()
    }

    /// Stepwell's own record of the version.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn version(&mut self) -> Result<Option<Recorded>, JournalError> {
        let rows = self
            .connection
            .query(
                "select version, confirmed from stepwell_version where deployment = ?",
                &[self.deployment.clone().into()],
            )
            .await?;
        Ok(rows.rows.first().map(|row| Recorded {
            version: row[0].as_str().unwrap_or_default().to_owned(),
            confirmed: row[1] == json!(1),
        }))
    }

    /// Closes it in good order.
    pub async fn close(self) {
        self.connection.close().await;
    }

    /// All rows of a query over one run. A page at a time, since a store's answers are cut off.
    async fn all(&mut self, sql: &str, run: &str) -> Result<Vec<Vec<Value>>, JournalError> {
        let mut all = Vec::new();
        loop {
            let page = self
                .connection
                .query(
                    &format!("{sql} limit 100 offset ?"),
                    &[self.deployment.clone().into(), run.into(), (all.len() as u64).into()],
                )
                .await?;
            if page.rows.is_empty() {
                return Ok(all);
            }
            all.extend(page.rows);
        }
    }
}

fn run_record(row: &[Value]) -> Result<RunRecord, JournalError> {
    let text = |i: usize| row[i].as_str().unwrap_or_default();
    let time = |i: usize| text(i).parse().map_err(|_| JournalError::Unreadable(format!("`{}` is not a time", text(i))));
    Ok(RunRecord {
        id: text(0).to_owned(),
        state: serde_json::from_value(Value::from(text(1)))?,
        plan: serde_json::from_str(text(2))?,
        began: time(3)?,
        last: time(4)?,
    })
}

fn number(rows: &Rows) -> Result<u64, JournalError> {
    rows.number()
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| JournalError::Unreadable("the lease has no epoch".to_owned()))
}

/// A state as one word.
fn word(state: RunState) -> Result<Value, JournalError> {
    Ok(serde_json::to_value(state)?)
}

/// Makes the file for its owner alone before SQLite does; what stands beside it gets the same mode.
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}
