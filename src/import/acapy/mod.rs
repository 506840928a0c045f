//! ACA-Py's `aries_cloudagent/commands/default_version_upgrade_config.yml`, the file that `aca-py upgrade` reads.
//!
//! It maps ids to entries. An id that is a PEP 440 version, with or without a leading `v`, is a version; any other id
//! is a named tag. An entry lists classes whose records are saved again (`resave_records`), names functions with a
//! true/false switch, and may say that an agent must not apply it by itself when it starts (`explicit_upgrade`).

mod read;
mod release;
mod write;

pub(super) use read::read;
pub(super) use write::write;

use crate::model::Version;

/// What the file says, versions oldest first.
pub(super) struct Upgrades {
    pub(super) versions: Vec<Listed>,
    pub(super) tags: Vec<Tag>,
}

/// A version and what it lists.
pub(super) struct Listed {
    pub(super) version: Version,
    pub(super) work: Vec<Action>,
    pub(super) explicit: Option<Explicit>,
    /// Where the file lists it; `None` for a version that was only named as the target.
    pub(super) source: Option<Source>,
}

/// Actions that run only when they are named.
pub(super) struct Tag {
    pub(super) work: Vec<Action>,
    pub(super) source: Source,
}

/// An id as it is written, and its line.
pub(super) struct Source {
    pub(super) id: String,
    pub(super) line: u32,
}

/// Something that `aca-py upgrade` does to a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Every record of a class is loaded and saved. `list` is the key under which the class is listed; it makes no
    /// difference to what is done.
    Resave { list: &'static str, class: String },
    /// A function of ACA-Py's.
    Switch(String),
}

impl Action {
    /// Whether both do the same.
    pub(super) fn same(&self, other: &Action) -> bool {
        match (self, other) {
            (Action::Resave { class, .. }, Action::Resave { class: other, .. }) => class == other,
            (one, other) => one == other,
        }
    }
}

/// What an agent does with a version when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Explicit {
    /// It refuses to start.
    Critical,
    /// It starts and applies nothing.
    Warning,
}
