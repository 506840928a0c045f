//! What was said on the command line in place of an operator.

use std::collections::BTreeMap;

use crate::model::AtEnd;

/// The decisions that were made beforehand. What is not in it is never assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Approves the plan, the notes as read and the version bump. Either this or `plan_hash` must be given.
    pub yes: bool,
    /// Approves only the plan with this hash, and with it the notes and the version bump.
    pub plan_hash: Option<String>,
    /// The newest version that can be reached when not given.
    pub to: Option<String>,
    pub from: Option<String>,
    /// Actions that run alone instead of an upgrade.
    pub tags: Vec<String>,
    /// `from` counts even against what was found, and tags run.
    pub force: bool,
    /// Confirms every point of no return.
    pub allow_irreversible: bool,
    /// By step key, or its last part where only one question has it.
    pub answers: BTreeMap<String, String>,
    /// Questions with a default are answered with it.
    pub defaults: bool,
    /// Warnings that are accepted: check id and reason.
    pub accept: BTreeMap<String, String>,
    /// The reason for which maintenance is not entered; otherwise it is entered before the first step that needs it.
    pub skip_maintenance: Option<String>,
    pub at_end: AtEnd,
}

impl Policy {
    /// Approves everything that can be approved: for a deployment that is only a sample.
    pub fn everything() -> Self {
        Policy { yes: true, allow_irreversible: true, defaults: true, ..Policy::default() }
    }

    /// Whether anything was approved at all.
    pub(super) fn approves(&self) -> bool {
        self.yes || self.plan_hash.is_some()
    }

    /// The answer for `key`. Its last part alone counts when none of `rivals`, the other keys that could be meant,
    /// ends alike: an answer must never reach a question it was not given for.
    pub(super) fn answer<'a>(&self, key: &str, rivals: impl Iterator<Item = &'a str>) -> Option<&str> {
        if let Some(value) = self.answers.get(key) {
            return Some(value);
        }
        let part = last_part(key);
        let alone = rivals.filter(|rival| last_part(rival) == part).count() <= 1;
        self.answers.get(part).filter(|_| alone).map(String::as_str)
    }
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, part)| part)
}

/// Whether two spellings are the same version: `v2.0` is written `2.0` everywhere.
pub(super) fn same_version(a: &str, b: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim();
        text.strip_prefix('v').unwrap_or(text).to_owned()
    };
    bare(a) == bare(b)
}
