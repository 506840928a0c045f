//! Edits of YAML files: text spliced where a parser says that a value stands.

mod rename;
mod tree;
mod write;

use saphyr_parser::ScalarStyle;
use serde_json::{Map, Value};

use self::tree::{Kind, Node};
use self::write::Quotes;
use super::FileError;
use super::lines::{
    Splice, after_line, column, content_end, first_on_line, line_end, line_start, splice, without_lines,
};
use super::plain::Edit;

/// The text with an edit made.
///
/// # Errors
/// When an anchor, an alias or a tag is at the place, or it is written in a way that cannot be followed.
pub fn edit(text: &str, edit: &Edit, data: &Value) -> Result<String, FileError> {
    match edit {
        Edit::Set { path, value } => set(text, path, value),
        Edit::Remove { path } => remove(text, path),
        Edit::Append { path, items } => items.iter().try_fold(text.to_owned(), |text, item| append(&text, path, item)),
        Edit::Delete { path, at } => at.iter().rev().try_fold(text.to_owned(), |text, at| delete(&text, path, *at)),
        Edit::Rename { from, to } => rename::rename(text, from, to, data),
    }
}

/// A mapping on the way to a value, and the key that it stands at.
#[derive(Clone, Copy)]
struct Stop<'t> {
    key: Option<&'t Node>,
    node: &'t Node,
}

/// How far a path leads into the file.
struct Way<'t, 'p> {
    /// From the root to the last value that is there.
    stops: Vec<Stop<'t>>,
    /// The names for which there is nothing.
    missing: &'p [String],
}

impl<'t> Way<'t, '_> {
    fn last(&self) -> Result<Stop<'t>, FileError> {
        self.stops.last().copied().ok_or_else(|| FileError::refused("nothing is written in it"))
    }

    /// The mapping around the last value.
    fn holder(&self) -> Option<Stop<'t>> {
        self.stops.len().checked_sub(2).map(|at| self.stops[at])
    }

    /// Whether the last value stands within brackets of another.
    fn in_brackets(&self) -> bool {
        self.stops.iter().rev().skip(1).any(|stop| matches!(stop.node.kind, Kind::Map { flow: true, .. }))
    }
}

fn way<'t, 'p>(root: &'t Node, path: &'p [String]) -> Result<Way<'t, 'p>, FileError> {
    let mut stops = vec![Stop { key: None, node: root }];
    let mut node = root;
    for (depth, name) in path.iter().enumerate() {
        if node.marked {
            return Err(tangled());
        }
        let entries = match &node.kind {
            Kind::Map { entries, .. } => entries,
            Kind::Scalar { .. } => return Ok(Way { stops, missing: &path[depth..] }),
            Kind::List { .. } | Kind::Alias => return Err(tangled()),
        };
        if entries.iter().any(|(key, _)| key.text() == Some("<<") || key.marked) {
            return Err(tangled());
        }
        let Some((key, value)) = entries.iter().find(|(key, _)| key.text() == Some(name)) else {
            return Ok(Way { stops, missing: &path[depth..] });
        };
        stops.push(Stop { key: Some(key), node: value });
        node = value;
    }
    Ok(Way { stops, missing: &[] })
}

fn tangled() -> FileError {
    FileError::refused("an anchor, an alias, a merge or a tag is at that place")
}

fn done(text: &str, changes: Vec<Splice>) -> Result<String, FileError> {
    splice(text, changes).ok_or_else(|| FileError::refused("its changes overlap"))
}

