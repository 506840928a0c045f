//! `stepwell.yaml`.

use serde_json::{Value, json};

use super::Defs;
use super::kind::argv;
use super::shape::{Mapping, any, at_least_one, format, id, list, named, shared, size, text, time, words};

pub(super) fn deployment() -> Mapping {
    Mapping::of("An operator's deployment of a system.")
        .need("format", format(), "`1`.")
        .need("system", id(), "The system's name.")
        .need(
            "deployment",
            id(),
            "A name for this deployment: letters, digits, `-`, `_`, `.`. Choose it once; it is part of every record.",
        )
        .may("stores", named(store()), "For each store its `url`.")
        .may("facts", named(fact()), "For each fact its value, a list, or values by release.")
        .may(
            "state_dir",
            text(),
            "The folder for journal, logs, backups and socket; `.stepwell` beside the file if not given.",
        )
        .may(
            "journal",
            any(&[words(&["file"]), journal()]),
            "`file`, or `{ store: NAME }` for a PostgreSQL or MySQL store: then other hosts see who is at work.",
        )
        .may("limits", limits(), "What the batches of a backfill wait for.")
        .may("on_event", list(text()), "A program and its arguments. It is started when a run is done, failed, or needs somebody, and gets a JSON document on its standard input.")
}

pub(super) fn defs(defs: &mut Defs) {
    defs.insert("value".to_owned(), any(&[text(), shared("source")]));
    defs.insert("source".to_owned(), source());
}

fn limits() -> Value {
    Mapping::of("Where a limit is passed, batches wait until it is kept again.")
        .may("replica_lag", time(), "How far a replica may be behind, such as `10s`.")
        .may("replicas", list(shared("value")), "MySQL and MariaDB: the URLs of the replicas, which are asked.")
        .may("running", at_least_one(), "How many statements others may be running on the server at the same time.")
        .may("archive_backlog", at_least_one(), "PostgreSQL: how many segments of its log may wait to be archived.")
        .may("free_space", size(), "SQLite: how much stays free on the disk, such as `2GiB`.")
        .done()
}

fn store() -> Value {
    Mapping::of("A store.")
        .need(
            "url",
            shared("value"),
            "Such as `sqlite:////absolute/path`, or `sqlite:///relative/path`, relative to this file; or where it \
             comes from.",
        )
        .done()
}

fn journal() -> Value {
    Mapping::of("A store that holds the journal.").need("store", text(), "One of this file's `stores`.").done()
}

fn source() -> Value {
    Mapping::of("Where a value comes from. A secret belongs in one of these, never in the file itself.")
        .kind("env", text(), "An environment variable.")
        .kind("file", text(), "The content of a file, without the newline at its end.")
        .kind("run", argv(), "What a program prints, without the newline at its end.")
        .kind("ask", json!({ "enum": ["yes", true] }), "`yes`: it is given with `--secret NAME=@FILE`.")
        .done()
}

fn fact() -> Value {
    let by_release = json!({
        "description": "One value for each release.",
        "type": "object",
        "propertyNames": { "not": { "enum": ["env", "file", "run", "ask"] } },
        "additionalProperties": shared("value"),
    });
    any(&[text(), list(text()), shared("source"), by_release])
}
