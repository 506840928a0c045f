//! Carries a script out: keys and time in, frames out. The wizard is the real one; whether its runner is, it cannot
//! tell.

use std::io::{Sink, sink};
use std::time::Duration;

use crossterm::event::KeyEvent;
use tokio::time::Instant;

use super::act::{Act, Next, Source};
use super::film::Film;
use super::kept::millis;
use super::keys::typed;
use super::script::{Line, Order, Script};
use super::shell::Shell;
use crate::definition::Findings;
use crate::link::FromRunner;
use crate::tui::{Deed, Frames, Motion, Options, Painter, Stage};
use crate::words::record as words;

/// Milliseconds before a key, so that the screen before it is seen.
const BEFORE_KEY: u64 = 450;
/// Before a key that is pressed again.
const AGAIN: u64 = 140;
/// Between two letters.
const LETTER: u64 = 70;
/// So long a key waits for the answer to the one before it.
const ANSWER: u64 = 5_000;
/// Between two looks whether the answer is there.
const LOOK: u64 = 10;
/// After a command line is complete.
const BEFORE_ENTER: u64 = 400;
/// For each screenful of what a command prints.
const PAGE: u64 = 2_600;
const SECOND: u64 = 1_000;
/// What is typed at a shell to have a command printed begins so.
const PROGRAM: &str = "stepwell";

/// Carries it out.
///
/// # Errors
/// At the line of the script that cannot be carried out.
pub async fn perform(script: &Script, source: &mut Source) -> Result<Film, Findings> {
    let film = Film { title: script.title.clone(), size: script.size, still: script.still, ..Film::default() };
    let mut performance = Performance {
        script,
        source,
        film,
        painter: Painter::new(sink(), false),
        frames: Frames::new(Motion::Full),
        start: Instant::now(),
        clock: 0,
        shell: Shell::default(),
        prompt: true,
        wizard: None,
        tick: SECOND,
    };
    performance.draw();
    for line in &script.lines {
        performance.line(line).await?;
    }
    performance.draw();
    performance.film.end = performance.clock;
    Ok(performance.film)
}

struct Performance<'a> {
    script: &'a Script,
    source: &'a mut Source,
    film: Film,
    /// Tells how many bytes a frame would take on a terminal, on which its pace depends.
    painter: Painter<Sink>,
    frames: Frames,
    /// Where the pace has the beginning of the recording.
    start: Instant,
    /// Milliseconds since the beginning.
    clock: u64,
    shell: Shell,
    /// Whether the shell waits for a command.
    prompt: bool,
    wizard: Option<Stage>,
    /// When the wizard is told the time next.
    tick: u64,
}

