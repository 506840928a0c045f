//! What the screens of the wizard say.

use jiff::Timestamp;

use super::format::{between, duration, plural};
pub use super::run::*;
use crate::model::{
    FactSource, LastRun, MaintenanceChoice, Offline, ResumeClass, RunState, Service, Unfinished, VersionFound, Work,
};

pub const PRODUCT: &str = "stepwell";
pub const WORKING: &str = "working...";

const SCREENS: [&str; 8] = ["Deployment", "Notes", "Checks", "Maintenance", "Plan", "Run", "Confirm", "End"];

/// The name of the wizard's screen with this number, from 0.
pub fn screen(number: usize) -> &'static str {
    SCREENS.get(number).copied().unwrap_or_default()
}

/// `Barbican at db1`.
pub fn at(system: &str, deployment: &str) -> String {
    if deployment.is_empty() { system.to_owned() } else { format!("{system} at {deployment}") }
}

/// The terminal has no room for the wizard, and hardly for this.
pub fn too_small((columns, rows): (u16, u16), room: usize) -> String {
    let least = format!("needs {columns}x{rows}");
    let ways =
        [format!("{least}: enlarge the terminal, or run with --plain"), format!("{least}: enlarge the terminal")];
    ways.into_iter().find(|text| text.len() <= room).unwrap_or(least)
}

/// What is below the edge.
pub fn more_lines(n: usize) -> String {
    format!("{} more", plural(n, "line", "lines"))
}

/// Where copied text went. Nobody knows whether the terminal took it.
pub fn copied(file: Option<&str>) -> String {
    // The file first: it is there, and a narrow screen cuts the end.
    let into = file.map(|file| format!("copied to {file}, and ")).unwrap_or_default();
    format!("{into}sent to the terminal's clipboard if it allows that")
}

/// A version was named that no way leads to.
pub fn no_such_target(version: &str) -> String {
    format!("No way leads to {version}: choose another version")
}

pub const NOT_FOUND: &str = "Not found";

/// A search without a match.
pub fn not_found(text: &str) -> String {
    format!("Nothing here contains \"{text}\".")
}

pub const RUNNER_GONE: &str = "The runner is gone";

/// The connection ended, and what that means. `file`: the deployment file.
pub fn runner_gone(service: Service, run: bool, file: &str) -> String {
    let safe = if run {
        "Everything up to the last safe point is recorded; nothing moves now. Leave with q, then go on with:"
    } else {
        "Nothing was changed. Leave with q, then begin again with:"
    };
    format!(
        "The process that does the work ended without saying why.\n{} {safe}\n  stepwell -d {file}",
        service_was(service)
    )
}

fn service_was(service: Service) -> &'static str {
    match service {
        Service::Up => "The service was up.",
        Service::Maintenance => "The service was in maintenance.",
        Service::Down => "The service was down.",
    }
}

// Deployment

pub const LOOKING: &str = "Looking at the deployment...";
pub const NO_UPGRADE: &str = "No upgrade can begin:";
pub const DEPLOYED: &str = "Deployed now:";
pub const FORCED: &str = "  (said by you, against what was found)";
pub const VERSION_UNKNOWN: &str = "The deployed version is not known.";
pub const UPGRADE_TO: &str = "Upgrade to";
pub const FOUND: &str = "What was found";
pub const PATH: &str = "The path";
pub const STORES: &str = "Stores";
pub const NO_STORES: &str = "None that Stepwell opens itself.";
pub const HOW_KNOWN: &str = "How the version is known";
pub const FACTS: &str = "Facts";
pub const FILE: &str = "Deployment file";
pub const UNFINISHED: &str = "An upgrade is not finished.";
pub const UNFINISHED_NEXT: &str =
    "Press enter to go on with it. `stepwell abandon` ends it; `stepwell report` tells all of it.";
pub const LAST_RUN: &str = "The last run";

/// The operator has to say the version.
pub fn version_open(range: &str) -> String {
    match range {
        VersionFound::ANY => "Nothing records the deployed version. Press enter and type it.".to_owned(),
        range => format!("The deployed version is not certain: {range}. Press enter and type it."),
    }
}

/// `1 hop`.
pub fn hops(n: usize) -> String {
    plural(n, "hop", "hops")
}

/// Why a store could not be opened.
pub fn unreachable(error: &str) -> String {
    format!("does not answer: {error}")
}

/// Where a fact is from.
pub fn fact_source(source: FactSource) -> &'static str {
    match source {
        FactSource::File => "from the deployment file",
        FactSource::Detected => "detected",
        FactSource::Default => "the default",
        FactSource::Missing => "missing",
    }
}

