//! What an operator decides. Every front end sends these and nothing else.

use serde::{Deserialize, Serialize};

use super::Pace;

/// A decision, checked by the engine before it has an effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Which version is deployed. Outside what was found it needs `force`.
    SetFrom {
        version: String,
        force: bool,
    },
    ChooseTarget {
        version: String,
    },
    /// Actions by name, alone: no version changes. Needs `force`.
    RunTags {
        tags: Vec<String>,
        force: bool,
    },
    /// A breaking or security item was read, or with `item: None` the page to its end.
    Acknowledge {
        release: String,
        item: Option<usize>,
        hash: String,
    },
    RunChecks,
    /// Go on although a `should` failed.
    Override {
        check: String,
        reason: String,
    },
    Maintenance {
        choice: MaintenanceChoice,
    },
    /// To a question of the plan, asked before or during the run.
    Answer {
        key: String,
        value: String,
    },
    /// `version` is what the operator typed; `irreversible` the points of no return that were confirmed.
    Approve {
        hash: String,
        version: String,
        irreversible: Vec<String>,
        at_end: AtEnd,
    },
    /// Go on with a run that was not finished.
    Resume,
    Pause,
    Go,
    /// How hard batches press on the database from now on.
    Pace {
        pace: Pace,
    },
    /// Stop after the current safe point. The run can go on later.
    Stop,
    /// Try the failed step again.
    Retry {
        key: String,
    },
    Skip {
        key: String,
        reason: String,
    },
    /// A step of which nobody knows whether it happened: `done` adopts it, otherwise it is done again.
    Settle {
        key: String,
        done: bool,
    },
    /// The version bump. `version` is what the operator typed.
    Confirm {
        version: String,
    },
    /// End the run where it stands.
    Abandon,
}

/// When maintenance is entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceChoice {
    Now,
    /// Before the first step that needs it.
    AtStep,
    Skip {
        reason: String,
    },
}

/// What happens at the end with nobody there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// Bring the service back and record the version.
    #[default]
    Record,
    /// Wait for the operator.
    Wait,
    /// The version bump is approved already, whoever is there.
    Approved,
}
