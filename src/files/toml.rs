//! Edits of TOML files: text spliced where the parser says that a value stands.

use std::ops::Range;

use serde_json::Value;
use toml_edit::{Document, Item, Key, Table};

use super::FileError;
use super::brackets::Brackets;
use super::lines::{Splice, after_line, content_end, line_start, splice, without_lines};
use super::plain::{self, Edit};
use super::toml_write::{entry, inline, key_text};

/// Whether somewhere in the value is what TOML has no word for.
pub fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(map) => map.values().any(has_null),
        _ => false,
    }
}

/// The text with an edit made.
///
/// # Errors
/// When the value is a table with a header of its own, or the place cannot be followed.
pub fn edit(text: &str, edit: &Edit, data: &Value) -> Result<String, FileError> {
    match edit {
        Edit::Set { path, value } => set(text, path, value),
        Edit::Remove { path } => remove(text, path),
        Edit::Append { path, items } => items.iter().try_fold(text.to_owned(), |text, item| append(&text, path, item)),
        Edit::Delete { path, at } => at.iter().rev().try_fold(text.to_owned(), |text, at| delete(&text, path, *at)),
        Edit::Rename { from, to } => rename(text, from, to, data),
    }
}

fn read(text: &str) -> Result<Document<&str>, FileError> {
    Document::parse(text).map_err(|error| FileError::refused(error.message().to_owned()))
}

fn done(text: &str, changes: Vec<Splice>) -> Result<String, FileError> {
    splice(text, changes).ok_or_else(|| FileError::refused("its changes overlap"))
}

fn unknown() -> FileError {
    FileError::refused("the place is written in a way that is not known")
}

fn headed() -> FileError {
    FileError::refused("a table with a header of its own stands there")
}

/// How far a path leads into the file.
struct Way<'d, 'p> {
    /// From the root to the last value that is there, with the keys that they stand at.
    stops: Vec<(Option<&'d Key>, &'d Item)>,
    missing: &'p [String],
}

fn way<'d, 'p>(root: &'d Item, path: &'p [String]) -> Way<'d, 'p> {
    let mut stops = vec![(None, root)];
    let mut item = root;
    for (depth, name) in path.iter().enumerate() {
        let Some((key, below)) = item.as_table_like().and_then(|table| table.get_key_value(name)) else {
            return Way { stops, missing: &path[depth..] };
        };
        stops.push((Some(key), below));
        item = below;
    }
    Way { stops, missing: &[] }
}

fn span(range: Option<Range<usize>>) -> Result<Range<usize>, FileError> {
    range.ok_or_else(unknown)
}

fn set(text: &str, path: &[String], value: &Value) -> Result<String, FileError> {
    let document = read(text)?;
    let way = way(document.as_item(), path);
    let Some(&(_, item)) = way.stops.last() else { return Err(unknown()) };
    let Some((name, rest)) = way.missing.split_first() else {
        let Item::Value(old) = item else { return Err(headed()) };
        if old.as_inline_table().is_some_and(|table| table.is_dotted()) {
            return Err(headed());
        }
        let range = span(old.span())?;
        return done(text, vec![Splice::new(range.clone(), inline(value, text[range].chars().next()))]);
    };
    let nested = |path: &[String]| {
        path.iter()
            .rev()
            .fold(value.clone(), |value, name| Value::Object([(name.clone(), value)].into_iter().collect()))
    };
    match item {
        Item::Value(old) => {
            let brackets = brackets(old)?;
            done(text, brackets.append(text, &entry(std::slice::from_ref(name), &nested(rest))))
        }
        Item::Table(table) => {
            let at = path.len() - way.missing.len();
            // A dotted table has no header: its keys stand in the table around it.
            let base =
                way.stops[..=at].iter().rposition(|(_, item)| item.as_table().is_none_or(|table| !table.is_dotted()));
            let base = base.ok_or_else(unknown)?;
            let headed_by = way.stops[base].1.as_table().ok_or_else(unknown)?;
            if !rest.is_empty() && base == at && !table.is_dotted() {
                let (last, above) = path.split_last().ok_or_else(unknown)?;
                return section(text, above, &entry(std::slice::from_ref(last), value));
            }
            let line = entry(&path[base..=at], &nested(rest));
            match last_line(headed_by) {
                Some(end) => done(text, vec![after_line(text, end, &[line])]),
                None if base == 0 => first(text, &document, &line),
                None if headed_by.is_implicit() => section(text, &path[..base], &line),
                None => done(text, vec![after_line(text, span(headed_by.span())?.start, &[line])]),
            }
        }
        Item::None | Item::ArrayOfTables(_) => Err(headed()),
    }
}

