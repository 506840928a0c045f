//! TOML text of plain values.

use serde_json::Value;

/// A value; `quote` is the quotation mark of the text that stood there.
pub fn inline(value: &Value, quote: Option<char>) -> String {
    match value {
        Value::String(text) => match quote {
            Some('\'') if !text.contains(['\'', '\t']) && !text.chars().any(char::is_control) => format!("'{text}'"),
            _ => string(text),
        },
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| inline(item, None)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{} = {}", key_text(key), inline(value, None))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// `a.b = value`
pub fn entry(path: &[String], value: &Value) -> String {
    let key: Vec<String> = path.iter().map(|name| key_text(name)).collect();
    format!("{} = {}", key.join("."), inline(value, None))
}

/// A name in a key: bare where it may be.
pub fn key_text(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { string(name) }
}

fn string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
