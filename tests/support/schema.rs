//! A checker for JSON Schemas: the keywords that ours use, and none besides.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// What an object with other keys than those that are described is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// What the schema says.
    AsDescribed,
    /// Wrong: the schema is to describe everything that is there.
    Wrong,
}

pub struct Schema {
    root: Value,
    others: Others,
}

impl Schema {
    pub fn new(root: Value, others: Others) -> Schema {
        assert_eq!(root["$schema"], "https://json-schema.org/draft/2020-12/schema");
        Schema { root, others }
    }

    pub fn read(path: &Path, others: Others) -> Schema {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Schema::new(serde_json::from_str(&text).expect("a schema is JSON"), others)
    }

    /// What is wrong with a document, a line each.
    pub fn faults(&self, document: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.root, document, "", &mut faults);
        faults
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut faults = Vec::new();
        self.check(schema, value, "", &mut faults);
        faults.is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return faults.push(format!("{at}: nothing may stand here")),
            other => other.as_object().unwrap_or_else(|| panic!("{other} is no schema")),
        };
        for (keyword, rule) in keywords {
            if let Some(fault) = self.fault(keyword, rule, schema, value, at, faults) {
                faults.push(format!("{at}: {fault}"));
            }
        }
    }

    /// What one keyword says against a value. Faults within the value are added to `faults`.
    fn fault(
        &self,
        keyword: &str,
        rule: &Value,
        schema: &Value,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) -> Option<String> {
        let count = |fits: &dyn Fn(&Value) -> bool| rule.as_array().expect("a list").iter().filter(|s| fits(s)).count();
        let limit = || rule.as_f64().expect("a number");
        let holds = match keyword {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let path = rule.as_str().and_then(|path| path.strip_prefix('#')).expect("a path within the schema");
                let target = self.root.pointer(path).unwrap_or_else(|| panic!("there is no {path}"));
                self.check(target, value, at, faults);
                true
            }
            "type" => match rule {
                Value::Array(types) => types.iter().any(|name| is(name, value)),
                name => is(name, value),
            },
            "enum" => rule.as_array().expect("a list").contains(value),
            "const" => rule == value,
            "oneOf" => count(&|schema| self.fits(schema, value)) == 1,
            "anyOf" => count(&|schema| self.fits(schema, value)) > 0,
            "not" => !self.fits(rule, value),
            "pattern" => value.as_str().is_none_or(|text| {
                regex::Regex::new(rule.as_str().expect("a text")).expect("it compiles").is_match(text)
            }),
            "minimum" => value.as_f64().is_none_or(|number| number >= limit()),
            "maximum" => value.as_f64().is_none_or(|number| number <= limit()),
            "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > limit()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as f64 >= limit()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as f64 <= limit()),
            "minProperties" => value.as_object().is_none_or(|keys| keys.len() as f64 >= limit()),
            "required" => value.as_object().is_none_or(|keys| {
                rule.as_array().expect("a list").iter().all(|key| keys.contains_key(key.as_str().expect("a key")))
            }),
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.check(rule, item, &format!("{at}/{number}"), faults);
                }
                true
            }
            "properties" => {
                for (key, described) in rule.as_object().expect("a mapping") {
                    if let Some(value) = value.get(key) {
                        self.check(described, value, &format!("{at}/{key}"), faults);
                    }
                }
                if self.others == Others::Wrong && schema.get("additionalProperties").is_none() {
                    self.check_others(&Value::Bool(false), schema, value, at, faults);
                }
                true
            }
            "additionalProperties" => {
                self.check_others(rule, schema, value, at, faults);
                true
            }
            "propertyNames" => {
                for key in value.as_object().into_iter().flat_map(|keys| keys.keys()) {
                    self.check(rule, &Value::from(key.as_str()), &format!("{at}/{key}"), faults);
                }
                true
            }
            other => panic!("the checker does not know `{other}`"),
        };
        (!holds).then(|| format!("`{keyword}` is {rule}, found {value}"))
    }

    fn check_others(&self, rule: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        for (key, value) in value.as_object().into_iter().flatten() {
            if schema["properties"].get(key).is_none() {
                self.check(rule, value, &format!("{at}/{key}"), faults);
            }
        }
    }
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().expect("a type's name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("there is no type `{other}`"),
    }
}
