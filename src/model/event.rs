//! What happened. The engine emits events; every front end, the journal and recordings consume them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AtEnd, CheckResult, Exit, MaintenanceChoice, Pace, Plan, Route, Survey, Value};

/// One thing that happened, numbered from 1 within a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: jiff::Timestamp,
    pub kind: EventKind,
}

/// Who decided something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub login: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sudo_user: Option<String>,
    pub host: String,
    pub pid: u32,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// The session's first event.
    Opened {
        system: String,
        title: String,
        about: String,
        deployment: String,
        file: String,
        state_dir: String,
        runner: Actor,
    },
    Surveyed {
        survey: Survey,
    },
    Routed {
        route: Route,
    },
    Acknowledged {
        release: String,
        item: Option<usize>,
        hash: String,
        by: Actor,
    },
    ChecksBegan {
        ids: Vec<String>,
    },
    Checked {
        result: CheckResult,
    },
    /// With the reason for which no upgrade can begin, if any.
    ChecksEnded,
    Overridden {
        check: String,
        reason: String,
        by: Actor,
    },
    MaintenanceChosen {
        choice: MaintenanceChoice,
        by: Actor,
    },
    /// The plan as it would be carried out now. A later one replaces it.
    Planned {
        plan: Arc<Plan>,
    },
    Answered {
        key: String,
        value: String,
        by: Actor,
    },
    RunBegan {
        run: String,
        epoch: u64,
        resumed: bool,
        by: Actor,
    },
    /// What follows tells what earlier sessions of the run did, up to the `RunBegan` of this epoch.
    History {
        epoch: u64,
    },
    RunChanged {
        state: RunState,
    },
    Approved {
        hash: String,
        irreversible: Vec<String>,
        at_end: AtEnd,
        by: Actor,
    },
    /// The plan of a run that goes on is not the one that was approved: what is different, for people.
    PlanChanged {
        differences: Vec<String>,
    },
    StepChanged {
        key: String,
        state: StepState,
    },
    /// `total` may be an estimate, and `done` may pass it.
    Progress {
        key: String,
        done: u64,
        total: Option<u64>,
        unit: String,
    },
    /// A line of a step's output.
    Log {
        key: String,
        line: String,
    },
    /// Answers kept to be compared with after the hop: check id and digest with a short description.
    Baseline {
        key: String,
        answers: Vec<(String, String, Value)>,
    },
    /// The schema of a store, a line for each thing in it, where it is not as it was last known.
    Shape {
        store: String,
        lines: Vec<String>,
    },
    ServiceChanged {
        service: Service,
    },
    /// What a maintenance step changed, and leaving undoes.
    Entered {
        key: String,
    },
    BackedUp {
        key: String,
        file: String,
        size: u64,
    },
    FloorRaised {
        floor: String,
    },
    /// A hop is verified and recorded.
    Recorded {
        version: String,
        confirmed: bool,
    },
    /// Backups are being put back; until `Restored` the data may be half of both.
    Restoring {
        files: Vec<String>,
        by: Actor,
    },
    /// They are back.
    Restored {
        by: Actor,
    },
    PaceChanged {
        pace: Pace,
        by: Actor,
    },
    /// Something the operator should read.
    Notice {
        severity: Severity,
        text: String,
    },
    /// The last event of a session.
    Ended {
        outcome: Outcome,
        exit: Exit,
        summary: Summary,
    },
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// The states of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Preparing,
    AwaitingApproval,
    Running,
    Paused,
    /// Stopped at a safe point; nobody is working on it.
    Stopped,
    /// A step failed and the operator decides.
    Failed,
    /// A question or an unknown step needs the operator.
    NeedsOperator,
    AwaitingConfirmation,
    Done,
    Abandoned,
}

/// The states of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StepState {
    Pending,
    Running {
        attempt: u32,
    },
    /// `done_when` is asked, or rows are counted.
    Verifying {
        attempt: u32,
    },
    /// Tried again at `until`. `outside`: it waits for something else, and has not failed itself.
    Waiting {
        reason: String,
        attempt: u32,
        until: Option<jiff::Timestamp>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        outside: bool,
    },
    /// `adopted`: it had been done already.
    Done {
        adopted: bool,
    },
    Failed {
        error: String,
        transient: bool,
    },
    /// Found running with nobody alive, and nothing can tell whether it happened.
    Unknown {
        intent: String,
    },
    /// The operator has to answer or act.
    Asking,
    Skipped {
        reason: String,
    },
    /// It failed, and the others went on. The run is not complete before it is done or waived.
    SetAside {
        error: String,
    },
    /// An earlier step of the same item was set aside.
    Blocked {
        by: String,
    },
}

impl StepState {
    /// Whether the plan may go past it.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            StepState::Done { .. } | StepState::Skipped { .. } | StepState::SetAside { .. } | StepState::Blocked { .. }
        )
    }

    /// Whether it is under way now.
    pub fn is_active(&self) -> bool {
        matches!(
            self,
            StepState::Running { .. } | StepState::Verifying { .. } | StepState::Waiting { .. } | StepState::Asking
        )
    }
}

/// What the service does for its users, as far as this run knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    #[default]
    Up,
    Maintenance,
    /// Was left in maintenance because the program that would serve cannot read the data.
    Down,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    NothingToDo,
    Stopped,
    Failed,
    NeedsOperator,
    Abandoned,
    /// No run began.
    Left,
    Refused,
}

/// What the operator keeps from a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// A sentence.
    pub text: String,
    pub from: String,
    pub to: String,
    pub run: Option<String>,
    /// Milliseconds of work, over all sessions of the run.
    pub duration: u64,
    /// Milliseconds in maintenance.
    pub downtime: u64,
    pub backups: Vec<String>,
    /// The next command to type, if there is one.
    pub next: Option<String>,
}
