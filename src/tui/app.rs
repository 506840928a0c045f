//! The loop: messages come in, the model changes, effects are carried out, frames are drawn. All input and output of
//! the wizard is here.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt;
use jiff::Timestamp;
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::copy;
use super::frames::Frames;
use super::model::Model;
use super::peer::Peer;
use super::set_up::SetUp;
use super::signs::Signs;
use super::theme::Theme;
use super::update::{Effect, Msg, update};
use super::writer::Painter;
use super::{Ending, Options, Witness, guard, hangup};
use crate::interview::{Interview, Outside, Written};
use crate::link::{Client, ToRunner};
use crate::model::Exit;

const BELL: &[u8] = b"\x07";
/// Events taken in before the next frame is considered.
const BATCH: usize = 512;
/// A process that nobody can bring back by `fg` does not stop; it is given this long to.
const TO_STOP: Duration = Duration::from_millis(300);

/// A path as short as it can be said.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// Walks the operator through the upgrade until it is over or the operator leaves.
///
/// # Errors
/// When the terminal cannot be taken, read or written. It is put back all the same.
pub async fn run(client: Client, options: Options) -> io::Result<Ending> {
    on_terminal(Peer::Runner(client), options, None).await
}

/// Asks what a deployment file holds, until it is written or the operator leaves: then without one.
///
/// # Errors
/// As [`run`].
pub async fn set_up(interview: Interview, outside: Outside, options: Options) -> io::Result<(Exit, Option<Written>)> {
    let ending = on_terminal(Peer::Surveyor(outside), options, Some(Box::new(SetUp::new(interview)))).await?;
    Ok((ending.exit, ending.written))
}

async fn on_terminal(peer: Peer, options: Options, set_up: Option<Box<SetUp>>) -> io::Result<Ending> {
    // Without colour the theme uses none; crossterm's own way of dropping it also drops bold and reverse.
    crossterm::style::force_color_output(true);
    let _terminal = guard::Guard::take(options.sync_output)?;
    let _watch = hangup::watch()?;
    let seen = Seen(options.record.clone());
    seen.written(&guard::entering());
    let mut app = App::new(peer, options)?;
    app.model.set_up = set_up;
    let ending = app.run().await;
    seen.written(&guard::leaving());
    ending
}

/// Who is shown what goes to the terminal, if anybody.
#[derive(Clone, Debug)]
struct Seen(Option<Arc<dyn Witness>>);

impl Seen {
    fn written(&self, bytes: &[u8]) {
        if let Some(witness) = &self.0 {
            witness.written(bytes);
        }
    }

    fn resized(&self, (columns, rows): (u16, u16)) {
        if let Some(witness) = &self.0 {
            witness.resized(columns, rows);
        }
    }
}

/// The terminal, before somebody's eyes.
#[derive(Debug)]
struct Out {
    terminal: File,
    seen: Seen,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.terminal.write(bytes)?;
        self.seen.written(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.terminal.flush()
    }
}

struct App {
    model: Model,
    peer: Peer,
    painter: Painter<Out>,
    seen: Seen,
    frames: Frames,
    signs: Signs,
    /// How to end, once that is known.
    leaving: Option<(bool, Option<Exit>)>,
}

impl App {
    fn new(peer: Peer, options: Options) -> io::Result<Self> {
        // Not `Stdout`, whose line buffer would cut frames into several writes.
        let terminal = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let seen = Seen(options.record.clone());
        let out = Out { terminal, seen: seen.clone() };
        let mut model = Model::new(Theme::new(&options), options.detachable);
        model.to.clone_from(&options.to);
        model.size = crossterm::terminal::size().unwrap_or((80, 24));
        model.now = Some(Timestamp::now());
        Ok(App {
            model,
            peer,
            painter: Painter::new(out, options.sync_output),
            seen,
            frames: Frames::new(options.motion),
            signs: Signs::default(),
            leaving: None,
        })
    }

