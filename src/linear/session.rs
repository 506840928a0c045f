//! A session as it is told: the link, the state, and the time since the last line.

use std::io::{self, Write};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::lines::Lines;
use super::tell::{self, Teller};
use crate::link::{Client, FromRunner, ToRunner};
use crate::model::{Decision, Event, EventKind, Exit, RunState, State};
use crate::pilot::Ending;

/// Between signs of life. Lines of a step's output do not count as one: they do not say how far it is.
const PULSE: Duration = Duration::from_secs(10);

/// What both ways of deciding have in common.
#[derive(Debug)]
pub(super) struct Session<W> {
    client: Client,
    pub state: State,
    pub lines: Lines<W>,
    pub teller: Teller,
    /// Why the pilot gave up.
    pub reason: Option<String>,
    spoke: Instant,
    heard: Instant,
}

impl<W: Write> Session<W> {
    pub fn new(client: Client, out: W) -> Self {
        let now = Instant::now();
        let (state, teller) = (State::default(), Teller::default());
        Session { client, state, lines: Lines::new(out), teller, reason: None, spoke: now, heard: now }
    }

    /// What the runner says next. While nothing comes and something goes on, says so every ten seconds, unless the
    /// operator is `asked` something and reads. May be dropped.
    pub async fn next(&mut self, asked: bool) -> io::Result<FromRunner> {
        let busy = !asked && is_busy(&self.state);
        loop {
            let due = self.spoke + PULSE;
            tokio::select! {
                message = self.client.events.recv() => return Ok(message.unwrap_or(FromRunner::Gone)),
                () = sleep_until(due), if busy => {
                    let quiet = u64::try_from(self.heard.elapsed().as_millis()).unwrap_or(u64::MAX);
                    let line = tell::pulse(&self.state, quiet);
                    self.say(&line)?;
                }
            }
        }
    }

    /// What is there already. After attaching that is the session so far, and nothing is to be decided on its way.
    pub fn next_ready(&mut self) -> Option<FromRunner> {
        self.client.events.try_recv().ok()
    }

    /// Takes in an event and tells it.
    pub fn take(&mut self, event: &Event) -> io::Result<()> {
        self.state.apply(event);
        self.heard = Instant::now();
        let lines = self.teller.tell(event, &self.state);
        if matches!(event.kind, EventKind::Log { .. }) {
            return self.lines.say_all(lines);
        }
        self.say_all(lines)
    }

    /// Says `text`, which is also a sign of life.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        self.spoke = Instant::now();
        self.lines.say(text)
    }

    pub fn say_all(&mut self, lines: Vec<String>) -> io::Result<()> {
        lines.iter().try_for_each(|line| self.say(line))
    }

    /// Sends a decision. A runner that is gone will be noticed by its silence.
    pub fn decide(&self, decision: Decision) {
        let _ = self.client.decisions.send(ToRunner::Decide(decision));
    }

    pub fn take_wheel(&self) {
        let _ = self.client.decisions.send(ToRunner::TakeWheel);
    }

    pub fn end(self, exit: Exit) -> Ending {
        Ending { exit, state: self.state, detached: false, reason: self.reason }
    }

    pub fn detach(self) -> Ending {
        Ending { exit: Exit::Done, state: self.state, detached: true, reason: None }
    }
}

/// Whether something goes on that signs of life are due for.
fn is_busy(state: &State) -> bool {
    match state.run_state {
        None | Some(RunState::Preparing | RunState::Running | RunState::Done) => state.ended.is_none(),
        Some(
            RunState::AwaitingApproval
            | RunState::Paused
            | RunState::Stopped
            | RunState::AwaitingConfirmation
            | RunState::Abandoned,
        ) => false,
        // Other items may still be on their way to their end.
        Some(RunState::Failed | RunState::NeedsOperator) => state.ended.is_none() && !state.under_way().is_empty(),
    }
}
