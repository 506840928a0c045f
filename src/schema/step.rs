//! Steps: what all of them may say about themselves.

use serde_json::Value;

use super::Defs;
use super::kind;
use super::shape::{Mapping, any, at_least_one, id, list, shared, span, text, time, words, yes_or_no};

/// Where a step stands decides what it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    InWork,
    InMaintenance,
    /// Its name is its id.
    AmongActions,
}

/// What every document with steps needs.
pub(super) fn defs(defs: &mut Defs) {
    kind::defs(defs);
    defs.insert("step".to_owned(), step(Stands::InWork));
    defs.insert("retry".to_owned(), retry());
    defs.insert("space".to_owned(), space());
}

/// What stands only in a system.
pub(super) fn system_defs(defs: &mut Defs) {
    defs.insert("maintenance-step".to_owned(), step(Stands::InMaintenance));
    defs.insert("action".to_owned(), step(Stands::AmongActions));
}

pub(super) fn steps() -> Value {
    list(shared("step"))
}

/// `offline`, on a system, a release or a step.
pub(super) fn offline() -> Value {
    words(&["required", "advised", "no"])
}

fn step(stands: Stands) -> Value {
    let mapping = Mapping::of("A step: what is done, and what it says about itself.");
    let mapping = match stands {
        Stands::AmongActions => mapping.way(&["use"]).way(&["title"]),
        Stands::InWork | Stands::InMaintenance => mapping.way(&["use"]).way(&["id", "title"]).may(
            "id",
            id(),
            "Letters, digits, `-`, `_`, `.`; different within its list. It is part of the step's key, which is \
             journaled: never change it.",
        ),
    };
    let mapping = mapping.may("title", text(), "What it does, as an order: `Stop the API`.");
    let mapping = kind::kinds(mapping)
        .may("why", text(), "Why it is done; shown beside it.")
        .may("when", text(), "An expression; the step is not in the plan where it is false.")
        .may("repeat", shared("repeat"), "One step for each item.")
        .may("offline", offline(), "Whether it needs maintenance; the nearest `offline` counts.")
        .may("floor", text(), "The lowest version that can still read the data afterwards. It never sinks.")
        .may("optional", yes_or_no(), "`yes`: the operator may skip it when it has failed.")
        .may("checks", list(shared("check")), "Checks right before the step.")
        .may(
            "done_when",
            shared("probe"),
            "A probe: whether it is done. It is asked before the step, while a program runs (one number is what \
             remains), after it, and after a crash.",
        )
        .may(
            "resume",
            words(&["idempotent", "once"]),
            "What may be done after a crash; for `run` and `http`. `idempotent`: it is run again. `once`: never by \
             itself; the operator says whether it happened.",
        )
        .may("as_user", text(), "The user as whom the step's program runs; needs root.")
        .may("needs_space", shared("space"), "Free space without which the step is not begun.")
        .may(
            "on_failure",
            words(&["stop", "set_aside"]),
            "`stop` (the default), or `set_aside`: with `repeat` an item whose step fails for good is set aside, in a \
             `backfill` a row that is refused; the others go on.",
        )
        .may("retry", shared("retry"), "How often it is tried again.")
        .may(
            "estimate",
            any(&[time(), each()]),
            "How long it takes, such as `5m`, or for each item: `{ each: 40ms }`.",
        );
    match stands {
        Stands::InMaintenance => mapping.may("undo", steps(), "Steps that open again what this one closes."),
        Stands::InWork | Stands::AmongActions => mapping,
    }
    .done()
}

fn each() -> Value {
    Mapping::of("A time for each item.").need("each", text(), "A time such as `40ms`, or a template.").done()
}

fn retry() -> Value {
    Mapping::of("An attempt that made progress starts the count anew.")
        .need("attempts", at_least_one(), "This many attempts in a row that got nowhere count as failed.")
        .may(
            "wait",
            span(),
            "`5s`, or `2s..60s`: the first wait and the longest; it doubles each time. Default `2s..60s`.",
        )
        .may("unless", shared("expectation"), "An outcome that is not tried again.")
        .done()
}

fn space() -> Value {
    let factor = serde_json::json!({ "type": ["number", "string"], "exclusiveMinimum": 0 });
    Mapping::of("A check before the run, looked at again before the step.")
        .need("factor", factor, "Times the size of the store.")
        .may("of", text(), "The store; needed where there are several.")
        .may("at", text(), "A folder on the file system in question; where the store is if not given.")
        .done()
}
