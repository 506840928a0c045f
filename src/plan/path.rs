//! The stops between two versions.

use crate::model::{Catalogue, Hop, Release, Target, Version};

/// Why a target cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("the data are at {from}, which is newer than {newest}, the newest release that this catalogue knows")]
    TooNew { from: String, newest: String },
    #[error("{to} is older than {from}: no upgrade leads back, only the backup does")]
    Backwards { from: String, to: String },
    #[error("this catalogue does not know {to}; it leads up to {newest}")]
    UnknownTarget { to: String, newest: String },
    #[error("{release} needs at least {after} before it, and no stop of this catalogue leads there from {from}")]
    Gap { release: String, after: String, from: String },
    #[error("this catalogue holds no release")]
    Empty,
}

/// The hops from one version to another, oldest first; none when they are the same.
///
/// A release file stands for its version up to the next file: with 15.0.1 and 16.0.0 there, 15.0.2 can be a target and
/// means what 15.0.1 says. Beyond the newest file only that version itself is known.
///
/// # Errors
/// When the data are newer than the catalogue, the target is unknown or older, or a release's `after` is not met.
pub fn hops(catalogue: &Catalogue, from: &Version, to: &Version) -> Result<Vec<Hop>, PathError> {
    let newest = &catalogue.releases.last().ok_or(PathError::Empty)?.version;
    if from > newest && from != to {
        return Err(PathError::TooNew { from: from.to_string(), newest: newest.to_string() });
    }
    if to < from {
        return Err(PathError::Backwards { from: from.to_string(), to: to.to_string() });
    }
    if to == from {
        return Ok(Vec::new());
    }
    let known = to <= newest && catalogue.releases.iter().any(|r| &r.version <= to);
    if !known {
        return Err(PathError::UnknownTarget { to: to.to_string(), newest: newest.to_string() });
    }
    let between: Vec<&Release> = catalogue.releases.iter().filter(|r| &r.version > from && &r.version <= to).collect();
    let versions = &catalogue.system.versions;
    let mut hops = Vec::new();
    let mut start = from;
    let mut held: Vec<&Release> = Vec::new();
    for (i, release) in between.iter().enumerate() {
        held.push(release);
        let last = i + 1 == between.len();
        if !(last || versions.sequential || release.stop) {
            continue;
        }
        // What the last file says is carried out on the way to the target itself.
        let end = if last { to } else { &release.version };
        for release in &held {
            if let Some(after) = &release.after
                && start < after
            {
                return Err(PathError::Gap {
                    release: release.version.to_string(),
                    after: after.to_string(),
                    from: start.to_string(),
                });
            }
        }
        hops.push(Hop {
            from: start.to_string(),
            to: end.to_string(),
            from_label: versions.label(start.as_str()),
            to_label: versions.label(end.as_str()),
            releases: held.drain(..).map(|r| r.version.to_string()).collect(),
        });
        start = end;
    }
    if between.is_empty() {
        // Between two files nothing changes but the program.
        hops.push(Hop {
            from: from.to_string(),
            to: to.to_string(),
            from_label: versions.label(from.as_str()),
            to_label: versions.label(to.as_str()),
            releases: Vec::new(),
        });
    }
    Ok(hops)
}

/// Every release that can be reached, oldest first: those to which [`hops`] leads.
pub fn targets(catalogue: &Catalogue, from: &Version) -> Vec<Target> {
    let versions = &catalogue.system.versions;
    let mut targets = Vec::new();
    let (mut start, mut stops) = (from, 0);
    // The highest `after` since the last stop.
    let mut needed: Option<&Version> = None;
    for release in catalogue.releases.iter().filter(|r| &r.version > from) {
        needed = needed.max(release.after.as_ref());
        let reached = needed.is_none_or(|after| start >= after);
        if reached {
            targets.push(Target {
                version: release.version.to_string(),
                label: versions.label(release.version.as_str()),
                hops: stops + 1,
            });
        }
        if versions.sequential || release.stop {
            if !reached {
                break;
            }
            (start, stops, needed) = (&release.version, stops + 1, None);
        }
    }
    targets
}
