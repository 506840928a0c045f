//! What was found out before anything is changed.

use serde::{Deserialize, Serialize};

use super::{Exit, Hop, RunState, Service};

/// The deployment as it was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    pub stores: Vec<StoreFound>,
    pub facts: Vec<FactFound>,
    pub version: VersionFound,
    /// Every release that can be reached, oldest first.
    pub targets: Vec<Target>,
    /// How the service is, as far as it could be asked.
    #[serde(default)]
    pub service: Service,
    /// A run that was not finished.
    pub unfinished: Option<Box<Unfinished>>,
    /// The newest run, when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Box<LastRun>>,
    /// Why no upgrade can begin, with the exit code that says so.
    pub problem: Option<(Exit, String)>,
}

/// A store and whether it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFound {
    pub name: String,
    pub title: String,
    pub engine: String,
    /// A path, or host and database: never a password.
    pub location: String,
    /// Why it could not be opened.
    pub error: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
}

/// A fact and where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactFound {
    pub name: String,
    pub ask: String,
    /// Masked when secret.
    pub value: String,
    pub source: FactSource,
}

/// Where a fact's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    File,
    Detected,
    Default,
    Missing,
}

/// Which version the data are, and how that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFound {
    /// `None` while the operator has to say.
    pub deployed: Option<String>,
    /// With its name: `14.0.2 yoga`.
    pub label: String,
    /// The range within which the operator may say it.
    pub range: Option<String>,
    /// That of the installed program, where it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// What each source answered.
    pub sources: Vec<SourceAnswer>,
    /// Nothing is recorded: it is what the definitions assume then.
    #[serde(default)]
    pub assumed: bool,
    /// Somebody named it.
    #[serde(default)]
    pub said: bool,
    /// Somebody named it against what was found.
    pub forced: bool,
}

impl VersionFound {
    /// The range when nothing records a version.
    pub const ANY: &str = ">=0";
    /// The source that is the installed program.
    pub const PROGRAM: &str = "the installed program";
}

/// What one source of the version answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAnswer {
    pub source: String,
    pub answer: String,
    /// It could not be asked, which is not the same as *nothing recorded*.
    pub failed: bool,
}

/// A version that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub version: String,
    pub label: String,
    pub hops: usize,
}

/// A run that was not finished, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    pub run: String,
    pub from: String,
    pub to: String,
    /// Actions that run alone, when it is no upgrade.
    #[serde(default)]
    pub tags: Vec<String>,
    pub state: RunState,
    pub began: jiff::Timestamp,
    /// The last thing that was journaled.
    pub last: jiff::Timestamp,
    pub done: usize,
    pub total: usize,
    /// The step that was under way, or comes next.
    pub at: Option<String>,
    /// Why that step failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether its plan was approved.
    pub approved: bool,
    /// The state in which it left the service.
    pub service: Service,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    pub run: String,
    pub from: String,
    pub to: String,
    /// Actions that ran alone, when it was no upgrade.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `Done` or `Abandoned`.
    pub state: RunState,
    pub ended: jiff::Timestamp,
}

/// What lies between the deployed version and the chosen one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub from: String,
    pub from_label: String,
    pub to: String,
    pub to_label: String,
    pub hops: Vec<Hop>,
    pub notes: Vec<NotePage>,
}

/// The notes of one release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotePage {
    pub release: String,
    pub label: String,
    /// Markdown.
    pub text: String,
    /// SHA-256 of the text.
    pub hash: String,
    /// What is acknowledged one by one.
    pub items: Vec<NoteItem>,
}

/// An item under `## Breaking changes` or `## Security`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteItem {
    /// Which one of its page, from 0.
    pub number: usize,
    pub heading: String,
    pub text: String,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    Pass,
    /// A `should` that failed.
    Warn,
    Fail,
    /// Asked later, or not for this deployment.
    Skip,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    pub id: String,
    pub title: String,
    pub status: CheckStatus,
    /// What was found, in a sentence.
    pub found: String,
    /// The offending rows or output, at most a hundred lines.
    pub rows: Vec<String>,
    pub fix: Option<String>,
    pub why: Option<String>,
}
