//! Decodes steps and checks: what they are called, when they apply, and how they go wrong.

use std::collections::BTreeMap;

use marked_yaml::Node;

use super::duration;
use super::kind;
use super::node::{
    Context, Fields, Mentioned, boolean, expression, list, number, parsed, place, quoted, template, text, word,
};
use super::probe::{Allowed, expect, inline, probe};
use crate::model::{
    Check, Estimate, Kind, Level, Offline, OnFailure, Over, Repeat, Resume, Retry, Space, Step, Template,
};

/// So many items may be done at the same time.
const MOST_PARALLEL: u32 = 64;

/// What a step may have where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It is undone when maintenance is left.
    Maintenance,
    Work,
}

/// The steps under a key. Their ids differ.
pub(super) fn steps(fields: &Fields<'_>, key: &'static str, part: Part) -> Vec<Step> {
    fields.get(key, |context, node| step_list(context, node, part)).unwrap_or_default()
}

/// A list of steps with different ids.
pub(super) fn step_list(context: &Context, node: &Node, part: Part) -> Option<Vec<Step>> {
    let steps = list(context, node, |context, node| step(context, node, None, part))?;
    unique_ids(context, node);
    Some(steps)
}

/// A step; an action has its name as its id.
pub(super) fn step(context: &Context, node: &Node, name: Option<&str>, part: Part) -> Option<Step> {
    let fields = Fields::of(context, node, "a step")?;
    // A step that uses an action is that action, unless it says otherwise.
    let used = fields.has("use");
    let id = match name {
        Some(name) => Some(name.to_owned()),
        None if used && !fields.has("id") => fields.get("use", text).map(|name| id_of_action(&name)),
        None => fields.need("id", id),
    };
    let title =
        if used { Some(fields.get("title", template).unwrap_or_default()) } else { fields.need("title", template) };
    let offline = offline(&fields);
    let floor = fields.get("floor", version_text);
    let repeat = fields.get("repeat", repeat);
    let why = fields.get("why", template);
    let when = fields.get("when", expression);
    let optional = fields.get("optional", boolean).unwrap_or(false);
    let as_user = fields.get("as_user", template);
    let needs_space = fields.get("needs_space", space);
    let checks = checks(&fields, "checks", Allowed::default());
    no_checks_with(&fields, "checks", &["at", "level"], "a check of a step's own");
    let resume = fields.get("resume", |context, node| {
        word(context, node, &[("idempotent", Resume::Idempotent), ("once", Resume::Once)])
    });
    let done_when = fields.get("done_when", |context, node| probe(context, node, Allowed::default())).map(Box::new);
    let retry = fields.get("retry", retry).map(Box::new);
    let estimate = fields.get("estimate", estimate);
    let undo = steps(&fields, "undo", Part::Work);
    one_after_the_other(context, &undo);
    let words = [("stop", OnFailure::Stop), ("set_aside", OnFailure::SetAside)];
    let on_failure = fields.get("on_failure", |context, node| word(context, node, &words)).unwrap_or_default();
    let of_many = repeat.is_some() || ["repeat", "backfill"].iter().any(|key| fields.has(key));
    if on_failure == OnFailure::SetAside && !of_many {
        let help = "it is for items of a `repeat` and rows of a `backfill`: a single step that fails stops the run";
        context.report(fields.key_place("on_failure"), "only one of many can be set aside", help);
    }
    if fields.has("undo") && part != Part::Maintenance {
        let help = "only the steps right under `maintenance` are undone; write it there, or a step of its own";
        context.report(fields.key_place("undo"), "this step cannot be undone", help);
    }
    let kind = kind::kind(&fields);
    says_nothing_in_vain(&fields);
    fields.finish();
    let (id, title, mut kind) = (id?, title?, kind?);
    if let Kind::Backfill(backfill) = &mut kind {
        backfill.set_aside = on_failure == OnFailure::SetAside;
    }
    if kind::needs_resume(&kind) && resume.is_none() && !fields.means("resume") && !fields.means("done_when") {
        let help = "add `done_when` with a probe that tells, or `resume: idempotent` or `resume: once`";
        let (key, what) = if fields.has("http") { ("http", "request") } else { ("run", "command") };
        let message = format!("nobody can tell whether this {what} has to run again after a crash");
        context.report(fields.key_place(key), message, help);
    }
    Some(Step {
        id,
        title,
        why,
        when,
        repeat,
        offline,
        floor,
        optional,
        as_user,
        needs_space,
        checks,
        resume,
        done_when,
        retry,
        estimate,
        undo,
        on_failure,
        kind,
        place: fields.place(),
    })
}

