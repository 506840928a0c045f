//! Renders templates for each of the places where a value can go.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Value as Engine, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::scope::{Reference, Scope};
use super::secret::{Text, reserved, shown};
use super::{Names, Piece, TemplateError, split, sql};
use crate::model::{Expression, Scheme, Template, Value};

/// Fills in templates from one set of names.
#[derive(Clone)]
pub struct Renderer {
    open: Scope,
    /// Where a secret could not be kept apart from its text, looking one up is an error.
    closed: Scope,
    /// Why nothing can be rendered: a value that could forge a reference to a secret.
    refusal: Option<String>,
}

/// The template engine for one scheme of versions: made once, shared by all renderers.
#[derive(Clone)]
pub struct Templates(Arc<Environment<'static>>);

impl Templates {
    pub fn new(scheme: &Scheme) -> Self {
        Templates(Arc::new(environment(scheme)))
    }

    /// Fills in templates from these names.
    pub fn with(&self, names: &Names) -> Renderer {
        let open = Scope::new(self.0.clone(), names.clone());
        let refusal =
            names.forged().map(|name| format!("`{name}` holds a character that Stepwell reserves (U+FDD0 to U+FDD2)"));
        Renderer { closed: open.with_secrets(false), open, refusal }
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templates")
    }
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renderer")
    }
}

impl Renderer {
    pub fn new(names: &Names, scheme: &Scheme) -> Self {
        Templates::new(scheme).with(names)
    }

    /// The template as text.
    ///
    /// # Errors
    /// When an expression does not evaluate, or to a list, a mapping or nothing.
    pub fn text(&self, template: &Template) -> Result<Text, TemplateError> {
        self.attempt(template, || self.render(template))
    }

    /// The template as a value: a lone `{{ x }}` keeps its type, all else is a string.
    ///
    /// # Errors
    /// As [`Renderer::text`], and when it uses a secret.
    pub fn value(&self, template: &Template) -> Result<Value, TemplateError> {
        self.attempt(template, || engine_value(&self.closed, template).and_then(|value| json(&value)))
    }

    /// A command's arguments. A lone `{{ list }}` becomes as many arguments as it has items.
    ///
    /// # Errors
    /// As [`Renderer::text`], and when a secret stands there without `| reveal`: every user could see it.
    pub fn argv(&self, templates: &[Template]) -> Result<Vec<Text>, TemplateError> {
        let mut argv = Vec::with_capacity(templates.len());
        for template in templates {
            argv.extend(self.attempt(template, || self.arguments(template))?);
        }
        Ok(argv)
    }

    /// A regular expression, in which inserted values match themselves. It is not compiled here.
    ///
    /// # Errors
    /// As [`Renderer::value`].
    pub fn regex(&self, template: &Template) -> Result<String, TemplateError> {
        self.attempt(template, || concat(&self.closed, template, |text| regex::escape(&text)))
    }

    /// SQL for `engine` (`sqlite`, `postgres`, `mysql`) and the values to bind to it, in order.
    ///
    /// # Errors
    /// As [`Renderer::value`]; when an expression stands within quotes or a comment; when the text has a placeholder
    /// of its own.
    pub fn sql(&self, template: &Template, engine: &str) -> Result<(String, Vec<Value>), TemplateError> {
        self.attempt(template, || {
            sql::bind(&template.text, engine, |expression| {
                let value = self.closed.evaluate(expression)?;
                match value.kind() {
                    ValueKind::None => Ok(Value::Null),
                    _ => {
                        plain(expression, &value)?;
                        json(&value)
                    }
                }
            })
        })
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// When it does not evaluate or uses a secret.
    pub fn truth(&self, expression: &Expression) -> Result<bool, TemplateError> {
        self.attempt_at(expression.place, || Ok(self.closed.evaluate(&expression.text)?.is_true()))
    }

    /// The items of a `repeat`.
    ///
    /// # Errors
    /// When the expression does not evaluate, uses a secret, or is no list.
    pub fn items(&self, expression: &Expression) -> Result<Vec<Value>, TemplateError> {
        self.attempt_at(expression.place, || {
            let value = self.closed.evaluate(&expression.text)?;
            match json(&value)? {
                Value::Array(items) => Ok(items),
                _ => Err(format!("`{}` is {}, not a list", expression.text, article(&value))),
            }
        })
    }

    /// What expressions make of a row, which they see as `row`.
    ///
    /// # Errors
    /// When one does not evaluate or uses a secret.
    pub fn of_row<'e>(
        &self,
        row: serde_json::Map<String, Value>,
        expressions: impl IntoIterator<Item = &'e Expression>,
    ) -> Result<Vec<Value>, TemplateError> {
        let scope = self.closed.with_row(&Arc::new(row));
        let value = |e: &Expression| self.attempt_at(e.place, || json(&scope.evaluate(&e.text)?));
        expressions.into_iter().map(value).collect()
    }

