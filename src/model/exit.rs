//! Exit codes: part of the interface, since scripts and service managers act on them.

use serde::{Deserialize, Serialize};

/// How the process ends. The numbers are documented in `stepwell --help` and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// Done, or nothing to do.
    Done,
    /// An error inside Stepwell.
    Internal,
    /// Wrong usage, no deployment file, an unknown system, a terminal that is too small.
    Usage,
    /// A definition or deployment file is invalid.
    Invalid,
    /// A check failed; nothing was changed.
    CheckFailed,
    /// A step failed; the run can go on.
    StepFailed,
    /// An operator is needed.
    OperatorNeeded,
    /// Another runner holds the lease.
    LeaseHeld,
    /// The plan is not the approved one.
    PlanDiffers,
    /// An upgrade is needed.
    UpgradeNeeded,
    /// No path from what is recorded to the target.
    NoPath,
    /// A store or a version could not be asked.
    CouldNotAsk,
    /// Stopped at a safe point, or paused.
    Stopped,
    /// The terminal hung up.
    HungUp,
    /// Interrupted.
    Interrupted,
    /// Terminated.
    Terminated,
}

impl Exit {
    /// The number given to the operating system.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Internal => 1,
            Exit::Usage => 2,
            Exit::Invalid => 3,
            Exit::CheckFailed => 4,
            Exit::StepFailed => 5,
            Exit::OperatorNeeded => 6,
            Exit::LeaseHeld => 7,
            Exit::PlanDiffers => 8,
            Exit::UpgradeNeeded => 9,
            Exit::NoPath => 10,
            Exit::CouldNotAsk => 11,
            Exit::Stopped => 12,
            Exit::HungUp => 129,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }
}
