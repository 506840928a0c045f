//! Text that may refer to secrets, and the secrets themselves, kept apart until a program needs both.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::Names;

// A reference is OPEN name CLOSE, or SHOWN name CLOSE once `reveal` has allowed it in a command's arguments. These are
// noncharacters, which Unicode sets aside for a program's own use: no text from outside has a reason to hold them, and
// a value that does is refused.
const OPEN: char = '\u{fdd0}';
const SHOWN: char = '\u{fdd1}';
const CLOSE: char = '\u{fdd2}';

/// Whether a text holds a character by which secrets are referred to.
pub(super) fn reserved(text: &str) -> bool {
    text.contains([OPEN, SHOWN, CLOSE])
}

/// The reference that stands for a secret.
pub(super) fn reference(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// The same references, allowed in a command's arguments.
pub(super) fn shown(text: &str) -> String {
    text.replace(OPEN, &SHOWN.to_string())
}

/// A rendered text. It may refer to secrets; what is displayed, logged or serialized is the reference.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

enum Part<'a> {
    Plain(&'a str),
    Secret { name: &'a str, shown: bool },
}

impl Text {
    /// A text without secrets. Characters that could forge a reference are replaced.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Text(if reserved(&text) { text.replace([OPEN, SHOWN, CLOSE], "\u{fffd}") } else { text })
    }

    /// Takes over text in which references were inserted, after making sure that each is whole and known.
    pub(super) fn checked(text: String, names: &Names) -> Result<Self, String> {
        let text = Text(text);
        let whole = text.parts().all(|part| match part {
            Part::Plain(plain) => !reserved(plain),
            Part::Secret { name, .. } => names.is_secret(name),
        });
        if whole { Ok(text) } else { Err("a secret cannot be changed: insert it without a filter".to_owned()) }
    }

    /// The text with its secrets in it. Give it to a program and to nothing else.
    ///
    /// A secret that `secrets` does not hold stays a reference; see [`Text::secrets`].
    pub fn reveal(&self, secrets: &Secrets) -> String {
        self.with(|name| secrets.get(name).map(str::to_owned))
    }

    /// Whether the text refers to a secret.
    pub fn has_secret(&self) -> bool {
        self.secrets().next().is_some()
    }

    /// The names of the secrets it refers to.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|part| match part {
            Part::Secret { name, .. } => Some(name),
            Part::Plain(_) => None,
        })
    }

    /// The first secret that was not allowed by `reveal`.
    pub(super) fn hidden(&self) -> Option<&str> {
        self.parts().find_map(|part| match part {
            Part::Secret { name, shown: false } => Some(name),
            _ => None,
        })
    }

    fn with(&self, value: impl Fn(&str) -> Option<String>) -> String {
        self.parts()
            .map(|part| match part {
                Part::Plain(plain) => plain.to_owned(),
                Part::Secret { name, .. } => value(name).unwrap_or_else(|| format!("{{{{ secret:{name} }}}}")),
            })
            .collect()
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let mark = rest.chars().next().filter(|c| matches!(*c, OPEN | SHOWN));
            let secret = mark.and_then(|mark| {
                let inner = &rest[mark.len_utf8()..];
                inner.split_once(CLOSE).map(|(name, after)| (Part::Secret { name, shown: mark == SHOWN }, after))
            });
            if let Some((part, after)) = secret {
                rest = after;
                return Some(part);
            }
            // A mark that begins no reference is itself plain, and `checked` refuses it.
            let skip = mark.map_or(0, char::len_utf8);
            let end = rest[skip..].find([OPEN, SHOWN]).map_or(rest.len(), |at| at + skip);
            let (plain, after) = rest.split_at(end);
            rest = after;
            Some(Part::Plain(plain))
        })
    }
}

impl fmt::Display for Text {
    /// With `{{ secret:NAME }}` in place of each secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with(|_| None))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The values of secrets by name: a fact's name, or `stores.NAME.url`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// The URLs of all stores.
    pub fn of_stores(names: &Names) -> Self {
        names.stores.iter().map(|(name, store)| (format!("stores.{name}.url"), store.url.clone())).collect()
    }

    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Text from outside, such as a program's output, with every secret in it replaced by its reference.
    pub fn mask(&self, text: &str) -> String {
        // A secret of several lines is met line by line as well.
        let lines = |value: &'_ String| value.lines().count() > 1;
        let parts =
            self.0.iter().filter(|(_, v)| lines(v)).flat_map(|(name, v)| v.lines().map(move |l| (name, l.trim())));
        let mut longest_first: Vec<_> = self.0.iter().map(|(name, value)| (name, value.as_str())).collect();
        longest_first.extend(parts.filter(|(_, line)| line.len() >= 6));
        longest_first.retain(|(_, value)| !value.trim().is_empty());
        longest_first.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        longest_first.into_iter().fold(text.to_owned(), |text, (name, value)| {
            if text.contains(value) { text.replace(value, &format!("{{{{ secret:{name} }}}}")) } else { text }
        })
    }
}

impl FromIterator<(String, String)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        Secrets(values.into_iter().collect())
    }
}

impl fmt::Debug for Secrets {
    /// Names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
