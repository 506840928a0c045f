//! Decodes backfills.

use marked_yaml::Node;

use super::node::{Context, Fields, entries, expression, number, one_or_list, place, text};
use super::probe::{Allowed, probe, program, query, store};
use super::step::at_least_one;
use crate::model::{Backfill, Command, Convert, Converter};

/// So many workers write into one table; each takes a connection of the server.
const MOST_WORKERS: u32 = 16;

pub(super) fn backfill(context: &Context, node: &Node) -> Option<Backfill> {
    let fields = Fields::of(context, node, "a backfill")?;
    let store = store(&fields);
    let table = fields.need("table", text);
    let key = fields.need("key", |context, node| one_or_list(context, node, text));
    let pending = fields.need("where", text);
    let set = fields.get("set", |context, node| {
        entries(context, node, |context, column, value| Some((column.as_str().to_owned(), text(context, value)?)))
    });
    let statement = fields.get("statement", query);
    let convert = fields.get("convert", convert).map(Box::new);
    let batch = fields.get("batch", at_least_one);
    let workers = fields.get("workers", workers);
    let only_while = fields.get("only_while", |context, node| probe(context, node, Allowed::default())).map(Box::new);
    fields.finish();
    let ways: Vec<_> = ["set", "statement", "convert"].into_iter().filter(|way| fields.has(way)).collect();
    if let [first, second, ..] = ways.as_slice() {
        let message = format!("a backfill has both `{first}` and `{second}`");
        context.report(fields.key_place(second), message, "keep one of them");
    }
    if ways.is_empty() {
        let help = "add `set:` with columns and their values, `statement:` with what is done for each batch, or \
                    `convert:` with what becomes of rows outside the database";
        context.report(fields.place(), "a backfill does not say what is done with the rows", help);
    }
    if ways.iter().any(|way| match *way {
        "set" => set.is_none(),
        "statement" => statement.is_none(),
        _ => convert.is_none(),
    }) {
        return None;
    }
    let set = set.unwrap_or_default();
    let (table, key, pending) = (table?, key?, pending?);
    if let Some(convert) = &convert {
        apart(&fields, &key, convert);
    }
    Some(Backfill { store, table, key, pending, set, statement, convert, batch, workers, only_while, set_aside: false })
}

fn workers(context: &Context, node: &Node) -> Option<u32> {
    let count = number(context, node)?;
    if !(1..=MOST_WORKERS).contains(&count) {
        let help = format!("write 1 to {MOST_WORKERS}");
        context.report(place(node), format!("a backfill cannot have {count} workers"), help);
    }
    Some(count)
}

fn convert(context: &Context, node: &Node) -> Option<Convert> {
    let fields = Fields::of(context, node, "a conversion of rows")?;
    let read = fields.get("read", read);
    let write = fields.get("write", |context, node| one_or_list(context, node, text));
    let by = match fields.one_of(&["run", "set"]) {
        Some("run") => {
            if write.is_none() && !fields.means("write") {
                let help = "add `write:` with the columns that the command gives";
                context.report(fields.place(), "nothing says which columns the command gives", help);
            }
            let command = fields.get("run", filter).map(Box::new);
            command.zip(write).map(|(command, write)| Converter::Run { command, write })
        }
        Some(_) => {
            if fields.has("write") {
                let help = "remove it: `set` names the columns";
                context.report(fields.key_place("write"), "`write` means nothing beside `set`", help);
            }
            let column = |context: &Context, column: &marked_yaml::types::MarkedScalarNode, value: &Node| {
                Some((column.as_str().to_owned(), expression(context, value)?))
            };
            fields.get("set", |context, node| entries(context, node, column)).map(Converter::Set)
        }
        None => None,
    };
    fields.finish();
    if fields.has("read") && read.is_none() {
        return None;
    }
    Some(Convert { read: read.unwrap_or_default(), by: by? })
}

/// Columns, or names with the expressions by which they are read.
fn read(context: &Context, node: &Node) -> Option<Vec<(String, Option<String>)>> {
    match node {
        Node::Mapping(_) => {
            entries(context, node, |context, name, value| Some((name.as_str().to_owned(), Some(text(context, value)?))))
        }
        _ => one_or_list(context, node, text).map(|columns| columns.into_iter().map(|name| (name, None)).collect()),
    }
}

/// A command whose input and output are rows.
fn filter(context: &Context, node: &Node) -> Option<Command> {
    let fields = Fields::of(context, node, "a command that converts rows")?;
    let command = program(&fields);
    fields.finish();
    command
}

/// A row is known by its key, so the key stays as it is and no other value has its name.
fn apart(fields: &Fields<'_>, key: &[String], convert: &Convert) {
    let place = fields.key_place("convert");
    if let Some(column) = convert.columns().into_iter().find(|column| key.iter().any(|key| key == column)) {
        let message = format!("the key `{column}` cannot be written: by it a row is found again");
        fields.context.report(place, message, "write other columns");
    }
    let names = || convert.read.iter().map(|(name, _)| name);
    if let Some(name) = names().find(|name| key.contains(name)) {
        let help = "remove it: every row comes with its key";
        fields.context.report(place, format!("the key `{name}` is read twice"), help);
    }
}
