//! What a value may be, and a builder for mappings: each key is written once, with its value and its meaning.

use serde_json::{Map, Value, json};

/// The schema of a mapping. Other keys than those that are named are wrong.
pub(super) struct Mapping {
    about: &'static str,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    kinds: Vec<&'static str>,
    ways: Vec<Vec<&'static str>>,
    not_empty: bool,
}

impl Mapping {
    pub(super) fn of(about: &'static str) -> Mapping {
        Mapping {
            about,
            properties: Map::new(),
            required: Vec::new(),
            kinds: Vec::new(),
            ways: Vec::new(),
            not_empty: false,
        }
    }

    /// A key that may be there.
    pub(super) fn may(mut self, key: &'static str, value: Value, meaning: &str) -> Self {
        self.properties.insert(key.to_owned(), described(value, meaning));
        self
    }

    /// A key that has to be there.
    pub(super) fn need(mut self, key: &'static str, value: Value, meaning: &str) -> Self {
        self.required.push(key);
        self.may(key, value, meaning)
    }

    /// One of a group of keys of which there is exactly one: the kind.
    pub(super) fn kind(mut self, key: &'static str, value: Value, meaning: &str) -> Self {
        self.kinds.push(key);
        self.may(key, value, meaning)
    }

    /// All of these keys have to be there, or those of another way.
    pub(super) fn way(mut self, keys: &[&'static str]) -> Self {
        self.ways.push(keys.to_vec());
        self
    }

    /// At least one key has to be there.
    pub(super) fn not_empty(mut self) -> Self {
        self.not_empty = true;
        self
    }

    pub(super) fn done(self) -> Value {
        let mut schema = Map::new();
        let mut put = |key: &str, value: Value| drop(schema.insert(key.to_owned(), value));
        put("description", self.about.into());
        put("type", "object".into());
        put("properties", self.properties.into());
        put("additionalProperties", false.into());
        if !self.required.is_empty() {
            put("required", json!(self.required));
        }
        if !self.kinds.is_empty() {
            put("oneOf", self.kinds.iter().map(|kind| json!({ "required": [kind] })).collect());
        }
        if !self.ways.is_empty() {
            put("anyOf", self.ways.iter().map(|way| json!({ "required": way })).collect());
        }
        if self.not_empty {
            put("minProperties", 1.into());
        }
        schema.into()
    }
}

/// The meaning stands first, where people read it.
fn described(value: Value, meaning: &str) -> Value {
    let mut schema = Map::new();
    schema.insert("description".to_owned(), meaning.into());
    if let Value::Object(value) = value {
        schema.extend(value.into_iter().filter(|(key, _)| key != "description"));
    }
    schema.into()
}

/// A scalar. What YAML takes for a number or a boolean is the text as it is written.
pub(super) fn text() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

pub(super) fn id() -> Value {
    json!({ "type": ["string", "number", "boolean"], "pattern": "^[A-Za-z0-9_.][A-Za-z0-9_.-]*$" })
}

pub(super) fn yes_or_no() -> Value {
    json!({ "enum": ["yes", "no", true, false] })
}

pub(super) fn words(words: &[&str]) -> Value {
    let mut all: Vec<Value> = words.iter().map(|word| (*word).into()).collect();
    // Some editors read YAML 1.1, where this word is a boolean.
    if words.contains(&"no") {
        all.push(false.into());
    }
    json!({ "enum": all })
}

pub(super) fn at_least_one() -> Value {
    json!({ "type": ["integer", "string"], "minimum": 1, "pattern": "^0*[1-9][0-9]*$" })
}

/// A whole number from 1 to `most`, which has two digits.
pub(super) fn count_up_to(most: u32) -> Value {
    json!({ "type": ["integer", "string"], "minimum": 1, "maximum": most, "pattern": "^0*[1-9][0-9]?$" })
}

/// How many workers a backfill may have.
pub(super) fn workers() -> Value {
    json!({ "type": ["integer", "string"], "minimum": 1, "maximum": 16, "pattern": "^0*([1-9]|1[0-6])$" })
}

pub(super) fn status_number() -> Value {
    json!({ "type": ["integer", "string"], "pattern": "^-?[0-9]+$" })
}

/// Such as `5s`.
pub(super) fn time() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" })
}

/// Such as `2GiB`.
pub(super) fn size() -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]+\s*(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$" })
}

/// Such as `2s..60s`.
pub(super) fn span() -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]+(ms|s|m|h|d)(\s*\.\.\s*[0-9]+(ms|s|m|h|d))?$" })
}

/// A number of rows: `3`, `0..1` or `1..`.
pub(super) fn rows() -> Value {
    json!({ "type": ["integer", "string"], "minimum": 0, "pattern": r"^[0-9]+\s*(\.\.\s*[0-9]*)?$" })
}

pub(super) fn list(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

pub(super) fn filled_list(item: Value) -> Value {
    json!({ "type": "array", "items": item, "minItems": 1 })
}

pub(super) fn one_or_list(item: Value) -> Value {
    any(&[item.clone(), list(item)])
}

pub(super) fn any(ways: &[Value]) -> Value {
    json!({ "anyOf": ways })
}

/// A mapping whose keys the author chooses.
pub(super) fn entries(value: Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

/// As [`entries`]; the keys stand in expressions after a dot.
pub(super) fn named(value: Value) -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
        "additionalProperties": value,
    })
}

/// What is described once, under `$defs`.
pub(super) fn shared(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// `format: 1`.
pub(super) fn format() -> Value {
    json!({ "enum": [1, "1"] })
}
