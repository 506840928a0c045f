//! The pilot beside a front end with a person before it: it decides as long as it can, and then leaves the wheel.

use tokio::sync::mpsc;

use super::{Act, Captain, Policy};
use crate::link::{Client, FromRunner, ToRunner};
use crate::model::State;

/// A client whose session the pilot steers. Everything passes through; where the pilot cannot go on, its reason is
/// passed on like a refusal, and from then on only the person decides.
pub fn steer(mut client: Client, policy: Policy) -> Client {
    let (to_front_end, events) = mpsc::unbounded_channel();
    let (decisions, mut decided) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut captain = Some(Captain::new(policy));
        let mut state = State::default();
        loop {
            tokio::select! {
                message = client.events.recv() => {
                    let message = message.unwrap_or(FromRunner::Gone);
                    let gone = message == FromRunner::Gone;
                    if let FromRunner::Event(event) = &message {
                        state.apply(event);
                    }
                    if let (FromRunner::Refused { reason }, Some(captain)) = (&message, &mut captain) {
                        captain.refused(reason);
                    }
                    if to_front_end.send(message).is_err() || gone {
                        return;
                    }
                    while let Some(active) = &mut captain {
                        active.observe(&state);
                        match active.act(&state) {
                            Act::Wait => break,
                            Act::Send(decision) => drop(client.decisions.send(ToRunner::Decide(decision))),
                            Act::Say { text, .. } => {
                                captain = None;
                                let _ = to_front_end.send(FromRunner::Refused { reason: text });
                            }
                            Act::Leave(_) => captain = None,
                        }
                    }
                }
                decision = decided.recv() => match decision {
                    Some(decision) => drop(client.decisions.send(decision)),
                    None => return,
                },
            }
        }
    });
    Client { events, decisions }
}
