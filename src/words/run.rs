//! What the wizard says during a run and at its end.

use super::format::{clock, count, duration, plural};
use crate::model::{AtEnd, Outcome, Pace, RunState, Service, StepState};

pub const LOG: &str = "Log";
pub const NO_STEP: &str = "No step";
pub const FAILED: &str = "Failed:";
pub const FAILED_NEXT: &str = "Press r to try again, or enter for the other ways on.";
pub const ANSWER_NEXT: &str = "Press enter to answer.";
pub const VERIFIED: &str = "Verified";
pub const NOTHING_VERIFIED: &str = "This path has nothing to verify.";
pub const CHANGED: &str = "What changed";
pub const CONFIRM_LATER: &str = "The version is recorded here once everything is done and verified.";
pub const NOTICES: &str = "To keep in mind";
pub const NEXT_COMMAND: &str = "Type next";

pub const GONE_BANNER: &str = "the runner is gone: nothing moves; q leaves";

pub const CLOSE_UNCHANGED: &str = "nothing is changed yet: safe to leave";
pub const CLOSE_STOPS: &str = "closing this interrupts it; `stepwell run` then goes on";

pub const CLOSE_UNFINISHED: &str = "an upgrade is not finished; leaving changes nothing";

pub const CLOSE_CHANGED: &str = "nobody here for ten minutes stops the run; it can go on";

/// What happens to a run that goes on elsewhere when this window is closed.
pub fn close(state: RunState, at_end: AtEnd, service: Service) -> &'static str {
    match (state, at_end) {
        (RunState::Preparing | RunState::AwaitingApproval, _) if service == Service::Up => {
            "nothing is done yet; left for ten minutes, the run ends"
        }
        (RunState::Preparing | RunState::AwaitingApproval, _) => {
            "nobody here for ten minutes ends the run and maintenance"
        }
        (RunState::Running, _) => "safe to close: it goes on; `stepwell attach` returns",
        (RunState::AwaitingConfirmation, AtEnd::Record | AtEnd::Approved) => {
            "safe to close: left alone, it records the version"
        }
        (RunState::AwaitingConfirmation, AtEnd::Wait)
        | (RunState::Paused | RunState::Failed | RunState::NeedsOperator, _) => {
            "safe to close: it waits; `stepwell attach` returns"
        }
        (RunState::Stopped, _) => "safe to close: `stepwell run` goes on later",
        (RunState::Done | RunState::Abandoned, _) => "safe to close",
    }
}

/// How long the service has been away.
pub fn down_for(time: &str) -> String {
    format!("downtime {time}")
}

/// Another front end drives.
pub fn watching(driver: Option<&str>) -> String {
    let who = driver.map_or_else(|| "another front end".to_owned(), str::to_owned);
    format!("you watch; press w to take over from {who}")
}

/// The state of a run.
pub fn run_state(state: RunState) -> &'static str {
    match state {
        RunState::Preparing => "Preparing",
        RunState::AwaitingApproval => "Waits for approval",
        RunState::Running => "Running",
        RunState::Paused => "Paused",
        RunState::Stopped => "Stopped",
        RunState::Failed => "A step failed",
        RunState::NeedsOperator => "Needs you",
        RunState::AwaitingConfirmation => "Waits for confirmation",
        RunState::Done => "Done",
        RunState::Abandoned => "Abandoned",
    }
}

/// Why nothing moves.
pub fn standing(state: RunState) -> Option<&'static str> {
    match state {
        RunState::Paused => Some("Nothing moves. Press p to go on."),
        RunState::Stopped => Some("Nothing moves. `stepwell run` goes on."),
        _ => None,
    }
}

/// The state of a step in a word.
pub fn step_state(state: &StepState) -> String {
    match state {
        StepState::Pending => "to do".to_owned(),
        StepState::Running { attempt } => again("running", *attempt),
        StepState::Verifying { attempt } => again("verifying", *attempt),
        StepState::Waiting { .. } => "waiting".to_owned(),
        StepState::Done { adopted: true } => "was done".to_owned(),
        StepState::Done { adopted: false } => "done".to_owned(),
        StepState::Failed { .. } => "failed".to_owned(),
        StepState::Unknown { .. } => "in doubt".to_owned(),
        StepState::Asking => "needs you".to_owned(),
        StepState::Skipped { .. } => "skipped".to_owned(),
        StepState::SetAside { .. } => "set aside".to_owned(),
        StepState::Blocked { .. } => "left out".to_owned(),
    }
}

