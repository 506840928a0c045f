//! A front end's end of the link.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::frame::{FORMAT, ToClient, ToServer, line};
use super::{Client, FromRunner, ToRunner};
use crate::journal::me;

/// The far end of a client whose connection is still to be made.
#[derive(Debug)]
pub struct Socket {
    pub(super) events: mpsc::UnboundedSender<FromRunner>,
    pub(super) decisions: mpsc::UnboundedReceiver<ToRunner>,
    pub(super) observer: bool,
    deployment: String,
}

/// A client of a deployment's session, and what makes its connection. An observer never drives.
pub fn client(deployment: &str, observer: bool) -> (Client, Socket) {
    let (to_front_end, events) = mpsc::unbounded_channel();
    let (decisions, from_front_end) = mpsc::unbounded_channel();
    let deployment = deployment.to_owned();
    (Client { events, decisions }, Socket { events: to_front_end, decisions: from_front_end, observer, deployment })
}

impl Socket {
    /// Passes frames between a stream and the front end until one of them ends.
    pub async fn connect(mut self, stream: impl AsyncRead + AsyncWrite) {
        let (read, mut write) = tokio::io::split(stream);
        let mut frames = BufReader::new(read).lines();
        let deployment = std::mem::take(&mut self.deployment);
        let hello = ToServer::Hello { format: FORMAT, since: 0, actor: me(), observer: self.observer, deployment };
        if write.write_all(line(&hello).as_bytes()).await.is_ok() {
            loop {
                tokio::select! {
                    frame = frames.next_line() => match frame {
                        Ok(Some(text)) => {
                            if let Some(message) = heard(&text)
                                && self.events.send(message).is_err()
                            {
                                return;
                            }
                        }
                        _ => break,
                    },
                    decision = self.decisions.recv() => match decision {
                        Some(decision) => {
                            if write.write_all(line(&ToServer::from(decision)).as_bytes()).await.is_err() {
                                break;
                            }
                        }
                        None => return,
                    },
                }
            }
        }
        self.gone();
    }

    /// Tells the front end that there is no runner, or none any more.
    pub fn gone(self) {
        let _ = self.events.send(FromRunner::Gone);
    }

    /// Tells the front end why there is no runner.
    pub fn refused(self, reason: String) {
        let _ = self.events.send(FromRunner::Refused { reason });
        self.gone();
    }
}

impl From<ToRunner> for ToServer {
    fn from(decision: ToRunner) -> Self {
        match decision {
            ToRunner::Decide(decision) => ToServer::Decide { decision },
            ToRunner::TakeWheel => ToServer::TakeWheel,
        }
    }
}

fn heard(text: &str) -> Option<FromRunner> {
    match serde_json::from_str(text) {
        Ok(frame) => message(frame),
        Err(e) => Some(FromRunner::Refused { reason: format!("the runner said something that cannot be read: {e}") }),
    }
}

/// What a frame is to the front end.
pub(super) fn message(frame: ToClient) -> Option<FromRunner> {
    match frame {
        ToClient::Event { event } => Some(FromRunner::Event(Arc::unwrap_or_clone(event))),
        ToClient::Refused { reason } => Some(FromRunner::Refused { reason }),
        ToClient::Wheel { yours, driver, watchers } => Some(FromRunner::Wheel { yours, driver, watchers }),
        ToClient::Hello { format: FORMAT } => None,
        ToClient::Hello { format } => Some(FromRunner::Refused {
            reason: format!(
                "the runner speaks link format {format}, this Stepwell {FORMAT}: use the one that started it"
            ),
        }),
    }
}
