//! What the definitions say now, beside the plan that a run was begun with.
//!
//! Steps are told apart by their keys. What is only said does not count; nor do the items of a list that was asked for,
//! which belong to the run.

use std::collections::BTreeMap;

use super::hash::step_digest;
use crate::model::{Plan, PlannedStep, Work};

/// How far a step got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing of it has happened, or all of it was taken back.
    Open,
    /// It is done, or a part of it may be.
    Touched,
}

/// How a plan that is made now differs from the one that was approved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// For people, one for each: what has to be approved anew.
    pub differences: Vec<String>,
    /// Steps that have happened, or begun, and are described otherwise now.
    pub refused: Vec<String>,
    /// The plan to go on with: that of now, with the items that the run knows.
    pub plan: Plan,
}

/// Compares the plan that was approved with the one that would be made now.
pub fn changes(approved: &Plan, now: &Plan, reach: impl Fn(&str) -> Reach) -> Changes {
    let items = Items::of(approved, now);
    let mut found = Changes { plan: now.clone(), ..Changes::default() };
    let old: BTreeMap<&str, &PlannedStep> = approved.steps.iter().map(|s| (s.key.as_str(), s)).collect();
    let new: BTreeMap<&str, &PlannedStep> = now.steps.iter().map(|s| (s.key.as_str(), s)).collect();
    for step in &approved.steps {
        if items.holds(&step.key) {
            continue;
        }
        let said = match new.get(step.key.as_str()) {
            None => format!("taken away: {} ({})", step.key, step.title),
            Some(changed) if step_digest(step) != step_digest(changed) => {
                let lines = difference(step, changed);
                format!("changed: {} ({}){lines}", step.key, changed.title)
            }
            Some(_) => continue,
        };
        match reach(&step.key) {
            Reach::Open => found.differences.push(said),
            Reach::Touched => found.refused.push(said),
        }
    }
    let last = approved.steps.iter().rposition(|s| reach(&s.key) == Reach::Touched);
    let behind: Vec<&str> =
        last.map(|at| approved.steps[..=at].iter().map(|s| s.key.as_str()).collect()).unwrap_or_default();
    for (at, step) in now.steps.iter().enumerate().filter(|(_, step)| !old.contains_key(step.key.as_str())) {
        let early = now.steps[at..].iter().any(|later| behind.contains(&later.key.as_str()));
        let early = if early { ", before steps that are done" } else { "" };
        found.differences.push(format!("added{early}: {} ({})", step.key, step.title));
    }
    found.differences.extend(values("the fact", &approved.facts, &now.facts));
    found.differences.extend(values("the store", &approved.stores, &now.stores));
    found.differences.extend(files(&approved.helpers, &now.helpers));
    items.put_into(&mut found.plan);
    found
}

/// The steps of lists that were asked for, behind the step that asked.
struct Items<'a>(Vec<(&'a str, Vec<&'a PlannedStep>)>);

impl<'a> Items<'a> {
    fn of(approved: &'a Plan, now: &Plan) -> Items<'a> {
        let planned = |key: &str| now.steps.iter().any(|s| s.key == key);
        let lists = approved.steps.iter().filter(|s| matches!(s.work, Work::Repeat(_)));
        let of = |list: &'a PlannedStep| {
            let prefix = format!("{}/", list.key);
            let own = approved.steps.iter().filter(|s| s.key.starts_with(&prefix) && !planned(&s.key)).collect();
            (list.key.as_str(), own)
        };
        Items(lists.map(of).collect())
    }

    fn holds(&self, key: &str) -> bool {
        self.0.iter().any(|(_, steps)| steps.iter().any(|s| s.key == key))
    }

    fn put_into(self, plan: &mut Plan) {
        for (list, steps) in self.0 {
            if let Some(at) = plan.steps.iter().position(|s| s.key == list) {
                plan.steps.splice(at + 1..=at, steps.into_iter().cloned());
            }
        }
    }
}

