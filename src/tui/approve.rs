//! Approving the plan, one thing at a time: its questions, each point of no return, what happens at the end, the
//! version.

use super::model::{Approval, Model};
use super::popup::{Popup, Purpose};
use super::update::{Effect, send};
use crate::model::Decision;
use crate::words::popups as words;

/// Begins, or goes on with, approving the plan as it is now.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    if let Some(hash) = model.approvable().map(|plan| plan.hash.clone()) {
        model.approval = Some(Approval { hash, ..Approval::default() });
        return go_on(model);
    }
    Vec::new()
}

/// Takes an answer. Said again, it is asked no further.
pub fn answer(model: &mut Model, key: String, value: String) -> Vec<Effect> {
    if model.approval.is_some() && model.state.answers.get(&key) == Some(&value) {
        return go_on(model);
    }
    send(model, Decision::Answer { key, value })
}

/// Asks the next thing that approving needs. Does nothing while nobody is approving.
pub fn go_on(model: &mut Model) -> Vec<Effect> {
    let Some(hash) = model.approvable().map(|plan| plan.hash.clone()) else {
        model.approval = None;
        return Vec::new();
    };
    let Some(approval) = &mut model.approval else { return Vec::new() };
    let open = |key: &String| !approval.asked.contains(key) || !model.state.answers.contains_key(key);
    if let Some(key) = model.state.first_questions().map(|step| step.key.clone()).find(open) {
        model.popup = Some(Popup::question(&model.state, &key));
        approval.asked.push(key);
        return Vec::new();
    }
    if hash != approval.hash {
        // An answer may change the plan; nothing but answers is kept then.
        if approval.confirmed.is_empty() && approval.at_end.is_none() {
            approval.hash = hash;
            return go_on(model);
        }
        model.approval = None;
        model.popup =
            Some(Popup::Notice { title: words::PLAN_CHANGED_TITLE.to_owned(), text: words::PLAN_CHANGED.to_owned() });
        return Vec::new();
    }
    let next = model.state.irreversible().into_iter().find(|step| !approval.confirmed.contains(&step.key));
    model.popup = Some(if let Some(step) = next {
        Popup::prompt(Purpose::NoReturn { key: step.key.clone() })
    } else if approval.at_end.is_none() {
        Popup::at_end()
    } else {
        Popup::prompt(Purpose::Approve)
    });
    Vec::new()
}

/// Sends the approval, with everything that was typed for it.
pub fn finish(model: &mut Model, version: String) -> Vec<Effect> {
    let Some(approval) = model.approval.take() else { return Vec::new() };
    send(
        model,
        Decision::Approve {
            hash: approval.hash,
            version,
            irreversible: approval.confirmed,
            at_end: approval.at_end.unwrap_or_default(),
        },
    )
}
