//! Looks on while a session works, for those who are not connected to it: keeps `last.json`, and starts the program of
//! `on_event`. The session never waits for it.

mod events;
mod last;
mod notify;

pub use last::read as last_known;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::definition::Deployment;
use crate::engine::{Outgoing, Port, Setup};
use crate::model::State;
use events::Watch;
use last::Last;
use notify::Notifier;

/// What goes on beside a session.
pub struct Witness {
    looking: JoinHandle<()>,
}

impl Witness {
    /// Puts itself between the engine and the link, where the session may change anything.
    pub fn stand_by(port: Port, setup: &Setup) -> (Port, Option<Witness>) {
        if setup.lock.is_none() {
            return (port, None);
        }
        let Port { incoming, outgoing } = port;
        let (told, hear) = mpsc::unbounded_channel();
        let looking = tokio::spawn(look_on(hear, outgoing, setup.deployment.clone()));
        (Port { incoming, outgoing: told }, Some(Witness { looking }))
    }

    /// Waits until the last file is written and the last program has ended, or was.
    pub async fn finish(self) {
        let _ = self.looking.await;
    }
}

async fn look_on(
    mut hear: mpsc::UnboundedReceiver<Outgoing>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    deployment: Deployment,
) {
    let mut state = State::default();
    let mut last = Last::new(&deployment);
    let mut watch = Watch::default();
    let notifier = Notifier::start(&deployment);
    loop {
        let due = [last.due(), watch.due()].into_iter().flatten().min();
        let due = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            message = hear.recv() => {
                let Some(message) = message else { break };
                if let Outgoing::Event(event) = &message {
                    state.apply(event);
                    // What an earlier session did is no news.
                    if state.run.is_some() && !state.is_history() {
                        last.heard(&event.kind);
                        watch.heard(&event.kind, &state);
                    }
                }
                let _ = outgoing.send(message);
            }
            () = due => {
                last.write_if_due(&state);
                notifier.tell(watch.overdue(&state));
            }
        }
    }
    drop(outgoing);
    last.write(&state);
    notifier.tell(watch.end(&state));
    notifier.finish().await;
}