/// How an interrupted run stands, in sentences: what was done, since when nothing moves, where it stands and why.
pub fn unfinished(run: &Unfinished, arrow: &str, now: Option<Timestamp>) -> Vec<String> {
    let how = match run.state {
        // Nobody is there who would do it: that is why it is offered here.
        RunState::Running | RunState::Preparing => "interrupted".to_owned(),
        state => run_state(state).to_lowercase(),
    };
    let mut lines = vec![format!(
        "{}{arrow}{}: {how}, {} of {} done.",
        run.from,
        run.to,
        run.done,
        plural(run.total, "step", "steps")
    )];
    lines.extend(now.map(|now| {
        let ago = |at| duration(between(at, now));
        format!(
            "It began {} ago. The last thing happened {} ago; nothing has moved since.",
            ago(run.began),
            ago(run.last)
        )
    }));
    match (&run.at, &run.error) {
        (Some(at), Some(error)) => lines.push(format!("It failed at: {at}. {error}")),
        (Some(at), None) => lines.push(format!("It stands at: {at}")),
        (None, _) => {}
    }
    lines
}

/// How the newest run ended, which is over.
pub fn last_run(run: &LastRun, arrow: &str, now: Option<Timestamp>) -> String {
    let ago = now.map(|now| format!(" {} ago", duration(between(run.ended, now)))).unwrap_or_default();
    let what = if run.tags.is_empty() { format!("{}{arrow}{}", run.from, run.to) } else { run.tags.join(", ") };
    format!("{what}: {}{ago}. `stepwell report` tells about it.", run_state(run.state).to_lowercase())
}

// Notes

pub const NO_NOTES: &str = "There are no release notes for this path. Press enter to go on to the checks.";

/// `Page 1 of 3: 14.0.2 yoga`.
pub fn page_title(page: usize, pages: usize, label: &str) -> String {
    format!("Page {page} of {pages}: {label}")
}

/// How much of the page is read.
pub fn page_state(read: usize, items: usize, whole: bool) -> String {
    match (items, whole) {
        (0, true) => "read".to_owned(),
        (0, false) => "not read to its end yet".to_owned(),
        (_, true) if read == items => "read".to_owned(),
        _ => format!("{read} of {} read", plural(items, "item", "items")),
    }
}

// Checks

pub const PASS: &str = "PASS";
pub const WARN: &str = "WARN";
pub const FAIL: &str = "FAIL";
pub const SKIP: &str = "SKIP";
pub const OVERRIDDEN: &str = "  (overridden)";
pub const FIX: &str = "Fix: ";
pub const PASSED: &str = "It passed: there is nothing to do.";
pub const CHECK_ID: &str = "Its name for `--accept`: ";
pub const WHY: &str = "Why: ";

/// While checks run.
pub fn checking(done: usize, all: usize) -> String {
    if all == 0 { "Checking...".to_owned() } else { format!("Checking... {done} of {all}") }
}

/// After they ran.
pub fn checks_done(blocking: usize) -> String {
    match blocking {
        0 => "Nothing stands in the way. Press enter to go on.".to_owned(),
        1 => "1 check stands in the way.".to_owned(),
        n => format!("{n} checks stand in the way."),
    }
}

/// A check without a result.
pub fn check_pending(id: &str) -> String {
    format!("{id}: not asked yet")
}

/// Why a warning was overridden.
pub fn overridden_because(reason: &str) -> String {
    format!("Overridden: {reason}")
}

// Maintenance

pub const NO_PLAN_YET: &str = "There is no plan yet. It is made once the checks have run.";
pub const NO_MAINTENANCE: &str = "Nothing on this path needs maintenance. The service stays up.";
pub const RUN_BEGINS_HERE: &str =
    "The run begins with your choice. The plan is shown next; it waits for your approval.";
pub const BEGIN_WITHOUT: &str = "Begin the run and show the plan";
/// What leaves the service up longest comes first: it is what enter chooses.
pub const MAINTENANCE_CHOICES: [&str; 3] = [
    "Enter maintenance just before it is needed",
    "Enter maintenance now, before the plan is shown",
    "Go without maintenance, with a reason",
];
pub const WHAT_IT_DOES: &str = "What entering does";
pub const AND_AT_THE_END: &str = "At the end, to leave it";
pub const NEEDED_NOWHERE: &str = "No step of this path asks for it.";

/// What maintenance means, and the state now.
pub fn maintenance_is(service: &str) -> String {
    format!("In maintenance users can do less, or nothing. Now: {service}.")
}

/// Where it is needed.
pub fn needed_before(number: usize, title: &str, advised: bool) -> String {
    let verb = if advised { "advised" } else { "needed" };
    format!("It is {verb} from step {number} on: {title}.")
}

