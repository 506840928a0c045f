//! A real runner, on real time. Everything that it says is kept, with what the operator did in between.

use std::time::Duration;

use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use super::act::{Act, Next};
use super::entry::{Entries, Entry, What};
use super::kept::millis;
use crate::link::{Client, FromRunner, ToRunner};
use crate::model::EventKind;
use crate::words::record as words;

/// The deployment that is recorded, as the command line reaches it.
pub trait Outside: std::fmt::Debug + Send {
    /// A client of the deployment's runner, which is started where there is none.
    ///
    /// # Errors
    /// With a sentence.
    fn open(&mut self) -> Result<Client, String>;

    /// What a command of this program prints, line by line.
    ///
    /// # Errors
    /// With a sentence.
    fn print(&mut self, words: &[&str]) -> Result<Vec<String>, String>;
}

/// The run that is being kept.
#[derive(Debug)]
pub struct Live {
    outside: Box<dyn Outside>,
    client: Option<Client>,
    /// The runner's process.
    runner: Option<Pid>,
    began: Timestamp,
    start: Instant,
    entries: Vec<Entry>,
}

impl Live {
    /// Begins now.
    pub fn new(outside: Box<dyn Outside>) -> Live {
        let (began, start) = (Timestamp::now(), Instant::now());
        Live { outside, client: None, runner: None, began, start, entries: Vec::new() }
    }

    /// When it began.
    pub fn began(&self) -> Timestamp {
        self.began
    }

    /// What was kept.
    pub fn into_entries(self) -> Entries {
        Entries(self.entries)
    }

    fn now(&self) -> u64 {
        millis(self.start.elapsed())
    }

    fn keep(&mut self, what: What) -> u64 {
        let at = self.now();
        self.entries.push(Entry { at, what });
        at
    }

    pub async fn next(&mut self, until: Option<u64>) -> Next {
        let deadline = until.map(|until| self.start + Duration::from_millis(until));
        let heard = match (&mut self.client, deadline) {
            (Some(client), Some(deadline)) => tokio::time::timeout_at(deadline, client.events.recv()).await.ok(),
            (Some(client), None) => Some(client.events.recv().await),
            (None, Some(deadline)) => {
                tokio::time::sleep_until(deadline).await;
                None
            }
            (None, None) => return Next::Never,
        };
        match heard {
            Some(Some(from)) => {
                if let FromRunner::Event(event) = &from
                    && let EventKind::Opened { runner, .. } = &event.kind
                {
                    self.runner = i32::try_from(runner.pid).ok().and_then(Pid::from_raw);
                }
                let at = self.keep(What::Said(from.clone().into()));
                Next::Said(at, Box::new(from))
            }
            Some(None) => {
                self.client = None;
                self.keep(What::Said(FromRunner::Gone.into()));
                Next::Said(self.now(), Box::new(FromRunner::Gone))
            }
            None => Next::Until(until.unwrap_or_default()),
        }
    }

    pub fn act(&mut self, act: Act) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let mut act = act;
        match &mut act {
            Act::Started => self.client = Some(self.outside.open()?),
            Act::Decided(decision) => self.tell(ToRunner::Decide(decision.clone())),
            Act::TookTheWheel => self.tell(ToRunner::TakeWheel),
            Act::Showed { command, lines: kept } => {
                let words: Vec<&str> = command.split_whitespace().skip(1).collect();
                lines = self.outside.print(&words)?;
                kept.clone_from(&lines);
            }
            Act::Left => self.client = None,
            Act::Killed => {
                self.client = None;
                let pid = self.runner.take().ok_or(words::NO_RUNNER)?;
                kill_process(pid, Signal::KILL).map_err(|e| words::cannot_kill(&e.to_string()))?;
            }
        }
        self.keep(What::Did(act));
        Ok(lines)
    }

    /// A closed link is noticed where events are received.
    fn tell(&self, message: ToRunner) {
        if let Some(client) = &self.client {
            let _ = client.decisions.send(message);
        }
    }
}