/// A new table with its header, at the end of the file.
fn section(text: &str, path: &[String], line: &str) -> Result<String, FileError> {
    let header = format!("[{}]", path.iter().map(|name| key_text(name)).collect::<Vec<_>>().join("."));
    let blank = text.lines().last().is_some_and(|line| !line.trim().is_empty());
    let lines: Vec<String> = blank.then(String::new).into_iter().chain([header, line.to_owned()]).collect();
    done(text, vec![after_line(text, text.len(), &lines)])
}

/// A first key without a table, which must stand above all headers.
fn first(text: &str, document: &Document<&str>, line: &str) -> Result<String, FileError> {
    let mut headers = Vec::new();
    headers_of(document.as_table(), &mut headers);
    let Some(header) = headers.iter().min() else {
        return done(text, vec![after_line(text, text.len(), &[line.to_owned()])]);
    };
    let newline = super::lines::newline(text);
    let mut start = line_start(text, *header);
    for comment in text[..start].split_inclusive('\n').rev().take_while(|line| line.starts_with('#')) {
        start -= comment.len();
    }
    done(text, vec![Splice::insert(start, format!("{line}{newline}{newline}"))])
}

/// Where the headers of the tables below begin.
fn headers_of(table: &Table, found: &mut Vec<usize>) {
    for (_, item) in table.iter() {
        match item {
            Item::Table(below) => {
                if !below.is_implicit() && !below.is_dotted() {
                    found.extend(below.span().map(|span| span.start));
                }
                headers_of(below, found);
            }
            Item::ArrayOfTables(tables) => {
                for below in tables.iter() {
                    found.extend(below.span().map(|span| span.start));
                    headers_of(below, found);
                }
            }
            Item::None | Item::Value(_) => {}
        }
    }
}

/// The end of the last value among a table's own lines.
fn last_line(table: &Table) -> Option<usize> {
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Value(value) => value_end(value),
        Item::Table(below) if below.is_dotted() => last_line(below),
        _ => None,
    });
    ends.max()
}

fn value_end(value: &toml_edit::Value) -> Option<usize> {
    value.span().map(|span| span.end)
}

/// An array or an inline table in its brackets.
fn brackets(value: &toml_edit::Value) -> Result<Brackets, FileError> {
    let range = span(value.span())?;
    let items = match value {
        toml_edit::Value::Array(array) => array.iter().map(|item| span(item.span())).collect::<Result<_, _>>()?,
        toml_edit::Value::InlineTable(table) if !table.is_dotted() => {
            let mut items = Vec::new();
            for (name, item) in table.iter() {
                let key = table.key(name).and_then(Key::span);
                if item.as_inline_table().is_some_and(|below| below.is_dotted()) {
                    return Err(headed());
                }
                items.push(span(key)?.start..span(item.span())?.end);
            }
            items
        }
        _ => return Err(FileError::impossible("what stands there is neither a list nor a mapping")),
    };
    Ok(Brackets { open: range.start, close: range.end.checked_sub(1).ok_or_else(unknown)?, items })
}

