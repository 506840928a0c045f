//! Why a run without an operator cannot go on: what is needed, how things stand, and the option that answers it.

use super::block;
use crate::model::{Actor, AskSpec, CheckRow, CheckStatus, Unfinished, VersionFound};
use crate::words::format::{plural, visible};

/// Neither `--yes` nor `--plan-hash` was given.
pub const NOT_APPROVED: &str = "A run without the wizard needs `--yes`, or `--plan-hash HASH` for the plan you read. \
                                Nothing was changed. See the plan: `stepwell plan`.";

/// The runner went away before it said how the session ended.
pub const GONE: &str = "The runner is gone. What it had done is in the journal. See how things stand: \
                        `stepwell status`. Go on: `stepwell run`.";

/// The version is only for the operator to confirm, as was chosen when the plan was approved.
pub fn confirm(version: &str, file: &str) -> String {
    format!(
        "Everything is verified. {} waits to be confirmed by you, as you chose. Confirm it: `stepwell -d {}`, or \
         `stepwell run --yes`.",
        visible(version),
        visible(file)
    )
}

/// A run to another version than `to` is not finished.
pub fn other_target(unfinished: &Unfinished, to: &str) -> String {
    format!(
        "Run {} is not finished and goes to {}, not to {}. Nothing more was changed. Finish it: `stepwell run --to {}`. \
         Or end it: `stepwell abandon`.",
        visible(&unfinished.run),
        visible(&unfinished.to),
        visible(to),
        visible(&unfinished.to)
    )
}

/// Actions were to run alone while another run is not finished.
pub fn other_work(unfinished: &Unfinished) -> String {
    format!(
        "Run {} is not finished and does something else. Nothing more was changed. Finish it first, without `--tag`: \
         `stepwell run`. Or end it: `stepwell abandon`.",
        visible(&unfinished.run)
    )
}

/// Nobody knows which version is deployed.
pub fn from_needed(range: &str) -> String {
    let known = match range {
        VersionFound::ANY => "Nothing in the data records it".to_owned(),
        range => format!("The data leave it open within {}", visible(range)),
    };
    format!("Which version is deployed? {known}. Nothing was changed. Say it: `--from VERSION`.")
}

/// Checks stand in the way.
pub fn checks_failed(rows: &[&CheckRow]) -> String {
    let n = plural(rows.len(), "check stands", "checks stand");
    let mut text = format!("{n} in the way. Nothing was changed.");
    for row in rows {
        text.push_str("\n  ");
        text.push_str(&check(row));
    }
    text.push_str("\nMend what is named, then ask again: `stepwell check`.");
    text
}

fn check(row: &CheckRow) -> String {
    let id = visible(&row.id);
    let Some(result) = &row.result else { return format!("FAIL {id}: it did not answer.") };
    let warning = result.status == CheckStatus::Warn;
    let mut text = format!("{} {id} {}", if warning { "WARN" } else { "FAIL" }, visible(&result.title));
    if !result.found.is_empty() {
        text.push_str(&format!(": {}", visible(&result.found)));
    }
    for found in &result.rows {
        text.push('\n');
        text.push_str(&block(found));
    }
    if let Some(fix) = &result.fix {
        text.push_str(&format!("\n    Fix: {}", visible(fix)));
    }
    text.push_str(&if warning {
        format!("\n    Or go on as it is: `--accept {id}=REASON`")
    } else {
        "\n    This check must pass; it cannot be accepted.".to_owned()
    });
    text
}

/// A question of the plan has no answer.
pub fn question(key: &str, ask: &AskSpec) -> String {
    let key = visible(key);
    let mut text = format!("The plan asks {key}: {}", visible(&ask.text.text));
    if let Some(word) = &ask.typed {
        text.push_str(&format!(" Answer it: `--answer {key}={}`.", visible(word)));
    } else if ask.choices.is_empty() {
        text.push_str(&format!(" Answer it: `--answer {key}=VALUE`."));
    } else {
        let choices: Vec<_> = ask.choices.iter().map(|choice| visible(&choice.text)).collect();
        text.push_str(&format!(" Answer it: `--answer {key}=VALUE`, VALUE being one of {}.", choices.join(", ")));
    }
    if let Some(default) = &ask.default {
        text.push_str(&format!(" Or take its default, {}: `--defaults`.", visible(&default.text)));
    }
    text
}

/// The answer that was given did not settle the question.
pub fn asked_again(key: &str, value: &str) -> String {
    format!(
        "The plan asks {} again after the answer `{}`. Look at it: `stepwell attach`, or go on with another answer: \
         `stepwell run`.",
        visible(key),
        visible(value)
    )
}

/// Points of no return that nobody confirmed: key and title.
pub fn irreversible(points: &[(&str, &str)]) -> String {
    let n = plural(points.len(), "point of no return", "points of no return");
    let mut text = format!("The plan has {n}; after it only a backup leads back:");
    for (key, title) in points {
        text.push_str(&format!("\n  {} {}", visible(key), visible(title)));
    }
    text.push_str("\nNo step of the plan was begun. Confirm it: `--allow-irreversible`.");
    text
}

/// The plan is not the one that was approved.
pub fn plan_differs(approved: &str, now: &str) -> String {
    format!(
        "The plan is not the approved one: its hash is {}, `--plan-hash` says {}. Read it again: `stepwell plan`.",
        visible(now),
        visible(approved)
    )
}

/// A step failed.
pub fn step_failed(key: &str, title: &str, error: &str) -> String {
    format!(
        "Step {} failed: {}\n{}\nEvery step before it is done and stays done.\nMend the cause, then go on at this \
         step: `stepwell run`.",
        visible(key),
        visible(title),
        block(error)
    )
}

/// Nobody knows whether a step took effect.
pub fn settle(key: &str, title: &str, intent: &str) -> String {
    let key = visible(key);
    format!(
        "Nobody knows whether step {key} took effect: {}\n{}\nLook at the system, then say it: `--answer {key}=done` or \
         `--answer {key}=again`.",
        visible(title),
        block(intent)
    )
}

/// A decision that the engine did not take.
pub fn refused(reason: &str) -> String {
    visible(reason)
}

/// Another client decides.
pub fn someone_drives(driver: Option<&Actor>) -> String {
    let who = driver.map_or_else(|| "Somebody else".to_owned(), super::run::who);
    format!("{who} drives this run, so nothing was decided here. Watch it: `stepwell attach`.")
}
