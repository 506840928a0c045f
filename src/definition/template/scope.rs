//! The names of a template as the template engine looks them up.
//!
//! Nothing is undefined: a name that does not exist is an error at the moment it is looked up, because a comparison
//! with something undefined would be silently false.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Serde, Value as Engine};
use minijinja::{Environment, Error, ErrorKind};

use super::secret::reference;
use super::{FactValue, Names};
use crate::model::Value;

/// Defaults of facts may use other facts; one that leads back to itself ends here.
const DEEPEST_DEFAULT: u8 = 8;

/// What a template is evaluated in.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) env: Arc<Environment<'static>>,
    pub(super) names: Arc<Names>,
    /// Stands in for `release` while a per-release default is rendered.
    release: Option<String>,
    /// Whether secrets may be referred to. Where they may not, looking one up is an error.
    pub(super) secrets: bool,
    /// What `row` is, where there is one.
    row: Option<Arc<serde_json::Map<String, Value>>>,
    depth: u8,
}

/// Something a template can look into.
#[derive(Clone)]
enum At {
    Root,
    Facts,
    Stores,
    Store(String),
    PerRelease(String),
    Answers,
    Item(String, serde_json::Map<String, Value>),
}

struct View {
    scope: Scope,
    at: At,
}

/// A secret: it can be inserted and nothing else, since it is not here.
#[derive(Debug)]
pub(super) struct Reference(String);

impl Scope {
    pub(super) fn new(env: Arc<Environment<'static>>, names: Names) -> Self {
        Scope { env, names: Arc::new(names), release: None, secrets: true, row: None, depth: 0 }
    }

    pub(super) fn with_secrets(&self, secrets: bool) -> Self {
        Scope { secrets, ..self.clone() }
    }

    /// The same names, and `row`.
    pub(super) fn with_row(&self, row: &Arc<serde_json::Map<String, Value>>) -> Self {
        Scope { row: Some(Arc::clone(row)), ..self.clone() }
    }

    /// Evaluates one expression. The result is never undefined.
    pub(super) fn evaluate(&self, expression: &str) -> Result<Engine, String> {
        let fail = |error: Error| match self.depth {
            0 => format!("`{expression}`: {}", sentence(&error)),
            // Within a default: the expression that asked for it is named already.
            _ => sentence(&error),
        };
        let compiled = super::render::compile(&self.env, expression).map_err(fail)?;
        let value = compiled.eval(self.view(At::Root)).map_err(fail)?;
        if !value.is_undefined() {
            return Ok(value);
        }
        let item = expression.trim().split_once('.').map(|(name, _)| name);
        match item.filter(|name| self.names.items.contains_key(*name)) {
            Some(name) => Err(format!("`{expression}` has no value: `{name}` has no columns; write `{name}`")),
            None => Err(format!("`{expression}` has no value")),
        }
    }

    fn view(&self, at: At) -> Engine {
        Engine::from_object(View { scope: self.clone(), at })
    }

    fn secret(&self, path: &str, name: &str) -> Engine {
        if self.secrets {
            Engine::from_object(Reference(name.to_owned()))
        } else {
            failure(format!("`{path}` is secret: give it to a program by `env` or `stdin`"))
        }
    }

    fn fact(&self, name: &str) -> Engine {
        match self.names.facts.get(name) {
            Some(FactValue::Plain(value)) => Engine::from(Serde(value)),
            Some(FactValue::Secret) => self.secret(&format!("facts.{name}"), name),
            Some(FactValue::PerRelease { .. }) => self.view(At::PerRelease(name.to_owned())),
            None => failure(format!("`facts.{name}` has no value: give one in stepwell.yaml")),
        }
    }

    fn fact_of_release(&self, name: &str, release: &str) -> Engine {
        let Some(FactValue::PerRelease { given, default }) = self.names.facts.get(name) else {
            return failure(format!("`facts.{name}` does not depend on the release"));
        };
        match (given.get(release), default) {
            (Some(value), _) => Engine::from(Serde(value)),
            (None, None) => failure(format!("`facts.{name}` has no value for {release}: give one in stepwell.yaml")),
            (None, Some(_)) if self.depth == DEEPEST_DEFAULT => {
                failure(format!("the default of `facts.{name}` leads back to itself"))
            }
            (None, Some(default)) => {
                let scope = Scope { release: Some(release.to_owned()), depth: self.depth + 1, ..self.clone() };
                super::render::engine_value(&scope, default).unwrap_or_else(failure)
            }
        }
    }

    fn store(&self, name: &str, key: &str) -> Engine {
        let Some(store) = self.names.stores.get(name) else {
            return failure(format!("there is no store `{name}`"));
        };
        match (key, &store.path) {
            ("engine", _) => Engine::from(store.engine.as_str()),
            ("url", _) => {
                let name = format!("stores.{name}.url");
                self.secret(&name, &name)
            }
            ("path", Some(path)) => Engine::from(path.as_str()),
            ("path", None) => failure(format!("`stores.{name}` is not a file and has no path")),
            _ => failure(format!("a store has `engine`, `url` and `path`, not `{key}`")),
        }
    }

    fn top(&self, name: &str) -> Engine {
        let names = &self.names;
        if let ("row", Some(row)) = (name, &self.row) {
            return self.view(At::Item(name.to_owned(), (**row).clone()));
        }
        if let Some(item) = names.items.get(name) {
            return match item {
                Value::Object(columns) => self.view(At::Item(name.to_owned(), columns.clone())),
                plain => Engine::from(Serde(plain)),
            };
        }
        match name {
            "facts" => self.view(At::Facts),
            "stores" => self.view(At::Stores),
            "answers" => self.view(At::Answers),
            "from" => Engine::from(names.from.as_str()),
            "to" => Engine::from(names.to.as_str()),
            "release" => Engine::from(self.release.as_ref().unwrap_or(&names.release).as_str()),
            "here" => Engine::from(names.here.as_str()),
            _ => failure(format!("there is no name `{name}` here")),
        }
    }
}

impl Object for View {
    fn get_value(self: &Arc<Self>, key: &Engine) -> Option<Engine> {
        let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        let scope = &self.scope;
        Some(match &self.at {
            At::Root => scope.top(&key),
            At::Facts => scope.fact(&key),
            At::Stores if scope.names.stores.contains_key(&key) => scope.view(At::Store(key)),
            At::Stores => failure(format!("there is no store `{key}`")),
            At::Store(name) => scope.store(name, &key),
            At::PerRelease(name) => scope.fact_of_release(name, &key),
            At::Answers => match scope.names.answers.get(&key) {
                Some(answer) => Engine::from(answer.as_str()),
                None => failure(format!("nobody has answered `{key}`")),
            },
            At::Item(name, columns) => match columns.get(&key) {
                Some(value) => Engine::from(Serde(value)),
                None => {
                    let known = columns.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    failure(format!("`{name}` has no `{key}`, only {known}"))
                }
            },
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.at {
            At::Item(_, columns) => Enumerator::Values(columns.keys().map(|k| Engine::from(k.as_str())).collect()),
            _ => Enumerator::NonEnumerable,
        }
    }
}

impl Object for Reference {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, _: &Engine) -> Option<Engine> {
        Some(failure(format!("`{}` is secret: nothing can be taken out of it", self.0)))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&reference(&self.0))
    }
}

impl fmt::Debug for View {
    /// Says nothing of the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("View")
    }
}

/// A value that becomes an error when it is looked up.
fn failure(message: impl Into<String>) -> Engine {
    Engine::from(Error::new(ErrorKind::InvalidOperation, message.into()))
}

/// The engine's error without its category, which would say the same twice.
fn sentence(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}
