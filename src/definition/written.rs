//! A deployment as the text of its file, for people: each entry says in a comment what it is.

use super::system::FORMAT;
use super::{Deployment, FactInput, JournalPlace, Source};
use crate::words::format::visible;

/// What the file says besides values. An entry without a remark stands there without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// At the top.
    pub head: String,
    /// About each fact and store by its name, in the order in which they are written; others follow.
    pub facts: Vec<(String, String)>,
    pub stores: Vec<(String, String)>,
    pub journal: String,
}

/// The text of a `stepwell.yaml` that reads back as the same deployment.
pub fn write_deployment(deployment: &Deployment, remarks: &Remarks) -> String {
    let mut page = Page::default();
    page.remark(&remarks.head, "");
    page.line("", &format!("format: {FORMAT}"));
    page.line("", &format!("system: {}", scalar(&deployment.system)));
    page.line("", &format!("deployment: {}", scalar(&deployment.id)));
    let stores = deployment.stores.iter().map(|(name, url)| (name, vec![format!("url: {}", source(url))]));
    page.section("stores", stores.collect(), &remarks.stores);
    let facts = deployment.facts.iter().map(|(name, input)| (name, fact(input)));
    page.section("facts", facts.collect(), &remarks.facts);
    if deployment.state_dir != deployment.dir.join(".stepwell") {
        let below = deployment.state_dir.strip_prefix(&deployment.dir).unwrap_or(&deployment.state_dir);
        page.line("", &format!("state_dir: {}", scalar(&below.display().to_string())));
    }
    page.remark(&remarks.journal, "");
    page.line(
        "",
        &match &deployment.journal {
            JournalPlace::File => "journal: file".to_owned(),
            JournalPlace::Store(name) => format!("journal: {{ store: {} }}", scalar(name)),
        },
    );
    if !deployment.on_event.is_empty() {
        page.line("", &format!("on_event: {}", list(&deployment.on_event)));
    }
    page.text
}

/// The widest line of remarks, so that it fits a terminal's smallest usual width.
const WIDEST: usize = 78;
/// How far an entry is indented.
const INDENT: &str = "  ";

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn remark(&mut self, remark: &str, indent: &str) {
        for line in remark.lines() {
            let mut words = String::from("#");
            for word in visible(line).split_whitespace() {
                if words.len() > 1 && indent.len() + words.len() + 1 + word.len() > WIDEST {
                    self.line(indent, &std::mem::replace(&mut words, String::from("#")));
                }
                words.push(' ');
                words.push_str(word);
            }
            self.line(indent, &words);
        }
    }

    /// Entries with their remarks. An entry of one line without a key stands beside its name.
    fn section(&mut self, key: &str, mut entries: Vec<(&String, Vec<String>)>, remarks: &[(String, String)]) {
        // Remarks about what is not written stand there all the same: they say why it is not.
        let (inside, outside): (Vec<_>, Vec<_>) =
            remarks.iter().partition(|(name, _)| entries.iter().any(|(entry, _)| *entry == name));
        for (_, remark) in outside {
            self.remark(remark, "");
        }
        if entries.is_empty() {
            return;
        }
        self.line("", &format!("{key}:"));
        entries.sort_by_key(|(entry, _)| inside.iter().position(|(name, _)| name == *entry).unwrap_or(usize::MAX));
        for (entry, lines) in entries {
            let remark = inside.iter().find(|(name, _)| name == entry).map_or("", |(_, remark)| remark);
            self.remark(remark, INDENT);
            match lines.as_slice() {
                [line] if key == "facts" => self.line(INDENT, &format!("{}: {line}", scalar(entry))),
                lines => {
                    self.line(INDENT, &format!("{}:", scalar(entry)));
                    lines.iter().for_each(|line| self.line(&INDENT.repeat(2), line));
                }
            }
        }
    }

    fn line(&mut self, indent: &str, line: &str) {
        self.text.push_str(indent);
        self.text.push_str(line);
        self.text.push('\n');
    }
}

