//! Probes, what is expected of their answers, and checks.

use serde_json::Value;

use super::Defs;
use super::shape::{
    Mapping, any, count_up_to, entries, filled_list, list, one_or_list, rows, shared, status_number, text, time, words,
    yes_or_no,
};

/// Whether there is an answer from before to compare with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Known,
    Unknown,
}

impl Before {
    /// The name under `$defs`: what may be `unchanged` has one of its own.
    pub(super) fn name(self, name: &str) -> String {
        if self == Before::Known { format!("{name}-unchanged") } else { name.to_owned() }
    }

    fn shared(self, name: &str) -> Value {
        shared(&self.name(name))
    }
}

/// Everything that a probe or a check consists of.
pub(super) fn defs(defs: &mut Defs, before: Before) {
    let mut put = |name: &str, schema: Mapping| drop(defs.insert(before.name(name), schema.done()));
    put("expectation", expectation(before));
    put("sql-question", answer(sql(), before));
    put("run-question", answer(command(Mapping::of("A program that is asked. There is never a shell.")), before));
    put("http-question", answer(request(Mapping::of("A request that is asked.")), before));
    put("file-question", answer(file(), before));
    put("check", check(before));
    if before == Before::Unknown {
        put("probe", questions(Mapping::of("A question that changes nothing."), before));
        let known = [text(), list(text())];
        let over = "An expression that gives a list, a list of templates, or a probe whose rows are the items.";
        let any_items = repeat(any(&[known.as_slice(), &[shared("probe")]].concat()), over);
        put(
            "repeat",
            any_items.may(
                "parallel",
                count_up_to(64),
                "So many items are done at the same time at most, from 1 to 64; one after the other if not given. The \
                 steps of one item stay in their order.",
            ),
        );
        put("repeat-known", repeat(any(&known), "An expression that gives a list, or a list of templates."));
    }
}

/// The four kinds of question.
fn questions(mapping: Mapping, before: Before) -> Mapping {
    mapping
        .kind("sql", before.shared("sql-question"), "Its rows are those of a query. No such table: no rows.")
        .kind(
            "run",
            before.shared("run-question"),
            "Its rows are the lines of standard output that are not empty, without escape sequences.",
        )
        .kind("http", before.shared("http-question"), "Its rows are the lines of the body, or the values at `key`.")
        .kind(
            "file",
            before.shared("file-question"),
            "Its rows are a file's lines, or the values at `key`. No file: no rows.",
        )
}

fn sql() -> Mapping {
    Mapping::of("A query. The connection cannot write.")
        .may("store", text(), "The store; needed where there are several.")
        .need("query", query(), "The query: a template, or one for each engine.")
}

/// A statement or query: a template, or one for each engine.
pub(super) fn query() -> Value {
    let engines = Mapping::of("One for each engine.")
        .may("sqlite", text(), "For SQLite.")
        .may("postgres", text(), "For PostgreSQL.")
        .may("mysql", text(), "For MySQL and MariaDB.");
    any(&[text(), engines.done()])
}

/// The keys that start a program.
pub(super) fn command(mapping: Mapping) -> Mapping {
    program(mapping).may("stdin", text(), "Its input; empty if not given.").may(
        "timeout",
        time(),
        "After this time its process group is stopped. A step without one has no limit, a probe one minute.",
    )
}

/// The keys of any program, also of one whose input comes from elsewhere.
pub(super) fn program(mapping: Mapping) -> Mapping {
    mapping
        .need(
            "argv",
            filled_list(text()),
            "The program and its arguments, one each. A lone `{{ list }}` becomes as many arguments as it has items.",
        )
        .may(
            "env",
            entries(text()),
            "Variables. Besides them, and the system's, a program gets PATH, HOME, LANG, STEPWELL_RUN, STEPWELL_STEP \
             and STEPWELL_ATTEMPT, and nothing else.",
        )
        .may("cwd", text(), "Its folder; that of stepwell.yaml if not given.")
        .may("secret_output", yes_or_no(), "`yes`: what it writes is not shown.")
}