fn set(text: &str, path: &[String], value: &Value) -> Result<String, FileError> {
    let Some(root) = tree::parse(text)? else {
        let Some((first, rest)) = path.split_first() else { return Ok(text.to_owned()) };
        return done(text, vec![after_line(text, text.len(), &write::entry_lines(first, &nested(rest, value), 0, 2))]);
    };
    let way = way(&root, path)?;
    let step = step(text, &root);
    let stop = way.last()?;
    let Some((name, rest)) = way.missing.split_first() else {
        return replace(text, stop, value, way.in_brackets(), step);
    };
    let value = nested(rest, value);
    match &stop.node.kind {
        Kind::Map { entries, flow: false } => {
            let Some((key, _)) = entries.first() else { return Err(unknown()) };
            own_line(text, key)?;
            let lines = write::entry_lines(name, &value, column(text, key.range.start), step);
            done(text, vec![after_line(text, entry_end(text, stop.node), &lines)])
        }
        Kind::Map { entries, flow: true } if !entries.is_empty() => {
            let brackets = stop.node.brackets().ok_or_else(unknown)?;
            done(text, brackets.append(text, &write::entry(name, &value)))
        }
        _ => {
            let value = nested(std::slice::from_ref(name), &value);
            replace(text, stop, &value, way.in_brackets(), step)
        }
    }
}

/// The value with mappings around it.
fn nested(path: &[String], value: &Value) -> Value {
    path.iter().rev().fold(value.clone(), |value, name| Value::Object(Map::from_iter([(name.clone(), value)])))
}

fn unknown() -> FileError {
    FileError::refused("the place is written in a way that is not known")
}

fn own_line(text: &str, key: &Node) -> Result<(), FileError> {
    if first_on_line(text, key.range.start) { Ok(()) } else { Err(unknown()) }
}

/// The last offset of the last entry of a block mapping.
fn entry_end(text: &str, map: &Node) -> usize {
    match &map.kind {
        Kind::Map { entries, .. } => entries.last().map_or(map.range.end, |(key, value)| value_end(text, key, value)),
        _ => map.range.end,
    }
}

/// Where an entry ends: behind its value, or its colon when it has none.
fn value_end(text: &str, key: &Node, value: &Node) -> usize {
    match value.kind {
        Kind::Map { flow: false, .. } => entry_end(text, value).max(value.range.end),
        _ => value.range.end.max(colon(text, key).unwrap_or(key.range.end)),
    }
}

/// Behind the colon of a key.
fn colon(text: &str, key: &Node) -> Result<usize, FileError> {
    let behind = &text[key.range.end..content_end(text, key.range.end)];
    match behind.trim_start().starts_with(':') {
        true => Ok(key.range.end + behind.len() - behind.trim_start().len() + 1),
        false => Err(unknown()),
    }
}

/// How much further in nested mappings are in this file.
fn step(text: &str, node: &Node) -> usize {
    fn find(text: &str, node: &Node) -> Option<usize> {
        let Kind::Map { entries, flow: false } = &node.kind else { return None };
        let at = column(text, node.range.start);
        entries.iter().find_map(|(_, value)| match value.kind {
            Kind::Map { flow: false, .. } => column(text, value.range.start).checked_sub(at),
            _ => find(text, value),
        })
    }
    find(text, node).filter(|step| *step > 0).unwrap_or(2)
}

/// Puts another value where one stands.
fn replace(text: &str, stop: Stop, value: &Value, in_brackets: bool, step: usize) -> Result<String, FileError> {
    let Stop { key, node } = stop;
    if node.is_tangled() {
        return Err(tangled());
    }
    let Some(key) = key else { return done(text, root(text, node, value, step)) };
    let block = write::is_block(value) && !in_brackets;
    let mut changes = Vec::new();
    let behind = colon(text, key)?;
    let quotes = match &node.kind {
        Kind::Scalar { style: ScalarStyle::SingleQuoted, .. } => Quotes::Single,
        Kind::Scalar { style: ScalarStyle::DoubleQuoted, .. } => Quotes::Double,
        _ => Quotes::None,
    };
    // What stands there goes. `line` is an offset on the last line that stays.
    let mut line = behind;
    if node.is_block() || node.is_text_block() {
        if node.is_text_block() {
            let sign = behind + text[behind..].find(['|', '>']).ok_or_else(unknown)?;
            let rest = text[sign..].trim_start_matches(|c: char| "|>+-".contains(c) || c.is_ascii_digit());
            changes.push(Splice::delete(behind..text.len() - rest.len()));
        }
        let first = line_start(text, node.range.start).max(line_end(text, behind));
        changes.push(Splice::delete(first..line_end(text, node.range.end).max(first)));
    } else if node.is_blank() {
    } else if block {
        let before = text[..node.range.start].trim_end_matches([' ', '\t']).len();
        changes.push(Splice::delete(before..node.range.end));
        line = node.range.end;
    } else {
        changes.push(Splice::new(node.range.clone(), write::inline(value, quotes)));
        return done(text, changes);
    }
    if block {
        let lines = write::block_lines(value, column(text, key.range.start) + step, step);
        changes.push(after_line(text, line, &lines));
    } else {
        changes.push(Splice::insert(behind, format!(" {}", write::inline(value, quotes))));
    }
    done(text, changes)
}

