//! What a step does: the kinds, and the keys of each.

use serde_json::{Value, json};

use super::Defs;
use super::probe::{command, program, query, request};
use super::shape::{
    Mapping, any, at_least_one, entries, filled_list, list, one_or_list, shared, text, time, workers, yes_or_no,
};

/// The kinds among a step's keys.
pub(super) fn kinds(mapping: Mapping) -> Mapping {
    mapping
        .kind("sql", shared("sql"), "SQL statements. On SQLite they and the step's mark are one transaction.")
        .kind("backfill", shared("backfill"), "Changes rows in batches along the primary key.")
        .kind("run", shared("run"), "Runs a program. It needs `done_when` or `resume`.")
        .kind("file", shared("file"), "Changes a file of the system. What says so already is left alone.")
        .kind("ask", shared("ask"), "A question, or work that only the operator can do.")
        .kind("backup", shared("backup"), "Copies a store and proves the copy.")
        .kind("http", shared("http"), "A request. It needs `done_when` or `resume`.")
        .kind("wait", shared("wait"), "Waits for something that happens by itself.")
        .kind(
            "steps",
            list(shared("step")),
            "A group. `when`, `repeat`, `offline` and `floor` hold for all of it; its id stands in the keys.",
        )
        .kind("use", text(), "The name of an action in system.yaml: this step is that action.")
}

pub(super) fn defs(defs: &mut Defs) {
    let mut put = |name: &str, schema: Mapping| drop(defs.insert(name.to_owned(), schema.done()));
    put("sql", sql());
    put("backfill", backfill());
    put("convert", convert());
    put("filter", program(Mapping::of(FILTER)).may("timeout", time(), SILENCE));
    put("run", expecting(command(Mapping::of("A program. There is never a shell.")), RUN));
    put("http", expecting(request(Mapping::of("A request.")), HTTP));
    put("file", file());
    put("ask", ask());
    put("backup", backup());
    put("wait", wait());
}

const RUN: &str = "What its exit status and standard output must be; `{ exit: 0 }` if not given.";
const HTTP: &str = "What its status and the lines of its body must be; a status of 200 to 299 if not given.";

fn expecting(mapping: Mapping, meaning: &str) -> Mapping {
    mapping.may("expect", shared("expectation"), meaning)
}

const STORE: &str = "The store; needed where there are several.";

fn sql() -> Mapping {
    Mapping::of("SQL statements. Values are bound: a template stands where a value may stand, without quotes.")
        .may("store", text(), STORE)
        .need("statements", list(query()), "A list. A statement is a template, or one for each engine.")
}

fn backfill() -> Mapping {
    Mapping::of("Changes rows in batches. Each batch and its checkpoint are one transaction.")
        .may("store", text(), STORE)
        .need("table", text(), "The table.")
        .need("key", one_or_list(text()), "The primary key's column, or a list of columns.")
        .need("where", text(), "Which rows are still to do. A row that is done must no longer match.")
        .kind("set", entries(text()), "Column and SQL expression. Not templates.")
        .kind(
            "statement",
            query(),
            "SQL that is carried out for each batch, instead of `set`: text, or one for each engine. `{{ range }}` \
             stands for the keys of the batch. Its rows must not match `where` afterwards.",
        )
        .kind(
            "convert",
            shared("convert"),
            "What becomes of rows outside the database, instead of `set`. They come back in the transaction of their \
             batch.",
        )
        .may(
            "batch",
            at_least_one(),
            "Rows of the first batch; 2000 if not given, 100 with `convert`. Later ones aim at 100 ms, in maintenance 400 ms.",
        )
        .may(
            "workers",
            workers(),
            "So many work at a time, each on keys of its own, 1 to 16; 1 if not given. Without effect on SQLite.",
        )
        .may("only_while", shared("probe"), "Batches are done while this is so; otherwise they wait.")
}

const FILTER: &str = "A program that gets each row as a line of JSON on its standard input, and writes such a line for \
                      each, in the same order.";
