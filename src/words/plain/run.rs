//! A run as it goes on: steps, signs of life, the end.

use super::{block, service};
use crate::model::{Actor, Left, MaintenanceChoice, Outcome, Pace, RunState, Severity, State, StepState, Summary};
use crate::words::format::{and_more, bytes, count, duration, left as time_left, plural, visible};

/// `anna (as root) on db1`.
pub fn who(actor: &Actor) -> String {
    let (login, host) = (visible(&actor.login), visible(&actor.host));
    match &actor.sudo_user {
        Some(user) => format!("{} (as {login}) on {host}", visible(user)),
        None => format!("{login} on {host}"),
    }
}

/// A run began or goes on.
pub fn began(run: &str, resumed: bool, by: &Actor) -> String {
    let verb = if resumed { "goes on" } else { "began" };
    format!(
        "Run {} {verb}, by {}. Pause or stop it from another terminal: `stepwell pause`, `stepwell stop`.",
        visible(run),
        who(by)
    )
}

/// What was chosen for maintenance.
pub fn maintenance(choice: &MaintenanceChoice) -> String {
    match choice {
        MaintenanceChoice::Now => "Maintenance: now.".to_owned(),
        MaintenanceChoice::AtStep => "Maintenance: before the first step that needs it.".to_owned(),
        MaintenanceChoice::Skip { reason } => format!("Maintenance: skipped, because {}", visible(reason)),
    }
}

/// A question of the plan was answered.
pub fn answered(key: &str, value: &str, by: &Actor) -> String {
    format!("Answer to {}: {} (by {})", visible(key), visible(value), who(by))
}

/// How hard batches press on the database from now on.
pub fn paced(pace: Pace, by: &Actor) -> String {
    format!("The pace of batches is {pace} from now on (by {}).", who(by))
}

/// The plan is not the one that was approved.
pub fn plan_changed(differences: &[String]) -> Vec<String> {
    let head = "Since the plan was approved its definitions have changed:".to_owned();
    let lines = differences.iter().flat_map(|text| text.lines()).map(|line| format!("  {}", visible(line)));
    std::iter::once(head).chain(lines).collect()
}

/// The plan was approved.
pub fn approved(hash: &str, points: usize, by: &Actor) -> String {
    let points = match points {
        0 => String::new(),
        n => format!(", with {}", plural(n, "point of no return", "points of no return")),
    };
    format!("Approved: plan {}{points}, by {}.", visible(hash), who(by))
}

/// What the state of the run means, where that is worth a line of its own.
pub fn changed(state: RunState) -> Option<&'static str> {
    match state {
        RunState::Preparing => Some("Preparing the run."),
        RunState::Running => Some("The run is under way."),
        RunState::Paused => Some("The run is paused. Let it go on: `stepwell go`."),
        RunState::Stopped => Some("The run has stopped at a safe point."),
        RunState::Abandoned => Some("The run is abandoned."),
        RunState::AwaitingApproval
        | RunState::Failed
        | RunState::NeedsOperator
        | RunState::AwaitingConfirmation
        | RunState::Done => None,
    }
}

/// `[3/17] running 2.0.0/fill Fill the lookup column`; nothing for a step that only waits for its turn.
pub fn step(number: usize, of: usize, title: &str, key: &str, state: &StepState, took: Option<u64>) -> Option<String> {
    let name = format!("{} {}", visible(key), visible(title));
    let took = took.map(|ms| format!(" in {}", duration(ms))).unwrap_or_default();
    let again = |attempt: u32| if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
    let rest = match state {
        StepState::Pending => return None,
        StepState::Running { attempt } => format!("running {name}{}", again(*attempt)),
        StepState::Verifying { attempt } => format!("verifying {name}{}", again(*attempt)),
        StepState::Waiting { reason, attempt, .. } => format!("waiting {name}{}: {}", again(*attempt), visible(reason)),
        StepState::Done { adopted: false } => format!("done {name}{took}"),
        StepState::Done { adopted: true } => format!("done {name}: it had been done already"),
        StepState::Failed { error, .. } => format!("failed {name}\n{}", block(error)),
        StepState::Unknown { intent } => {
            format!("unknown {name}: nobody knows whether it took effect\n{}", block(intent))
        }
        StepState::Asking => format!("asking {name}"),
        StepState::Skipped { reason } => format!("skipped {name}: {}", visible(reason)),
        StepState::SetAside { error } => format!("set aside {name}: {}", visible(error)),
        StepState::Blocked { by } => format!("left out {name}: {by} was set aside"),
    };
    Some(format!("[{number}/{of}] {rest}"))
}

/// `120,000 of 200,000 rows (60 %), 45,000/s, about 2 s left`
pub fn progress(done: u64, total: Option<u64>, unit: &str, rate: Option<u64>, left: Option<Left>) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!(" {}", visible(unit)) };
    let mut text = match total {
        // An estimate may be passed; more than all of it would only confuse.
        Some(total) if total > 0 && done <= total => {
            let percent = u128::from(done) * 100 / u128::from(total);
            format!("{} of {}{unit} ({percent} %)", count(done), count(total))
        }
        _ => format!("{}{unit}", count(done)),
    };
    if let Some(rate) = rate {
        text.push_str(&format!(", {}/s", count(rate)));
    }
    if let Some(left) = left {
        text.push_str(&format!(", {}", time_left(left)));
    }
    text
}

