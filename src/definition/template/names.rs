//! The names a template may use, and what stands behind them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::secret::reserved;
use crate::model::{Template, Value};

/// Everything that a template can see. What is the same for every step is shared between them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// `facts.NAME`.
    pub facts: Arc<BTreeMap<String, FactValue>>,
    /// `stores.NAME.engine`, `.url`, `.path`.
    pub stores: Arc<BTreeMap<String, StoreNames>>,
    /// The version at the beginning of the hop.
    pub from: String,
    /// The version at its end.
    pub to: String,
    /// The release to which the step belongs.
    pub release: String,
    /// The folder with the helpers of the definition.
    pub here: String,
    /// What each enclosing `repeat` is at, under its own name.
    pub items: BTreeMap<String, Value>,
    /// `answers.KEY`: what the operator answered.
    pub answers: BTreeMap<String, String>,
}

/// The value of a fact.
#[derive(Clone, Debug)]
pub enum FactValue {
    Plain(Value),
    /// Known to the deployment only; templates hold a reference to it.
    Secret,
    /// `facts.bin['15.0.1']`: what was given for that release, otherwise the default rendered with `release` being
    /// the index.
    PerRelease {
        given: BTreeMap<String, Value>,
        default: Option<Template>,
    },
}

/// What a template sees of a store.
#[derive(Clone, Default)]
pub struct StoreNames {
    /// `sqlite`, `postgres`, `mysql`.
    pub engine: String,
    /// Secret: it may hold a password.
    pub url: String,
    /// The file, when the store is one.
    pub path: Option<String>,
}

impl fmt::Debug for StoreNames {
    /// Leaves the URL out, since it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreNames").field("engine", &self.engine).field("path", &self.path).finish_non_exhaustive()
    }
}

impl Names {
    /// The name of the secret that a dotted path leads to, when there is such a secret.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        match name.strip_prefix("stores.").and_then(|rest| rest.strip_suffix(".url")) {
            Some(store) => self.stores.contains_key(store),
            None => matches!(self.facts.get(name), Some(FactValue::Secret)),
        }
    }

    /// The first value that holds a character by which secrets are referred to: it could forge a reference.
    pub(super) fn forged(&self) -> Option<String> {
        let facts = self.facts.iter().filter(|(_, fact)| match fact {
            FactValue::Plain(value) => holds_reserved(value),
            FactValue::Secret => false,
            FactValue::PerRelease { given, .. } => {
                given.iter().any(|(release, value)| reserved(release) || holds_reserved(value))
            }
        });
        let stores = self.stores.iter().filter(|(_, s)| reserved(&s.engine) || s.path.as_deref().is_some_and(reserved));
        let plain = [("from", &self.from), ("to", &self.to), ("release", &self.release), ("here", &self.here)];
        let names = [
            facts.map(|(name, _)| format!("facts.{name}")).next(),
            stores.map(|(name, _)| format!("stores.{name}")).next(),
            plain.into_iter().find(|(_, text)| reserved(text)).map(|(name, _)| name.to_owned()),
            self.items.iter().find(|(_, value)| holds_reserved(value)).map(|(name, _)| name.clone()),
            self.answers.iter().find(|(_, text)| reserved(text)).map(|(name, _)| format!("answers.{name}")),
        ];
        names.into_iter().flatten().next()
    }
}

fn holds_reserved(value: &Value) -> bool {
    match value {
        Value::String(text) => reserved(text),
        Value::Array(items) => items.iter().any(holds_reserved),
        Value::Object(entries) => entries.iter().any(|(key, value)| reserved(key) || holds_reserved(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
