//! The ordered steps of all hops, as they are shown, approved, journaled and carried out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    AskSpec, Backfill, BackupSpec, Check, Command, FileEdit, Http, Offline, Probe, Retry, Space, SqlSpec, Step,
    Template, Value, Wait,
};

/// What one run does. A run keeps it whole, as it was approved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this record's own format.
    pub format: u32,
    pub system: String,
    pub title: String,
    pub deployment: String,
    pub from: String,
    pub to: String,
    /// Actions that run alone. Then `from` and `to` are the same, there are no hops, and no version is recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    pub hops: Vec<Hop>,
    /// In the order in which they are carried out.
    pub steps: Vec<PlannedStep>,
    /// The facts that it was made with, by name. Of a secret nothing but its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
    /// Where the stores are, by name. Never a password.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stores: BTreeMap<String, String>,
    /// SHA-256 of the helper programs, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub helpers: BTreeMap<String, String>,
    /// SHA-256 in hexadecimal over steps, facts, maintenance and helper files; not over titles and texts.
    pub hash: String,
}

/// From one required stop to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub from: String,
    pub to: String,
    pub from_label: String,
    pub to_label: String,
    /// The releases whose steps belong to it, oldest first.
    pub releases: Vec<String>,
}

/// The part of a run to which a step belongs. The order is that of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Once, at the start of a run.
    First,
    /// Into maintenance.
    Enter,
    /// Checks asked again just before a hop, and answers kept to be compared afterwards.
    Gate,
    /// With the old program.
    Before,
    /// In every hop: the program is installed and rolled out.
    Hop,
    /// With the new program.
    Steps,
    /// Proof of the hop's result.
    Verify,
    /// Once, at the end of a run.
    Last,
    /// Out of maintenance.
    Leave,
    /// Does the service answer?
    Health,
}

/// A step of a plan. Everything that is needed to carry it out is here or in the deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// `RELEASE/ID[/ITEM]`; never changes.
    pub key: String,
    pub phase: Phase,
    /// Index into `Plan::hops`, for steps that belong to one.
    pub hop: Option<usize>,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    pub work: Work,
    pub scope: Scope,
    pub offline: Offline,
    pub resume: ResumeClass,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_when: Option<Box<Probe>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Box<Retry>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Raised before this step begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    /// After it only a backup leads back to the version that the run started from.
    pub point_of_no_return: bool,
    pub optional: bool,
    /// The item of a `repeat` that it belongs to, as the beginning of its key: where one step fails, the item is
    /// set aside and the others go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<String>,
    /// Beside which other steps it may be under way; alone when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Parallel>,
    /// The user as whom its programs run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_user: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_space: Option<Space>,
    /// Whether the question can be answered before the plan is approved.
    pub ask_first: bool,
    /// For a step that leaves maintenance: the key of the step that it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// Expected milliseconds, where the definition says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<u64>,
    /// Expected milliseconds for each item, where the definition says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate_each: Option<u64>,
    /// What it touches, in a few words.
    pub touches: String,
    /// The very SQL, argument list or file change, line by line, secrets masked.
    pub detail: Vec<String>,
    /// What `done_when` asks, line by line, secrets masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<String>,
}

/// What a step of a plan does. Unlike in a definition there are no groups left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Sql(SqlSpec),
    Backfill(Backfill),
    Run(Command),
    File(FileEdit),
    Ask(AskSpec),
    Backup(BackupSpec),
    Http(Http),
    Wait(Box<Wait>),
    /// A check that must pass: a gate, a verification, the service's health.
    Check(Box<Check>),
    /// A step for each item, which are known when the run comes to it.
    Repeat(Box<Listed>),
    /// Keeps the answers that `unchanged` is compared with.
    Baseline(Vec<Noted>),
}

/// A step to be done for items that are not known yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    pub step: Step,
    /// The actions that it uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Step>,
}

impl Work {
    /// One word for lists.
    pub fn word(&self) -> &'static str {
        match self {
            Work::Sql(_) => "sql",
            Work::Backfill(_) => "backfill",
            Work::Run(_) => "run",
            Work::File(_) => "file",
            Work::Ask(_) => "ask",
            Work::Backup(_) => "backup",
            Work::Http(_) => "http",
            Work::Wait(_) => "wait",
            Work::Check(_) => "check",
            Work::Repeat(_) => "list",
            Work::Baseline(_) => "note",
        }
    }
}

/// An answer that is kept for a check that compares with it later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    /// The check's key.
    pub key: String,
    pub probe: Probe,
    /// The names that the check sees.
    pub scope: Scope,
}

/// The place of a step among items that are done at the same time. Those of one item are done in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parallel {
    /// The key of the `repeat`.
    pub repeat: String,
    /// The item, as the beginning of the step's key.
    pub item: String,
    /// So many items are under way at most.
    pub most: u32,
}

/// The names that a step's templates see besides facts and stores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    pub from: String,
    pub to: String,
    pub release: String,
    /// Loop names and their items.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<String, Value>,
    /// The catalogue's `env`, which every program of this plan gets.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub env: Arc<[(String, Template)]>,
}

/// What happens with a step that was running when its runner died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumeClass {
    /// Effect and mark are one transaction: not marked means do it.
    Transactional,
    /// Go on from the checkpoint.
    Keyset,
    /// Ask `done_when` again.
    Probe,
    /// Do it again.
    Idempotent,
    /// Never by itself: show the intent and ask.
    Once,
}