    fn render(&self, template: &Template) -> Result<Text, String> {
        Text::checked(concat(&self.open, template, |text| text)?, &self.open.names)
    }

    fn arguments(&self, template: &Template) -> Result<Vec<Text>, String> {
        let texts = match lone(template)? {
            Some(expression) => {
                let value = self.open.evaluate(expression)?;
                let items = match value.kind() {
                    ValueKind::Seq | ValueKind::Iterable => {
                        value.try_iter().map_err(|e| e.to_string())?.collect::<Vec<_>>()
                    }
                    _ => vec![value],
                };
                let texts = items.iter().map(|item| Text::checked(plain(expression, item)?, &self.open.names));
                texts.collect::<Result<Vec<_>, String>>()?
            }
            None => vec![self.render(template)?],
        };
        match texts.iter().find_map(Text::hidden) {
            Some(name) => Err(format!(
                "the secret `{name}` would be seen by every user in the list of processes: \
                 pass it by `env` or `stdin`, or write `| reveal` after it"
            )),
            None => Ok(texts),
        }
    }

    fn attempt<T>(&self, template: &Template, work: impl FnOnce() -> Result<T, String>) -> Result<T, TemplateError> {
        self.attempt_at(template.place, || {
            if reserved(&template.text) {
                return Err("the text holds a character that Stepwell reserves (U+FDD0 to U+FDD2)".to_owned());
            }
            work()
        })
    }

    fn attempt_at<T>(
        &self,
        place: crate::model::Place,
        work: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, TemplateError> {
        let result = match &self.refusal {
            Some(refusal) => Err(refusal.clone()),
            None => work(),
        };
        result.map_err(|message| TemplateError { place, message })
    }
}

/// The template as the engine's value: a lone `{{ x }}` keeps its type.
pub(super) fn engine_value(scope: &Scope, template: &Template) -> Result<Engine, String> {
    match lone(template)? {
        Some(expression) => scope.evaluate(expression),
        None => concat(scope, template, |text| text).map(Engine::from),
    }
}

/// The expression, when the template is nothing else.
fn lone(template: &Template) -> Result<Option<&str>, String> {
    Ok(match split(&template.text)?.as_slice() {
        [Piece::Expression(expression)] => Some(expression),
        _ => None,
    })
}

fn concat(scope: &Scope, template: &Template, insert: impl Fn(String) -> String) -> Result<String, String> {
    let mut out = String::with_capacity(template.text.len());
    for piece in split(&template.text)? {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Expression(expression) => {
                out.push_str(&insert(plain(expression, &scope.evaluate(expression)?)?));
            }
        }
    }
    Ok(out)
}

/// A single value as text.
fn plain(expression: &str, value: &Engine) -> Result<String, String> {
    match value.kind() {
        _ if value.downcast_object_ref::<Reference>().is_some() => Ok(value.to_string()),
        ValueKind::Bool | ValueKind::Number | ValueKind::String => Ok(value.to_string()),
        ValueKind::None => Err(format!("`{expression}` has no value")),
        ValueKind::Seq | ValueKind::Iterable => {
            Err(format!("`{expression}` is a list: let it stand alone, or use `| join(', ')`"))
        }
        _ => Err(format!("`{expression}` is {}, not a single value", article(value))),
    }
}

fn json(value: &Engine) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|e| e.to_string())
}

fn article(value: &Engine) -> &'static str {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => "nothing",
        ValueKind::Bool => "true or false",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a mapping",
        _ => "no plain value",
    }
}

/// Bytes of an expression. The engine goes down a chain such as `a.b.c` by recursion.
const LONGEST: usize = 2_000;

/// An expression that is short enough to be evaluated, and well-formed.
pub(in crate::definition) fn compile<'e>(
    env: &'e Environment<'static>,
    text: &str,
) -> Result<minijinja::Expression<'e, 'static>, Error> {
    if text.len() > LONGEST {
        let message = format!("it is longer than {LONGEST} bytes");
        return Err(Error::new(ErrorKind::SyntaxError, message));
    }
    env.compile_expression_owned(text.to_owned())
}

/// An engine that has the built-in filters and tests, ours, and no global name at all.
pub(in crate::definition) fn environment(scheme: &Scheme) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let globals: Vec<String> = env.globals().map(|(name, _)| name.to_owned()).collect();
    for name in globals {
        env.remove_global(&name);
    }
    let scheme = scheme.clone();
    env.add_test("version", move |version: String, range: String| {
        let refuse = |error: crate::model::VersionError| Error::new(ErrorKind::InvalidOperation, error.to_string());
        let range = scheme.parse_range(&range).map_err(refuse)?;
        Ok::<_, Error>(range.contains(&scheme.parse(&version).map_err(refuse)?))
    });
    env.add_filter("reveal", |value: Engine| shown(&value.to_string()));
    env
}
