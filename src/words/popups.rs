//! What popups say.

use crate::model::{Service, VersionFound};

pub const YES: &str = "yes";
pub const ABANDON_WORD: &str = "abandon";
pub const DONE_ANSWER: &str = "done";

pub const QUESTION: &str = "A question";
pub const NO_QUESTION: &str = "The step that asked is no longer part of the plan. Press enter to go on.";
pub const WORK_FOR_YOU: &str = "Work for you";
pub const NOT_YET: &str = "Not yet: close this and keep waiting";
pub const IT_IS_DONE: &str = "It is done: go on";

pub const FAILED_TITLE: &str = "What now?";
pub const FAILED_TEXT: &str = "The step stays as it is until you decide. Esc closes this and changes nothing.";
pub const RETRY: &str = "Try this step again";
pub const SKIP_STEP: &str = "Skip this step, with a reason";
pub const STOP: &str = "Stop at the next safe point; `stepwell run` goes on later";

pub const SETTLE_TITLE: &str = "Did this happen?";
pub const SETTLE_LATER: &str = "I do not know yet: close this and look first";
pub const SETTLE_ADOPT: &str = "It happened: take it as done";
pub const SETTLE_REDO: &str = "It did not happen: do it again";

pub const AT_END_TITLE: &str = "At the end, with nobody here";
pub const AT_END_TEXT: &str = "When everything is verified and nobody is attached, the upgrade should:";
pub const AT_END_RECORD: &str = "Bring the service back and record the version";
pub const AT_END_WAIT: &str = "Wait for me; the service stays in maintenance until I attach";

pub const STOP_TITLE: &str = "Stop the upgrade?";
pub const STOP_TEXT: &str = "Nothing that is done gets lost. Maintenance is left if the old program can still read the data; \
                             otherwise the service stays down until you go on.";
pub const LEAVE_TITLE: &str = "An upgrade is under way";
pub const LEAVE_TEXT: &str = "How do you want to leave?";
pub const LEAVE_UNAPPROVED: &str = "The plan waits for your approval. With nobody here for ten minutes, what the run \
                                    changed is put back and the run ends.";

/// To stay, and what goes on meanwhile.
pub fn stay(moves: bool) -> &'static str {
    if moves { "Stay here; the upgrade goes on" } else { "Stay here; the upgrade waits for you" }
}

/// To leave, and what goes on meanwhile.
pub fn detach(moves: bool) -> &'static str {
    if moves {
        "Detach: the upgrade goes on; `stepwell attach` returns"
    } else {
        "Detach: the upgrade waits; `stepwell attach` returns"
    }
}

pub const ABANDON: &str = "End the run; what it changed about the service is put back";

pub const REFUSED_TITLE: &str = "Not done";
pub const PLAN_CHANGED_TITLE: &str = "The plan changed";
pub const PLAN_CHANGED: &str = "It is not the plan that you began to approve. Read it again, then approve it.";
pub const EMPTY_INPUT: &str = "Type something first, or press esc to close this.";
pub const TYPE_HERE: &str = "Type it here, then press enter:";

/// The question of a step in doubt.
pub fn settle_text(intent: &str) -> String {
    format!("Nobody was alive to see the end of this: {intent}\nLook at the system, then say what you found.")
}

/// What to do where any text will do.
pub fn type_a(what: &str) -> String {
    format!("Type {what}, then press enter:")
}

/// What to do where only one word will.
pub fn type_the(word: &str) -> String {
    format!("Type {word} and press enter:")
}

/// What was typed is not what is asked for.
pub fn not_the_word(word: &str) -> String {
    format!("That is not \"{word}\". Nothing happened.")
}

pub const SEARCH: (&str, &str) = ("Search", "the text to look for");
pub const SET_FROM: (&str, &str) = ("Which version is deployed?", "the version");
pub const SKIP_MAINTENANCE: (&str, &str) = ("Go without maintenance?", "the reason");
pub const SKIP_MAINTENANCE_TEXT: &str =
    "The service keeps running while its data change under it. The reason is kept with the run.";
pub const SKIP_STEP_TITLE: (&str, &str) = ("Skip this step?", "the reason");
pub const OVERRIDE: (&str, &str) = ("Go on despite this warning?", "the reason");
pub const NO_RETURN_TITLE: &str = "Point of no return";
pub const APPROVE_TITLE: &str = "Approve the plan";
pub const APPROVE_TEXT: &str = "The upgrade begins when you type the version that it leads to.";
pub const ABANDON_TITLE: &str = "End the run?";
pub const ABANDON_TEXT: &str = "Maintenance is left if it was entered, and the deployment stays at the version it has.";
pub const CONFIRM_TITLE: &str = "Confirm the version";
pub const CONFIRM_TEXT: &str = "The version is recorded and the upgrade is over.";
pub const FORCE_TITLE: &str = "Against what was found?";
pub const ANSWER: &str = "the answer";

/// What lies within the range that was found.
pub fn set_from_text(range: &str) -> String {
    match range {
        VersionFound::ANY => "Nothing that was found says it.".to_owned(),
        range => format!("What was found allows {range}."),
    }
}

/// Why the forced version needs typing twice.
pub fn force_text(version: &str, reason: &str) -> String {
    format!("{reason}\nType {version} again to use it anyway. It is kept in the journal that you did.")
}

/// Why a warning needs a reason.
pub fn override_text(title: &str, found: &str) -> String {
    format!("{title}\n{found}\nThe reason is kept with the run.")
}

/// What passing this point means.
pub fn no_return_text(number: usize, title: &str, floor: Option<&str>, from: &str) -> String {
    let readers = floor.map(|floor| format!(" Only {floor} or later can read the data then.")).unwrap_or_default();
    format!(
        "Step {number}: {title}\nAfter it only the backup leads back to {from}.{readers} Nothing begins before the plan \
         is approved."
    )
}

/// Which lines of a text that is longer than its place are shown.
pub fn part_of(from: usize, to: usize, all: usize) -> String {
    format!("lines {from} to {to} of {all}; PgUp and PgDn scroll")
}

/// The service's state in a word.
pub fn service(service: Service) -> &'static str {
    match service {
        Service::Up => "service up",
        Service::Maintenance => "in maintenance",
        Service::Down => "service down",
    }
}
