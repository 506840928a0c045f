//! The journal as it is written: each change is one transaction, in which this runner still holds the lease.

use super::{JournalError, Place, tables};
use crate::model::{Event, Plan, RunState, StepState, Value};
use crate::store::{Connection, Trouble};

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
    pub plan: Option<std::sync::Arc<Plan>>,
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
    pub(super) connection: Connection,
    pub(super) place: Place,
    pub(super) deployment: String,
    /// 0 until the lease is taken.
    pub(super) epoch: u64,
    run: String,
    /// How often the run was written. A write that may have taken effect is known by it.
    writes: u64,
}

impl Journal {
    /// Opens it for writing, making what is missing.
    ///
    /// # Errors
    /// When it cannot be used or was written by a newer Stepwell.
    pub async fn open(place: &Place, deployment: &str) -> Result<Journal, JournalError> {
        let mut connection = place.open().await?;
        if tables::format(&mut connection).await?.is_none()
            && let Err(e) = tables::make(&mut connection).await
            // Another runner may make them at the same moment.
            && !tables::appear(&mut connection).await?
        {
            return Err(e);
        }
        Self::checked(connection, place, deployment).await
    }

    /// Opens it for reading; `None` when there is none yet.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    pub async fn open_read_only(place: &Place, deployment: &str) -> Result<Option<Journal>, JournalError> {
        let Some(mut connection) = place.open_read_only().await? else { return Ok(None) };
        if tables::format(&mut connection).await?.is_none() {
            return Ok(None);
        }
        Self::checked(connection, place, deployment).await.map(Some)
    }

    async fn checked(mut connection: Connection, place: &Place, deployment: &str) -> Result<Journal, JournalError> {
        let found = tables::format(&mut connection).await?.unwrap_or(tables::FORMAT);
        if found > tables::FORMAT {
            return Err(JournalError::Newer { found, known: tables::FORMAT });
        }
        let (place, deployment) = (place.clone(), deployment.to_owned());
        Ok(Journal { connection, place, deployment, epoch: 0, run: String::new(), writes: 0 })
    }

    /// Connects anew after the connection was lost.
    ///
    /// # Errors
    /// When the journal cannot be reached.
    pub async fn reconnect(&mut self) -> Result<(), JournalError> {
        self.connection = self.place.open().await?;
        Ok(())
    }

    /// The epoch of the lease that this journal holds; 0 without one.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Goes on writing to a run that exists.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn continue_run(&mut self, run: &str) -> Result<(), JournalError> {
        run.clone_into(&mut self.run);
        self.writes = self.written().await?.unwrap_or(0);
        Ok(())
    }

    /// How often the run was written; `None` when there is no such run.
    async fn written(&mut self) -> Result<Option<u64>, JournalError> {
        let sql = "select writes from stepwell_run where deployment = ? and run = ?";
        let rows = self.connection.ask(sql, &[self.deployment.clone().into(), self.run.clone().into()]).await?;
        Ok(rows.first().and_then(Value::as_u64))
    }

    /// Whether the write that was under way when the connection was lost has taken effect.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn has_taken_effect(&mut self) -> Result<bool, JournalError> {
        let arrived = self.written().await?.is_some_and(|writes| writes > self.writes);
        self.writes += u64::from(arrived);
        Ok(arrived)
    }

    /// Begins a run with its plan and first events.
    ///
    /// # Errors
    /// [`JournalError::LostLease`], or when the journal cannot be written.
    pub async fn begin_run(&mut self, run: &str, plan: &Plan, events: &[Event]) -> Result<(), JournalError> {
        run.clone_into(&mut self.run);
        self.writes = 0;
        let now = jiff::Timestamp::now().to_string();
        let binds = [
            self.deployment.clone().into(),
            run.into(),
            word(RunState::Preparing)?,
            serde_json::to_string(plan)?.into(),
            now.clone().into(),
            now.into(),
            1.into(),
        ];
        let insert = "insert into stepwell_run (deployment, run, state, plan, began, last, writes) \
                      values (?, ?, ?, ?, ?, ?, ?)";
        self.fenced(async |journal| {
            journal.connection.tell(insert, &binds).await?;
            journal.append(events).await
        })
        .await?;
        self.writes = 1;
        Ok(())
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
        self.fenced(async |journal| journal.apply(write).await).await?;
        self.writes += 1;
        Ok(())
    }

    async fn apply(&mut self, write: &Write) -> Result<(), JournalError> {
        let (deployment, run) = (Value::from(self.deployment.clone()), Value::from(self.run.clone()));
        let (at, engine) = (jiff::Timestamp::now().to_string(), self.connection.engine());
        if let Some(plan) = &write.plan {
            self.connection
                .tell(
                    "update stepwell_run set plan = ? where deployment = ? and run = ?",
                    &[serde_json::to_string(plan)?.into(), deployment.clone(), run.clone()],
                )
                .await?;
        }
        if let Some(state) = write.state {
            self.connection
                .tell(
                    "update stepwell_run set state = ? where deployment = ? and run = ?",
                    &[word(state)?, deployment.clone(), run.clone()],
                )
                .await?;
        }
        for (key, state, attempt) in &write.steps {
            self.connection
                .tell(
                    &engine.upsert("stepwell_step", &["deployment", "run", "step"], &["state", "attempt"]),
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
                .tell(
                    &engine.upsert("stepwell_version", &["deployment"], &["version", "confirmed", "run", "at"]),
                    &[
                        deployment.clone(),
                        version.clone().into(),
                        i64::from(*confirmed).into(),
                        run.clone(),
                        at.clone().into(),
                    ],
                )
                .await?;
        }
        self.connection
            .tell(
                "update stepwell_run set last = ?, writes = ? where deployment = ? and run = ?",
                &[at.into(), (self.writes + 1).into(), deployment, run],
            )
            .await?;
        self.append(&write.events).await
    }

    async fn append(&mut self, events: &[Event]) -> Result<(), JournalError> {
        for event in events {
            self.connection
                .tell(
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
        let shared = self.connection.engine().shared();
        let sql = format!("select epoch from stepwell_lease where deployment = ?{shared}");
        let rows = self.connection.ask(&sql, &[self.deployment.clone().into()]).await?;
        Ok(rows.first().and_then(Value::as_u64) == Some(self.epoch))
    }

    /// Gives the lease back and closes it in good order.
    pub async fn close(mut self) {
        if self.epoch > 0 {
            self.give_back().await;
        }
        self.connection.close().await;
    }
}

impl JournalError {
    /// Whether it may go better later, so that it is waited for.
    pub fn passes(&self) -> Option<Trouble> {
        match self {
            JournalError::Store(e) if e.is_transient() => Some(e.trouble),
            _ => None,
        }
    }
}

/// A state as one word.
fn word(state: RunState) -> Result<Value, JournalError> {
    Ok(serde_json::to_value(state)?)
}
