//! The hash that an operator approves.
//!
//! It covers what is done: steps, facts, maintenance, helper programs. It does not cover what is only said: titles,
//! reasons, estimates and texts.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::definition::{FactValue, Names};
use crate::model::{Plan, PlannedStep};

/// Keys of a step that only say something.
const WORDS: [&str; 7] = ["title", "why", "fix", "estimate", "detail", "proof", "touches"];

/// SHA-256 over a plan's work, in hexadecimal. Of a secret only its name counts.
pub fn hash(plan: &Plan) -> String {
    let hops: Vec<Value> = plan.hops.iter().map(|h| json!([h.from, h.to, h.releases])).collect();
    let all = All {
        system: &plan.system,
        deployment: &plan.deployment,
        from: &plan.from,
        to: &plan.to,
        hops,
        steps: Works(&plan.steps),
        facts: &plan.facts,
        helpers: &plan.helpers,
    };
    let mut hashed = Hashed(Sha256::new());
    // Neither a value of JSON nor the hasher can refuse. Signs come one by one, and are hashed together.
    let mut signs = std::io::BufWriter::new(&mut hashed);
    let _ = serde_json::to_writer(&mut signs, &all);
    let _ = signs.flush();
    drop(signs);
    hex(&hashed.0.finalize())
}

/// All that counts, written a step at a time: as one document it would take many times the room of the plan.
#[derive(Serialize)]
struct All<'a> {
    system: &'a str,
    deployment: &'a str,
    from: &'a str,
    to: &'a str,
    hops: Vec<Value>,
    steps: Works<'a>,
    facts: &'a BTreeMap<String, Value>,
    helpers: &'a BTreeMap<String, String>,
}

struct Works<'a>(&'a [PlannedStep]);

impl Serialize for Works<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(work))
    }
}

struct Hashed(Sha256);

impl std::io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The facts as a plan keeps them.
pub fn facts(names: &Names) -> BTreeMap<String, Value> {
    let value = |fact: &FactValue| match fact {
        FactValue::Plain(value) => value.clone(),
        FactValue::Secret => Value::from("secret"),
        FactValue::PerRelease { given, default } => json!([given, default]),
    };
    names.facts.iter().map(|(name, fact)| (name.clone(), value(fact))).collect()
}

/// The helper programs as a plan keeps them: their digests, of the contents by path.
pub fn helpers(helpers: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    helpers.iter().map(|(path, content)| (path.clone(), hex(&Sha256::digest(content)))).collect()
}

/// SHA-256 over what one step does.
pub fn step_digest(step: &PlannedStep) -> String {
    let mut hashed = Hashed(Sha256::new());
    let mut signs = std::io::BufWriter::new(&mut hashed);
    let _ = serde_json::to_writer(&mut signs, &work(step));
    let _ = signs.flush();
    drop(signs);
    hex(&hashed.0.finalize())
}

/// What a step does, without what it says.
fn work(step: &PlannedStep) -> Work {
    let mut value = serde_json::to_value(step).unwrap_or_default();
    if let Some(ask) = value.get_mut("work").and_then(|w| w.get_mut("ask")).and_then(Value::as_object_mut) {
        ask.shift_remove("text");
    }
    Work(value)
}

struct Work(Value);

impl Serialize for Work {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stripped(&self.0).serialize(serializer)
    }
}

/// Written without the keys that only say something, and sorted, so that they leave no trace in the order of the rest.
struct Stripped<'a>(&'a Value);

impl Serialize for Stripped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let mut kept: Vec<_> = map.iter().filter(|(key, _)| !WORDS.contains(&key.as_str())).collect();
                kept.sort_unstable_by_key(|(key, _)| *key);
                serializer.collect_map(kept.into_iter().map(|(key, value)| (key, Stripped(value))))
            }
            Value::Array(list) => serializer.collect_seq(list.iter().map(Stripped)),
            plain => plain.serialize(serializer),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
