//! The runner's end of the link: keeps the session's events, and passes them on to any number of clients.
//!
//! One client drives, the others watch. A client that comes later gets every event from the number it names on, by the
//! same path as one that was there from the start. The one in the runner's own process is told without frames.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::FromRunner;
use super::client::{Socket, message};
use super::frame::{FORMAT, ToClient, ToServer, line};
use crate::engine::{Incoming, Outgoing, Port};
use crate::journal::me;
use crate::model::{Actor, Decision, Event, EventKind, StepState};

/// Lines of output that are kept for clients that come later.
const LOG_LINES: usize = 500;

/// How long clients may take to read a session's last events.
const FAREWELL: Duration = Duration::from_secs(5);

/// Takes connections.
#[derive(Clone, Debug)]
pub struct Hub {
    commands: mpsc::UnboundedSender<Command>,
    deployment: Arc<str>,
}

enum Command {
    Joined {
        since: u64,
        client: Connected,
    },
    Frame {
        id: u64,
        frame: ToServer,
    },
    Left {
        id: u64,
    },
    /// Tells the engine again who is there.
    Recount,
}

/// Makes the hub of a deployment's session, its task and the engine's port. The task ends when the engine has ended and clients know it.
pub fn hub(deployment: &str) -> (Hub, Port, impl Future<Output = ()> + Send + use<>) {
    let (to_engine, incoming) = mpsc::unbounded_channel();
    let (outgoing, from_engine) = mpsc::unbounded_channel();
    let (commands, commanded) = mpsc::unbounded_channel();
    let state = Switchboard { to_engine, clients: Vec::new(), joined: false, log: VecDeque::new(), driver: None };
    (Hub { commands, deployment: deployment.into() }, Port { incoming, outgoing }, state.run(from_engine, commanded))
}

impl Hub {
    /// Tells the engine again who is there: for a front end that left before it was ever connected.
    pub fn recount(&self) {
        let _ = self.commands.send(Command::Recount);
    }

    /// Serves the front end of this process until one of the two ends.
    pub async fn host(&self, id: u64, mut front_end: Socket) {
        let (ear, observer) = (Ear::Near(front_end.events.clone()), front_end.observer);
        let client = Connected { id, ear, actor: me(), observer };
        let _ = self.commands.send(Command::Joined { since: 0, client });
        loop {
            tokio::select! {
                decision = front_end.decisions.recv() => match decision {
                    Some(decision) => drop(self.commands.send(Command::Frame { id, frame: decision.into() })),
                    None => break,
                },
                () = self.commands.closed() => break,
            }
        }
        let _ = self.commands.send(Command::Left { id });
        front_end.gone();
    }

    /// Serves one connection until it ends.
    pub async fn serve(&self, id: u64, stream: impl AsyncRead + AsyncWrite) {
        let (read, mut write) = tokio::io::split(stream);
        let mut frames = BufReader::new(read).lines();
        let Ok(Some(first)) = frames.next_line().await else { return };
        if write.write_all(line(&ToClient::Hello { format: FORMAT }).as_bytes()).await.is_err() {
            return;
        }
        let Ok(ToServer::Hello { format: FORMAT, since, actor, observer, deployment }) = serde_json::from_str(&first)
        else {
            let reason = format!("this runner speaks link format {FORMAT}; use the Stepwell that started it");
            let _ = write.write_all(line(&ToClient::Refused { reason }).as_bytes()).await;
            return;
        };
        if *deployment != *self.deployment {
            let reason = format!(
                "the runner here works on `{}`, not on `{deployment}`: wait for its end, or give each a `state_dir`",
                self.deployment
            );
            let _ = write.write_all(line(&ToClient::Refused { reason }).as_bytes()).await;
            return;
        }
        let (lines, mut queued) = mpsc::unbounded_channel::<Arc<str>>();
        let _ = self
            .commands
            .send(Command::Joined { since, client: Connected { id, ear: Ear::Far(lines), actor, observer } });
        loop {
            tokio::select! {
                next = queued.recv() => match next {
                    Some(text) if write.write_all(text.as_bytes()).await.is_ok() => {}
                    _ => break,
                },
                frame = frames.next_line() => match frame {
                    Ok(Some(text)) => {
                        if let Ok(frame) = serde_json::from_str(&text) {
                            let _ = self.commands.send(Command::Frame { id, frame });
                        }
                    }
                    _ => break,
                },
            }
        }
        let _ = self.commands.send(Command::Left { id });
    }
}

struct Connected {
    id: u64,
    ear: Ear,
    actor: Actor,
    observer: bool,
}

/// How a client is told.
enum Ear {
    /// Over a connection, by frames.
    Far(mpsc::UnboundedSender<Arc<str>>),
    /// In this process, as it is.
    Near(mpsc::UnboundedSender<FromRunner>),
}

impl Ear {
    fn tell(&self, frame: ToClient) {
        match self {
            Ear::Far(lines) => drop(lines.send(line(&frame).into())),
            Ear::Near(messages) => message(frame).into_iter().for_each(|message| drop(messages.send(message))),
        }
    }

    fn event(&self, kept: &Kept) {
        match self {
            Ear::Far(lines) => drop(lines.send(kept.line().clone())),
            Ear::Near(messages) => drop(messages.send(FromRunner::Event((*kept.event).clone()))),
        }
    }
}

/// An event, and its line once somebody far away has heard it.
struct Kept {
    event: Arc<Event>,
    what: What,
    line: OnceCell<Arc<str>>,
}

impl Kept {
    fn line(&self) -> &Arc<str> {
        self.line.get_or_init(|| line(&ToClient::Event { event: self.event.clone() }).into())
    }
}