const SILENCE: &str = "How long it may keep silent while a row waits for its answer; a minute if not given.";

fn convert() -> Mapping {
    let columns = one_or_list(text());
    Mapping::of("Rows leave the database and come back changed: a program or expressions give the new values.")
        .may(
            "read",
            any(&[columns.clone(), entries(text())]),
            "What is read of a row besides its key: columns, or names with SQL expressions.",
        )
        .kind("run", shared("filter"), "A program that is given rows and answers each; it needs `write`.")
        .kind("set", entries(text()), "Column and expression. A row's values are `row.NAME`.")
        .may("write", columns, "The columns that the program gives.")
}

fn file() -> Mapping {
    // The value of a setting: lists and mappings are possible, and null is a value.
    let settings = || entries(json!({}));
    let moved =
        Mapping::of("A file that is moved.").need("from", text(), "Where it is.").need("to", text(), "Where it goes.");
    let written = Mapping::of("A file that is written.").need("path", text(), "The file.").need(
        "content",
        text(),
        "Its whole content.",
    );
    let inserted = Mapping::of("A word that is put in.").need("word", text(), "The word.").need(
        "before",
        one_or_list(text()),
        "It stands before the first of these that is there. Where none is, the value stays.",
    );
    let mapping = Mapping::of("A change to a file. Comments, order, quoting and line endings stay.")
        .kind("ini", text(), "An INI file; keys are `section.name`, or `[section].name` where the name holds a dot.")
        .kind("env", text(), "An environment file; keys are `NAME`.")
        .kind("yaml", text(), "A YAML file; keys are `a.b.c`.")
        .kind("toml", text(), "A TOML file; keys are `a.b.c`.")
        .kind("touch", text(), "A file that is made if it is not there.")
        .kind("absent", text(), "A file that is removed.")
        .kind("move", moved.done(), "`from` and `to`. Refused for a database that was not closed.")
        .kind("write", written.done(), "`path` and `content`: the whole file.")
        .may("rename", entries(text()), "`old: new`. In an INI file a new name without a dot stays in its section.")
        .may("remove", any(&[list(text()), settings()]), "A list of keys; or `key: items` for items of lists.")
        .may("default", settings(), "`key: value`, where the key is not there.")
        .may("set", settings(), "`key: value`.")
        .may("add", settings(), "`key: items`: those that the list does not have are added at its end.")
        .may(
            "insert",
            entries(inserted.done()),
            "`key: { word: W, before: [X, Y] }`: a word in an INI value that is words with spaces between them, before \
             the first of these that is there. A section that ends with `*` stands for all that begin so.",
        );
    let something = ["touch", "absent", "move", "write", "rename", "remove", "default", "set", "add", "insert"];
    something.into_iter().fold(mapping, |mapping, key| mapping.way(&[key]))
}

fn ask() -> Mapping {
    Mapping::of("A question. Without `choices` it is asked when the run comes to it.")
        .need("text", text(), "What is asked, or what the operator shall do.")
        .may("choices", list(text()), "The possible answers. Such a question is asked before the plan is approved.")
        .may("default", text(), "The answer that is offered, and that `--defaults` gives.")
        .may("typed", text(), "A word that the operator types when it is done.")
}

fn backup() -> Mapping {
    Mapping::of("A copy of a store. It is proven and then renamed: a file with the final name is whole.")
        .may("store", text(), STORE)
        .may("to", text(), "The folder; `backups/` in the state directory if not given.")
        .may("prove", yes_or_no(), "`no` leaves out opening and checking the copy. Default `yes`.")
}

fn wait() -> Mapping {
    Mapping::of("Waits until a probe says yes.")
        .need("until", shared("probe"), "What is waited for.")
        .may("every", time(), "The time between two questions; 2 s if not given.")
        .may("timeout", time(), "After this time it fails; none if not given.")
}

/// A program that stands outside of a definition, as an argument list.
pub(super) fn argv() -> Value {
    filled_list(text())
}
