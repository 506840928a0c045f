//! Decodes `releases/VERSION.yaml` and takes in `releases/VERSION.md`.

use marked_yaml::Node;
use sha2::{Digest, Sha256};

use super::node::{Context, Fields, boolean, parsed, place};
use super::probe::Allowed;
use super::step::{Part, checks, no_checks_with, offline, steps};
use super::system::version;
use crate::model::{Notes, Place, Release};

/// A release's definition. `name` is the file's, without its ending.
pub(super) fn release(context: &Context, node: &Node, name: &str) -> Option<Release> {
    let fields = Fields::of(context, node, "a release")?;
    let own = fields.need("release", |context, node| {
        parsed(context, node, "the version that the file is named after", |text| {
            if text == name { Ok(()) } else { Err(format!("the release is `{text}` but the file is named `{name}`")) }
        })?;
        version(context, node)
    });
    let after = fields.get("after", version);
    let stop = fields.get("stop", boolean).unwrap_or(false);
    let offline = offline(&fields);
    let floor = fields.get("floor", version);
    let asked = checks(&fields, "checks", Allowed::default());
    let before = steps(&fields, "before", Part::Work);
    let after_program = steps(&fields, "steps", Part::Work);
    let verify = checks(&fields, "verify", Allowed { unchanged: true, ..Allowed::default() });
    no_checks_with(&fields, "verify", &["at"], "a proof after the hop");
    fields.finish();
    if let (Some(own), Some(floor)) = (&own, &floor)
        && floor > own
    {
        let help = format!("write {own} or a version before it: nothing newer can be needed to read its data");
        context.report(fields.key_place("floor"), format!("the floor {floor} is above the release {own} itself"), help);
    }
    if let (Some(own), Some(after)) = (&own, &after)
        && after >= own
    {
        let help = format!("write a version before {own}");
        context.report(fields.key_place("after"), format!("{own} cannot come after {after}"), help);
    }
    Some(Release {
        version: own?,
        after,
        stop,
        offline,
        floor,
        checks: asked,
        before,
        steps: after_program,
        verify,
        notes: None,
        place: place(node),
    })
}

/// A release of which nothing but its notes is known.
pub(super) fn notes_alone(context: &Context, name: &str, spot: Place) -> Option<Release> {
    let version = match context.scheme.get()?.parse(name) {
        Ok(version) => version,
        Err(error) => {
            context.report(spot, error.to_string(), "name the file after its release, such as `2.0.0.md`");
            return None;
        }
    };
    Some(Release {
        version,
        after: None,
        stop: false,
        offline: None,
        floor: None,
        checks: Vec::new(),
        before: Vec::new(),
        steps: Vec::new(),
        verify: Vec::new(),
        notes: None,
        place: spot,
    })
}

/// Notes with the hash that an acknowledgement refers to.
pub(super) fn notes(text: &str) -> Notes {
    let hash = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    Notes { text: text.to_owned(), hash }
}
