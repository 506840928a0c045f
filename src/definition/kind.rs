//! Decodes what a step does.

use marked_yaml::Node;

use super::duration;
use super::node::{
    Context, Fields, Mentioned, boolean, entries, list, one_or_list, parsed, place, place_of, template, text,
};
use super::probe::{Allowed, command, expect, http, probe, query, store};
use super::step::{Part, at_least_one, step_list};
use crate::model::{AskSpec, Backfill, BackupSpec, FileEdit, Http, IniKey, Kind, SqlSpec, Wait};

/// The one key among a step's that says what it does. Ask for all others first.
pub(super) fn kind(fields: &Fields<'_>) -> Option<Kind> {
    let kind = fields.one_of(&["sql", "backfill", "run", "file", "ask", "backup", "http", "wait", "steps", "use"])?;
    fields.get(kind, |context, node| match kind {
        "sql" => sql(context, node).map(Kind::Sql),
        "backfill" => backfill(context, node).map(Kind::Backfill),
        "run" => run(context, node),
        "file" => file(context, node).map(Kind::File),
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
    let set = fields.need("set", |context, node| {
        entries(context, node, |context, column, value| Some((column.as_str().to_owned(), text(context, value)?)))
    });
    let batch = fields.get("batch", at_least_one);
    fields.finish();
    Some(Backfill { store, table: table?, key: key?, pending: pending?, set: set?, batch })
}

fn run(context: &Context, node: &Node) -> Option<Kind> {
    let fields = Fields::of(context, node, "a command")?;
    let command = command(&fields);
    let expect = fields.get("expect", |context, node| expect(context, node, Allowed::default()));
    fields.finish();
    let mut command = command?;
    command.expect = expect;
    Some(Kind::Run(command))
}

fn request(context: &Context, node: &Node) -> Option<Http> {
    let fields = Fields::of(context, node, "an HTTP request")?;
    let http = http(&fields);
    let expect = fields.get("expect", |context, node| expect(context, node, Allowed::default()));
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

fn file(context: &Context, node: &Node) -> Option<FileEdit> {
    let fields = Fields::of(context, node, "a change to a file")?;
    let set = fields.entries("set", setting);
    let default = fields.entries("default", setting);
    let remove = fields.list("remove", |context, node| parsed(context, node, "`section.key`", ini_key));
    let rename = fields.entries("rename", |context, key, value| {
        let from = key_of(context, key)?;
        let to = parsed(context, value, "the new `key` or `section.key`", |text| {
            // A new name alone stays in its section.
            if text.contains('.') { ini_key(text) } else { ini_key(&format!("{}.{text}", from.section)) }
        });
        Some((from, to?))
    });
    let kind = fields.one_of(&["ini", "touch", "absent"]);
    let path = kind.and_then(|kind| fields.get(kind, template));
    fields.finish();
    let changes = ["set", "default", "rename", "remove"];
    match kind? {
        "ini" => {
            if !changes.iter().any(|key| fields.has(key)) {
                context.report(
                    fields.place(),
                    "nothing in the file is changed",
                    "add `set`, `default`, `rename` or `remove`",
                );
            }
            Some(FileEdit::Ini { path: path?, set, default, rename, remove })
        }
        other => {
            for key in changes.iter().filter(|key| fields.has(key)) {
                let message = format!("`{key}` means nothing beside `{other}`");
                context.report(fields.key_place(key), message, "remove it, or name the file with `ini`");
            }
            Some(if other == "touch" { FileEdit::Touch(path?) } else { FileEdit::Absent(path?) })
        }
    }
}

fn setting(
    context: &Context,
    key: &marked_yaml::types::MarkedScalarNode,
    value: &Node,
) -> Option<(IniKey, crate::model::Template)> {
    let (key, value) = (key_of(context, key), template(context, value));
    Some((key?, value?))
}

fn key_of(context: &Context, key: &marked_yaml::types::MarkedScalarNode) -> Option<IniKey> {
    ini_key(key.as_str()).map_err(|message| context.report(place_of(key.span()), message, "write `section.key`")).ok()
}

fn ini_key(text: &str) -> Result<IniKey, String> {
    match text.split_once('.') {
        Some((section, key)) if !section.is_empty() && !key.is_empty() && !text.contains(['\n', '[', ']', '=']) => {
            Ok(IniKey { section: section.to_owned(), key: key.to_owned() })
        }
        _ => Err(format!("`{text}` does not name a value of an INI file")),
    }
}