impl Performance<'_> {
    async fn line(&mut self, line: &Line) -> Result<(), Findings> {
        match &line.order {
            Order::Start(command) => {
                self.command(line, command).await?;
                self.act(line, Act::Started)?;
                let options = Options {
                    ascii: false,
                    color: true,
                    motion: Motion::Full,
                    sync_output: false,
                    detachable: true,
                    to: None,
                    record: None,
                };
                self.wizard = Some(Stage::new(&options, self.script.size, self.source.clock(self.clock)));
                self.tick = self.clock + SECOND;
                self.draw();
            }
            Order::Show(command) => self.show(line, command).await?,
            Order::Wait(text) => self.wait(line, text).await?,
            Order::Press(keys) => {
                let mut last = None;
                for key in keys {
                    let rest = if last == Some(key) { AGAIN } else { BEFORE_KEY };
                    self.key(line, *key, rest).await?;
                    last = Some(key);
                }
            }
            Order::Type(text) => {
                for (i, c) in text.chars().enumerate() {
                    self.key(line, typed(c), if i == 0 { BEFORE_KEY } else { LETTER }).await?;
                }
            }
            Order::Pause(ms) => self.pause(line, *ms).await?,
            Order::Marker(name) => self.film.markers.push((self.clock, name.clone())),
            Order::Kill => {
                if self.wizard.is_none() {
                    return Err(self.script.problem(line.place, words::NO_WIZARD.to_owned(), words::START_HELP));
                }
                self.act(line, Act::Killed)?;
                self.wizard = None;
                self.shell.print(words::KILLED);
                self.prompt = true;
                self.draw();
            }
        }
        Ok(())
    }

    /// Has a command print something, and shows it a screenful at a time.
    async fn show(&mut self, line: &Line, command: &str) -> Result<(), Findings> {
        if command.split_whitespace().next() != Some(PROGRAM) {
            return Err(self.script.problem(line.place, words::NOT_OWN.to_owned(), words::OWN_HELP));
        }
        self.command(line, command).await?;
        let printed = self.act(line, Act::Showed { command: command.to_owned(), lines: Vec::new() })?;
        let page = usize::from(self.script.size.1.saturating_sub(1)).max(1);
        let pages = printed.len().div_ceil(page);
        for (number, lines) in printed.chunks(page).enumerate() {
            lines.iter().for_each(|line| self.shell.print(line.as_str()));
            self.prompt = number + 1 == pages;
            self.draw();
            if !self.prompt {
                self.pause(line, PAGE).await?;
            }
        }
        self.prompt = true;
        self.draw();
        Ok(())
    }

    /// Types a line at the shell.
    async fn command(&mut self, line: &Line, command: &str) -> Result<(), Findings> {
        if self.wizard.is_some() {
            return Err(self.script.problem(line.place, words::STILL_OPEN.to_owned(), words::OPEN_HELP));
        }
        self.pause(line, BEFORE_KEY).await?;
        for c in command.chars() {
            self.shell.type_char(c);
            self.draw();
            self.pause(line, LETTER).await?;
        }
        self.pause(line, BEFORE_ENTER).await?;
        self.shell.enter();
        self.prompt = false;
        self.draw();
        Ok(())
    }

    async fn key(&mut self, line: &Line, key: KeyEvent, rest: u64) -> Result<(), Findings> {
        self.pause(line, rest).await?;
        // On a slow machine a second press of a key would decide nothing.
        let until = self.clock + ANSWER;
        while self.wizard.as_ref().is_some_and(Stage::is_awaited) && self.clock < until && !self.source.is_dry() {
            self.pause(line, LOOK).await?;
        }
        let Some(wizard) = &mut self.wizard else {
            return Err(self.script.problem(line.place, words::NO_WIZARD.to_owned(), words::START_HELP));
        };
        let deeds = wizard.press(key);
        self.deeds(line, deeds)?;
        self.draw();
        Ok(())
    }

    async fn pause(&mut self, line: &Line, ms: u64) -> Result<(), Findings> {
        self.pass(line, Some(self.clock + ms), None).await.map(drop)
    }

    async fn wait(&mut self, line: &Line, text: &str) -> Result<(), Findings> {
        let until = self.source.patience().map(|patience| self.clock + patience);
        if self.pass(line, until, Some(text)).await? {
            self.draw();
            return Ok(());
        }
        let screen = self.text();
        let (message, help) = if until.is_some() {
            (words::too_long(text, &screen), words::LIVE_HELP)
        } else {
            (words::never(text, self.source.awaited().map(Act::named).as_deref(), &screen), words::AGAIN_HELP)
        };
        Err(self.script.problem(line.place, message, help))
    }

    /// Lets time pass until a millisecond, or until text is on the screen; false when it never is.
    async fn pass(&mut self, line: &Line, until: Option<u64>, text: Option<&str>) -> Result<bool, Findings> {
        loop {
            if text.is_some_and(|text| self.text().contains(text)) {
                return Ok(true);
            }
            let due = self.frames.due().map(|due| millis(due.saturating_duration_since(self.start)));
            if until.is_none() && due.is_none() && self.source.is_dry() {
                return Ok(false);
            }
            let tick = self.wizard.as_ref().filter(|wizard| wizard.ticks()).map(|_| self.tick);
            let stop = [until, due, tick].into_iter().flatten().min();
            match self.source.next(self.clock, stop.map(|stop| stop.max(self.clock))).await {
                Next::Said(at, from) => {
                    self.clock = self.clock.max(at);
                    self.hear(line, *from)?;
                }
                Next::Until(at) => {
                    self.clock = self.clock.max(at);
                    if tick.is_some_and(|tick| tick <= self.clock) {
                        self.tell_time();
                    }
                    if due.is_some_and(|due| due <= self.clock) {
                        self.draw();
                    }
                    if until.is_some_and(|until| until <= self.clock) {
                        return Ok(false);
                    }
                }
                Next::Never => return Ok(false),
            }
        }
    }

    fn hear(&mut self, line: &Line, from: FromRunner) -> Result<(), Findings> {
        let Some(wizard) = &mut self.wizard else { return Ok(()) };
        let awaited = wizard.is_awaited();
        let deeds = wizard.hear(from);
        let now = self.instant();
        if awaited {
            self.frames.request_now(now);
        } else {
            self.frames.request(now);
        }
        self.deeds(line, deeds)
    }

    fn tell_time(&mut self) {
        self.tick = self.clock + SECOND;
        let now = self.source.clock(self.clock);
        if let Some(wizard) = &mut self.wizard {
            wizard.tick(now);
        }
        let now = self.instant();
        self.frames.request(now);
    }

    fn deeds(&mut self, line: &Line, deeds: Vec<Deed>) -> Result<(), Findings> {
        for deed in deeds {
            match deed {
                Deed::Tell(message) => drop(self.act(line, Act::telling(message))?),
                Deed::Leave => {
                    self.act(line, Act::Left)?;
                    self.wizard = None;
                    self.prompt = true;
                }
            }
        }
        Ok(())
    }

    fn act(&mut self, line: &Line, act: Act) -> Result<Vec<String>, Findings> {
        let help = if self.source.patience().is_some() { words::LIVE_HELP } else { words::AGAIN_HELP };
        self.source.act(self.clock, act).map_err(|reason| self.script.problem(line.place, reason, help))
    }

    fn instant(&self) -> Instant {
        self.start + Duration::from_millis(self.clock)
    }

    fn text(&self) -> String {
        match &self.wizard {
            Some(wizard) => wizard.text(),
            None => crate::tui::text(&self.shell.cells(self.script.size, self.prompt)),
        }
    }

    fn draw(&mut self) {
        let cells = match &self.wizard {
            Some(wizard) => wizard.cells(),
            None => self.shell.cells(self.script.size, self.prompt),
        };
        // Nothing can fail that writes nowhere.
        let bytes = self.painter.show(cells.clone()).unwrap_or_default();
        self.frames.drawn(self.instant(), bytes);
        self.film.add(self.clock, cells);
    }
}
