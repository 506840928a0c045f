//! Decodes `system.yaml`.

use marked_yaml::Node;

use super::fact;
use super::node::{Context, Fields, list, parsed, place, quoted, text, word};
use super::probe::{Allowed, probe, variable};
use super::step::{Part, checks, id, no_checks_with, offline, step, steps};
use crate::model::{Offline, Scheme, System, Versions};

/// The format that this program reads.
pub(super) const FORMAT: u32 = 1;

/// A whole `system.yaml`. Fills in the context's scheme, by which versions elsewhere are read.
pub(super) fn system(context: &Context, node: &Node) -> Option<System> {
    let fields = Fields::of(context, node, "a system")?;
    format(&fields);
    let name = fields.need("system", id);
    let title = fields.need("title", text);
    let about = fields.need("about", text);
    let offline = offline(&fields).unwrap_or(Offline::No);
    let versions = fields.need("versions", versions);
    let stores = fields.entries("stores", fact::store);
    let facts = fields.entries("facts", fact::fact);
    let env = fields.entries("env", variable);
    let maintenance = steps(&fields, "maintenance", Part::Maintenance);
    let health = checks(&fields, "health", Allowed { unchanged: true, ..Allowed::default() });
    no_checks_with(&fields, "health", &["at"], "a question after maintenance");
    let asked = checks(&fields, "checks", Allowed::default());
    let first = steps(&fields, "first", Part::Work);
    let hop = steps(&fields, "hop", Part::Work);
    let last = steps(&fields, "last", Part::Work);
    let actions = fields.entries("actions", |context, key, value| step(context, value, Some(key.as_str()), Part::Work));
    fields.finish();
    Some(System {
        name: name?,
        title: title?,
        about: about?,
        offline,
        versions: versions?,
        stores,
        facts,
        env,
        maintenance,
        health,
        checks: asked,
        first,
        hop,
        last,
        actions,
    })
}

/// `format: 1`.
pub(super) fn format(fields: &Fields<'_>) {
    fields.need("format", |context, node| {
        let written = text(context, node)?;
        match written.parse::<u32>() {
            Ok(FORMAT) => {}
            Ok(newer) if newer > FORMAT => {
                let message = format!("format {newer} is newer than format {FORMAT}, which this Stepwell reads");
                context.report(place(node), message, "install a newer Stepwell");
            }
            _ => context.report(place(node), format!("`{written}` is not a format"), format!("write `{FORMAT}`")),
        }
        Some(())
    });
}

fn versions(context: &Context, node: &Node) -> Option<Versions> {
    let fields = Fields::of(context, node, "`versions`")?;
    let scheme = fields.need("scheme", scheme);
    if let Some(scheme) = &scheme {
        // Read once: a second value would be that of a second system.yaml, and there is one.
        let _ = context.scheme.set(scheme.clone());
    }
    let sequential =
        fields.need("path", |context, node| word(context, node, &[("sequential", true), ("direct", false)]));
    let names = fields.entries("names", |context, key, value| Some((key.as_str().to_owned(), text(context, value)?)));
    let versions = Allowed { versions: true, ..Allowed::default() };
    let data = fields.list("data", |context, node| probe(context, node, versions));
    let program = fields.get("program", |context, node| probe(context, node, versions));
    let assume = fields.get("assume", version);
    fields.finish();
    Some(Versions { scheme: scheme?, sequential: sequential?, names, data, program, assume })
}

fn scheme(context: &Context, node: &Node) -> Option<Scheme> {
    if !matches!(node, Node::Mapping(_)) {
        return match text(context, node)?.as_str() {
            "semver" => Some(Scheme::Semver),
            "pep440" => Some(Scheme::Pep440),
            other => {
                let help =
                    format!("it can be {} or `{{ series: [oldest, …, newest] }}`", quoted(&["semver", "pep440"]));
                context.report(place(node), format!("there is no scheme `{other}`"), help);
                None
            }
        };
    }
    let fields = Fields::of(context, node, "a scheme")?;
    let series = fields.need("series", |context, node| list(context, node, text));
    fields.finish();
    series.map(Scheme::Series)
}

/// A version under the system's scheme; none when that is not known.
pub(super) fn version(context: &Context, node: &Node) -> Option<crate::model::Version> {
    let scheme = context.scheme.get()?;
    parsed(context, node, "a version", |text| scheme.parse(text).map_err(|error| error.to_string()))
}
