//! Decodes what a system asks about a deployment: its facts and its stores.

use marked_yaml::Node;
use marked_yaml::types::MarkedScalarNode;

use super::node::{Context, Fields, boolean, expression, list, one_or_list, place_of, template, text, word};
use super::probe::{Allowed, probe, regex};
use crate::model::{Fact, Probe, StoreSpec};

/// Engines that Stepwell speaks to.
const ENGINES: [(&str, &str); 3] = [("sqlite", "sqlite"), ("postgres", "postgres"), ("mysql", "mysql")];

/// One entry of `facts`.
pub(super) fn fact(context: &Context, key: &MarkedScalarNode, node: &Node) -> Option<Fact> {
    let name = name(context, key);
    let fields = Fields::of(context, node, "a fact")?;
    let ask = fields.need("ask", text);
    let help = fields.get("help", text);
    let choices = fields.list("choices", text);
    let is_list = fields.get("list", boolean).unwrap_or(false);
    let secret = fields.get("secret", boolean).unwrap_or(false);
    let pattern = fields.get("match", regex).map(|template| template.text);
    let default = fields.get("default", |context, node| one_or_list(context, node, template));
    let per_release = fields.get("per", |context, node| word(context, node, &[("release", true)])).unwrap_or(false);
    let when = fields.get("when", expression);
    let detect = detect(&fields);
    fields.finish();
    if !is_list && default.as_ref().is_some_and(|values| values.len() != 1) {
        let help = "add `list: yes`, or write one value";
        context.report(fields.key_place("default"), "the default is a list, the fact is not", help);
    }
    if secret && is_list {
        context.report(fields.key_place("list"), "a secret cannot be a list", "write one fact for each secret");
    }
    if secret && default.as_ref().is_some_and(|values| values.iter().any(|value| !value.text.is_empty())) {
        let help = "remove it: everyone who has the definition can read it";
        context.report(fields.key_place("default"), "a secret has a default", help);
    }
    Some(Fact {
        name: name?,
        ask: ask?,
        help,
        choices,
        list: is_list,
        secret,
        pattern,
        default,
        per_release,
        when,
        detect,
        place: place_of(key.span()),
    })
}

/// One entry of `stores`.
pub(super) fn store(context: &Context, key: &MarkedScalarNode, node: &Node) -> Option<StoreSpec> {
    let name = name(context, key);
    let fields = Fields::of(context, node, "a store")?;
    let title = fields.need("title", text);
    let engines = fields.need("engines", |context, node| list(context, node, |c, n| word(c, n, &ENGINES)));
    let detect = detect(&fields);
    let default = fields.get("default", template);
    let journal = fields.get("journal", boolean).unwrap_or(true);
    let when = fields.get("when", expression);
    fields.finish();
    Some(StoreSpec {
        name: name?,
        title: title?,
        engines: engines?.into_iter().map(str::to_owned).collect(),
        detect,
        default,
        journal,
        when,
        place: place_of(key.span()),
    })
}

fn detect(fields: &Fields<'_>) -> Vec<Probe> {
    fields.list("detect", |context, node| probe(context, node, Allowed { values: true, ..Allowed::default() }))
}

/// The name of a fact, store or action: it stands in expressions after a dot.
pub(super) fn name(context: &Context, key: &MarkedScalarNode) -> Option<String> {
    let name = key.as_str();
    let letters = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if letters && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Some(name.to_owned());
    }
    let help = "begin with a letter and use letters, digits and `_`";
    context.report(place_of(key.span()), format!("`{name}` cannot be a name"), help);
    None
}
