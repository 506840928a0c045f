//! Decodes what a step does.

use marked_yaml::Node;

use super::backfill::backfill;
use super::duration;
use super::edit::edit;
use super::node::{Context, Fields, Mentioned, boolean, list, parsed, place, template, text};
use super::probe::{Allowed, command, expect, http, probe, query, store};
use super::step::{Part, step_list};
use crate::model::{AskSpec, BackupSpec, Http, Kind, SqlSpec, Wait};

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
