//! What a value of any database looks like as a [`Value`].

use sqlx::types::BigDecimal;

use crate::model::Value;

/// Under this key a value that is bytes is carried, in hexadecimal.
const BLOB: &str = "$blob";

/// Bytes as a value.
pub fn bytes(bytes: &[u8]) -> Value {
    serde_json::json!({ BLOB: super::rows::hex(bytes) })
}

/// The bytes that a value carries.
pub fn unbytes(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_object()?.get(BLOB)?.as_str()?;
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

/// A decimal is a number where it is a whole one that fits, and its own digits otherwise.
pub fn decimal(number: &BigDecimal) -> Value {
    let text = number.normalized().to_plain_string();
    text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
}

/// A floating-point number; one that JSON has no word for stays text.
pub fn float(number: f64, text: &str) -> Value {
    serde_json::Number::from_f64(number).map_or_else(|| text.into(), Value::Number)
}

/// A value as the text that stands for it.
pub fn plain(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Array(_) | Value::Object(_) => Err("a list or a map cannot be bound in SQL".to_owned()),
        other => Ok(other.to_string()),
    }
}
