//! The front end for programs: one JSON document a line, each with `"schema": 1`.

use std::io::{self, Write};

use serde::Serialize;

use crate::link::{Client, FromRunner, ToRunner};
use crate::model::{Actor, Exit, State};
use crate::pilot::{Act, Captain, Policy};

pub use crate::pilot::Ending;

/// Grows when a program that reads the lines has to change. New kinds of lines and new fields are no such change.
const SCHEMA: u32 = 1;

/// A line. Those of events read back as an `Event`; the others have no number, since they are no part of the
/// session.
#[derive(Serialize)]
struct Line<K> {
    schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<jiff::Timestamp>,
    kind: K,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Aside<'a> {
    /// A decision had no effect.
    Refused { reason: &'a str },
    /// Who decides changed.
    Wheel { yours: bool, driver: Option<&'a Actor>, watchers: usize },
    /// Nothing goes on without an operator: the exit code, and the option that answers.
    GivenUp { exit: Exit, code: u8, text: &'a str },
}

impl<'a> Aside<'a> {
    fn line(self) -> Line<Aside<'a>> {
        Line { schema: SCHEMA, seq: None, at: None, kind: self }
    }
}

/// Writes a session until it ends. What there is to decide, `policy` decides.
///
/// # Errors
/// When `out` cannot be written to. The client is dropped then, which detaches.
pub async fn run(mut client: Client, policy: Policy, mut out: impl Write) -> io::Result<Ending> {
    let mut captain = Captain::new(policy);
    let mut state = State::default();
    loop {
        loop {
            match captain.act(&state) {
                Act::Wait => break,
                // A runner that is gone says so by its silence.
                Act::Send(decision) => drop(client.decisions.send(ToRunner::Decide(decision))),
                Act::Say { exit, text } => {
                    write(&mut out, &Aside::GivenUp { exit, code: exit.code(), text: &text }.line())?;
                }
                Act::Leave(exit) => return Ok(Ending { exit, state, detached: false, reason: None }),
            }
        }
        let mut message = Some(client.events.recv().await.unwrap_or(FromRunner::Gone));
        while let Some(now) = message {
            pass_on(&now, &mut state, &mut out)?;
            match now {
                FromRunner::Event(_) => captain.observe(&state),
                FromRunner::Refused { reason } => captain.refused(&reason),
                FromRunner::Wheel { yours: false, driver, .. } => captain.displaced(driver.as_ref()),
                FromRunner::Wheel { yours: true, .. } => {}
                FromRunner::Gone => captain.gone(&state),
            }
            message = client.events.try_recv().ok();
        }
    }
}

/// Writes a session until it ends and decides nothing: `attach --json`.
///
/// # Errors
/// When `out` cannot be written to.
pub async fn watch(mut client: Client, mut out: impl Write) -> io::Result<Ending> {
    let mut state = State::default();
    while state.ended.is_none() {
        let message = client.events.recv().await.unwrap_or(FromRunner::Gone);
        pass_on(&message, &mut state, &mut out)?;
        if message == FromRunner::Gone {
            break;
        }
    }
    let exit = state.ended.as_ref().map_or(Exit::Internal, |(_, exit, _)| *exit);
    Ok(Ending { exit, state, detached: false, reason: None })
}

fn pass_on(message: &FromRunner, state: &mut State, out: &mut impl Write) -> io::Result<()> {
    match message {
        FromRunner::Event(event) => {
            state.apply(event);
            write(out, &Line { schema: SCHEMA, seq: Some(event.seq), at: Some(event.at), kind: &event.kind })
        }
        FromRunner::Refused { reason } => write(out, &Aside::Refused { reason }.line()),
        FromRunner::Wheel { yours, driver, watchers } => {
            write(out, &Aside::Wheel { yours: *yours, driver: driver.as_ref(), watchers: *watchers }.line())
        }
        FromRunner::Gone => Ok(()),
    }
}

/// One write a line, so that a reader never sees half of one.
fn write(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

#[cfg(test)]
mod tests;