/// What an event is to those that come later.
#[derive(PartialEq)]
enum What {
    Whole,
    /// Only the last one of a step counts.
    Progress(String),
    /// Only the last lines count.
    Log,
    /// A step waits for something outside.
    Wait(String),
}

struct Switchboard {
    to_engine: mpsc::UnboundedSender<Incoming>,
    clients: Vec<Connected>,
    /// Whether anybody ever came.
    joined: bool,
    log: VecDeque<Kept>,
    driver: Option<u64>,
}

impl Switchboard {
    async fn run(
        mut self,
        mut from_engine: mpsc::UnboundedReceiver<Outgoing>,
        mut commanded: mpsc::UnboundedReceiver<Command>,
    ) {
        loop {
            tokio::select! {
                biased;
                Some(command) = commanded.recv() => self.command(command),
                out = from_engine.recv() => match out {
                    Some(Outgoing::Event(event)) => self.event(*event),
                    Some(Outgoing::Refused { client, reason }) => self.tell(client, ToClient::Refused { reason }),
                    None => break,
                },
            }
        }
        // The engine has ended. Its last events are in the clients' queues; they leave by themselves.
        // One that is only about to join hears of it, too.
        let farewell = async {
            while !self.joined || !self.clients.is_empty() {
                match commanded.recv().await {
                    Some(command) => self.command(command),
                    None => return,
                }
            }
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }

    fn event(&mut self, event: Event) {
        let what = match &event.kind {
            EventKind::Progress { key, .. } => What::Progress(key.clone()),
            EventKind::Log { .. } => What::Log,
            EventKind::StepChanged { key, state: StepState::Waiting { until: None, .. } } => What::Wait(key.clone()),
            _ => What::Whole,
        };
        match &what {
            What::Whole => {}
            What::Progress(_) => self.log.retain(|kept| kept.what != what),
            // Of a long wait its beginning and how it stands are kept, however often the numbers in it change.
            What::Wait(key) => {
                let of_step = |(_, kept): &(usize, &Kept)| matches!(&kept.event.kind, EventKind::StepChanged { key: of, .. } if of == key);
                let mut last = self.log.iter().enumerate().rev().filter(of_step);
                if let (Some((at, newest)), Some((_, before))) = (last.next(), last.next())
                    && newest.what == what
                    && before.what == what
                {
                    self.log.remove(at);
                }
            }
            What::Log => {
                if self.log.iter().filter(|kept| kept.what == What::Log).count() >= LOG_LINES
                    && let Some(oldest) = self.log.iter().position(|kept| kept.what == What::Log)
                {
                    self.log.remove(oldest);
                }
            }
        }
        let kept = Kept { event: Arc::new(event), what, line: OnceCell::new() };
        self.clients.iter().for_each(|client| client.ear.event(&kept));
        self.log.push_back(kept);
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Joined { since, client } => {
                self.log.iter().filter(|kept| kept.event.seq > since).for_each(|kept| client.ear.event(kept));
                if !client.observer && self.driver.is_none() {
                    self.driver = Some(client.id);
                }
                let observer = client.observer.then_some(client.id);
                self.joined = true;
                self.clients.push(client);
                self.company_changed();
                // Who is no company still has to hear when it knows everything so far.
                if let Some(id) = observer {
                    self.tell(id, self.wheel(id));
                }
            }
            Command::Left { id } => {
                self.clients.retain(|c| c.id != id);
                if self.driver == Some(id) {
                    self.driver = self.clients.iter().find(|c| !c.observer).map(|c| c.id);
                }
                self.company_changed();
            }
            Command::Recount => self.company_changed(),
            Command::Frame { id, frame } => self.frame(id, frame),
        }
    }

    fn frame(&mut self, id: u64, frame: ToServer) {
        let Some(client) = self.clients.iter().find(|c| c.id == id) else { return };
        match frame {
            ToServer::Decide { decision } => {
                // Anybody of the same user may hold a run up; everything else takes the wheel.
                let harmless = matches!(
                    decision,
                    Decision::Pause | Decision::Go | Decision::Pace { .. } | Decision::Stop | Decision::Abandon
                );
                if self.driver == Some(id) || (client.observer && harmless) {
                    let _ = self.to_engine.send(Incoming::Decide { client: id, by: client.actor.clone(), decision });
                } else {
                    let reason = "somebody else drives this run: take the wheel first".to_owned();
                    self.tell(id, ToClient::Refused { reason });
                }
            }
            ToServer::TakeWheel if !client.observer => {
                self.driver = Some(id);
                self.wheel_changed();
            }
            ToServer::TakeWheel | ToServer::Hello { .. } => {}
        }
    }

    fn company_changed(&mut self) {
        let company = self.clients.iter().filter(|c| !c.observer).count();
        let _ = self.to_engine.send(Incoming::Clients(company));
        self.wheel_changed();
    }

    fn wheel_changed(&self) {
        for client in self.clients.iter().filter(|c| !c.observer) {
            client.ear.tell(self.wheel(client.id));
        }
    }

    /// Who decides, as a client is told: all that happened before it joined was told before that.
    fn wheel(&self, id: u64) -> ToClient {
        let driver = self.clients.iter().find(|c| Some(c.id) == self.driver).map(|c| c.actor.clone());
        let company = self.clients.iter().filter(|c| !c.observer).count();
        ToClient::Wheel { yours: self.driver == Some(id), driver, watchers: company.saturating_sub(1) }
    }

    fn tell(&self, id: u64, frame: ToClient) {
        if let Some(client) = self.clients.iter().find(|c| c.id == id) {
            client.ear.tell(frame);
        }
    }
}