/// What is asked before and after a step stands where the step is, and not on what holds it or names it.
fn says_nothing_in_vain(fields: &Fields<'_>) {
    const GROUP: [&str; 7] = ["as_user", "done_when", "estimate", "needs_space", "optional", "resume", "retry"];
    const USE: [&str; 5] = ["checks", "done_when", "estimate", "resume", "retry"];
    let (keys, message, help) = if fields.has("steps") {
        (GROUP.as_slice(), "a group has no", "write it on the steps of the group that it is about")
    } else if fields.has("use") {
        (USE.as_slice(), "a step that uses an action has no", "write it on the action")
    } else {
        return;
    };
    for key in keys.iter().filter(|key| fields.has(key)) {
        fields.context.report(fields.key_place(key), format!("{message} `{key}` of its own"), help);
    }
}

/// The checks under a key. Their ids differ.
pub(super) fn checks(fields: &Fields<'_>, key: &'static str, allowed: Allowed) -> Vec<Check> {
    let Some(node) = fields.node(key) else { return Vec::new() };
    let checks = list(fields.context, node, |context, node| check(context, node, allowed));
    unique_ids(fields.context, node);
    checks.unwrap_or_default()
}

/// Checks that are asked at one moment alone, of all that there is, need not say when and of what.
pub(super) fn no_checks_with(fields: &Fields<'_>, list: &'static str, keys: &[&str], what: &str) {
    let Some(Node::Sequence(checks)) = fields.node(list) else { return };
    let mappings = checks.iter().filter_map(|check| if let Node::Mapping(check) = check { Some(check) } else { None });
    for (key, _) in mappings.flat_map(|check| keys.iter().filter_map(|key| check.get_key_value(*key))) {
        let place = super::node::place_of(key.span());
        let help = "remove it, or write the check under `checks` of the release or the system";
        fields.context.report(place, format!("{what} has no `{}`", key.as_str()), help);
    }
}

fn check(context: &Context, node: &Node, allowed: Allowed) -> Option<Check> {
    let fields = Fields::of(context, node, "a check")?;
    let id = fields.need("id", id);
    let title = fields.need("title", template);
    let fix = fields.get("fix", template);
    let why = fields.get("why", template);
    let when = fields.get("when", expression);
    let repeat = fields.get("repeat", repeat);
    let level =
        fields.get("level", |context, node| word(context, node, &[("must", Level::Must), ("should", Level::Should)]));
    let at_hop = fields.get("at", |context, node| word(context, node, &[("start", false), ("hop", true)]));
    if let Some(Repeat { over: Over::Probe(_), .. }) = &repeat {
        let help = "write `over: facts.NAME` or `over: [a, b]`, or let one question answer for all";
        context.report(fields.key_place("repeat"), "a check is repeated over what is known beforehand", help);
    }
    if repeat.as_ref().is_some_and(|repeat| repeat.parallel.is_some()) {
        context.report(fields.key_place("repeat"), "checks are asked one after the other", "leave `parallel` out");
    }
    let probe = inline(&fields, allowed);
    fields.finish();
    Some(Check {
        id: id?,
        title: title?,
        probe: probe?,
        fix,
        why,
        when,
        repeat,
        level: level.unwrap_or_default(),
        at_hop: at_hop.unwrap_or(false),
        place: fields.place(),
    })
}

/// `offline`, on a system, a release or a step.
pub(super) fn offline(fields: &Fields<'_>) -> Option<Offline> {
    let words = [("required", Offline::Required), ("advised", Offline::Advised), ("no", Offline::No)];
    fields.get("offline", |context, node| word(context, node, &words))
}

/// A version that parses, kept as text.
fn version_text(context: &Context, node: &Node) -> Option<String> {
    parsed(context, node, "a version", |text| match context.scheme.get() {
        Some(scheme) => scheme.parse(text).map(|version| version.to_string()).map_err(|error| error.to_string()),
        None => Ok(text.to_owned()),
    })
}

/// An id is part of a key that is typed, journaled and never changes.
pub(super) fn id(context: &Context, node: &Node) -> Option<String> {
    let id = text(context, node)?;
    if !is_id(&id) {
        let help = "use letters, digits, `-`, `_` and `.`";
        context.report(place(node), format!("`{id}` cannot be an id"), help);
    }
    Some(id)
}

