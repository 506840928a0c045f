//! The journal in the hands of a session: taken with the lease, kept alive, written, and waited for.

use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::act::Input;
use crate::journal::{BEAT, Journal, JournalError, Place, Taken, Write};
use crate::model::{Event, Plan, Severity};
use crate::store::Trouble;

/// Between two tries to write a journal that cannot be written: the first wait and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// The same reason to wait is told again after this time.
const AGAIN: Duration = Duration::from_secs(60);

/// What the lease was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Begin,
    Resume,
}

/// The journal with its lease.
#[derive(Debug)]
pub struct Acquired {
    pub journal: Journal,
    pub taken: Taken,
    /// Stepwell's own record of the version.
    pub recorded: Option<String>,
}

/// Takes the lease; that may take a while where its holder's life has to be watched.
pub async fn acquire(
    place: &Place,
    deployment: &str,
    inputs: &mpsc::UnboundedSender<Input>,
) -> Result<Acquired, JournalError> {
    let mut journal = Journal::open(place, deployment).await?;
    let tell = |text| drop(inputs.send(Input::Notice(Severity::Warning, text)));
    let taken = journal.take_lease(tell).await?;
    let recorded = journal.version().await?.map(|r| r.version);
    Ok(Acquired { journal, taken, recorded })
}

/// Shows others that the holder lives, as long as it does. Whether it still holds the lease is found out soon, even
/// while nothing is written.
pub async fn beat(place: Place, deployment: String, epoch: u64, inputs: mpsc::UnboundedSender<Input>) {
    let mut journal = None;
    loop {
        if journal.is_none() {
            journal = Journal::open(&place, &deployment).await.ok();
        }
        if let Some(open) = &mut journal {
            match open.beat(epoch).await {
                Err(JournalError::LostLease) => {
                    let _ = inputs.send(Input::JournalFailed(JournalError::LostLease));
                    return;
                }
                Err(_) => journal = None,
                Ok(()) => {}
            }
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// What is to be written.
#[derive(Clone, Copy)]
pub enum Record<'a> {
    Begin { run: &'a str, plan: &'a Plan, events: &'a [Event] },
    Change(&'a Write),
}

/// Writes, and waits where that may go better later: a server that restarts, a disk that is full, a lock.
pub async fn write(
    journal: &mut Journal,
    record: Record<'_>,
    signals: &mut [Signal; 2],
    mut waiting: impl AsyncFnMut(String),
) -> Result<(), JournalError> {
    let mut wait = WAITS.0;
    let mut told: Option<(String, Instant)> = None;
    loop {
        let done = match record {
            Record::Begin { run, plan, events } => journal.begin_run(run, plan, events).await,
            Record::Change(write) => journal.commit(write).await,
        };
        let Err(error) = done else {
            if told.is_some() {
                waiting("the journal can be written again; the run goes on".to_owned()).await;
            }
            return Ok(());
        };
        let Some(trouble) = error.passes() else { return Err(error) };
        let error_now = error.to_string();
        if told.as_ref().is_none_or(|(last, at)| *last != error_now || at.elapsed() >= AGAIN) {
            waiting(format!("{error_now}; nothing is lost, and the run goes on as soon as it can be written")).await;
            told = Some((error_now, Instant::now()));
        }
        let [terminate, interrupt] = signals;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // Whoever asks twice does not want to wait.
            _ = terminate.recv() => return Err(error),
            _ = interrupt.recv() => return Err(error),
        }
        wait = (wait * 2).min(WAITS.1);
        // Where the connection was lost in a commit, it may have taken effect all the same.
        if trouble == Trouble::Lost
            && journal.reconnect().await.is_ok()
            && journal.has_taken_effect().await.unwrap_or(false)
        {
            return Ok(());
        }
    }
}
