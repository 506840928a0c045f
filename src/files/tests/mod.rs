//! Edits of whole files.

mod env;
mod ini;
mod random;
mod toml;
mod yaml;

use serde_json::Value;

use super::{Document, FileError, Format};

/// The text after an edit, which done again must change nothing.
fn edited(format: Format, text: &str, edit: impl Fn(&mut Document) -> Result<(), FileError>) -> String {
    let mut document = Document::parse(format, text).expect("it can be read");
    edit(&mut document).expect("it can be edited");
    let once = document.text();
    edit(&mut document).expect("it can be edited again");
    assert_eq!(document.text(), once, "the same edit again changes no byte");
    once
}

fn refusal(format: Format, text: &str, edit: impl Fn(&mut Document) -> Result<(), FileError>) -> String {
    let mut document = Document::parse(format, text).expect("it can be read");
    let error = edit(&mut document).expect_err("it must be refused");
    assert_eq!(document.text(), text, "a refused edit changes no byte");
    error.to_string()
}

fn values(format: Format, text: &str, key: &str) -> Vec<Value> {
    Document::parse(format, text).expect("it can be read").values(key).expect("a key")
}
