//! A system and its releases: what a catalogue holds once it has been read and checked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Check, Expression, Offline, Place, Probe, Scheme, Step, Template, Version};

/// The definitions of one system.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub system: System,
    /// Oldest first.
    pub releases: Vec<Release>,
    /// Where helper programs stand once they can be run; `None` until they are unpacked.
    pub here: Option<PathBuf>,
    /// Helper programs: path below the folder, and content. Part of a plan's hash.
    pub helpers: BTreeMap<String, Vec<u8>>,
}

/// `system.yaml`.
#[derive(Clone, Debug)]
pub struct System {
    pub name: String,
    pub title: String,
    pub about: String,
    pub offline: Offline,
    pub versions: Versions,
    pub stores: Vec<StoreSpec>,
    pub facts: Vec<Fact>,
    /// Given to every program that probes and steps start.
    pub env: Vec<(String, Template)>,
    pub maintenance: Vec<Step>,
    pub health: Vec<Check>,
    pub checks: Vec<Check>,
    pub first: Vec<Step>,
    pub hop: Vec<Step>,
    pub last: Vec<Step>,
    pub actions: Vec<Step>,
}

/// How versions of the system are written, ordered and found out.
#[derive(Clone, Debug)]
pub struct Versions {
    pub scheme: Scheme,
    /// Whether every release is a stop, or only those that say so and the target.
    pub sequential: bool,
    /// Version prefix → the name people use (`14` → `yoga`).
    pub names: Vec<(String, String)>,
    /// Every one is asked for the data's version.
    pub data: Vec<Probe>,
    /// The version of the program that is installed now.
    pub program: Option<Probe>,
    /// What counts when every source said that nothing is recorded.
    pub assume: Option<Version>,
}

impl Versions {
    /// The version with its name, for people: `14.0.2 yoga`.
    pub fn label(&self, version: &str) -> String {
        let best = self
            .names
            .iter()
            .filter(|(prefix, _)| {
                version.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
            .max_by_key(|(prefix, _)| prefix.len());
        match best {
            Some((_, name)) => format!("{version} {name}"),
            None => version.to_owned(),
        }
    }
}

/// A database that a deployment of the system has.
#[derive(Clone, Debug)]
pub struct StoreSpec {
    pub name: String,
    pub title: String,
    pub engines: Vec<String>,
    pub detect: Vec<Probe>,
    pub default: Option<Template>,
    /// Whether Stepwell may keep its journal there.
    pub journal: bool,
    pub when: Option<Expression>,
    pub place: Place,
}

/// Something that only the operator knows, or that is detected.
#[derive(Clone, Debug)]
pub struct Fact {
    pub name: String,
    pub ask: String,
    pub help: Option<String>,
    pub choices: Vec<String>,
    pub list: bool,
    pub secret: bool,
    /// A regular expression that the whole value matches.
    pub pattern: Option<String>,
    /// A template, or a list of them.
    pub default: Option<Vec<Template>>,
    /// One value for each release: `facts.bin[to]`.
    pub per_release: bool,
    pub when: Option<Expression>,
    pub detect: Vec<Probe>,
    pub place: Place,
}

/// `releases/VERSION.yaml` and `VERSION.md`; either may stand alone.
#[derive(Clone, Debug)]
pub struct Release {
    pub version: Version,
    /// What the data must at least be before this release.
    pub after: Option<Version>,
    /// A required stop on a direct path.
    pub stop: bool,
    pub offline: Option<Offline>,
    /// The lowest version that can read the data once this release's program has run.
    pub floor: Option<Version>,
    pub checks: Vec<Check>,
    pub before: Vec<Step>,
    pub steps: Vec<Step>,
    pub verify: Vec<Check>,
    pub notes: Option<Notes>,
    pub place: Place,
}

/// Release notes as Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    pub text: String,
    /// SHA-256 of the text, in hexadecimal: what an acknowledgement refers to.
    pub hash: String,
}
