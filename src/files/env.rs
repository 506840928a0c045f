//! Env files: `NAME=value` lines, as systemd's `EnvironmentFile`, Docker and shells read them.

use std::ops::Range;

use serde_json::{Map, Value};

use super::FileError;
use super::lines::{Splice, after_line, splice, without_lines};
use super::plain::Edit;

/// An assignment where it stands, by offsets.
struct Entry<'t> {
    name: &'t str,
    /// Its line's start, before any `export`.
    start: usize,
    name_at: usize,
    raw: Range<usize>,
    value: String,
    /// Whether readers understand the value differently.
    doubtful: bool,
}

/// What a file says. Where a name stands several times, the last one counts.
///
/// # Errors
/// When a quotation mark is not closed.
pub fn read(text: &str) -> Result<Value, FileError> {
    let entries = entries(text)?;
    Ok(Value::Object(entries.into_iter().map(|e| (e.name.to_owned(), e.value.into())).collect::<Map<_, _>>()))
}

fn entries(text: &str) -> Result<Vec<Entry<'_>>, FileError> {
    let mut entries = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let line = text[at..end].trim_end_matches('\r');
        let written = line.trim_start();
        let assignment = if written.starts_with(['#', ';']) { None } else { written.split_once('=') };
        let Some((before, _)) = assignment else {
            at = end + 1;
            continue;
        };
        let before_at = at + line.len() - written.len();
        let bare = before.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(before);
        let name = bare.trim();
        let name_at = before_at + before.len() - bare.trim_start().len();
        let mut entry =
            Entry { name, start: at, name_at, raw: 0..0, value: String::new(), doubtful: name.contains([' ', '\t']) };
        at = value(text, before_at + before.len() + 1, &mut entry)?;
        entries.push(entry);
    }
    Ok(entries)
}

/// Reads a value as systemd does, and gives the offset behind its line.
fn value(text: &str, from: usize, entry: &mut Entry) -> Result<usize, FileError> {
    let start = from + text[from..].chars().take_while(|c| *c == ' ' || *c == '\t').count();
    let mut quote: Option<char> = None;
    let (mut quoted, mut bare) = (false, false);
    // How much of the value stays when white space behind it is cut off.
    let (mut kept, mut end) = (0, start);
    let mut chars = text[start..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match (quote, c) {
            (None, '\n') => {
                entry.value.truncate(kept);
                entry.raw = start..end;
                return Ok(start + at + 1);
            }
            (None, '\r') if next == Some('\n') => continue,
            (None, '\'' | '"') if !bare => {
                entry.doubtful |= quoted;
                (quote, quoted) = (Some(c), true);
            }
            (Some(open), c) if open == c => {
                quote = None;
                kept = entry.value.len();
            }
            (Some('"'), '\\') if matches!(next, Some('"' | '\\' | '$' | '`')) => {
                entry.value.extend(chars.next().map(|n| n.1))
            }
            (Some('"'), '\\') if next == Some('\n') => {
                chars.next();
            }
            (None, '\\') => {
                entry.doubtful = true;
                bare = true;
                entry.value.extend(chars.next().map(|n| n.1).filter(|c| *c != '\n'));
                kept = entry.value.len();
            }
            (None, ' ' | '\t') if !bare => continue,
            (Some(_), c) => entry.value.push(c),
            (None, c) => {
                entry.doubtful |=
                    quoted || (c == '#' && text[..start + at].ends_with([' ', '\t'])) || "'\"$`".contains(c);
                bare = true;
                entry.value.push(c);
                if !c.is_whitespace() {
                    kept = entry.value.len();
                }
            }
        }
        if !c.is_whitespace() || quote.is_some() {
            end = start + at + c.len_utf8();
            if c == '\\' {
                end = chars.peek().map_or(text.len(), |(at, _)| start + at);
            }
        }
    }
    if quote.is_some() {
        return Err(FileError::at(text, start, format!("the quotation mark of `{}` is not closed", entry.name)));
    }
    entry.value.truncate(kept);
    entry.raw = start..end;
    Ok(text.len())
}

/// The text with an edit made.
///
/// # Errors
/// When readers understand the value that stands there differently, or would understand the new one so.
pub fn edit(text: &str, edit: &Edit) -> Result<String, FileError> {
    let entries = entries(text)?;
    let of = |path: &[String]| -> Result<Vec<&Entry>, FileError> {
        let found: Vec<&Entry> = entries.iter().filter(|entry| path.first().is_some_and(|p| p == entry.name)).collect();
        match found.iter().any(|entry| entry.doubtful) {
            true => Err(FileError::refused("programs read the value that stands there in different ways")),
            false => Ok(found),
        }
    };
    let changes = match edit {
        Edit::Set { path, value } => {
            let value = value.as_str().unwrap_or_default();
            match of(path)?.last() {
                Some(entry) => {
                    let style = text[entry.raw.clone()].chars().next().filter(|c| *c == '\'' || *c == '"');
                    vec![Splice::new(entry.raw.clone(), written(value, style)?)]
                }
                None => {
                    let name = named(path)?;
                    vec![after_line(text, text.len(), &[format!("{name}={}", written(value, None)?)])]
                }
            }
        }
        Edit::Remove { path } => of(path)?.iter().map(|e| without_lines(text, e.start, e.raw.end)).collect(),
        Edit::Rename { from, to } => {
            let new = named(to)?.to_owned();
            let over = |e: &&Entry| Splice::new(e.name_at..e.name_at + e.name.len(), new.clone());
            of(from)?.iter().map(over).collect()
        }
        Edit::Append { .. } | Edit::Delete { .. } => return Err(FileError::impossible("an env file has no lists")),
    };
    splice(text, changes).ok_or_else(|| FileError::refused("its changes overlap"))
}

/// The name that a path is.
fn named(path: &[String]) -> Result<&str, FileError> {
    let name = path.first().map_or("", String::as_str);
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(known) {
        return Err(FileError::impossible(format!("`{name}` is not a name that an env file can hold")));
    }
    Ok(name)
}

/// A value as it is written: bare where every program takes it so, else in quotation marks.
fn written(value: &str, style: Option<char>) -> Result<String, FileError> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(FileError::refused("not every program reads a value of several lines"));
    }
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+%=~".contains(c);
    Ok(match style {
        Some('\'') if !value.contains('\'') => format!("'{value}'"),
        None if value.chars().all(bare) => value.to_owned(),
        None if !value.contains('\'') && value.contains(['$', '`', '\\', '"']) => format!("'{value}'"),
        _ => {
            let mut out = String::from('"');
            for c in value.chars() {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    out.push('\\');
                }
                out.push(c);
            }
            out + "\""
        }
    })
}