/// Lines that went and lines that came, where the change can be seen in them.
fn difference(old: &PlannedStep, new: &PlannedStep) -> String {
    let lines = |step: &PlannedStep| step.detail.iter().chain(&step.proof).cloned().collect::<Vec<_>>();
    let (before, after) = (lines(old), lines(new));
    let gone = before.iter().filter(|l| !after.contains(l)).map(|l| format!("\n  - {l}"));
    let come = after.iter().filter(|l| !before.contains(l)).map(|l| format!("\n  + {l}"));
    gone.chain(come).collect()
}

fn values<V: PartialEq + std::fmt::Display>(
    what: &str,
    old: &BTreeMap<String, V>,
    new: &BTreeMap<String, V>,
) -> Vec<String> {
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    let one = |name: &String| match (old.get(name), new.get(name)) {
        (Some(old), Some(new)) if old != new => Some(format!("{what} `{name}` was {old} and is {new}")),
        (Some(old), None) => Some(format!("{what} `{name}` was {old} and is gone")),
        (None, Some(new)) => Some(format!("{what} `{name}` is new: {new}")),
        _ => None,
    };
    names.filter_map(one).collect()
}

fn files(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    names.filter(|name| old.get(*name) != new.get(*name)).map(|name| format!("the helper {name} has changed")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps that carry out a statement, by key.
    fn planned_steps(steps: &[(&str, &str)]) -> Vec<PlannedStep> {
        let step = |(key, sql): &(&str, &str)| {
            serde_json::from_value(serde_json::json!({
                "key": key, "phase": "steps", "hop": 0, "title": key,
                "work": { "sql": { "store": null, "statements": [{ "sqlite": sql }] } },
                "scope": { "from": "1", "to": "2", "release": "2" }, "offline": "no", "resume": "transactional",
                "point_of_no_return": false, "optional": false, "ask_first": false, "touches": "", "detail": [sql],
            }))
            .expect("a step")
        };
        steps.iter().map(step).collect()
    }

    fn compared(old: &[(&str, &str)], new: &[(&str, &str)], touched: &[&str]) -> Changes {
        let plan = |steps: &[(&str, &str)]| Plan { steps: planned_steps(steps), ..Plan::default() };
        let reach = |key: &str| if touched.contains(&key) { Reach::Touched } else { Reach::Open };
        changes(&plan(old), &plan(new), reach)
    }

    #[test]
    fn what_is_still_to_come_may_change_and_is_named() {
        let found = compared(&[("a", "1"), ("b", "2"), ("c", "3")], &[("a", "1"), ("b", "9"), ("d", "4")], &["a"]);
        assert_eq!(found.refused, Vec::<String>::new());
        let begins: Vec<&str> = found.differences.iter().map(|d| d.split(' ').next().unwrap_or("")).collect();
        assert_eq!(begins, ["changed:", "taken", "added:"], "{found:?}");
    }

    #[test]
    fn what_has_happened_may_not() {
        let found = compared(&[("a", "1"), ("b", "2")], &[("a", "9")], &["a", "b"]);
        assert_eq!(found.refused.len(), 2, "{found:?}");
        assert!(found.differences.is_empty());
    }

    #[test]
    fn a_step_that_comes_late_says_so() {
        let found = compared(&[("a", "1"), ("b", "2")], &[("a", "1"), ("n", "5"), ("b", "2")], &["a", "b"]);
        assert_eq!(found.differences, ["added, before steps that are done: n (n)"]);
        assert!(found.refused.is_empty());
    }

    #[test]
    fn nothing_that_is_only_said_counts() {
        let mut new = Plan { steps: planned_steps(&[("a", "1")]), ..Plan::default() };
        let old = new.clone();
        new.steps[0].title = "Otherwise".to_owned();
        new.steps[0].estimate = Some(5);
        assert_eq!(changes(&old, &new, |_| Reach::Touched), Changes { plan: new, ..Changes::default() });
    }
}
