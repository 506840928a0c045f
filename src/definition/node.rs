//! From YAML nodes to words of the domain. Problems are collected, so that all of them are reported at once.

use std::cell::{OnceCell, RefCell};

use marked_yaml::types::{MarkedMappingNode, MarkedScalarNode};
use marked_yaml::{Node, Span};

use super::{Finding, Severity};
use crate::model::{Expression, Place, Scheme, Template};

/// What the decoders share: the problems found so far, and what only a later look at everything can judge.
#[derive(Default)]
pub(crate) struct Context {
    findings: RefCell<Vec<Finding>>,
    /// Known once the system's `versions` were read.
    pub(super) scheme: OnceCell<Scheme>,
    mentions: RefCell<Vec<Mention>>,
}

/// A name that has to be defined somewhere else.
pub(super) struct Mention {
    pub(super) what: Mentioned,
    pub(super) name: String,
    pub(super) place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mentioned {
    Action,
    Store,
    /// No store was named, which is clear only where there is one.
    OnlyStore,
}

impl Context {
    pub(crate) fn report(&self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), help.into());
    }

    /// Reports what can be used as it is, but should be mended.
    pub(super) fn warn(&self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Warning, place, message.into(), help.into());
    }

    fn add(&self, severity: Severity, place: Place, message: String, help: String) {
        self.findings.borrow_mut().push(Finding { severity, place, message, help });
    }

    pub(super) fn mention(&self, what: Mentioned, name: &str, place: Place) {
        self.mentions.borrow_mut().push(Mention { what, name: name.to_owned(), place });
    }

    pub(super) fn take_mentions(&self) -> Vec<Mention> {
        self.mentions.take()
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    /// An empty one with the same scheme, for another thread.
    pub(super) fn beside(&self) -> Context {
        Context { scheme: self.scheme.clone(), ..Context::default() }
    }

    /// Takes in what another thread found.
    pub(super) fn take_in(&self, other: Context) {
        self.findings.borrow_mut().append(&mut other.findings.take());
        self.mentions.borrow_mut().append(&mut other.mentions.take());
    }

    /// How many problems there are so far.
    pub(super) fn count(&self) -> usize {
        self.findings.borrow().len()
    }
}

/// Where a node begins.
pub(crate) fn place(node: &Node) -> Place {
    match node {
        Node::Mapping(mapping) => mapping_place(mapping),
        Node::Scalar(_) | Node::Sequence(_) => place_of(node.span()),
    }
}

/// The parser puts the beginning of a block mapping at its first `:`; people see it at the first key.
fn mapping_place(mapping: &MarkedMappingNode) -> Place {
    let own = place_of(mapping.span());
    let first = mapping.keys().next().map_or(own, |key| place_of(key.span()));
    if (first.line, first.column) < (own.line, own.column) { first } else { own }
}

pub(crate) fn place_of(span: &Span) -> Place {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    span.start().map_or_else(Place::default, |mark| Place {
        file: number(mark.source()),
        line: number(mark.line()),
        column: number(mark.column()),
    })
}

/// The keys of a mapping, handed out one by one; those that nobody asked for are unknown.
pub(crate) struct Fields<'n> {
    pub(super) context: &'n Context,
    /// What the mapping describes, with its article: `a step`.
    what: &'static str,
    mapping: &'n MarkedMappingNode,
    known: RefCell<Vec<&'static str>>,
    /// Keys that have to be there and are not.
    missing: RefCell<Vec<&'static str>>,
}

impl<'n> Fields<'n> {
    /// Reports anything but a mapping.
    pub(crate) fn of(context: &'n Context, node: &'n Node, what: &'static str) -> Option<Self> {
        let Node::Mapping(mapping) = node else {
            wrong_type(context, node, &format!("{what} with its keys"), "write it as `key: value` lines");
            return None;
        };
        Some(Fields { context, what, mapping, known: RefCell::default(), missing: RefCell::default() })
    }

    pub(super) fn place(&self) -> Place {
        mapping_place(self.mapping)
    }

    /// The place of a key, or of the mapping when it is not there.
    pub(crate) fn key_place(&self, key: &str) -> Place {
        self.mapping.get_key_value(key).map_or_else(|| self.place(), |(key, _)| place_of(key.span()))
    }

