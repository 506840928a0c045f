//! Steps and checks as their authors write them. Leaf kinds are also what a plan holds.

use serde::{Deserialize, Serialize};

use super::{Backfill, Expression, Place, Probe, Query, Template};

/// One unit of work, or a group of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: String,
    pub title: Template,
    pub why: Option<Template>,
    pub when: Option<Expression>,
    pub repeat: Option<Repeat>,
    pub offline: Option<Offline>,
    pub floor: Option<String>,
    pub optional: bool,
    /// The user as whom programs of this step run.
    pub as_user: Option<Template>,
    pub needs_space: Option<Space>,
    pub checks: Vec<Check>,
    pub resume: Option<Resume>,
    pub done_when: Option<Box<Probe>>,
    pub retry: Option<Box<Retry>>,
    pub estimate: Option<Estimate>,
    /// How maintenance is left again; only on maintenance steps.
    pub undo: Vec<Step>,
    pub on_failure: OnFailure,
    pub kind: Kind,
    #[serde(skip)]
    pub place: Place,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Sql(SqlSpec),
    Backfill(Backfill),
    Run(Command),
    File(FileEdit),
    Ask(AskSpec),
    Backup(BackupSpec),
    Http(Http),
    Wait(Box<Wait>),
    Steps(Vec<Step>),
    Use(String),
    /// A check as a step. No author writes one: plans are made of them.
    Check(Box<Check>),
}

/// SQL statements, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SqlSpec {
    pub store: Option<String>,
    pub statements: Vec<Query>,
}

/// A program and its arguments. There is never a shell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    pub argv: Vec<Template>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<(String, Template)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<Template>,
    /// Seconds after which the whole process group is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Its output is neither shown nor kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret_output: bool,
    /// What the command's own output must say besides its exit status. Only on steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<super::Expect>,
}

/// A request over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Http {
    /// `GET` and so on, in capitals.
    pub method: String,
    pub url: Template,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, Template)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Template>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// What the answer must say. Only on steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<super::Expect>,
}

/// Waiting for something that happens by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    pub until: Probe,
    /// Milliseconds between two questions.
    pub every: u64,
    /// Milliseconds after which waiting counts as failed; none when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// Free space without which a step is not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// Times the size of a store.
    pub factor: f64,
    /// The store; the only one when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// A folder on the file system in question; where the store is when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Template>,
}

/// A change to a file of the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileEdit {
    Edit(Edits),
    Touch(Template),
    Absent(Template),
    Move { from: Template, to: Template },
    Write { path: Template, content: Template },
}

/// Changes to a file that has keys, in the order in which they are carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    pub format: FileFormat,
    pub path: Template,
    pub rename: Vec<(String, String)>,
    /// Keys that are removed.
    pub remove: Vec<String>,
    /// Items that are removed from lists.
    pub remove_items: Vec<(String, Setting)>,
    /// Values of keys that are not there.
    pub default: Vec<(String, Setting)>,
    pub set: Vec<(String, Setting)>,
    /// Items that are added to lists.
    pub add: Vec<(String, Setting)>,
    /// Words that are put into values of an INI file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insert: Vec<(String, Insert)>,
}

/// A word that is put into a value that is words with spaces between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insert {
    pub word: String,
    /// It stands before the first of these that is there.
    pub before: Vec<String>,
}

/// The form of a file that has keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// As oslo.config and ConfigParser read it. A key is `section.name`; a key that stands several times has several
    /// values.
    Ini,
    /// `NAME=value` lines, as systemd's `EnvironmentFile` and Docker's env files are.
    Env,
    Yaml,
    Toml,
    /// Read only.
    Json,
}

impl FileFormat {
    /// Its name in a definition.
    pub fn name(self) -> &'static str {
        match self {
            FileFormat::Ini => "ini",
            FileFormat::Env => "env",
            FileFormat::Yaml => "yaml",
            FileFormat::Toml => "toml",
            FileFormat::Json => "json",
        }
    }
}

/// Takes a key of an INI file apart: `section.name`, where the section is everything before the last dot, or
/// `[section].name`, where the name may hold dots too.
pub fn ini_key(key: &str) -> Option<(&str, &str)> {
    let (section, name) = match key.strip_prefix('[') {
        Some(rest) => rest.split_once("].")?,
        None => key.rsplit_once('.')?,
    };
    (!section.is_empty() && !name.is_empty()).then_some((section, name))
}

/// A value that is written into a file: a template, or a structure of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    Text(Template),
    List(Vec<Setting>),
    Map(Vec<(String, Setting)>),
}

impl FileEdit {
    /// The file that is changed.
    pub fn path(&self) -> &Template {
        match self {
            FileEdit::Edit(edits) => &edits.path,
            FileEdit::Touch(path) | FileEdit::Absent(path) | FileEdit::Write { path, .. } => path,
            FileEdit::Move { from, .. } => from,
        }
    }
}

/// A question to the operator, or work that only the operator can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskSpec {
    pub text: Template,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Template>,
    /// The word to type, for what must not happen by a single key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Template>,
}

/// A copy of a store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupSpec {
    pub store: Option<String>,
    /// The folder; the state directory's `backups/` when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Template>,
    /// Whether the copy is opened again and checked.
    pub prove: bool,
}

/// A step done once for each item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    pub over: Over,
    /// The name under which templates see the item.
    pub name: String,
    /// The column or entry of an item that names it in keys; the first one when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// So many items are done together, as a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Template>,
    /// So many items are done at the same time at most; one after the other when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    #[serde(skip)]
    pub place: Place,
}

/// Where the items of a `repeat` come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Known when the plan is made: an expression such as `facts.services`.
    Expression(Expression),
    /// Written out.
    List(Vec<Template>),
    /// Known when the run comes to it: the rows of an answer.
    Probe(Box<Probe>),
}

/// Whether the service must be in maintenance for a step. The nearest one that says so wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
// The order matters: a hop needs what its most demanding step needs.
pub enum Offline {
    No,
    Advised,
    Required,
}

/// What may be done with a step that was running when its runner died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    Idempotent,
    Once,
}

/// How often and how far apart a step that failed is tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// Attempts that got nowhere before it counts as failed.
    pub attempts: u32,
    /// Milliseconds: the first wait and the longest.
    pub wait: (u64, u64),
    /// An outcome that is never tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<super::Expect>,
}

/// How long a step is expected to take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// Milliseconds for the whole step.
    Whole(u64),
    /// Milliseconds for each item.
    Each(Template),
}

/// What happens when one item of many fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    #[default]
    Stop,
    /// The others go on; the bad ones are named at the end.
    SetAside,
}

/// Whether a check can be overridden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Must,
    Should,
}

/// A probe with a title and what to do when it says no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub id: String,
    pub title: Template,
    pub probe: Probe,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    pub level: Level,
    /// Asked only just before its hop, because an earlier hop repairs what it finds.
    pub at_hop: bool,
    #[serde(skip)]
    pub place: Place,
}

impl Check {
    /// The query of an SQL check, for showing.
    pub fn query(&self) -> Option<&Query> {
        match &self.probe.ask {
            super::Ask::Sql { query, .. } => Some(query),
            _ => None,
        }
    }
}