/// Puts another value in the place of the whole document's.
fn root(text: &str, node: &Node, value: &Value, step: usize) -> Vec<Splice> {
    let lines = write::block_lines(value, 0, step);
    if first_on_line(text, node.range.start) {
        return vec![Splice::new(node.range.clone(), lines.join(super::lines::newline(text)))];
    }
    vec![Splice::new(node.range.clone(), write::inline(value, Quotes::None))]
}

fn remove(text: &str, path: &[String]) -> Result<String, FileError> {
    let root = tree::parse(text)?.ok_or_else(unknown)?;
    let way = way(&root, path)?;
    let (Some(holder), Stop { key: Some(key), node }) = (way.holder(), way.last()?) else { return Err(unknown()) };
    if node.is_tangled() {
        return Err(tangled());
    }
    if let Some(brackets) = holder.node.brackets() {
        let at = brackets.items.iter().position(|item| item.start == key.range.start).ok_or_else(unknown)?;
        return done(text, brackets.delete(text, at));
    }
    own_line(text, key)?;
    let mut changes = vec![without_lines(text, key.range.start, value_end(text, key, node))];
    if let (Kind::Map { entries, .. }, Some(above)) = (&holder.node.kind, holder.key)
        && entries.len() == 1
    {
        // An empty mapping must be written, or the key above would have no value.
        changes.push(Splice::insert(colon(text, above)?, " {}"));
    }
    done(text, changes)
}

fn append(text: &str, path: &[String], item: &Value) -> Result<String, FileError> {
    let root = tree::parse(text)?.ok_or_else(unknown)?;
    let node = way(&root, path)?.last()?.node;
    if node.marked {
        return Err(tangled());
    }
    if let Some(brackets) = node.brackets() {
        return done(text, brackets.append(text, &write::inline(item, Quotes::None)));
    }
    let Kind::List { items, .. } = &node.kind else { return Err(tangled()) };
    let last = items.last().ok_or_else(unknown)?;
    let indent = column(text, tree::dash(text, last.range.start)?);
    let lines = write::item_lines(item, indent, step(text, &root));
    done(text, vec![after_line(text, end(text, last), &lines)])
}

fn delete(text: &str, path: &[String], at: usize) -> Result<String, FileError> {
    let root = tree::parse(text)?.ok_or_else(unknown)?;
    let stop = way(&root, path)?.last()?;
    if stop.node.marked {
        return Err(tangled());
    }
    if let Some(brackets) = stop.node.brackets() {
        return done(text, brackets.delete(text, at));
    }
    let Kind::List { items, .. } = &stop.node.kind else { return Err(tangled()) };
    let item = items.get(at).ok_or_else(unknown)?;
    if item.is_tangled() {
        return Err(tangled());
    }
    let dash = tree::dash(text, item.range.start)?;
    if !first_on_line(text, dash) {
        return Err(unknown());
    }
    let mut changes = vec![without_lines(text, dash, end(text, item).max(dash))];
    if let (1, Some(key)) = (items.len(), stop.key) {
        // Readers take a key without a value for null, which is no list.
        changes.push(Splice::insert(colon(text, key)?, " []"));
    }
    done(text, changes)
}

fn end(text: &str, node: &Node) -> usize {
    match &node.kind {
        Kind::Map { flow: false, .. } => entry_end(text, node),
        _ => node.range.end,
    }
}
