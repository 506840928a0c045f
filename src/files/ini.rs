//! INI files as oslo.config and ConfigParser read them.
//!
//! A key belongs to the last section header above it; a line that begins with white space goes on with the value
//! above. Keys before the first header belong to no section and are left alone. Where the two readers differ, the edit
//! is refused.

use std::ops::Range;

use serde_json::{Map, Value};

use super::FileError;
use super::lines::{Splice, after_line, newline, splice};
use super::plain::{Edit, Path};
use crate::model::ini_key;

/// Takes a key apart: section and name.
pub fn path(key: &str) -> Result<Path, FileError> {
    match ini_key(key) {
        Some((section, name)) => Ok(vec![section.into(), name.into()]),
        None => Err(FileError::impossible(format!("`{key}` needs the form section.name"))),
    }
}

/// The places of a name in every section that is meant; a `*` at the end of its section stands for any end.
pub fn paths(data: &Value, key: &str) -> Result<Vec<Path>, FileError> {
    let path = path(key)?;
    let Some(start) = path[0].strip_suffix('*') else { return Ok(vec![path]) };
    let sections = data.as_object().into_iter().flat_map(Map::keys);
    Ok(sections.filter(|name| name.starts_with(start)).map(|name| vec![name.clone(), path[1].clone()]).collect())
}

/// A value with a word in it, before the first of `before` that it holds; `None` where the word is there already or
/// none of them is.
pub fn with_word(value: &str, word: &str, before: &[String]) -> Option<String> {
    if value.split_whitespace().any(|found| found == word) {
        return None;
    }
    let next = value.split_whitespace().find(|found| before.iter().any(|one| one == found))?;
    // The word itself and no copy of it within another one: it is a slice of this very value.
    let at = next.as_ptr() as usize - value.as_ptr() as usize;
    Some(format!("{}{word} {}", &value[..at], &value[at..]))
}

/// What a file says: the values of each key of each section. Every text is an INI file; lines that are none say nothing.
pub fn read(text: &str) -> Value {
    let mut sections = Map::new();
    let mut section: Option<&mut Map<String, Value>> = None;
    // The key that a line with white space before it goes on with.
    let mut open: Option<String> = None;
    for line in text.lines() {
        if line.trim().is_empty() {
            open = None;
        } else if line.starts_with([' ', '\t']) {
            let values = open.as_ref().and_then(|key| section.as_mut()?.get_mut(key)?.as_array_mut()?.last_mut());
            if let Some(Value::String(value)) = values {
                *value = format!("{value}\n{}", line.trim()).trim().to_owned();
            }
        } else if let Some(name) = header(line) {
            open = None;
            section = sections.entry(name).or_insert_with(|| Map::new().into()).as_object_mut();
        } else {
            open = None;
            if let (Some(section), Some((key, value))) = (&mut section, pair(line)) {
                let values = section.entry(key).or_insert_with(|| Vec::<Value>::new().into());
                if let Value::Array(values) = values {
                    values.push(value.trim().into());
                }
                open = Some(key.to_owned());
            }
        }
    }
    Value::Object(sections)
}

fn header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']').map(|(name, _)| name.trim())
}

/// The key of a line and the text behind its separator.
fn pair(line: &str) -> Option<(&str, &str)> {
    if line.starts_with([' ', '\t', '#', ';']) {
        return None;
    }
    line.split_once(['=', ':']).map(|(key, value)| (key.trim(), value))
}

/// A key where it stands, by offsets.
struct Entry<'t> {
    key: &'t str,
    start: usize,
    /// Where the value begins, behind the separator and the white space.
    value: usize,
    /// Behind what is written on its last line.
    end: usize,
}

/// A section where it stands. One that stands twice is read as one and edited where its key is, or else at the first.
struct Section<'t> {
    name: &'t str,
    header: usize,
    entries: Vec<Entry<'t>>,
    /// Behind its last line that is neither blank nor a comment upon what comes next.
    end: usize,
    /// Whether a line is in it that ConfigParser reads and oslo.config does not.
    strays: bool,
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section> = Vec::new();
    let (mut at, mut open) = (0, false);
    // Comments behind a blank line may belong to the header below them.
    let mut set_apart = false;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches('\n').trim_end_matches('\r');
        let (start, end) = (at, at + line.trim_end().len());
        at += whole.len();
        if let Some(name) = header(line) {
            sections.push(Section { name, header: start, entries: Vec::new(), end, strays: false });
            (open, set_apart) = (false, false);
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        if line.trim().is_empty() {
            (open, set_apart) = (false, true);
        } else if line.starts_with([' ', '\t']) {
            let comment = line.trim_start().starts_with(['#', ';']);
            match section.entries.last_mut() {
                Some(entry) if open => (entry.end, section.end) = (end, end),
                _ => section.strays |= !comment,
            }
        } else if let Some((key, value)) = pair(line) {
            let value = start + line.len() - value.trim_start().len();
            section.entries.push(Entry { key, start, value: value.min(end), end });
            section.end = end;
            (open, set_apart) = (true, false);
        } else {
            open = false;
            if !set_apart {
                section.end = end;
            }
        }
    }
    if let Some(section) = sections.last_mut() {
        // Nothing comes next, so every comment is this section's.
        section.end = text.trim_end().len().max(section.end);
    }
    sections
}