/// A sign of life of a step: its line, how long it has taken, and how long it has been silent.
pub fn pulse(line: &str, progress: Option<&str>, elapsed: u64, silent: Option<u64>) -> String {
    let progress = progress.map(|text| format!(", {text}")).unwrap_or_default();
    let silent = silent.map(|ms| format!(", nothing heard for {}", duration(ms))).unwrap_or_default();
    format!("{line}{progress}, {} so far{silent}", duration(elapsed))
}

/// A sign of life while no step is under way.
pub fn still(what: &str, quiet: u64) -> String {
    format!("Still {what}, {} since the last news.", duration(quiet))
}

/// What goes on while no step is under way.
pub fn doing(state: &State) -> String {
    let asked = state.checks.iter().filter(|row| row.result.is_some()).count();
    match (&state.run, state.checks.iter().find(|row| row.result.is_none())) {
        (Some(_), _) => "working on the run".to_owned(),
        (None, Some(row)) => format!("asking check {} ({asked} of {} done)", visible(&row.id), state.checks.len()),
        (None, None) if state.survey.is_none() => "looking at the deployment".to_owned(),
        (None, None) => "getting ready".to_owned(),
    }
}

/// `; and 2 more: 2.0.0/tenants/b, 2.0.0/tenants/c` behind a sign of life of the step that began first.
pub fn beside(keys: &[&str]) -> String {
    match keys {
        [] => String::new(),
        keys => format!("; {}", and_more(keys)),
    }
}

/// A line of a step's output. Where others write at the same time, with the item that it is about.
pub fn log(item: Option<&str>, line: &str) -> String {
    match item {
        Some(item) => block(&format!("{item}: {line}")),
        None => block(line),
    }
}

/// A copy of a store was made.
pub fn backed_up(file: &str, size: u64) -> String {
    format!("Backup: {} ({})", visible(file), bytes(size))
}

/// What the data can be read by from now on.
pub fn floor(floor: &str) -> String {
    format!("From here on only {} or later can read the data.", visible(floor))
}

/// A version was recorded.
pub fn recorded(version: &str, confirmed: bool) -> String {
    let how = if confirmed { "recorded and confirmed" } else { "verified and recorded" };
    format!("Version {} is {how}.", visible(version))
}

/// Something to read.
pub fn notice(severity: Severity, text: &str) -> String {
    let word = match severity {
        Severity::Info => "Note",
        Severity::Warning => "Warning",
        Severity::Error => "Error",
    };
    format!("{word}: {}", visible(text))
}

/// Somebody else decides.
pub fn watching(driver: Option<&Actor>) -> String {
    let driver = driver.map_or_else(|| "Somebody else".to_owned(), who);
    format!("{driver} drives; you watch.")
}

/// This front end decides again.
pub const DRIVING: &str = "You drive now.";

/// The front end leaves and the run does not.
pub const DETACHED: &str = "You leave; the run goes on as far as it can without you. Come back: `stepwell attach`.";

/// The front end leaves, and the steps run in its process.
pub const LEFT_HERE: &str = "You leave, and the steps run here: the run stops at a safe point. `stepwell` goes on with \
                             it, `stepwell abandon` ends it.";

/// The front end leaves before the plan was approved.
pub const DETACHED_UNAPPROVED: &str = "You leave, and nobody approves the plan. After ten minutes without anybody \
                                       maintenance is left, if it was entered, and the run is abandoned. Come back: `stepwell attach`.";

/// How the session ended and what the operator keeps of it.
pub fn closing(state: &State, outcome: Outcome, summary: &Summary) -> Vec<String> {
    let head = match outcome {
        Outcome::Done => "Done.",
        Outcome::NothingToDo => "Nothing to do.",
        Outcome::Stopped => "Stopped at a safe point.",
        Outcome::Failed => "Failed.",
        Outcome::NeedsOperator => "An operator is needed.",
        Outcome::Abandoned => "Abandoned.",
        Outcome::Left => "No run began; nothing was changed.",
        Outcome::Refused => "Refused.",
    };
    let mut lines = vec![format!("{head} {}", visible(&summary.text)).trim_end().to_owned()];
    if let Some(run) = &summary.run {
        let (from, to) = (visible(&summary.from), visible(&summary.to));
        lines.push(format!("  Run {}: {from} to {to}", visible(run)));
        let (worked, downtime) = (duration(summary.duration), duration(summary.downtime));
        lines.push(format!("  Took {worked}, of which {downtime} in maintenance"));
    }
    lines.extend(summary.backups.iter().map(|file| format!("  Backup: {}", visible(file))));
    lines.push(format!("  {}", service(state.service)));
    lines.extend(summary.next.iter().map(|next| format!("  Next: `{}`", visible(next))));
    lines
}