fn again(word: &str, attempt: u32) -> String {
    if attempt > 1 { format!("{word}, try {attempt}") } else { word.to_owned() }
}

/// `3 of 14 steps`.
pub fn steps_of(done: usize, all: usize) -> String {
    format!("{done} of {}", plural(all, "step", "steps"))
}

/// How much of the plan is over.
pub fn steps_over(done: usize, all: usize) -> String {
    if done == all {
        return format!("All {} are over.", plural(all, "step", "steps"));
    }
    format!("{done} of {} are over.", plural(all, "step", "steps"))
}

/// What is done of what there is. Past an estimated total it says so instead of more than everything.
pub fn amount(done: u64, total: Option<u64>, unit: &str) -> String {
    match total {
        Some(total) if done > total => format!("{} of about {} {unit}", count(done), count(total)),
        Some(total) => format!("{} of {} {unit}", count(done), count(total)),
        None => format!("{} {unit}", count(done)),
    }
}

/// `1,200 rows/s`.
pub fn rate(per_second: u64, unit: &str) -> String {
    format!("{} {unit}/s", count(per_second))
}

/// How hard batches press on the database.
pub fn pace(pace: Pace) -> String {
    format!("pace {pace}")
}

/// Time so far.
pub fn running_for(time: &str) -> String {
    format!("running for {time}")
}

/// How long ago a run began.
pub fn begun(time: &str) -> String {
    format!("begun {time} ago")
}

/// Milliseconds within which a sign of life is one of now.
const NOW: u64 = 2_000;

/// When it last showed that it is alive.
pub fn heard(ms: u64) -> String {
    match ms {
        ..NOW => "alive".to_owned(),
        _ => format!("last sign of life {} ago", duration(ms)),
    }
}

/// How long ago something began that no clock on the screen counts: at what time.
pub fn at_time(what: &str, at: jiff::Timestamp) -> String {
    format!("{what} {}", clock(at))
}

pub const BEGUN: &str = "begun";
pub const DOWN_SINCE: &str = "in maintenance since";
pub const LOG_EMPTY: &str = "No program has said anything yet.";

/// Why it waits, since when, when it is tried again and how often at most.
pub fn waits(reason: &str, since: Option<&str>, attempt: u32, left: Option<String>, most: Option<u32>) -> String {
    let since = since.map(|time| format!(" for {time}")).unwrap_or_default();
    let again = left.map_or_else(String::new, |left| format!(" Tries again in {left}, attempt {}.", attempt + 1));
    let most = most.map_or_else(String::new, |n| {
        format!(" Fails after {} without progress.", plural(n as usize, "attempt", "attempts"))
    });
    format!("Waits{since}: {reason}.{again}{most}")
}

/// A step of which nobody knows whether it happened.
pub fn settle(intent: &str) -> String {
    format!("Nobody saw whether this happened: {intent} Look at the system, then press enter to say what you found.")
}

/// What a failure leaves behind.
pub fn what_is_safe(service: Service) -> &'static str {
    match service {
        Service::Up => "The steps before it are safe. The service is up.",
        Service::Maintenance => "The steps before it are safe. The service stays in maintenance.",
        Service::Down => "The steps before it are safe. The service is down: finish, or restore the backup.",
    }
}

/// Everything waits for the last word.
pub fn confirm_now(version: &str) -> String {
    format!("Everything is done. Press enter and type {version} to record the version.")
}

/// The version is recorded.
pub fn confirmed(version: &str) -> String {
    format!("{version} is recorded.")
}

/// Where a copy is.
pub fn backup(file: &str) -> String {
    format!("Backup: {file}")
}

/// How the session ended.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::NothingToDo => "Nothing to do",
        Outcome::Stopped => "Stopped at a safe point",
        Outcome::Failed => "A step failed",
        Outcome::NeedsOperator => "An operator is needed",
        Outcome::Abandoned => "The run was ended",
        Outcome::Left => "Left; nothing was changed",
        Outcome::Refused => "Refused; nothing was changed",
    }
}

/// From where to where.
pub fn versions(path: &str) -> String {
    format!("Versions: {path}")
}

/// How long it took.
pub fn took(all: &str, down: &str) -> String {
    format!("Took {all}, {down} of it in maintenance.")
}