/// Whether a text can be an id.
pub fn is_id(text: &str) -> bool {
    !text.starts_with('-') && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// The id of a step that uses an action and has none of its own.
fn id_of_action(name: &str) -> String {
    name.replace('_', "-")
}

fn unique_ids(context: &Context, node: &Node) {
    let Node::Sequence(items) = node else { return };
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for item in items.iter() {
        let Node::Mapping(mapping) = item else { continue };
        let (scalar, id) = match (mapping.get("id"), mapping.get("use")) {
            (Some(Node::Scalar(id)), _) => (id, id.as_str().to_owned()),
            (None, Some(Node::Scalar(used))) => (used, id_of_action(used.as_str())),
            _ => continue,
        };
        let spot = super::node::place_of(scalar.span());
        match seen.get(&id) {
            Some(line) => {
                let help = format!("give each its own id, since it is part of the key; the first is on line {line}");
                context.report(spot, format!("the id `{id}` is there twice"), help);
            }
            None => drop(seen.insert(id, spot.line)),
        }
    }
}

fn repeat(context: &Context, node: &Node) -> Option<Repeat> {
    const TAKEN: [&str; 7] = ["facts", "stores", "from", "to", "release", "here", "answers"];
    let fields = Fields::of(context, node, "a repeat")?;
    let over = fields.need("over", |context, node| match node {
        Node::Sequence(_) => list(context, node, template).map(Over::List),
        Node::Scalar(_) => expression(context, node).map(Over::Expression),
        Node::Mapping(_) => probe(context, node, Allowed::default()).map(Box::new).map(Over::Probe),
    });
    let name = fields.need("as", |context, node| {
        parsed(context, node, "a name of lower-case letters, digits and `_`", |name| {
            let letters = name.starts_with(|c: char| c.is_ascii_lowercase());
            if TAKEN.contains(&name) {
                Err(format!("`{name}` means something else already; taken are {}", quoted(&TAKEN)))
            } else if letters && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
                Ok(name.to_owned())
            } else {
                Err(format!("`{name}` cannot be a name"))
            }
        })
    });
    let key = fields.get("key", text);
    let batch = fields.get("batch", template);
    let parallel = fields.get("parallel", |context, node| {
        parsed(context, node, &format!("a whole number from 1 to {MOST_PARALLEL}"), |text| {
            let most = text.parse().ok().filter(|most| (1..=MOST_PARALLEL).contains(most));
            most.ok_or_else(|| format!("`{text}` is no number of items that are done at the same time"))
        })
    });
    fields.finish();
    // The name is in reach even where the items are wrong, so that one mistake is not reported at every use of it.
    let over = over.unwrap_or(Over::List(Vec::new()));
    Some(Repeat { over, name: name?, key, batch, parallel, place: fields.place() })
}

/// The way out of maintenance has an order, so nothing of it is done at the same time.
fn one_after_the_other(context: &Context, undo: &[Step]) {
    for step in undo {
        if let Some(repeat) = step.repeat.as_ref().filter(|repeat| repeat.parallel.is_some()) {
            let help = "leave `parallel` out";
            context.report(repeat.place, "what undoes a step is done one after the other", help);
        }
        if let Kind::Steps(steps) = &step.kind {
            one_after_the_other(context, steps);
        }
    }
}

fn retry(context: &Context, node: &Node) -> Option<Retry> {
    let fields = Fields::of(context, node, "a retry")?;
    let attempts = fields.need("attempts", |context, node| {
        parsed(context, node, "a whole number from 1 on", |text| {
            text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("`{text}` is no number of attempts"))
        })
    });
    let wait = fields
        .get("wait", |context, node| parsed(context, node, "a time or a span such as `2s..60s`", duration::parse_span));
    let unless = fields.get("unless", |context, node| expect(context, node, Allowed::default()));
    fields.finish();
    Some(Retry { attempts: attempts?, wait: wait.unwrap_or((2000, 60_000)), unless })
}

fn estimate(context: &Context, node: &Node) -> Option<Estimate> {
    let time = |text: &str| duration::parse(text);
    if !matches!(node, Node::Mapping(_)) {
        return parsed(
            context,
            node,
            "a whole number with `ms`, `s`, `m`, `h` or `d`, such as `5m`, or `{ each: 40ms }`",
            time,
        )
        .map(Estimate::Whole);
    }
    let fields = Fields::of(context, node, "an estimate")?;
    let each: Option<Template> = fields.need("each", |context, node| {
        let each = template(context, node)?;
        if !each.text.contains("{{") {
            parsed(context, node, "a whole number with `ms`, `s`, `m`, `h` or `d`, such as `40ms`", time)?;
        }
        Some(each)
    });
    fields.finish();
    each.map(Estimate::Each)
}

/// `{ factor: 1.2, of: STORE, at: FOLDER }`.
fn space(context: &Context, node: &Node) -> Option<Space> {
    let fields = Fields::of(context, node, "a need for space")?;
    let factor = fields.need("factor", |context, node| {
        parsed(context, node, "a number such as `1.2`", |text| {
            let factor = text.parse().ok().filter(|f: &f64| f.is_finite() && *f > 0.0);
            factor.ok_or_else(|| format!("`{text}` is no such number"))
        })
    });
    let of = fields.get("of", |context, node| {
        let name = text(context, node)?;
        context.mention(Mentioned::Store, &name, place(node));
        Some(name)
    });
    if of.is_none() {
        context.mention(Mentioned::OnlyStore, "", fields.place());
    }
    let at = fields.get("at", template);
    fields.finish();
    Some(Space { factor: factor?, of, at })
}

/// A count of rows, for `batch`.
pub(super) fn at_least_one(context: &Context, node: &Node) -> Option<u64> {
    let count: u64 = number(context, node)?;
    if count == 0 {
        context.report(place(node), "a batch of no rows never ends", "write 1 or more");
    }
    Some(count)
}
