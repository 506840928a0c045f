//! The engine's events and the operator's decisions, between processes or within one.

mod client;
mod frame;
mod hub;
mod socket;

pub use client::{Socket, client};
pub use hub::{Hub, hub};
pub use socket::{accept, connect, listen};

use tokio::sync::mpsc;

use crate::model::{Actor, Decision, Event};

/// What a front end receives.
#[derive(Clone, Debug, PartialEq)]
pub enum FromRunner {
    Event(Event),
    /// The last decision had no effect, and why: a sentence for the operator.
    Refused {
        reason: String,
    },
    /// Who drives now. Only the driver's decisions count; the others watch.
    Wheel {
        yours: bool,
        driver: Option<Actor>,
        watchers: usize,
    },
    /// The connection ended. After an `Ended` event this is as it should be; before it, the runner is gone.
    Gone,
}

/// What a front end sends.
#[derive(Clone, Debug, PartialEq)]
pub enum ToRunner {
    Decide(Decision),
    /// Become the driver.
    TakeWheel,
}

/// A front end's end of the link. Dropping it detaches; the run goes on.
#[derive(Debug)]
pub struct Client {
    pub events: mpsc::UnboundedReceiver<FromRunner>,
    pub decisions: mpsc::UnboundedSender<ToRunner>,
}