fn remove(text: &str, path: &[String]) -> Result<String, FileError> {
    let document = read(text)?;
    let way = way(document.as_item(), path);
    let [.., (_, holder), (Some(key), item)] = way.stops[..] else { return Err(unknown()) };
    let key = span(key.span())?;
    match (holder, item) {
        (Item::Value(holder), _) => {
            let brackets = brackets(holder)?;
            let at = brackets.items.iter().position(|item| item.start == key.start).ok_or_else(unknown)?;
            done(text, brackets.delete(text, at))
        }
        (_, Item::Value(value)) => done(text, vec![without_lines(text, key.start, span(value.span())?.end)]),
        (_, Item::Table(table)) if table.is_dotted() => done(text, dotted(text, table)?),
        (_, Item::Table(table)) => done(text, sections(text, &document, table)?),
        _ => Err(headed()),
    }
}

/// The lines of a dotted table's values, away.
fn dotted(text: &str, table: &Table) -> Result<Vec<Splice>, FileError> {
    let mut changes = Vec::new();
    for (name, item) in table.iter() {
        match item {
            Item::Value(value) => {
                let key = span(table.key(name).and_then(Key::span))?;
                changes.push(without_lines(text, key.start, span(value.span())?.end));
            }
            Item::Table(below) if below.is_dotted() => changes.extend(dotted(text, below)?),
            _ => return Err(headed()),
        }
    }
    Ok(changes)
}

/// A table with its header and those below it, away. Comments right above the next header stay with that.
fn sections(text: &str, document: &Document<&str>, table: &Table) -> Result<Vec<Splice>, FileError> {
    let (mut all, mut gone) = (Vec::new(), Vec::new());
    headers_of(document.as_table(), &mut all);
    headers_of(table, &mut gone);
    if !table.is_implicit() {
        gone.push(span(table.span())?.start);
    }
    let section = |start: usize| {
        let mut end = all.iter().filter(|next| **next > start).min().map_or(text.len(), |next| line_start(text, *next));
        let own = content_end(text, start);
        for line in text[own.min(end)..end].split_inclusive('\n').rev() {
            if !line.starts_with('#') {
                break;
            }
            end -= line.len();
        }
        Splice::delete(line_start(text, start)..end)
    };
    Ok(gone.into_iter().map(section).collect())
}

fn list<'d>(document: &'d Document<&str>, path: &[String]) -> Result<&'d toml_edit::Value, FileError> {
    match way(document.as_item(), path).stops.last() {
        Some((_, Item::Value(value))) => Ok(value),
        _ => Err(FileError::refused("the list is written as tables with headers of their own")),
    }
}

fn append(text: &str, path: &[String], item: &Value) -> Result<String, FileError> {
    let document = read(text)?;
    done(text, brackets(list(&document, path)?)?.append(text, &inline(item, None)))
}

fn delete(text: &str, path: &[String], at: usize) -> Result<String, FileError> {
    let document = read(text)?;
    done(text, brackets(list(&document, path)?)?.delete(text, at))
}

fn rename(text: &str, from: &[String], to: &[String], data: &Value) -> Result<String, FileError> {
    let document = read(text)?;
    let way = way(document.as_item(), from);
    let Some(&(Some(key), Item::Value(value))) = way.stops.last() else { return Err(headed()) };
    let (Some((name, above)), Some((_, above_old))) = (to.split_last(), from.split_last()) else {
        return Err(unknown());
    };
    let key = span(key.span())?;
    if above == above_old {
        return done(text, vec![Splice::new(key, key_text(name))]);
    }
    let written = text[span(value.span())?].to_owned();
    let without = remove(text, from)?;
    // The value is set as data first and then written as it was.
    let text = set(&without, to, plain::get(data, from).unwrap_or(&Value::Null))?;
    let document = read(&text)?;
    match self::way(document.as_item(), to).stops.last() {
        Some((Some(_), Item::Value(value))) => done(&text, vec![Splice::new(span(value.span())?, written)]),
        _ => Ok(text.clone()),
    }
}
