//! A run of the past, played back on the run screen. Nothing is decided and nobody is told anything.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use crossterm::event::{Event as Input, EventStream, KeyEventKind};
use futures_util::StreamExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::act;
use super::frames::Frames;
use super::keys::Action;
use super::model::{Model, Screen};
use super::reel::{FASTEST, Reel};
use super::theme::Theme;
use super::update::{Effect, Msg, update};
use super::writer::Painter;
use super::{Options, guard, hangup};
use crate::link::FromRunner;
use crate::model::{Event, Exit, State};

/// Milliseconds between two looks at what has happened by now.
const BEAT: u32 = 50;

/// How it is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Times as fast as it was.
    pub speed: u32,
    pub paused: bool,
    pub over: bool,
}

/// Carries out what a key does.
pub fn on_key(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(replay) = &mut model.replay else { return Vec::new() };
    match action {
        Action::Pause => replay.paused = !replay.paused,
        Action::Faster => replay.speed = (replay.speed * 2).min(FASTEST),
        Action::Slower => replay.speed = (replay.speed / 2).max(1),
        Action::Quit => return vec![Effect::Quit { detached: false }],
        // To look around in.
        _ => return act::on_screen(model, action),
    }
    Vec::new()
}

/// Plays the events of a run from `state`, what was known before them, until the operator leaves.
///
/// # Errors
/// When the terminal cannot be taken, read or written. It is put back all the same.
pub async fn replay(state: State, events: Vec<Event>, speed: u32, options: Options) -> io::Result<Exit> {
    crossterm::style::force_color_output(true);
    let _terminal = guard::Guard::take(options.sync_output)?;
    let _watch = hangup::watch()?;
    let mut model = Model::new(Theme::new(&options), true);
    model.size = crossterm::terminal::size().unwrap_or((80, 24));
    model.state = state;
    model.screen = Screen::Run;
    model.wheel.yours = false;
    model.replay = Some(Replay { speed: speed.clamp(1, FASTEST), paused: false, over: false });
    let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut painter = Painter::new(out, options.sync_output);
    let mut frames = Frames::new(options.motion);
    let mut reel = Reel::new(events);
    let mut input = EventStream::new();
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut beat = interval(Duration::from_millis(u64::from(BEAT)));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    frames.request_now(Instant::now());
    loop {
        let due = frames.due();
        let plays = model.replay.as_ref().is_some_and(|replay| !replay.paused && !replay.over);
        let heard = tokio::select! {
            biased;
            _ = terminated.recv() => return Ok(Exit::Terminated),
            _ = interrupted.recv() => return Ok(Exit::Done),
            event = input.next() => match event {
                Some(Ok(Input::Key(key))) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
                Some(Ok(Input::Resize(columns, rows))) => Some(Msg::Resize(columns, rows)),
                Some(Ok(_)) => None,
                Some(Err(error)) => return Err(error),
                None => return Ok(Exit::HungUp),
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                let bytes = painter.draw(&model)?;
                frames.drawn(Instant::now(), bytes);
                None
            }
            _ = beat.tick(), if plays => {
                play(&mut model, &mut reel);
                frames.request(Instant::now());
                None
            }
        };
        let Some(msg) = heard else { continue };
        for effect in update(&mut model, msg) {
            match effect {
                Effect::Quit { .. } => return Ok(Exit::Done),
                Effect::Redraw => painter.forget(),
                // What rang or was sent then is nobody's business now.
                _ => {}
            }
        }
        frames.request_now(Instant::now());
    }
}

/// One beat passes.
fn play(model: &mut Model, reel: &mut Reel) {
    let speed = model.replay.as_ref().map_or(1, |replay| replay.speed);
    let events = reel.pass(BEAT, speed).to_vec();
    for event in events {
        let _ = update(model, Msg::FromRunner(Box::new(FromRunner::Event(event))));
    }
    // After the events: a clock that went back is not followed.
    let _ = update(model, Msg::Tick(reel.now()));
    if let Some(replay) = &mut model.replay {
        replay.over = reel.is_over();
    }
}
