//! What goes over the link: one JSON document a line. The first line of each side names the format.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Actor, Decision, Event};

/// The link's format. Another one is refused by name.
pub const FORMAT: u32 = 1;

/// From a client to the runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum ToServer {
    /// The first frame. `since` is the last event that the client knows. An observer never drives, and is no company.
    Hello {
        format: u32,
        since: u64,
        actor: Actor,
        observer: bool,
        /// The deployment that is meant: several may have one state directory.
        deployment: String,
    },
    Decide {
        decision: Decision,
    },
    TakeWheel,
}

/// From the runner to a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum ToClient {
    Hello { format: u32 },
    Event { event: Arc<Event> },
    Refused { reason: String },
    Wheel { yours: bool, driver: Option<Actor>, watchers: usize },
}

/// A frame as one line.
pub fn line<T: Serialize>(frame: &T) -> String {
    let mut line = serde_json::to_string(frame).unwrap_or_default();
    line.push('\n');
    line
}
