//! What is read from the journal.

use serde_json::json;

use super::{Journal, JournalError, Recorded, RunRecord};
use crate::model::{Event, StepState, Value};

/// Runs, newest first: their ids begin with the time.
const RUNS: &str = "select run, state, plan, began, last from stepwell_run where deployment = ? order by run desc";

impl Journal {
    /// The newest run, finished or not.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn latest_run(&mut self) -> Result<Option<RunRecord>, JournalError> {
        let rows = self.connection.ask(&format!("{RUNS} limit 1"), &[self.deployment.clone().into()]).await?;
        rows.rows.first().map(|row| run_record(row)).transpose()
    }

    /// The last hundred runs, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn runs(&mut self) -> Result<Vec<RunRecord>, JournalError> {
        let rows = self.connection.ask(&format!("{RUNS} limit 100"), &[self.deployment.clone().into()]).await?;
        rows.rows.iter().map(|row| run_record(row)).collect()
    }

    /// The state and attempt of every step of a run that has begun.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn steps(&mut self, run: &str) -> Result<Vec<(String, StepState, u32)>, JournalError> {
        let rows = self
            .all(
                "select step, state, attempt from stepwell_step where deployment = ? and run = ? \
                 order by step",
                run,
            )
            .await?;
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
        let event = |(number, row): (usize, &Vec<Value>)| {
            serde_json::from_str(row[0].as_str().unwrap_or_default())
                .map_err(|e| JournalError::Unreadable(format!("event {number} of run {run}: {e}")))
        };
        (1..).zip(&rows).map(event).collect()
    }

    /// Stepwell's own record of the version.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn version(&mut self) -> Result<Option<Recorded>, JournalError> {
        let rows = self
            .connection
            .ask(
                "select version, confirmed from stepwell_version where deployment = ?",
                &[self.deployment.clone().into()],
            )
            .await?;
        Ok(rows.rows.first().map(|row| Recorded {
            version: row[0].as_str().unwrap_or_default().to_owned(),
            confirmed: row[1] == json!(1),
        }))
    }

    /// All rows of a query over one run.
    async fn all(&mut self, sql: &str, run: &str) -> Result<Vec<Vec<Value>>, JournalError> {
        let sql = self.connection.engine().numbered(sql);
        let binds = [self.deployment.clone().into(), run.into()];
        Ok(self.connection.query_up_to(&sql, &binds, usize::MAX).await?.rows)
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