/// What was chosen.
pub fn maintenance_chosen(choice: &MaintenanceChoice) -> String {
    match choice {
        MaintenanceChoice::Now => "You chose to enter it now.".to_owned(),
        MaintenanceChoice::AtStep => "You chose to enter it just before it is needed.".to_owned(),
        MaintenanceChoice::Skip { reason } => format!("You chose to go without: {reason}"),
    }
}

// Plan

pub const NO_RETURN: &str = "point of no return: then only a backup leads back";
pub const NO_RETURN_HERE: &str = "Point of no return: after it only the backup leads back.";
pub const PLAN_CHANGED: &str = "Changed since it was approved:";
pub const APPROVE_ROW: &str = "Approve this plan";
pub const APPROVED_ROW: &str = "Approved";
pub const NOT_YET_ROW: &str = "The plan cannot be approved yet";
pub const AT_START: &str = "At the start";
pub const AT_END: &str = "At the end";
pub const OPTIONAL: &str = "It can be skipped when it fails.";
pub const VERY_WORK: &str = "What is run";
pub const VERY_QUESTION: &str = "What is asked, before you approve";
pub const LATE_QUESTION: &str = "What is asked, when its turn comes";
pub const VERY_CHECK: &str = "What is looked at";
pub const DONE_WHEN: &str = "It counts as done when this says that it is";
pub const CHECKED_AFTER: &str = "Checked afterwards";

/// How much there is to do. `all`: every step says how long it takes.
pub fn plan_sentence(steps: usize, estimate: Option<u64>, all: bool, approvable: bool) -> String {
    let time = match estimate.map(duration) {
        None => String::new(),
        Some(time) if all => format!(", about {time}"),
        Some(time) => format!(", {time} or more"),
    };
    let next = if approvable { " Press a to approve." } else { "" };
    format!("{}{time}.{next}", plural(steps, "step", "steps"))
}

/// `Hop 1 of 2: …`.
pub fn hop_title(n: usize, all: usize, path: &str) -> String {
    format!("Hop {n} of {all}: {path}")
}

/// Beside a step that raises the floor.
pub fn floor(version: &str) -> String {
    format!("floor {version}")
}

/// The same as a sentence.
pub fn floor_long(version: &str) -> String {
    format!("From here on only {version} or later can read the data.")
}

/// The kind of work in a word.
pub fn kind(work: &Work) -> &'static str {
    match work {
        Work::Run(_) => "command",
        Work::Ask(_) => "question",
        Work::Baseline(_) => "look",
        other => other.word(),
    }
}

/// What a step changes.
pub fn touches(what: &str) -> String {
    format!("Touches: {what}")
}

/// How long it takes, and how that is known.
pub fn estimate(time: &str) -> String {
    format!("Expected to take {time}, as its definition says; here it may be less or more.")
}

/// Nobody has said how long it takes.
pub const NO_ESTIMATE: &str = "Its definition does not say how long it takes.";

/// Whether the service may run meanwhile.
pub fn offline(offline: Offline) -> &'static str {
    match offline {
        Offline::No => "The service may run meanwhile.",
        Offline::Advised => "Maintenance is advised.",
        Offline::Required => "The service must be in maintenance.",
    }
}

/// What happens after a crash.
pub fn resume(class: ResumeClass) -> &'static str {
    match class {
        ResumeClass::Transactional => "If it is interrupted: it happened as a whole or not at all.",
        ResumeClass::Keyset => "If it is interrupted: it goes on after the last batch that was finished.",
        ResumeClass::Probe => {
            "If it is interrupted: Stepwell looks whether it happened, and does it again only if not."
        }
        ResumeClass::Idempotent => "If it is interrupted: it is done again, which is safe.",
        ResumeClass::Once => "If it is interrupted: you are asked whether it happened.",
    }
}

/// What follows was verified after this hop.
pub fn after_hop(version: &str) -> String {
    format!("The data at {version}:")
}

/// The answers that a question takes.
pub fn answers(choices: &str, default: Option<&str>) -> String {
    match default {
        Some(default) => format!("Answers: {choices}. Suggested: {default}."),
        None => format!("Answers: {choices}."),
    }
}

/// What was answered.
pub fn answered(answer: &str) -> String {
    format!("Your answer: {answer}. To change it before the run begins, approve again.")
}

/// Below the header, while a run of the past is played back.
pub fn replaying(speed: u32, paused: bool, over: bool) -> String {
    let speed = if speed == 1 { "at its own speed".to_owned() } else { format!("{speed} times as fast") };
    match (over, paused) {
        (true, _) => "a run of the past: it is over".to_owned(),
        (false, true) => format!("a run of the past, {speed}: stands still"),
        (false, false) => format!("a run of the past, {speed}"),
    }
}

/// A speed that cannot be played at.
pub fn no_speed(most: u32) -> String {
    format!("expected a whole number from 1 to {most}")
}
