//! From what came back to rows.

use regex::Regex;
use sha2::{Digest, Sha256};

use super::{AskError, Site};
use crate::files::{Document, Format};
use crate::model::{Answer, AnswerSpec, Value};

/// The non-empty lines of a program's output, without ANSI sequences.
pub fn text_lines(output: &str) -> Vec<String> {
    strip_ansi(output).lines().map(str::trim_end).filter(|l| !l.trim().is_empty()).map(str::to_owned).collect()
}

/// Each line as a row of one column.
pub fn lines_answer(lines: Vec<String>) -> Answer {
    rows_answer(vec!["line".to_owned()], lines.into_iter().map(|l| vec![Value::from(l)]).collect())
}

/// Applies `match`: lines that match are the rows, named groups their columns.
pub fn matched(answer: Answer, spec: &AnswerSpec, site: &Site) -> Result<Answer, AskError> {
    let Some(pattern) = &spec.pattern else { return Ok(answer) };
    let regex = Regex::new(&site.renderer().regex(pattern)?)
        .map_err(|e| AskError::Definition(format!("`match` is not a regular expression: {e}")))?;
    let names: Vec<String> = regex.capture_names().flatten().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for row in &answer.rows {
        let line = row.first().map(plain).unwrap_or_default();
        let Some(found) = regex.captures(&line) else { continue };
        let group = |m: Option<regex::Match<'_>>| m.map_or(Value::Null, |m| Value::from(m.as_str()));
        rows.push(match (names.is_empty(), regex.captures_len()) {
            (false, _) => names.iter().map(|n| group(found.name(n))).collect(),
            (true, 1) => vec![group(found.get(0))],
            (true, _) => vec![group(found.get(1))],
        });
    }
    let columns = if names.is_empty() { vec!["match".to_owned()] } else { names };
    let Answer { exit, status, exists, said, .. } = answer;
    Ok(Answer { exit, status, exists, said, ..rows_answer(columns, rows) })
}

/// The values at a dotted key of a JSON document; `*` stands for every item of a list and every value of a mapping.
///
/// # Errors
/// When the text is no JSON.
pub fn json_answer(text: &str, key: &str) -> Result<Answer, AskError> {
    let values = Document::parse(Format::Json, text)
        .and_then(|document| document.values(key))
        .map_err(|e| AskError::Definition(format!("the answer cannot be asked for `key: {key}`: {e}")))?;
    Ok(rows_answer(vec!["value".to_owned()], values.into_iter().map(|v| vec![v]).collect()))
}

/// A value as people write it: text without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Rows with their count and digest.
pub fn rows_answer(columns: Vec<String>, rows: Vec<Vec<Value>>) -> Answer {
    let mut hash = Sha256::new();
    for row in &rows {
        hash.update(Value::from(row.clone()).to_string());
        hash.update([0x1e]);
    }
    let count = rows.len() as u64;
    let digest = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Answer { columns, rows, count, digest, ..Answer::default() }
}

/// Removes escape sequences (ECMA-48: CSI, OSC, and two-byte ones).
fn strip_ansi(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|c| !('\x40'..='\x7e').contains(&c)) {},
            Some(']') => while chars.next().is_some_and(|c| c != '\x07' && c != '\x1b') {},
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_blank_lines_are_not_part_of_an_answer() {
        assert_eq!(text_lines("\x1b[32mok\x1b[0m\n\n  \n\x1b]0;title\x07two\n"), ["ok", "two"]);
    }
}
