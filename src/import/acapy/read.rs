//! The file to what it says, with everything that is wrong in it at once.

use std::path::Path;

use marked_yaml::Node;
use marked_yaml::types::MarkedScalarNode;

use super::super::ImportError;
use super::{Action, Explicit, Listed, Source, Tag, Upgrades};
use crate::definition::node::{Context, Fields, entries, is_nothing, list, place_of, text, word, wrong_type};
use crate::definition::parse::parse;
use crate::definition::{Findings, Sources};
use crate::model::{Place, Scheme};

/// Functions of ACA-Py's that do nothing: it keeps the name and has an empty body.
const EMPTY: [&str; 1] = ["update_existing_records"];

const SWITCH: [(&str, bool); 12] = [
    ("true", true),
    ("false", false),
    ("True", true),
    ("False", false),
    ("TRUE", true),
    ("FALSE", false),
    ("yes", true),
    ("no", false),
    ("Yes", true),
    ("No", false),
    ("on", true),
    ("off", false),
];

/// Reads the file. `to` is added as a version that lists nothing, unless the file lists it.
///
/// # Errors
/// With everything that is wrong in the file, that it cannot be read, or that `to` is no version.
pub(in super::super) fn read(path: &Path, to: Option<&str>) -> Result<Upgrades, ImportError> {
    let to = to.map(|to| Scheme::Pep440.parse(to)).transpose().map_err(ImportError::Target)?;
    let context = Context::default();
    let mut sources = Sources::default();
    let content = std::fs::read(path).map(String::from_utf8);
    let text = content.as_ref().ok().and_then(|text| text.as_ref().ok());
    let file = sources.add(path.display().to_string(), text.map_or("", |text| text.trim_start_matches('\u{feff}')));
    let whole = Place { file, line: 0, column: 0 };
    let mut found = Upgrades { versions: Vec::new(), tags: Vec::new() };
    match content {
        Err(error) => {
            let help = "name ACA-Py's `default_version_upgrade_config.yml`, or your own file of this kind";
            context.report(whole, format!("the file cannot be read: {error}"), help);
        }
        Ok(Err(_)) => context.report(whole, "the file is not UTF-8 text", "save it as UTF-8"),
        Ok(Ok(_)) => {
            if let Some(node) = parse(&context, &sources, file) {
                upgrades(&context, &node, &mut found);
                if found.versions.is_empty() && to.is_none() && found.tags.is_empty() {
                    let help = "write an entry such as `v0.8.1: { update_existing_records: false }`";
                    context.report(whole, "the file lists no version", help);
                } else if found.versions.is_empty() && to.is_none() {
                    let help = "say to which version the catalogue leads: add `--to VERSION`";
                    context.report(whole, "the file lists tags and no version", help);
                }
            }
        }
    }
    if let Some(findings) = Findings::of(sources, context.into_findings()) {
        return Err(ImportError::File(findings));
    }
    if let Some(version) = to.filter(|to| !found.versions.iter().any(|listed| listed.version == *to)) {
        found.versions.push(Listed { version, work: Vec::new(), explicit: None, source: None });
    }
    found.versions.sort_by(|a, b| a.version.cmp(&b.version));
    Ok(found)
}

fn upgrades(context: &Context, node: &Node, found: &mut Upgrades) {
    entries(context, node, |context, key, node| {
        let place = place_of(key.span());
        let entry = entry(context, key, node)?;
        let source = Source { id: key.as_str().to_owned(), line: place.line };
        match Scheme::Pep440.parse(key.as_str()) {
            Ok(version) => {
                if let Some(same) = found.versions.iter().find(|listed| listed.version == version) {
                    let line = same.source.as_ref().map_or(0, |source| source.line);
                    let message = format!("`{}` is the version on line {line} again", key.as_str());
                    context.report(place, message, "put both into one entry");
                }
                found.versions.push(Listed {
                    version,
                    work: entry.work,
                    explicit: entry.explicit,
                    source: Some(source),
                });
            }
            Err(_) if tag(context, key, &entry) => found.tags.push(Tag { work: entry.work, source }),
            Err(_) => {}
        }
        Some(())
    });
}

