//! YAML text of plain values.

use serde_json::Value;

/// How a text was quoted before, so that its successor is quoted alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    None,
    Single,
    Double,
}

/// A value on one line: lists and mappings in brackets.
pub fn inline(value: &Value, quotes: Quotes) -> String {
    match value {
        Value::String(text) => scalar(text, quotes),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| inline(item, Quotes::None)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            format!("{{{}}}", map.iter().map(|(key, value)| entry(key, value)).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// `key: value` on one line.
pub fn entry(key: &str, value: &Value) -> String {
    format!("{}: {}", scalar(key, Quotes::None), inline(value, Quotes::None))
}

/// Whether the value needs lines of its own where it does not stand in brackets.
pub fn is_block(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => false,
    }
}

/// `key: value` as lines; the value's lines are further in where it is a list or mapping.
pub fn entry_lines(key: &str, value: &Value, indent: usize, step: usize) -> Vec<String> {
    let key = scalar(key, Quotes::None);
    let margin = " ".repeat(indent);
    if !is_block(value) {
        return vec![format!("{margin}{key}: {}", inline(value, Quotes::None))];
    }
    let mut lines = vec![format!("{margin}{key}:")];
    lines.extend(block_lines(value, indent + step, step));
    lines
}

/// A list or mapping as lines.
pub fn block_lines(value: &Value, indent: usize, step: usize) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| item_lines(item, indent, step)).collect(),
        Value::Object(map) => map.iter().flat_map(|(key, value)| entry_lines(key, value, indent, step)).collect(),
        value => vec![format!("{}{}", " ".repeat(indent), inline(value, Quotes::None))],
    }
}

/// An item of a list as lines, the dash before the first.
pub fn item_lines(item: &Value, indent: usize, step: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    match item {
        Value::Object(map) if !map.is_empty() => {
            let mut lines = block_lines(item, indent + 2, step);
            if let Some(first) = lines.first_mut() {
                *first = format!("{margin}- {}", first.trim_start());
            }
            lines
        }
        item => vec![format!("{margin}- {}", inline(item, Quotes::None))],
    }
}

/// A text: bare where no reader, old ones among them, takes it for anything else.
pub fn scalar(text: &str, quotes: Quotes) -> String {
    let printable = text.chars().all(|c| !c.is_control() && !is_odd(c));
    if !printable || (quotes == Quotes::Double) {
        return double(text);
    }
    if quotes == Quotes::None && is_bare(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}

fn is_bare(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    let inner = |c: char| c.is_ascii_alphanumeric() || "_-./ +@".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '_')
        && !text.ends_with(' ')
        && text.chars().all(inner)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Characters that readers break lines at, skip, or do not take.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || is_odd(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
