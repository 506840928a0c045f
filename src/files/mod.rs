//! Text files of a system, read and edited so that comments, order, quoting and line endings stay.
//!
//! An edit is made twice: on the text, and on the data that the text says. The new text is then read again by a reader
//! that knows nothing of the edit; where it does not say what the data say, the edit is refused. So an edit may fail,
//! and it is never a wrong one.

mod brackets;
mod env;
mod error;
mod ini;
mod lines;
mod plain;
mod read;
mod toml;
mod toml_write;
mod yaml;

#[cfg(test)]
mod tests;

pub use error::FileError;

pub use crate::model::FileFormat as Format;
use plain::{Edit, Path};
use serde_json::Value;

/// A file's text with what it says.
#[derive(Clone, PartialEq)]
pub struct Document {
    format: Format,
    /// A byte order mark, which no reader of the text shall see.
    mark: &'static str,
    text: String,
    data: Value,
}

/// Without the text, which may hold secrets.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// When the text is not of the format, or is a YAML file of several documents.
    pub fn parse(format: Format, text: &str) -> Result<Document, FileError> {
        let (mark, text) = match text.strip_prefix('\u{feff}') {
            Some(rest) => ("\u{feff}", rest),
            None => ("", text),
        };
        Ok(Document { format, mark, text: text.to_owned(), data: read::read(format, text)? })
    }

    /// The file's text.
    pub fn text(&self) -> String {
        format!("{}{}", self.mark, self.text)
    }

    /// Every value at a dotted key, where `*` stands for every item of a list or value of a mapping; none when it is
    /// not there. A list or a mapping at the key is one value.
    ///
    /// # Errors
    /// When the key is none of the format.
    pub fn values(&self, key: &str) -> Result<Vec<Value>, FileError> {
        let found = plain::values(&self.data, &self.path(key)?).into_iter().cloned();
        Ok(match self.format {
            Format::Ini => {
                found.flat_map(|value| if let Value::Array(list) = value { list } else { vec![value] }).collect()
            }
            _ => found.collect(),
        })
    }

    /// Sets a key, and makes the mappings above it that are missing.
    ///
    /// # Errors
    /// When something else than a mapping is above it, the format has no such value, or the edit is not safe.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), FileError> {
        let path = self.path_to_edit(key)?;
        let value = self.fitting(value)?;
        if plain::get(&self.data, &path) == Some(&value) {
            return Ok(());
        }
        let by_hand = format!("set `{key}` by hand");
        self.edit(Edit::Set { path, value }, &by_hand)
    }

    /// Sets a key that is not there.
    ///
    /// # Errors
    /// As of [`Document::set`].
    pub fn default(&mut self, key: &str, value: &Value) -> Result<(), FileError> {
        match plain::get(&self.data, &self.path_to_edit(key)?) {
            Some(_) => Ok(()),
            None => self.set(key, value),
        }
    }

    /// Gives a value another key, with its comments where that is possible. When there is a value at the new key, it
    /// stays and the old one goes.
    ///
    /// # Errors
    /// When the value would be moved into itself or in the place of others, or the edit is not safe.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        let edit = plain::rename(&self.data, self.path_to_edit(from)?, self.path_to_edit(to)?)?;
        edit.map_or(Ok(()), |edit| self.edit(edit, &format!("rename `{from}` to `{to}` by hand")))
    }

    /// Appends to the list at a key the items that are not in it, and makes the list.
    ///
    /// # Errors
    /// When something else than a list is there, or the edit is not safe.
    pub fn add(&mut self, key: &str, items: &[Value]) -> Result<(), FileError> {
        let path = self.path_to_edit(key)?;
        self.has_lists()?;
        let mut missing: Vec<Value> = Vec::new();
        let there: &[Value] = self.list(&path, key)?;
        for item in items {
            let item = self.fitting_item(item)?;
            if !there.contains(&item) && !missing.contains(&item) {
                missing.push(item);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let edit = match there {
            [] => Edit::Set { path, value: Value::Array(missing) },
            _ => Edit::Append { path, items: missing },
        };
        self.edit(edit, &format!("add the items to `{key}` by hand"))
    }

    /// Puts a word into a value of an INI file that is words with spaces between them: before the first of `before`
    /// that it holds. A value that has the word, or none of them, stays. A `*` at the end of the key's section stands
    /// for any end of it.
    ///
    /// # Errors
    /// When the file is of another form, or the edit is not safe.
    pub fn insert(&mut self, key: &str, word: &str, before: &[String]) -> Result<(), FileError> {
        if self.format != Format::Ini {
            return Err(FileError::impossible("only an INI file has values that are words"));
        }
        for path in ini::paths(&self.data, key)? {
            let Some(Value::Array(values)) = plain::get(&self.data, &path) else { continue };
            // The last one counts for those who read one value only.
            let Some((last, others)) = values.split_last() else { continue };
            let Some(value) = last.as_str().and_then(|value| ini::with_word(value, word, before)) else { continue };
            let value = others.iter().cloned().chain([Value::from(value)]).collect();
            self.edit(Edit::Set { path, value }, &format!("put `{word}` into `{key}` by hand"))?;
        }
        Ok(())
    }

    /// Removes a key with its value.
    ///
    /// # Errors
    /// When the edit is not safe.
    pub fn remove(&mut self, key: &str) -> Result<(), FileError> {
        let path = self.path_to_edit(key)?;
        match plain::get(&self.data, &path) {
            None => Ok(()),
            Some(_) => self.edit(Edit::Remove { path }, &format!("remove `{key}` by hand")),
        }
    }

    /// Removes from the list at a key the items that equal one of these.
    ///
    /// # Errors
    /// When something else than a list is there, or the edit is not safe.
    pub fn remove_items(&mut self, key: &str, items: &[Value]) -> Result<(), FileError> {
        let path = self.path_to_edit(key)?;
        self.has_lists()?;
        let items = items.iter().map(|item| self.fitting_item(item)).collect::<Result<Vec<_>, _>>()?;
        let there = self.list(&path, key)?;
        let at: Vec<usize> = (0..there.len()).filter(|at| items.contains(&there[*at])).collect();
        if at.is_empty() {
            return Ok(());
        }
        let edit = match self.format {
            // A key of an INI file is its values: without any there is none.
            Format::Ini if at.len() == there.len() => Edit::Remove { path },
            _ => Edit::Delete { path, at },
        };
        self.edit(edit, &format!("remove the items from `{key}` by hand"))
    }

    /// Makes the edit on the text and on the data, and keeps the text only if it says what the data say.
    fn edit(&mut self, edit: Edit, by_hand: &str) -> Result<(), FileError> {
        let remedied = |error| match error {
            FileError::Refused { reason, .. } => FileError::Refused { reason, remedy: by_hand.to_owned() },
            other => other,
        };
        let mut wanted = self.data.clone();
        plain::apply(&mut wanted, &edit)?;
        let mut text = match self.format {
            Format::Ini => ini::edit(&self.text, &edit),
            Format::Env => env::edit(&self.text, &edit),
            Format::Yaml => yaml::edit(&self.text, &edit, &self.data),
            Format::Toml => toml::edit(&self.text, &edit, &self.data),
            Format::Json => Err(FileError::impossible("a JSON file can be read only")),
        }
        .map_err(remedied)?;
        if !self.text.is_empty() && !self.text.ends_with('\n') && text.ends_with('\n') {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        match read::read(self.format, &text) {
            Ok(data) if data == wanted => {
                (self.text, self.data) = (text, data);
                Ok(())
            }
            _ => Err(remedied(FileError::refused("the text that would result does not say what it should"))),
        }
    }

    fn path(&self, key: &str) -> Result<Path, FileError> {
        match self.format {
            Format::Ini => ini::path(key),
            Format::Env => Ok(vec![key.to_owned()]),
            Format::Yaml | Format::Toml | Format::Json => plain::path(key),
        }
    }

    fn path_to_edit(&self, key: &str) -> Result<Path, FileError> {
        if self.format == Format::Json {
            return Err(FileError::impossible("a JSON file can be read only"));
        }
        let path = self.path(key)?;
        if path.iter().any(|name| name == "*") {
            return Err(FileError::impossible(format!("`{key}` stands for several keys; an edit takes one")));
        }
        Ok(path)
    }

    /// The items at a key; none where it is missing or empty.
    fn list(&self, path: &[String], key: &str) -> Result<&[Value], FileError> {
        match plain::get(&self.data, path) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(FileError::impossible(format!("what stands at `{key}` is not a list"))),
        }
    }

    fn has_lists(&self) -> Result<(), FileError> {
        match self.format {
            Format::Env => Err(FileError::impossible("an env file has no lists")),
            _ => Ok(()),
        }
    }

    /// A value as the format can hold it: INI and env files hold text alone.
    fn fitting(&self, value: &Value) -> Result<Value, FileError> {
        match (self.format, value) {
            (Format::Ini, Value::Array(items)) => items.iter().map(|item| self.fitting_item(item)).collect(),
            (Format::Ini, _) => Ok(Value::Array(vec![self.fitting_item(value)?])),
            _ => self.fitting_item(value),
        }
    }

    fn fitting_item(&self, value: &Value) -> Result<Value, FileError> {
        match (self.format, value) {
            (Format::Yaml, _) => Ok(value.clone()),
            (Format::Ini | Format::Env, Value::String(text)) => Ok(Value::String(text.clone())),
            (Format::Ini | Format::Env, Value::Number(_) | Value::Bool(_)) => Ok(Value::String(value.to_string())),
            (Format::Toml, value) if !toml::has_null(value) => Ok(value.clone()),
            // The value itself may be a secret, and is not told.
            (format, value) => {
                let kind = match value {
                    Value::Null => "null",
                    Value::Array(_) => "a list there",
                    _ => "such a mapping",
                };
                Err(FileError::impossible(format!("a file of the form {} cannot hold {kind}", format.name())))
            }
        }
    }
}