/// The keys of a request.
pub(super) fn request(mapping: Mapping) -> Mapping {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let small = serde_json::json!({ "type": "string", "pattern": "^(get|post|put|patch|delete|head)$" });
    mapping
        .may("method", any(&[words(&methods), small]), "`GET` if not given.")
        .need("url", text(), "The address. Redirects are not followed.")
        .may("headers", entries(text()), "Names and values.")
        .may("body", text(), "Its text. Without a header of your own it is sent as JSON.")
        .may("timeout", time(), "30 s if not given.")
}

fn file() -> Mapping {
    Mapping::of("A question about a file: its lines, or with `key` the values at a place in it.")
        .kind("path", text(), "A file whose lines are the rows.")
        .kind("ini", text(), "An INI file; `key` is `section.name`.")
        .kind("env", text(), "An environment file; `key` is `NAME`.")
        .kind("yaml", text(), "A YAML file; `key` is `a.b.c`.")
        .kind("toml", text(), "A TOML file; `key` is `a.b.c`.")
        .kind("json", text(), "A JSON file; `key` is `a.b.c`.")
        .way(&["path"])
        .way(&["key"])
}

/// How an answer is read.
fn answer(mapping: Mapping, before: Before) -> Mapping {
    mapping
        .may(
            "match",
            text(),
            "A regular expression: lines that match are the rows. Named groups are the columns; otherwise the first \
             group, or the whole match where there is none. Write `(?: )` for a group that is not meant.",
        )
        .may(
            "key",
            text(),
            "For a file and for the JSON body of a request: the place of the value, such as `section.name` or \
             `parts.*.status`, where `*` stands for every one.",
        )
        .may(
            "map",
            entries(text()),
            "What an answer means, under `versions`: a version, or a range such as `>=10,<15`.",
        )
        .may(
            "expect",
            before.shared("expectation"),
            "What counts as yes; a program that says nothing else has to end with 0.",
        )
        .may(
            "else",
            before.shared("expectation"),
            "What counts as no. What is neither is unknown. Without it, everything that is not yes is no.",
        )
}

fn expectation(before: Before) -> Mapping {
    let mapping = Mapping::of("Conditions on an answer. All that are given must hold.")
        .may("rows", rows(), "The number of rows is `3`, lies in `0..1`, or is at least `1..`.")
        .may(
            "value",
            one_or_list(text()),
            "The first column of every row is this, in this order: one value, or a list.",
        )
        .may("text", text(), "A regular expression is found in some row; `^` and `$` are the ends of the row.")
        .may(
            "every",
            text(),
            "A regular expression is found in every row, as with `text`. Where there is no row, this holds.",
        )
        .may(
            "exit",
            one_or_list(status_number()),
            "The exit status is one of these. Where it is not given, 0 is expected.",
        )
        .may(
            "status",
            one_or_list(status_number()),
            "The HTTP status is one of these. Where it is not given, 200 to 299 is expected.",
        )
        .may("exists", yes_or_no(), "The file is there (`yes`) or not (`no`).")
        .not_empty();
    match before {
        Before::Known => mapping.may("unchanged", yes_or_no(), "The answer is the one from before the hop."),
        Before::Unknown => mapping,
    }
}

fn check(before: Before) -> Mapping {
    let mapping = Mapping::of("A check: a probe with a title.")
        .need("id", super::shape::id(), "What `--accept ID=REASON` names; different within its list.")
        .need("title", text(), "What holds when it passes.");
    questions(mapping, before)
        .may("fix", text(), "What to do when it says no.")
        .may("why", text(), "Why it is asked.")
        .may(
            "level",
            words(&["must", "should"]),
            "`must` (the default) stops. `should` warns, and the operator may accept it with a reason.",
        )
        .may(
            "at",
            words(&["start", "hop"]),
            "`start` (the default): before the run, and again before its hop. `hop`: only before its hop, where an \
             earlier hop repairs what it finds. Of the first hop it is asked at the start all the same.",
        )
        .may("when", text(), "An expression; the check is left out where it is false.")
        .may("repeat", shared("repeat-known"), "One check for each item.")
}

fn repeat(items: Value, over: &str) -> Mapping {
    let name = serde_json::json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]*$" });
    Mapping::of("One for each item. At most 10,000 items.")
        .need("over", items, over)
        .need("as", name, "The name under which templates see the item.")
        .may(
            "key",
            text(),
            "For items with several columns: the one that names the item in keys; the first one if not given.",
        )
        .may("batch", text(), "So many items are done together; the item is then a list.")
}