/// The text with an edit made.
///
/// # Errors
/// When the two readers would not agree about the place or the value.
pub fn edit(text: &str, edit: &Edit) -> Result<String, FileError> {
    let changes = match edit {
        Edit::Set { path, value } => set(text, path, value)?,
        Edit::Append { path, items } => append(text, path, items)?,
        Edit::Remove { path } => at(text, path)?.iter().map(|entry| without(text, entry.start..entry.end)).collect(),
        Edit::Delete { path, at: places } => {
            let entries = at(text, path)?;
            places.iter().filter_map(|place| entries.get(*place)).map(|e| without(text, e.start..e.end)).collect()
        }
        Edit::Rename { from, to } => rename(text, from, to)?,
    };
    splice(text, changes).ok_or_else(|| FileError::refused("its changes overlap"))
}

fn set(text: &str, path: &[String], value: &Value) -> Result<Vec<Splice>, FileError> {
    let values = value.as_array().map_or(&[][..], Vec::as_slice);
    let entries = at(text, path)?;
    // The last ones count for those who read one value only.
    let spare = entries.len().saturating_sub(values.len());
    let mut changes: Vec<Splice> = entries[..spare].iter().map(|e| without(text, e.start..e.end)).collect();
    for (entry, value) in entries[spare..].iter().zip(values) {
        let value = written(value, text)?;
        if text[entry.value..entry.end] != value {
            let gap = if text[..entry.value].ends_with('=') && entry.value == entry.end { " " } else { "" };
            changes.push(Splice::new(entry.value..entry.end, format!("{gap}{value}")));
        }
    }
    let more = &values[entries.len().min(values.len())..];
    if !more.is_empty() && !entries.is_empty() {
        return Err(FileError::refused("the key stands there with fewer values"));
    }
    if !more.is_empty() {
        let lines = more.iter().map(|value| line(path, value, text)).collect::<Result<Vec<_>, _>>()?;
        changes.push(into_section(text, path, lines)?);
    }
    Ok(changes)
}

fn append(text: &str, path: &[String], items: &[Value]) -> Result<Vec<Splice>, FileError> {
    let entries = at(text, path)?;
    let Some(last) = entries.last() else { return Ok(Vec::new()) };
    let before = &text[last.start..last.value];
    let lines = items.iter().map(|item| Ok(format!("{before}{}", written(item, text)?)));
    Ok(vec![after_line(text, last.end, &lines.collect::<Result<Vec<_>, FileError>>()?)])
}

fn rename(text: &str, from: &[String], to: &[String]) -> Result<Vec<Splice>, FileError> {
    let entries = at(text, from)?;
    if from[0] == to[0] {
        let over = |entry: &Entry| Splice::new(entry.start..entry.start + entry.key.len(), to[1].clone());
        return Ok(entries.iter().map(over).collect());
    }
    let (mut changes, mut lines) = (Vec::new(), Vec::new());
    for entry in &entries {
        let start = comments_above(text, entry.start);
        lines.extend(text[start..entry.start].lines().map(str::to_owned));
        let renamed = format!("{}{}", to[1], &text[entry.start + entry.key.len()..entry.end]);
        lines.extend(renamed.lines().map(str::to_owned));
        changes.push(without(text, start..entry.end));
    }
    changes.push(into_section(text, to, lines)?);
    Ok(changes)
}

/// The start of the comments that stand right above a line.
fn comments_above(text: &str, start: usize) -> usize {
    let comments = text[..start].split_inclusive('\n').rev().take_while(|line| line.starts_with(['#', ';']));
    start - comments.map(str::len).sum::<usize>()
}

/// Lines put at the end of a section, which is made where there is none.
fn into_section(text: &str, path: &[String], mut lines: Vec<String>) -> Result<Splice, FileError> {
    let all = sections(text);
    if all.iter().any(|section| section.name == path[0] && section.strays) {
        return Err(FileError::refused("a line in the section begins with white space and goes on with no value"));
    }
    if let Some(section) = all.iter().find(|section| section.name == path[0]) {
        return Ok(after_line(text, section.end.max(section.header), &lines));
    }
    let header = format!("[{}]", path[0]);
    let blank = text.lines().last().is_some_and(|line| !line.trim().is_empty());
    lines.splice(0..0, blank.then(String::new).into_iter().chain([header]));
    Ok(after_line(text, text.len(), &lines))
}

/// Where a key stands.
fn at<'t>(text: &'t str, path: &[String]) -> Result<Vec<Entry<'t>>, FileError> {
    let mut found = Vec::new();
    for section in sections(text).into_iter().filter(|section| section.name == path[0]) {
        let strays = section.strays;
        for entry in section.entries.into_iter().filter(|entry| entry.key == path[1]) {
            if strays {
                return Err(FileError::refused(
                    "a line in the section begins with white space and goes on with no value",
                ));
            }
            if text[entry.value..entry.end].lines().skip(1).any(|line| line.trim_start().starts_with(['#', ';'])) {
                return Err(FileError::refused("a line of the value looks like a comment"));
            }
            found.push(entry);
        }
    }
    Ok(found)
}

fn without(text: &str, range: Range<usize>) -> Splice {
    super::lines::without_lines(text, range.start, range.end)
}

fn line(path: &[String], value: &Value, text: &str) -> Result<String, FileError> {
    Ok(format!("{} = {}", path[1], written(value, text)?))
}

/// A value as it is written, the lines after its first one with white space before them.
fn written(value: &Value, text: &str) -> Result<String, FileError> {
    let value = value.as_str().unwrap_or_default();
    let mut lines = value.split('\n');
    if lines.clone().skip(1).any(|line| line.trim().is_empty() || line.starts_with(['#', ';'])) {
        return Err(FileError::refused("a line of the value would be read as a blank one or a comment"));
    }
    let first = lines.next().unwrap_or_default().to_owned();
    Ok(lines.fold(first, |all, line| format!("{all}{}  {line}", newline(text))))
}
