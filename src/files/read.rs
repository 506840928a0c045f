//! What a file's text says, as plain data. These readers know nothing of edits; every edit is checked by them.

use serde_json::{Map, Value};

use super::{FileError, Format, env, ini};

/// Reads a text.
///
/// # Errors
/// When it is not of the format.
pub fn read(format: Format, text: &str) -> Result<Value, FileError> {
    match format {
        Format::Ini => Ok(ini::read(text)),
        Format::Env => env::read(text),
        Format::Yaml => yaml(text),
        Format::Toml => toml(text),
        Format::Json => serde_json::from_str(text).map_err(|error| FileError::Syntax {
            line: error.line(),
            column: error.column(),
            message: error
                .to_string()
                .rsplit_once(" at line ")
                .map_or_else(|| error.to_string(), |(m, _)| m.to_owned()),
        }),
    }
}

fn yaml(text: &str) -> Result<Value, FileError> {
    let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| match error.location() {
        Some(at) => {
            let (line, column) = (at.line(), at.column());
            let message = error.to_string().replacen(&format!(" at line {line} column {column}"), "", 1);
            FileError::Syntax { line, column, message }
        }
        None => FileError::Unreadable(error.to_string()),
    })?;
    Ok(match plain_yaml(value)? {
        // A file that holds nothing but comments is a mapping without keys.
        Value::Null => Value::Object(Map::new()),
        value => value,
    })
}

fn plain_yaml(value: serde_yaml::Value) -> Result<Value, FileError> {
    Ok(match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(value) => Value::Bool(value),
        serde_yaml::Value::String(value) => Value::String(value),
        serde_yaml::Value::Number(number) => yaml_number(&number),
        serde_yaml::Value::Sequence(items) => items.into_iter().map(plain_yaml).collect::<Result<_, _>>()?,
        serde_yaml::Value::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match plain_yaml(key)? {
                    Value::String(key) => key,
                    key @ (Value::Number(_) | Value::Bool(_) | Value::Null) => key.to_string(),
                    _ => return Err(FileError::Unreadable("a list or a mapping is used as a key".to_owned())),
                };
                if map.contains_key(&key) {
                    return Err(FileError::Unreadable(format!("the key `{key}` stands twice in one mapping")));
                }
                map.insert(key, plain_yaml(value)?);
            }
            Value::Object(map)
        }
        serde_yaml::Value::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            Value::Object(Map::from_iter([(name, plain_yaml(tagged.value)?)]))
        }
    })
}

/// JSON has no infinities: those become their text.
fn yaml_number(number: &serde_yaml::Number) -> Value {
    if let Some(whole) = number.as_i64() {
        return whole.into();
    }
    if let Some(whole) = number.as_u64() {
        return whole.into();
    }
    number
        .as_f64()
        .and_then(serde_json::Number::from_f64)
        .map_or_else(|| Value::String(number.to_string()), Value::Number)
}

fn toml(text: &str) -> Result<Value, FileError> {
    let value: Value = toml_edit::de::from_str(text).map_err(|error| match error.span() {
        Some(span) => FileError::at(text, span.start, error.message()),
        None => FileError::Unreadable(error.message().to_owned()),
    })?;
    Ok(with_dates(value))
}

/// The reader marks a date by a mapping with this key.
const DATE: &str = "$__toml_private_datetime";

fn with_dates(value: Value) -> Value {
    match value {
        Value::Object(mut map) if map.len() == 1 && map.contains_key(DATE) => map.remove(DATE).unwrap_or(Value::Null),
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, with_dates(value))).collect()),
        Value::Array(items) => items.into_iter().map(with_dates).collect(),
        value => value,
    }
}
