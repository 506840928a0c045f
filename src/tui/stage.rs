//! The wizard without a terminal: for recordings, which have a clock of their own and somebody else's events.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::buffer::Buffer;

use super::Options;
use super::drawn::{buffer, drawn};
use super::model::Model;
use super::theme::Theme;
use super::update::{Effect, Msg, update};
use crate::link::{FromRunner, ToRunner};
use crate::model::State;

/// What the wizard wants done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    Tell(ToRunner),
    /// It is over, or the operator leaves.
    Leave,
}

/// The wizard and where it is.
#[derive(Clone, Debug)]
pub struct Stage {
    model: Model,
}

impl Stage {
    /// Before anything is known, at a size of columns and rows.
    pub fn new(options: &Options, size: (u16, u16), now: Timestamp) -> Stage {
        let mut model = Model::new(Theme::new(options), options.detachable);
        model.to.clone_from(&options.to);
        model.size = size;
        model.now = Some(now);
        Stage { model }
    }

    /// Takes in what a runner says.
    pub fn hear(&mut self, from: FromRunner) -> Vec<Deed> {
        self.take(Msg::FromRunner(Box::new(from)))
    }

    /// Takes in a key.
    pub fn press(&mut self, key: KeyEvent) -> Vec<Deed> {
        self.take(Msg::Key(key))
    }

    /// Takes in the time.
    pub fn tick(&mut self, now: Timestamp) {
        self.take(Msg::Tick(now));
    }

    /// Whether something on the screen changes with the clock alone.
    pub fn ticks(&self) -> bool {
        self.model.ticks()
    }

    /// Whether somebody looks for what comes next: it is drawn at once.
    pub fn is_awaited(&self) -> bool {
        self.model.is_awaited()
    }

    /// What a session at this point knows.
    pub fn state(&self) -> &State {
        &self.model.state
    }

    /// What it looks like.
    pub fn cells(&self) -> Buffer {
        buffer(&self.model)
    }

    /// What it looks like, as lines of text.
    pub fn text(&self) -> String {
        drawn(&self.model)
    }

    fn take(&mut self, msg: Msg) -> Vec<Deed> {
        let deed = |effect| match effect {
            Effect::Send(decision) => Some(Deed::Tell(ToRunner::Decide(decision))),
            Effect::TakeWheel => Some(Deed::Tell(ToRunner::TakeWheel)),
            Effect::Quit { .. } => Some(Deed::Leave),
            // There is no terminal to ring, to stop or to copy from.
            Effect::Redraw | Effect::Copy(_) | Effect::Suspend | Effect::Bell | Effect::Errand(_) => None,
        };
        update(&mut self.model, msg).into_iter().filter_map(deed).collect()
    }
}
