//! Steps that would have one key in a plan, as far as that is known before there is a plan.
//!
//! What stands in one list is compared when the list is read. Here it is what different lists bring under one version:
//! those of its release and those of the system, which come with each hop. A step that only applies at times is left
//! to the planner, and so is what an action holds.

use std::collections::BTreeMap;

use super::Sources;
use super::node::Context;
use crate::model::{Catalogue, Check, Kind, Over, Place, Release, Repeat, Step};

/// Reports keys that would be there twice.
pub(super) fn keys(context: &Context, sources: &Sources, catalogue: &Catalogue) {
    let system = &catalogue.system;
    let reporter = Reporter { context, sources };
    let actions = system.actions.iter().map(|action| (action.id.as_str(), action)).collect();
    let mut hop = Keys { actions: &actions, found: Vec::new() };
    hop.checks("check", "checks", &system.checks);
    hop.steps("hop", &system.hop, false);
    hop.checks("health", "health", &system.health);
    let shared = reporter.unique("VERSION", hop.found, &BTreeMap::new());
    for release in &catalogue.releases {
        reporter.unique(release.version.as_str(), of_release(release, &actions), &shared);
    }
}

fn of_release<'c>(release: &'c Release, actions: &BTreeMap<&str, &'c Step>) -> Vec<Key<'c>> {
    let mut keys = Keys { actions, found: Vec::new() };
    keys.checks("check", "checks", &release.checks);
    keys.steps("before", &release.before, true);
    keys.steps("steps", &release.steps, true);
    keys.checks("verify", "verify", &release.verify);
    keys.found
}

/// A step's key below its version, and where it comes from.
struct Key<'c> {
    key: String,
    list: &'static str,
    place: Place,
    /// The action that is carried out once in a hop, however often it is used.
    once: Option<&'c str>,
}

struct Keys<'a, 'c> {
    actions: &'a BTreeMap<&'a str, &'c Step>,
    found: Vec<Key<'c>>,
}

impl<'c> Keys<'_, 'c> {
    fn checks(&mut self, word: &str, list: &'static str, checks: &'c [Check]) {
        for check in checks.iter().filter(|check| check.when.is_none()) {
            let key = repeated(format!("{word}/{}", check.id), check.repeat.as_ref());
            self.found.push(Key { key, list, place: check.place, once: None });
        }
    }

    /// `once`: an action that is used again in the same hop is left out.
    fn steps(&mut self, list: &'static str, steps: &'c [Step], once: bool) {
        for step in steps {
            let action = if let Kind::Use(name) = &step.kind { Some(name.as_str()) } else { None };
            self.step(step, step.id.clone(), list, action.filter(|_| once));
        }
    }

    fn step(&mut self, step: &'c Step, key: String, list: &'static str, once: Option<&'c str>) {
        if step.when.is_some() {
            return;
        }
        let key = repeated(key, step.repeat.as_ref());
        match &step.kind {
            // Items that are asked for in a run come under the key of the step that asks.
            Kind::Steps(steps) if !asks(step) => {
                for inner in steps {
                    self.step(inner, format!("{key}/{}", inner.id), list, None);
                }
            }
            Kind::Use(name) if !asks(step) => {
                let Some(action) = self.actions.get(name.as_str()) else { return };
                if action.when.is_none() && !matches!(action.kind, Kind::Steps(_) | Kind::Use(_)) {
                    let key = repeated(key, action.repeat.as_ref());
                    self.found.push(Key { key, list, place: step.place, once });
                }
            }
            _ => self.found.push(Key { key, list, place: step.place, once }),
        }
    }
}

fn asks(step: &Step) -> bool {
    matches!(&step.repeat, Some(Repeat { over: Over::Probe(_), .. }))
}

/// The key with what stands for the items: the same items lead to the same keys.
fn repeated(key: String, repeat: Option<&Repeat>) -> String {
    match repeat.map(|repeat| &repeat.over) {
        None | Some(Over::Probe(_)) => key,
        Some(Over::Expression(items)) => format!("{key}/{{{{ {} }}}}", items.text.trim()),
        Some(Over::List(items)) => {
            let items: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
            format!("{key}/{{{}}}", items.join(","))
        }
    }
}

struct Reporter<'c> {
    context: &'c Context,
    sources: &'c Sources,
}

impl Reporter<'_> {
    /// The keys, after a report of those that are there twice, or among `others`.
    fn unique<'c>(
        &self,
        version: &str,
        keys: Vec<Key<'c>>,
        others: &BTreeMap<String, Key<'c>>,
    ) -> BTreeMap<String, Key<'c>> {
        let mut unique: BTreeMap<String, Key<'c>> = BTreeMap::new();
        for key in keys {
            match unique.get(&key.key).or_else(|| others.get(&key.key)) {
                // One list was compared when it was read.
                Some(first) if first.list == key.list && first.place.file == key.place.file => {}
                Some(first) if first.once.is_some() && first.once == key.once => {}
                Some(first) => {
                    let message = format!("two steps have the key `{version}/{}`", key.key);
                    let (list, file, line) = (first.list, self.sources.name(first.place), first.place.line);
                    let help = format!(
                        "give one of them another `id`; the other stands under `{list}`, on line {line} of {file}"
                    );
                    self.context.report(key.place, message, help);
                }
                None => drop(unique.insert(key.key.clone(), key)),
            }
        }
        unique
    }
}
