//! Values moved to other keys, their comments with them where they stand on lines of their own.

use serde_json::Value;

use super::tree::{self, Kind, Node};
use super::write::{Quotes, scalar};
use super::{Stop, colon, done, own_line, remove, set, tangled, unknown, value_end, way};
use crate::files::FileError;
use crate::files::lines::{
    Splice, after_line, column, content_end, first_on_line, line_end, line_start, without_lines,
};
use crate::files::plain;

/// The text with a value moved. There is a value at `from` and none at `to`, unless that is around `from`.
///
/// # Errors
/// As of [`super::edit`].
pub fn rename(text: &str, from: &[String], to: &[String], data: &Value) -> Result<String, FileError> {
    let root = tree::parse(text)?.ok_or_else(unknown)?;
    let way_from = way(&root, from)?;
    let (Some(holder), Stop { key: Some(key), node }) = (way_from.holder(), way_from.last()?) else {
        return Err(unknown());
    };
    if node.is_tangled() {
        return Err(tangled());
    }
    let (Some((name, above)), Some((_, above_old))) = (to.split_last(), from.split_last()) else {
        return Err(unknown());
    };
    if above == above_old {
        return done(text, vec![Splice::new(key.range.clone(), scalar(name, Quotes::None))]);
    }
    if from.starts_with(to) {
        if from.len() == to.len() + 1 && node.is_block() && !matches!(holder.node.kind, Kind::Map { flow: true, .. }) {
            return done(text, hoist(text, key, node)?);
        }
    } else if let Some(text) = carry(text, &root, (holder, key, node), (from, to))? {
        return Ok(text);
    }
    let value = plain::get(data, from).cloned().unwrap_or_default();
    if from.starts_with(to) {
        return set(text, to, &value);
    }
    set(&remove(text, from)?, to, &value)
}

/// Takes the line of a key away, and its value to where the key was.
fn hoist(text: &str, key: &Node, value: &Node) -> Result<Vec<Splice>, FileError> {
    own_line(text, key)?;
    let key_column = column(text, key.range.start);
    let over = column(text, value.range.start).saturating_sub(key_column);
    let behind = colon(text, key)?;
    let comment = text[behind..content_end(text, behind)].trim_start();
    let mut changes = match comment.is_empty() {
        true => vec![without_lines(text, key.range.start, behind)],
        false => vec![Splice::delete(key.range.start..content_end(text, behind) - comment.len())],
    };
    let mut line = line_end(text, behind);
    while line < value_end(text, key, value) {
        let space = text[line..].chars().take_while(|c| *c == ' ').count();
        changes.push(Splice::delete(line..line + space.min(over)));
        line = line_end(text, line);
    }
    Ok(changes)
}

/// Carries the lines of a value, and the comments right above it, to a mapping that is on lines too.
fn carry(
    text: &str,
    root: &Node,
    (holder, key, value): (Stop, &Node, &Node),
    (from, to): (&[String], &[String]),
) -> Result<Option<String>, FileError> {
    let target = way(root, to)?;
    let (Kind::Map { flow: false, .. }, Kind::Map { entries, flow: false }) =
        (&holder.node.kind, &target.last()?.node.kind)
    else {
        return Ok(None);
    };
    let ([name], Some((beside, _))) = (target.missing, entries.first()) else { return Ok(None) };
    if !first_on_line(text, key.range.start) || !first_on_line(text, beside.range.start) {
        return Ok(None);
    }
    let (column_old, column_new) = (column(text, key.range.start), column(text, beside.range.start));
    let end = value_end(text, key, value);
    let mut lines = Vec::new();
    let mut start = line_start(text, key.range.start);
    for line in text[..start].split_inclusive('\n').rev() {
        let written = line.trim_start_matches(' ');
        if !written.starts_with('#') || line.len() - written.len() != column_old {
            break;
        }
        start -= line.len();
    }
    let above = start..line_start(text, key.range.start);
    let mut moved = text[start..key.range.start].to_owned();
    moved.push_str(&scalar(name, Quotes::None));
    moved.push_str(&text[key.range.end..content_end(text, end)]);
    for line in moved.lines() {
        let written = line.trim_start_matches(' ');
        let indent = (line.len() - written.len() + column_new).saturating_sub(column_old);
        lines.push(if written.is_empty() { String::new() } else { format!("{}{written}", " ".repeat(indent)) });
    }
    // The value goes first, then its comments, which are above it, so that their offsets still hold.
    let without = done(&remove(text, from)?, Vec::new())?;
    let shift = remove_shift(text, &without, above.start);
    let without = done(&without, vec![Splice::delete(above.start + shift..above.end + shift)])?;
    let Some(root) = tree::parse(&without)? else { return Ok(None) };
    let target = way(&root, to)?;
    let last = super::entry_end(&without, target.last()?.node);
    Ok(Some(done(&without, vec![after_line(&without, last, &lines)])?))
}

/// By how much a removal that writes ` {}` above an offset moves it.
fn remove_shift(before: &str, after: &str, at: usize) -> usize {
    match after.get(..at) == before.get(..at) {
        true => 0,
        false => " {}".len(),
    }
}