fn source(source: &Source) -> String {
    match source {
        Source::Plain(text) => scalar(text),
        Source::Env(name) => format!("{{ env: {} }}", scalar(name)),
        Source::File(path) => format!("{{ file: {} }}", scalar(&path.display().to_string())),
        Source::Run(argv) => format!("{{ run: {} }}", list(argv)),
        Source::Ask => "{ ask: true }".to_owned(),
    }
}

/// The value of a fact: one line, or an entry a line.
fn fact(input: &FactInput) -> Vec<String> {
    match input {
        FactInput::One(one) => vec![source(one)],
        FactInput::List(items) => vec![list(items)],
        FactInput::PerRelease(values) => {
            let entries: Vec<_> =
                values.iter().map(|(release, value)| format!("{}: {}", scalar(release), source(value))).collect();
            vec![format!("{{ {} }}", entries.join(", "))]
        }
    }
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| scalar(item)).collect::<Vec<_>>().join(", "))
}

/// Words that some reader of YAML takes for something else than text.
const TAKEN: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];

/// A text as YAML reads it back, here and in any other reader: in quotes, unless it can be nothing but a word.
fn scalar(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str());
    if word {
        return text.to_owned();
    }
    // A JSON string is a YAML string, but for the characters that YAML wants to be escaped besides.
    let quoted = serde_json::Value::from(text).to_string();
    let mut out = String::with_capacity(quoted.len());
    for c in quoted.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::definition::load_deployment;

    #[test]
    fn a_written_deployment_reads_back_the_same() {
        let folder = tempfile::tempdir().expect("works");
        let path = folder.path().join("stepwell.yaml");
        let plain = |text: &str| FactInput::One(Source::Plain(text.to_owned()));
        let deployment = Deployment {
            path: path.clone(),
            dir: folder.path().to_owned(),
            system: "demo".to_owned(),
            id: "demo-1".to_owned(),
            stores: BTreeMap::from([("db".to_owned(), Source::Env("DEMO_DB".to_owned()))]),
            facts: BTreeMap::from([
                ("a".to_owned(), plain("15.0")),
                ("b".to_owned(), plain("no")),
                ("c".to_owned(), plain("two\nlines: 'x' \"y\" {{ z }} # &a *b \u{7f}\u{85}\u{1}\u{1f600}\\")),
                ("d".to_owned(), FactInput::List(vec!["010".to_owned(), "-".to_owned(), "~".to_owned()])),
                ("e".to_owned(), FactInput::One(Source::Run(vec!["pass".to_owned(), "show".to_owned()]))),
                ("f".to_owned(), FactInput::One(Source::Ask)),
                ("g".to_owned(), plain("")),
                ("h".to_owned(), FactInput::List(vec![])),
                (
                    "bin".to_owned(),
                    FactInput::PerRelease(BTreeMap::from([("15.0".to_owned(), Source::Plain("/opt".to_owned()))])),
                ),
            ]),
            state_dir: folder.path().join("state"),
            journal: JournalPlace::Store("db".to_owned()),
            limits: crate::model::Limits::default(),
            replicas: Vec::new(),
            on_event: vec!["/usr/bin/notify".to_owned()],
        };
        let remarks = Remarks {
            head: "Two lines:\nof a \u{1b}remark".to_owned(),
            facts: vec![("c".to_owned(), "what c is: {{ x }}".to_owned()), ("z".to_owned(), "not written".to_owned())],
            ..Remarks::default()
        };
        for remarks in [Remarks::default(), remarks] {
            let text = write_deployment(&deployment, &remarks);
            std::fs::write(&path, &text).expect("works");
            match load_deployment(&path) {
                Ok(read) => assert_eq!(read, deployment, "{text}"),
                Err(findings) => panic!("{findings}"),
            }
            assert!(text.contains("b: \"no\"\n"), "what YAML would misread is quoted: {text}");
            let remarked =
                ["# Two lines:\n# of a ␛remark\n", "facts:\n  # what c is: {{ x }}\n  c: ", "# not written\n"];
            assert!(remarks.head.is_empty() || remarked.iter().all(|remark| text.contains(remark)), "{text}");
        }
    }
}
