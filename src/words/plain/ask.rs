//! Questions of the plain front end. Each says what can be typed; nothing is decided by an empty line.

use super::{block, service};
use crate::model::{AskSpec, Plan, PlannedStep, Service, Target, Unfinished, VersionFound};
use crate::words::format::visible;

/// A numbered choice.
pub fn choice(number: usize, text: &str) -> String {
    format!("  {number} {text}")
}

/// Below numbered choices before a run.
pub const NUMBER_OR_QUIT: &str = "Type a number and press Enter; `quit` leaves, and nothing is changed.";
/// Below numbered choices of a run.
pub const NUMBER_OR_DETACH: &str = "Type a number and press Enter; `quit` leaves, and the run waits.";
/// The line that was typed is none of the choices.
pub const NOT_A_CHOICE: &str = "That is none of the choices.";
/// The operator left before anything began.
pub const LEFT: &str = "You leave. Nothing was changed. Begin again: `stepwell`.";
/// There is no more input.
pub const END_OF_INPUT: &str = "Input has ended.";

/// Input ended before a run, while this was asked.
pub fn unanswered(question: &str) -> String {
    format!("{END_OF_INPUT} An operator is needed: {question} Nothing was changed. Go on in a terminal: `stepwell`.")
}

/// The decision had no effect.
pub fn refused(reason: &str) -> String {
    format!("Not possible: {}", visible(reason))
}

/// What an unfinished run leaves to choose.
pub fn unfinished(run: &Unfinished) -> (String, [String; 2]) {
    (
        "What shall happen with it?".to_owned(),
        [
            format!("Go on with it, to {}", visible(&run.to)),
            "Leave it as it is (end it with `stepwell abandon`)".to_owned(),
        ],
    )
}

/// Which version is deployed.
pub fn from(range: &str) -> String {
    match range {
        VersionFound::ANY => "Which version is deployed? Nothing records it. Type it.".to_owned(),
        range => format!("Which version is deployed? Type it; it lies in {}.", visible(range)),
    }
}

/// Which version to go to.
pub const TARGET: &str = "Which version do you upgrade to?";

/// A version that can be chosen.
pub fn target(target: &Target) -> String {
    let hops = crate::words::format::plural(target.hops, "hop", "hops");
    format!("{} ({hops})", visible(if target.label.is_empty() { &target.version } else { &target.label }))
}

/// A breaking or security item of the notes.
pub fn item(heading: &str, text: &str) -> String {
    format!("{}:\n{}", visible(heading), block(text))
}
/// Have you read the item?
pub const ITEM: &str = "Have you read this item?";
/// Have you read the page?
pub const PAGE: &str = "Have you read this page to its end?";
/// The only choice below notes.
pub const READ: &str = "I have read this";

/// A check failed that must pass.
pub const FAILING: &str = "A check failed that must pass. Mend it, then ask again.";
/// Ask all checks again.
pub const RECHECK: &str = "Ask the checks again";

/// A warning stands in the way.
pub fn warning(check: &str) -> String {
    format!("Check {} warns. Go on although it does?", visible(check))
}
/// Go on although a check warns.
pub const ACCEPT: &str = "Go on as it is; you give a reason next";

/// When maintenance begins.
pub const MAINTENANCE: &str = "When shall the service go into maintenance?";
/// The ways into maintenance, in the order of their numbers.
pub const MAINTENANCE_CHOICES: [&str; 3] =
    ["Before the first step that needs it", "Now, before the plan is shown", "Not at all; you give a reason next"];

/// What maintenance does and which step needs it.
pub fn maintenance(enter: &[&PlannedStep], first: Option<&PlannedStep>) -> Vec<String> {
    let mut lines: Vec<_> = enter.iter().map(|step| format!("  It does: {}", visible(&step.title))).collect();
    lines.push(match first {
        Some(step) => format!("  The first step that needs it is {} {}.", visible(&step.key), visible(&step.title)),
        None => "  No step of the plan needs it.".to_owned(),
    });
    lines
}

/// A reason is journaled.
pub const REASON: &str = "Type the reason; it is kept in the journal. An empty line takes the choice back.";

/// A question of the plan.
pub fn plan(key: &str, ask: &AskSpec) -> String {
    format!("The plan asks ({}):\n{}", visible(key), block(&ask.text.text))
}
/// The operator answers in their own words.
pub fn free(default: Option<&str>) -> String {
    match default {
        Some(default) => format!("Type the answer and press Enter; Enter alone takes {}.", visible(default)),
        None => "Type the answer and press Enter.".to_owned(),
    }
}
/// The operator types a word to say that it is so.
pub fn typed(word: &str) -> String {
    format!("Type `{}` to go on.", visible(word))
}
/// Beside the default among choices.
pub const DEFAULT: &str = " (default: Enter alone takes it)";
/// What was typed is not the word.
pub fn not_typed(word: &str) -> String {
    format!("That is not `{}`; nothing was decided.", visible(word))
}

/// A point of no return, to be confirmed by itself.
pub fn no_return(step: &PlannedStep, from: &str) -> String {
    format!(
        "Point of no return: {} {}. After it only a backup leads back to {}.\nType `yes` if that may be; `show NUMBER` \
         shows a step of the plan.",
        visible(&step.key),
        visible(&step.title),
        visible(from)
    )
}

/// What happens at the end with nobody there.
pub const AT_END: &str = "What shall happen at the end if you are not there?";
/// The choices, in the order of their numbers.
pub const AT_END_CHOICES: [&str; 2] =
    ["Bring the service back and record the version", "Wait for me; the service stays in maintenance until I attach"];

/// The plan is approved by typing the version.
pub fn approve(plan: &Plan) -> String {
    format!(
        "Approve the plan by typing the version it leads to, {}; `show NUMBER` shows a step of the plan, `quit` leaves.",
        visible(&plan.to)
    )
}

/// There is no such step to show.
pub const NO_SUCH_STEP: &str = "The plan has no step of that number.";

/// A step failed and the operator decides.
pub fn failed(step: &PlannedStep, service_is: Service) -> String {
    format!(
        "Step {} failed. Every step before it is done and stays done. {} What now?",
        visible(&step.key),
        service(service_is)
    )
}
/// What can be done about a failed step: try again, skip where that is allowed, stop.
pub const FAILED_CHOICES: [&str; 3] =
    ["Retry", "Skip it; you give a reason next", "Stop here; `stepwell run` goes on at this step"];
/// The step is not optional.
pub const NO_SKIP: &str = "This step cannot be skipped.";

/// Nobody knows whether a step took effect.
pub fn settle(step: &PlannedStep, intent: &str) -> String {
    format!("Nobody knows whether step {} took effect. It was about to:\n{}", visible(&step.key), block(intent))
}
/// What can be said of such a step.
pub const SETTLE_CHOICES: [&str; 3] =
    ["It took effect: count it as done", "It did not: do it again", "Stop here; `stepwell run` asks again"];

/// The version bump.
pub fn confirm(to: &str, service_is: Service) -> String {
    format!("The upgrade is verified. {} Confirm the new version by typing it: {}.", service(service_is), visible(to))
}

/// Somebody else decides.
pub const WHEEL: &str = "Take over?";
/// Take over or watch.
pub const WHEEL_CHOICES: [&str; 2] = ["Take over; the other one watches then", "Watch"];
