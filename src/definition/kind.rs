//! Decodes what a step does.

use marked_yaml::Node;

use super::duration;
use super::edit::edit;
use super::node::{
    Context, Fields, Mentioned, boolean, entries, list, number, one_or_list, parsed, place, template, text,
};
use super::probe::{Allowed, command, expect, http, probe, query, store};
use super::step::{Part, at_least_one, step_list};
use crate::model::{AskSpec, Backfill, BackupSpec, Http, Kind, SqlSpec, Wait};

/// So many workers write into one table; each takes a connection of the server.
const MOST_WORKERS: u32 = 16;

/// The one key among a step's that says what it does. Ask for all others first.
pub(super) fn kind(fields: &Fields<'_>) -> Option<Kind> {
    let kind = fields.one_of(&["sql", "backfill", "run", "file", "ask", "backup", "http", "wait", "steps", "use"])?;
    fields.get(kind, |context, node| match kind {
        "sql" => sql(context, node).map(Kind::Sql),
        "backfill" => backfill(context, node).map(Kind::Backfill),
        "run" => run(context, node),
        "file" => edit(context, node).map(Kind::File),
        "ask" => ask(context, node).map(Kind::Ask),
        "backup" => backup(context, node).map(Kind::Backup),
        "http" => request(context, node).map(Kind::Http),
        "wait" => wait(context, node).map(Box::new).map(Kind::Wait),
        // A group is undone as a whole, by the `undo` beside it.
        "steps" => step_list(context, node, Part::Work).map(Kind::Steps),
        _ => {
            let name = text(context, node)?;
            context.mention(Mentioned::Action, &name, place(node));
            Some(Kind::Use(name))
        }
    })
}

/// Whether only the step's author knows if it may simply be done again.
pub(super) fn needs_resume(kind: &Kind) -> bool {
    match kind {
        Kind::Run(_) | Kind::Http(_) => true,
        Kind::Sql(_)
        | Kind::Backfill(_)
        | Kind::File(_)
        | Kind::Ask(_)
        | Kind::Backup(_)
        | Kind::Wait(_)
        | Kind::Steps(_)
        | Kind::Use(_)
        | Kind::Check(_) => false,
    }
}

fn sql(context: &Context, node: &Node) -> Option<SqlSpec> {
    let fields = Fields::of(context, node, "an SQL step")?;
    let store = store(&fields);
    let statements = fields.need("statements", |context, node| list(context, node, query));
    fields.finish();
    Some(SqlSpec { store, statements: statements? })
}

fn backfill(context: &Context, node: &Node) -> Option<Backfill> {
    let fields = Fields::of(context, node, "a backfill")?;
    let store = store(&fields);
    let table = fields.need("table", text);
    let key = fields.need("key", |context, node| one_or_list(context, node, text));
    let pending = fields.need("where", text);
    let (sets, states) = (fields.has("set"), fields.has("statement"));
    let set = fields.get("set", |context, node| {
        entries(context, node, |context, column, value| Some((column.as_str().to_owned(), text(context, value)?)))
    });
    let statement = fields.get("statement", query);
    let batch = fields.get("batch", at_least_one);
    let workers = fields.get("workers", workers);
    let only_while = fields.get("only_while", |context, node| probe(context, node, Allowed::default())).map(Box::new);
    fields.finish();
    if sets && states {
        context.report(fields.key_place("statement"), "a backfill has both `set` and `statement`", "keep one of them");
    }
    if !sets && !states {
        let help = "add `set:` with columns and their values, or `statement:` with what is done for each batch";
        context.report(fields.place(), "a backfill does not say what is done with the rows", help);
    }
    if states && statement.is_none() || sets && set.is_none() {
        return None;
    }
    let set = set.unwrap_or_default();
    let (table, key, pending) = (table?, key?, pending?);
    Some(Backfill { store, table, key, pending, set, statement, batch, workers, only_while, set_aside: false })
}

fn workers(context: &Context, node: &Node) -> Option<u32> {
    let count = number(context, node)?;
    if !(1..=MOST_WORKERS).contains(&count) {
        let help = format!("write 1 to {MOST_WORKERS}");
        context.report(place(node), format!("a backfill cannot have {count} workers"), help);
    }
    Some(count)
}

fn run(context: &Context, node: &Node) -> Option<Kind> {
    let fields = Fields::of(context, node, "a command")?;
    let command = command(&fields);
    let expect =
        fields.get("expect", |context, node| expect(context, node, Allowed { kind: "run", ..Allowed::default() }));
    fields.finish();
    let mut command = command?;
    command.expect = expect;
    Some(Kind::Run(command))
}

fn request(context: &Context, node: &Node) -> Option<Http> {
    let fields = Fields::of(context, node, "an HTTP request")?;
    let http = http(&fields);
    let expect =
        fields.get("expect", |context, node| expect(context, node, Allowed { kind: "http", ..Allowed::default() }));
    fields.finish();
    let mut http = http?;
    http.expect = expect;
    Some(http)
}

fn wait(context: &Context, node: &Node) -> Option<Wait> {
    let time = |context: &Context, node: &Node| {
        parsed(context, node, "a whole number with `ms`, `s`, `m`, `h` or `d`, such as `5s`", duration::parse)
    };
    let fields = Fields::of(context, node, "a wait")?;
    let until = fields.need("until", |context, node| probe(context, node, Allowed::default()));
    let every = fields.get("every", time);
    let timeout = fields.get("timeout", time);
    fields.finish();
    Some(Wait { until: until?, every: every.unwrap_or(2_000).max(100), timeout })
}

fn ask(context: &Context, node: &Node) -> Option<AskSpec> {
    let fields = Fields::of(context, node, "a question")?;
    let spec_text = fields.need("text", template);
    let choices = fields.list("choices", template);
    let typed = fields.get("typed", text);
    let default = fields.get("default", template);
    fields.finish();
    Some(AskSpec { text: spec_text?, choices, typed, default })
}

fn backup(context: &Context, node: &Node) -> Option<BackupSpec> {
    let fields = Fields::of(context, node, "a backup")?;
    let store = store(&fields);
    let to = fields.get("to", template);
    // A copy that was never opened is a hope, so leaving it out has to be said.
    let prove = fields.get("prove", boolean).unwrap_or(true);
    fields.finish();
    Some(BackupSpec { store, to, prove })
}