    /// The value of a key. A key without a value is reported.
    pub(crate) fn node(&self, key: &'static str) -> Option<&'n Node> {
        self.known.borrow_mut().push(key);
        let node = self.mapping.get(key)?;
        if is_nothing(node) {
            let help = format!("give it a value, or remove `{key}`");
            self.context.report(self.key_place(key), format!("`{key}` is empty"), help);
            return None;
        }
        Some(node)
    }

    /// Whether the key is there, with or without a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.mapping.contains_key(key)
    }

    pub(super) fn get<T>(
        &self,
        key: &'static str,
        decode: impl FnOnce(&'n Context, &'n Node) -> Option<T>,
    ) -> Option<T> {
        decode(self.context, self.node(key)?)
    }

    /// As [`Fields::get`]; [`Fields::finish`] reports a key that is not there.
    pub(super) fn need<T>(
        &self,
        key: &'static str,
        decode: impl FnOnce(&'n Context, &'n Node) -> Option<T>,
    ) -> Option<T> {
        if !self.has(key) {
            self.known.borrow_mut().push(key);
            self.missing.borrow_mut().push(key);
            return None;
        }
        self.get(key, decode)
    }

    /// The items of a list; none when the key is not there.
    pub(crate) fn list<T>(&self, key: &'static str, decode: impl FnMut(&'n Context, &'n Node) -> Option<T>) -> Vec<T> {
        self.get(key, |context, node| list(context, node, decode)).unwrap_or_default()
    }

    /// Key and value of each entry; none when the key is not there.
    pub(super) fn entries<T>(
        &self,
        key: &'static str,
        decode: impl FnMut(&'n Context, &'n MarkedScalarNode, &'n Node) -> Option<T>,
    ) -> Vec<T> {
        self.get(key, |context, node| entries(context, node, decode)).unwrap_or_default()
    }

    /// Exactly one of `keys` must be there. Gives it, and reports none or several.
    ///
    /// With none there, an unknown key is the likelier mistake and is reported alone: ask for all other keys first.
    pub(super) fn one_of(&self, keys: &[&'static str]) -> Option<&'static str> {
        let given: Vec<_> = keys.iter().copied().filter(|key| self.has(key)).collect();
        self.known.borrow_mut().extend(keys.iter().copied());
        match given.as_slice() {
            [one] => Some(one),
            [] => {
                if self.unknown().next().is_none() {
                    let help = format!("add one of {}", quoted(keys));
                    self.context.report(self.place(), format!("{} does not say what it does", self.what), help);
                }
                None
            }
            [first, second, ..] => {
                let message = format!("{} has both `{first}` and `{second}`", self.what);
                self.context.report(self.key_place(second), message, "keep one of them");
                None
            }
        }
    }

    /// Whether a key is there, or one that was probably meant to be it. Ask for all keys first.
    pub(super) fn means(&self, key: &str) -> bool {
        let known = self.known.borrow();
        self.has(key) || self.unknown().any(|(other, _)| nearest(other.as_str(), known.iter().copied()) == Some(key))
    }

    /// Reports every key that is missing, and every one that nobody asked for. A misspelt key is one mistake, not two.
    /// Ask for all keys first.
    pub(crate) fn finish(&self) {
        for key in self.missing.borrow().iter().filter(|key| !self.means(key)) {
            let help = format!("add `{key}:` to it");
            self.context.report(self.place(), format!("{} has no `{key}`", self.what), help);
        }
        let known = self.known.borrow();
        for (key, value) in self.unknown() {
            let name = key.as_str();
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? ({})", self.all_known(&known)),
                None if is_nothing(value) => {
                    format!("if it belongs to the text before it, quote the whole text ({})", self.all_known(&known))
                }
                None => self.all_known(&known),
            };
            self.context.report(place_of(key.span()), format!("{} has no key `{name}`", self.what), help);
        }
    }

    fn unknown(&self) -> impl Iterator<Item = (&MarkedScalarNode, &Node)> {
        self.mapping.iter().filter(|(key, _)| !self.known.borrow().contains(&key.as_str()))
    }

    fn all_known(&self, known: &[&'static str]) -> String {
        let mut names = known.to_vec();
        names.sort_unstable();
        names.dedup();
        format!("{} can have {}", self.what, quoted(&names))
    }
}

/// Names to choose from; of very many, the first.
pub(crate) fn quoted(names: &[&str]) -> String {
    const SHOWN: usize = 40;
    let shown = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The name that was probably meant.
///
/// Of very many only the first are compared, and a name that is no name is not: that would take long and help nobody.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const COMPARED: usize = 200;
    let length = name.chars().count();
    let allowed = (length / 3).max(1);
    let alike = |candidate: &&str| length <= 100 && candidate.chars().count().abs_diff(length) <= allowed;
    let known = known.into_iter().take(COMPARED).filter(alike);
    let near = known.map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    near.filter(|(distance, _)| *distance <= allowed).min().map(|(_, candidate)| candidate)
}

/// Whether nothing was written where a value belongs.
pub(crate) fn is_nothing(node: &Node) -> bool {
    matches!(node, Node::Scalar(scalar) if scalar.may_coerce() && scalar.as_str().is_empty())
}

pub(crate) fn wrong_type(context: &Context, node: &Node, expected: &str, help: &str) {
    let found = match node {
        _ if is_nothing(node) => "nothing",
        Node::Scalar(_) => "a text",
        Node::Mapping(_) => "a mapping",
        Node::Sequence(_) => "a list",
    };
    context.report(place(node), format!("expected {expected}, found {found}"), help);
}

fn scalar<'n>(context: &Context, node: &'n Node, expected: &str) -> Option<&'n str> {
    match node {
        Node::Scalar(scalar) if !is_nothing(node) => Some(scalar.as_str()),
        Node::Mapping(_) => {
            wrong_type(context, node, expected, "quote it if it is one text: `{`, `}` and `: ` mean something in YAML");
            None
        }
        _ => {
            wrong_type(context, node, expected, "write one value");
            None
        }
    }
}

pub(crate) fn text(context: &Context, node: &Node) -> Option<String> {
    scalar(context, node, "a text").map(str::to_owned)
}

pub(super) fn template(context: &Context, node: &Node) -> Option<Template> {
    text(context, node).map(|text| Template { text, place: place(node) })
}

pub(super) fn expression(context: &Context, node: &Node) -> Option<Expression> {
    let text = scalar(context, node, "an expression")?.to_owned();
    Some(Expression { text, place: place(node) })
}

pub(super) fn boolean(context: &Context, node: &Node) -> Option<bool> {
    match scalar(context, node, "`yes` or `no`")? {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        other => {
            context.report(place(node), format!("`{other}` is neither `yes` nor `no`"), "write `yes` or `no`");
            None
        }
    }
}

/// Reads a scalar with a parser whose error is a sentence.
pub(super) fn parsed<T>(
    context: &Context,
    node: &Node,
    expected: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let text = scalar(context, node, expected)?;
    parse(text).map_err(|message| context.report(place(node), message, format!("write {expected}"))).ok()
}

pub(super) fn number<T: std::str::FromStr>(context: &Context, node: &Node) -> Option<T> {
    parsed(context, node, "a whole number", |text| text.parse().map_err(|_| format!("`{text}` is not a whole number")))
}

/// One of a few words.
pub(crate) fn word<T: Copy>(context: &Context, node: &Node, words: &[(&str, T)]) -> Option<T> {
    let text = scalar(context, node, "a word")?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = match nearest(text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? It can be {}", quoted(&names)),
            None => format!("it can be {}", quoted(&names)),
        };
        context.report(place(node), format!("`{text}` is not possible here"), help);
    }
    found
}

