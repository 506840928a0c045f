//! Read-only questions and what counts as their answer.

use serde::{Deserialize, Serialize};

use super::{Command, FileFormat, Http, Place, Template, Value};

/// A question that changes nothing, the same wherever one stands: check, `done_when`, `detect`, `data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    pub ask: Ask,
    #[serde(default)]
    pub answer: AnswerSpec,
    #[serde(skip)]
    pub place: Place,
}

/// Whom a probe asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    Sql { store: Option<String>, query: Query },
    Run(Command),
    File { file: FileQuestion },
    Http(Http),
}

/// A query, or one for each kind of database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    pub any: Option<Template>,
    pub sqlite: Option<Template>,
    pub postgres: Option<Template>,
    pub mysql: Option<Template>,
}

impl Query {
    /// The text for `engine` (`sqlite`, `postgres`, `mysql`), if there is one.
    pub fn for_engine(&self, engine: &str) -> Option<&Template> {
        let own = match engine {
            "sqlite" => &self.sqlite,
            "postgres" => &self.postgres,
            "mysql" => &self.mysql,
            _ => &None,
        };
        own.as_ref().or(self.any.as_ref())
    }

    /// Every text there is, for checking.
    pub fn all(&self) -> impl Iterator<Item = &Template> {
        [&self.any, &self.sqlite, &self.postgres, &self.mysql].into_iter().flatten()
    }
}

/// What is asked of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileQuestion {
    /// Its lines; with `exists`, only whether it is there.
    Path(Template),
    /// The values at a key.
    Keyed { format: FileFormat, path: Template },
}

impl FileQuestion {
    /// The path that is read.
    pub fn path(&self) -> &Template {
        match self {
            FileQuestion::Path(path) | FileQuestion::Keyed { path, .. } => path,
        }
    }
}

/// How the answer is taken from what came back, and what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AnswerSpec {
    /// Lines that match are rows; named groups are columns, otherwise group 1 or the whole match.
    #[serde(rename = "match", default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Template>,
    /// Where in a structured file the answer stands: `section.key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Template>,
    /// What an answer means, in order: a version or a range.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// What counts as a clear *no*. What is neither is unknown, and the operator is asked.
    #[serde(rename = "else", default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Expect>,
}

/// Conditions on an answer; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowCount>,
    /// Every row's first column, in order; one value stands for a single row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Vec<Template>>,
    /// A regular expression found in some line; `^` and `$` are the ends of that line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Template>,
    /// A regular expression found in every line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Vec<i32>>,
    /// Status codes of an HTTP answer; 200 to 299 when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Vec<u16>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The answer is the one from before the hop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
}

/// `3`, `0..1`, `1..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    pub least: u64,
    pub most: Option<u64>,
}

/// What came back: rows of named columns, and how the question itself went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub columns: Vec<String>,
    /// At most the first hundred; `count` is of all.
    pub rows: Vec<Vec<Value>>,
    pub count: u64,
    /// Exit status of a command.
    pub exit: Option<i32>,
    /// Status code of an HTTP answer.
    pub status: Option<u16>,
    /// Whether the file is there.
    pub exists: Option<bool>,
    /// SHA-256 over all rows, for `unchanged`.
    pub digest: String,
    /// The last line that a command wrote to standard error. Only for messages.
    #[serde(skip)]
    pub said: String,
}

impl Answer {
    /// The exit status of a command that did not answer, with what it said about it.
    pub fn failure(&self, exit: i32) -> String {
        match self.said.as_str() {
            "" => format!("exit status {exit}"),
            said => format!("exit status {exit} ({said})"),
        }
    }
}