/// Whether an id that is no version can be a tag. A mistyped version must not become one: it would never run.
fn tag(context: &Context, key: &MarkedScalarNode, entry: &Entry) -> bool {
    let (id, place) = (key.as_str(), place_of(key.span()));
    let before = id.strip_prefix(['v', 'V']).unwrap_or(id);
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && !id.starts_with('-');
    if before.starts_with(|c: char| c.is_ascii_digit()) {
        let help = "write a version such as `v0.8.1`, or begin the tag's name with a letter";
        context.report(place, format!("`{id}` looks like a version and is none"), help);
    } else if !plain || id.is_empty() {
        let help = "use letters, digits, `-`, `_` and `.`: it is typed as `--tag NAME`";
        context.report(place, format!("`{id}` cannot be the name of a tag"), help);
    } else if entry.explicit.is_some() {
        let help = "remove it: an agent that starts applies no tag by itself";
        context.report(place, format!("the tag `{id}` has `explicit_upgrade`, which is for versions"), help);
    } else if entry.work.is_empty() && entry.sound {
        let help = "write the version that is meant, switch an action on, or remove the entry";
        context.report(place, format!("`{id}` is no version, and as a tag it does nothing"), help);
    } else {
        return true;
    }
    false
}

struct Entry {
    work: Vec<Action>,
    explicit: Option<Explicit>,
    /// Every part of it was understood.
    sound: bool,
}

fn entry(context: &Context, key: &MarkedScalarNode, node: &Node) -> Option<Entry> {
    if is_nothing(node) {
        let help = "write `{}` where there is nothing to do, or remove the entry";
        context.report(place_of(key.span()), format!("`{}` is empty, on which ACA-Py fails", key.as_str()), help);
        return None;
    }
    if !matches!(node, Node::Mapping(_)) {
        wrong_type(context, node, "what the version or tag does", "write `name: value` lines below it");
        return None;
    }
    let mut entry = Entry { work: Vec::new(), explicit: None, sound: true };
    let found = entries(context, node, |context, key, node| match key.as_str() {
        "resave_records" => resave(context, node, &mut entry.work),
        "explicit_upgrade" => {
            entry.explicit = word(context, node, &[("critical", Explicit::Critical), ("warning", Explicit::Warning)]);
            entry.explicit.map(drop)
        }
        name => {
            let on = switch(context, key, node)?;
            if on && !EMPTY.contains(&name) {
                add(&mut entry.work, Action::Switch(name.to_owned()));
            }
            Some(())
        }
    });
    let keys = if let Node::Mapping(mapping) = node { mapping.len() } else { 0 };
    entry.sound = found.is_some_and(|found| found.len() == keys);
    Some(entry)
}

/// A function and whether it runs.
fn switch(context: &Context, key: &MarkedScalarNode, node: &Node) -> Option<bool> {
    let name = key.as_str();
    if !identifier(name) {
        let help = "write the name of one of ACA-Py's functions, such as `fix_issue_rev_reg_records`";
        context.report(place_of(key.span()), format!("`{name}` cannot be the name of an action"), help);
        return None;
    }
    if matches!(node, Node::Scalar(_)) {
        return word(context, node, &SWITCH);
    }
    let help = "an action is `name: true` or `name: false`; classes to save again stand under `resave_records`";
    wrong_type(context, node, "`true` or `false`", help);
    None
}

fn resave(context: &Context, node: &Node, work: &mut Vec<Action>) -> Option<()> {
    let fields = Fields::of(context, node, "`resave_records`")?;
    let mut whole = true;
    for key in ["base_record_path", "base_exch_record_path"] {
        let listed = fields.node(key).and_then(|node| {
            let classes = list(context, node, class_path)?;
            let items = if let Node::Sequence(items) = node { items.len() } else { 0 };
            whole &= classes.len() == items;
            Some(classes)
        });
        whole &= listed.is_some() || !fields.has(key);
        for class in listed.into_iter().flatten() {
            add(work, Action::Resave { list: key, class });
        }
    }
    fields.finish();
    whole.then_some(())
}

/// The dotted path of a Python class.
fn class_path(context: &Context, node: &Node) -> Option<String> {
    let path = text(context, node)?;
    if path.contains('.') && path.split('.').all(identifier) {
        return Some(path);
    }
    let help = "write module and class with dots, such as `aries_cloudagent.connections.models.conn_record.ConnRecord`";
    context.report(crate::definition::node::place(node), format!("`{path}` is not the path of a class"), help);
    None
}

fn identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Each once, however often an entry lists it.
fn add(work: &mut Vec<Action>, action: Action) {
    if !work.iter().any(|there| there.same(&action)) {
        work.push(action);
    }
}
