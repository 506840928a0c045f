//! Decodes changes to files.

use marked_yaml::Node;
use marked_yaml::types::MarkedScalarNode;

use super::node::{Context, Fields, entries, list, one_or_list, place, place_of, template, text};
use crate::model::{Edits, FileEdit, FileFormat, Insert, Setting, ini_key};

/// What changes a file that has keys.
const CHANGES: [&str; 6] = ["set", "default", "rename", "add", "remove", "insert"];

/// A change to a file.
pub(super) fn edit(context: &Context, node: &Node) -> Option<FileEdit> {
    let fields = Fields::of(context, node, "a change to a file")?;
    let set = fields.entries("set", setting);
    let default = fields.entries("default", setting);
    let add = fields.entries("add", setting);
    let (remove, remove_items) = fields.get("remove", removals).unwrap_or_default();
    let rename = fields.entries("rename", |context, key, value| Some((key.as_str().to_owned(), text(context, value)?)));
    let insert =
        fields.entries("insert", |context, key, node| Some((key.as_str().to_owned(), inserted(context, node)?)));
    let kind = fields.one_of(&["ini", "env", "yaml", "toml", "touch", "absent", "move", "write"]);
    let edit = match kind {
        Some("move") => fields.get("move", moved),
        Some("write") => fields.get("write", written),
        Some(kind @ ("touch" | "absent")) => fields
            .get(kind, template)
            .map(|path| if kind == "touch" { FileEdit::Touch(path) } else { FileEdit::Absent(path) }),
        Some(kind) => format(kind).zip(fields.get(kind, template)).map(|(format, path)| {
            FileEdit::Edit(Edits { format, path, rename, remove, remove_items, default, set, add, insert })
        }),
        None => None,
    };
    fields.finish();
    match (&edit, kind) {
        (Some(FileEdit::Edit(edits)), _) => {
            if !CHANGES.iter().any(|key| fields.means(key)) {
                let help = "add `set`, `default`, `rename`, `add`, `remove` or `insert`";
                context.report(fields.place(), "nothing in the file is changed", help);
            }
            Some(FileEdit::Edit(checked(&fields, edits.clone())))
        }
        (_, Some(kind)) => {
            for key in CHANGES.iter().filter(|key| fields.has(key)) {
                let message = format!("`{key}` means nothing beside `{kind}`");
                let help = "remove it, or name the file with `ini`, `env`, `yaml` or `toml`";
                context.report(fields.key_place(key), message, help);
            }
            edit
        }
        (_, None) => edit,
    }
}

/// The format that a key names.
pub(super) fn format(name: &str) -> Option<FileFormat> {
    [FileFormat::Ini, FileFormat::Env, FileFormat::Yaml, FileFormat::Toml, FileFormat::Json]
        .into_iter()
        .find(|format| format.name() == name)
}

/// Keys that make sense in the file's format; a new INI name alone stays in its section.
fn checked(fields: &Fields<'_>, mut edits: Edits) -> Edits {
    if edits.format == FileFormat::Ini {
        for (from, to) in &mut edits.rename {
            if let (Some((section, _)), false) = (ini_key(from), to.contains('.')) {
                *to = format!("[{section}].{to}");
            }
        }
    }
    let pairs = [&edits.set, &edits.default, &edits.add, &edits.remove_items];
    let mut keys: Vec<&String> = pairs.into_iter().flatten().map(|(key, _)| key).chain(&edits.remove).collect();
    keys.extend(edits.rename.iter().flat_map(|(from, to)| [from, to]));
    keys.extend(edits.insert.iter().map(|(key, _)| key));
    if edits.format != FileFormat::Ini && !edits.insert.is_empty() {
        let help = "use `set` or `add`; words are put into values of an INI file alone";
        fields.context.report(fields.key_place("insert"), "this file has no values that are words", help);
    }
    for key in keys {
        if let Err(message) = key_fits(edits.format, key) {
            let help = if edits.format == FileFormat::Ini {
                "write `section.key`, or `[section].key` where the key holds a dot"
            } else {
                "write a key, with dots between its parts"
            };
            fields.context.report(fields.place(), message, help);
        }
    }
    edits
}

fn key_fits(format: FileFormat, key: &str) -> Result<(), String> {
    let named = key.split('.').all(|part| !part.is_empty()) && !key.contains('\n');
    let fits = match format {
        FileFormat::Ini => {
            let plain = |text: &str| !text.contains(['[', ']', '=']);
            named && ini_key(key).is_some_and(|(section, name)| plain(section) && plain(name))
        }
        FileFormat::Env => named && !key.contains(['.', '=', ' ']),
        FileFormat::Yaml | FileFormat::Toml | FileFormat::Json => named,
    };
    let what = match format {
        FileFormat::Ini => "an INI file",
        FileFormat::Env => "an environment file",
        other => {
            return if fits {
                Ok(())
            } else {
                Err(format!("`{key}` does not name a value of a {} file", other.name()))
            };
        }
    };
    if fits { Ok(()) } else { Err(format!("`{key}` does not name a value of {what}")) }
}

/// A list of keys, or for each list the items that go.
type Removals = (Vec<String>, Vec<(String, Setting)>);

fn removals(context: &Context, node: &Node) -> Option<Removals> {
    match node {
        Node::Mapping(_) => entries(context, node, setting).map(|items| (Vec::new(), items)),
        _ => list(context, node, text).map(|keys| (keys, Vec::new())),
    }
}

fn setting(context: &Context, key: &MarkedScalarNode, value: &Node) -> Option<(String, Setting)> {
    if key.as_str().is_empty() {
        context.report(place_of(key.span()), "a key is empty", "write the key of the value");
    }
    Some((key.as_str().to_owned(), value_of(context, value)?))
}

fn value_of(context: &Context, node: &Node) -> Option<Setting> {
    match node {
        Node::Scalar(_) => template(context, node).map(Setting::Text),
        Node::Sequence(_) => list(context, node, value_of).map(Setting::List),
        Node::Mapping(_) => entries(context, node, setting).map(Setting::Map),
    }
}

fn inserted(context: &Context, node: &Node) -> Option<Insert> {
    let fields = Fields::of(context, node, "a word to put in")?;
    let (word, before) = (fields.need("word", one_word), fields.need("before", |c, n| one_or_list(c, n, one_word)));
    fields.finish();
    Some(Insert { word: word?, before: before? })
}

fn one_word(context: &Context, node: &Node) -> Option<String> {
    let word = text(context, node)?;
    if word.is_empty() || word.contains(char::is_whitespace) {
        context.report(place(node), format!("`{word}` is not one word"), "write a word without spaces");
    }
    Some(word)
}

fn moved(context: &Context, node: &Node) -> Option<FileEdit> {
    let fields = Fields::of(context, node, "a move")?;
    let (from, to) = (fields.need("from", template), fields.need("to", template));
    fields.finish();
    Some(FileEdit::Move { from: from?, to: to? })
}

fn written(context: &Context, node: &Node) -> Option<FileEdit> {
    let fields = Fields::of(context, node, "a file to write")?;
    let (path, content) = (fields.need("path", template), fields.need("content", template));
    fields.finish();
    Some(FileEdit::Write { path: path?, content: content? })
}