    async fn run(mut self) -> io::Result<Ending> {
        let mut input = EventStream::new();
        let mut terminated = signal(SignalKind::terminate())?;
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut hung_up = signal(SignalKind::hangup())?;
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        let mut connected = true;
        self.draw()?;
        while self.leaving.is_none() {
            let due = self.frames.due();
            tokio::select! {
                biased;
                _ = terminated.recv() => self.leaving = Some((false, Some(Exit::Terminated))),
                _ = hung_up.recv() => self.leaving = Some((false, Some(Exit::HungUp))),
                _ = interrupted.recv() => self.take(Msg::Interrupt, true)?,
                _ = continued.recv() => self.resume()?,
                event = input.next() => match event {
                    Some(event) => self.input(event?)?,
                    None => self.leaving = Some((false, Some(Exit::HungUp))),
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.draw()?,
                received = self.peer.hear(&mut batch, BATCH), if connected => {
                    connected = received;
                    for msg in batch.drain(..) {
                        let awaited = self.model.is_awaited();
                        let open = self.model.popup.is_some();
                        self.take(msg, awaited)?;
                        // What takes the keys from now on is seen at once.
                        if !open && self.model.popup.is_some() {
                            self.frames.request_now(Instant::now());
                        }
                    }
                }
                _ = second.tick(), if self.model.ticks() => self.take(Msg::Tick(Timestamp::now()), false)?,
            }
        }
        Ok(self.ending())
    }

    fn input(&mut self, event: Event) -> io::Result<()> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.take(Msg::Key(key), true),
            Event::Paste(text) => self.take(Msg::Paste(text), true),
            Event::Resize(columns, rows) => {
                self.seen.resized((columns, rows));
                self.take(Msg::Resize(columns, rows), false)
            }
            _ => Ok(()),
        }
    }

    /// Takes in a message and carries out what follows. `awaited`: somebody looks for the answer.
    fn take(&mut self, msg: Msg, awaited: bool) -> io::Result<()> {
        for effect in update(&mut self.model, msg) {
            self.carry_out(effect)?;
        }
        if awaited {
            self.frames.request_now(Instant::now());
        } else {
            self.frames.request(Instant::now());
        }
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            // A closed link is noticed where events are received.
            Effect::Send(decision) => self.peer.tell(ToRunner::Decide(decision)),
            Effect::TakeWheel => self.peer.tell(ToRunner::TakeWheel),
            Effect::Errand(errand) => self.peer.send_out(errand),
            Effect::Quit { detached } => self.leaving = Some((detached, None)),
            Effect::Redraw => self.painter.forget(),
            Effect::Suspend => {
                guard::restore();
                self.seen.written(&guard::leaving());
                // The whole job, as a shell's own Ctrl-Z does: `sudo` in front of us has to stop, too. `SIGCONT`
                // takes the terminal again; where there is no job control nothing stops, and neither do we wait.
                kill_current_process_group(Signal::TSTP)?;
                std::thread::sleep(TO_STOP);
                return self.resume();
            }
            Effect::Copy(text) => {
                // Not before anybody's eyes: whoever watches a recording has a clipboard of their own.
                self.painter.out().terminal.write_all(&copy::sequence(&text))?;
                // The clipboard may have it: a file that cannot be written is no reason to end.
                let file = copy::keep(&text, &self.model.state.state_dir).ok().flatten();
                return self.take(Msg::Copied(file.as_deref().map(from_here)), true);
            }
            Effect::Bell => self.painter.raw(BELL)?,
        }
        Ok(())
    }

    /// Takes the terminal again after the shell had it.
    fn resume(&mut self) -> io::Result<()> {
        guard::enter()?;
        self.seen.written(&guard::entering());
        if let Ok(size) = crossterm::terminal::size() {
            if size != self.model.size {
                self.seen.resized(size);
            }
            self.model.size = size;
        }
        self.painter.forget();
        self.frames.request_now(Instant::now());
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        if !guard::is_taken() {
            // Something in this process panicked. Its message stands on the normal screen: nothing is drawn over it.
            self.leaving = Some((false, Some(Exit::Internal)));
            return Ok(());
        }
        let bytes = self.painter.draw(&self.model)?;
        let now = Instant::now();
        self.frames.drawn(now, bytes);
        let signs = self.signs.bytes(&self.model, now);
        if let Some(due) = self.signs.due(&self.model) {
            self.frames.request_at(due);
        }
        self.painter.raw(&signs)
    }

    fn ending(self) -> Ending {
        let (detached, forced) = self.leaving.unwrap_or((false, None));
        let gone = self.model.gone;
        let written = self.model.set_up.and_then(|set_up| set_up.interview.written().cloned());
        let state = self.model.state;
        let ended = state.ended.clone();
        let exit = match (forced, &ended) {
            (Some(exit), _) => exit,
            (None, Some((_, exit, _))) => *exit,
            (None, None) if gone => Exit::Internal,
            (None, None) if detached => Exit::Done,
            (None, None) => {
                state.survey.as_ref().and_then(|s| s.problem.as_ref()).map_or(Exit::Done, |(exit, _)| *exit)
            }
        };
        Ending { exit, summary: ended.map(|(_, _, summary)| summary), state, detached, gone, written }
    }
}
