//! Whom the wizard talks to: a runner, or before there can be one whoever looks things up for the set-up.

use super::update::Msg;
use crate::interview::{Errand, Outside};
use crate::link::{Client, FromRunner, ToRunner};

/// The other end.
#[derive(Debug)]
pub enum Peer {
    Runner(Client),
    Surveyor(Outside),
}

impl Peer {
    /// Waits for what comes, and takes in up to `most` of what is there. False once nothing more will. May be
    /// dropped while it waits.
    pub async fn hear(&mut self, batch: &mut Vec<Msg>, most: usize) -> bool {
        match self {
            Peer::Runner(client) => {
                let mut events = Vec::new();
                let heard = client.events.recv_many(&mut events, most).await > 0;
                if !heard {
                    events.push(FromRunner::Gone);
                }
                batch.extend(events.into_iter().map(|from| Msg::FromRunner(Box::new(from))));
                heard
            }
            Peer::Surveyor(outside) => match outside.news.recv().await {
                Some((ticket, news)) => {
                    batch.push(Msg::News(ticket, Box::new(news)));
                    true
                }
                None => false,
            },
        }
    }

    /// Tells the runner. A closed link is noticed where events are received.
    pub fn tell(&self, message: ToRunner) {
        if let Peer::Runner(client) = self {
            let _ = client.decisions.send(message);
        }
    }

    /// Sends somebody out, who comes back with news.
    pub fn send_out(&self, errand: Errand) {
        if let Peer::Surveyor(outside) = self {
            let _ = outside.errands.send(errand);
        }
    }
}