pub(crate) fn list<'n, T>(
    context: &'n Context,
    node: &'n Node,
    mut decode: impl FnMut(&'n Context, &'n Node) -> Option<T>,
) -> Option<Vec<T>> {
    let Node::Sequence(items) = node else {
        wrong_type(context, node, "a list", "write `- ` before each item, or `[a, b]`");
        return None;
    };
    Some(items.iter().filter_map(|item| decode(context, item)).collect())
}

/// A list, or one item alone.
pub(super) fn one_or_list<'n, T>(
    context: &'n Context,
    node: &'n Node,
    mut decode: impl FnMut(&'n Context, &'n Node) -> Option<T>,
) -> Option<Vec<T>> {
    match node {
        Node::Sequence(_) => list(context, node, decode),
        _ => decode(context, node).map(|item| vec![item]),
    }
}

pub(crate) fn entries<'n, T>(
    context: &'n Context,
    node: &'n Node,
    mut decode: impl FnMut(&'n Context, &'n MarkedScalarNode, &'n Node) -> Option<T>,
) -> Option<Vec<T>> {
    let Node::Mapping(mapping) = node else {
        wrong_type(context, node, "names with their values", "write `name: value` lines");
        return None;
    };
    Some(mapping.iter().filter_map(|(key, value)| decode(context, key, value)).collect())
}
