//! From steps as they are written, with groups, actions and repeats, to single steps with their own keys.

use std::collections::BTreeMap;

use super::PlanError;
use crate::definition::Renderer;
use crate::model::{
    AskSpec, Kind, Offline, Over, Phase, PlannedStep, Resume, ResumeClass, Scope, Step, Template, Value, Work,
};
use crate::probe::Site;

/// What the steps of one place inherit.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// `15.0.1`, `first`, `maintenance`: the first part of every key.
    pub prefix: String,
    pub phase: Phase,
    pub hop: Option<usize>,
    pub offline: Offline,
    pub scope: Scope,
    pub actions: &'a [Step],
}

/// Expands steps in order into `out`.
///
/// # Errors
/// When a `when`, a title or a `repeat` cannot be evaluated with what is known.
pub fn expand(steps: &[Step], place: &Place<'_>, site: &Site, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
    for step in steps {
        one(step, place, site, out)?;
    }
    Ok(())
}

fn one(step: &Step, place: &Place<'_>, site: &Site, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
    let here = site.scoped(&place.scope, &BTreeMap::new());
    if let Some(when) = &step.when
        && !here.renderer().truth(when)?
    {
        return Ok(());
    }
    let Some(repeat) = &step.repeat else {
        return body(step, &format!("{}/{}", place.prefix, step.id), place, &here, out);
    };
    let items = match &repeat.over {
        Over::Expression(expression) => here.renderer().items(expression)?,
        Over::List(list) => list.iter().map(|t| here.renderer().value(t)).collect::<Result<_, _>>()?,
    };
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for item in items {
        let name = key_part(&item);
        let again = seen.entry(name.clone()).or_default();
        *again += 1;
        let suffix = if *again == 1 { name } else { format!("{name}~{again}") };
        let mut place = place.clone();
        place.scope.items.insert(repeat.name.clone(), item);
        let here = site.scoped(&place.scope, &BTreeMap::new());
        body(step, &format!("{}/{}/{suffix}", place.prefix, step.id), &place, &here, out)?;
    }
    Ok(())
}

/// An item as part of a key: readable, without white space or a slash.
fn key_part(item: &Value) -> String {
    let text = match item {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    };
    text.chars().map(|c| if c.is_alphanumeric() || "._-:@".contains(c) { c } else { '_' }).collect()
}

fn body(step: &Step, key: &str, place: &Place<'_>, here: &Site, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
    let offline = step.offline.unwrap_or(place.offline);
    match &step.kind {
        Kind::Steps(steps) => {
            let inner = Place { prefix: key.to_owned(), offline, ..place.clone() };
            let begin = out.len();
            expand(steps, &inner, here, out)?;
            // A group's floor is raised before its first step.
            if let (Some(floor), Some(first)) = (&step.floor, out.get_mut(begin)) {
                first.floor.get_or_insert_with(|| floor.clone());
            }
            Ok(())
        }
        Kind::Use(name) => {
            let action = place
                .actions
                .iter()
                .find(|a| &a.id == name)
                .ok_or_else(|| PlanError::Definition(format!("there is no action `{name}`")))?;
            body(&with_own_words(action, step), key, place, here, out)
        }
        kind => {
            out.push(leaf(step, kind, key, place, offline, &here.renderer(), here)?);
            Ok(())
        }
    }
}

/// An action as one place uses it: what that place says itself counts.
pub fn with_own_words(action: &Step, user: &Step) -> Step {
    let mut step = action.clone();
    step.id.clone_from(&user.id);
    if !user.title.text.is_empty() {
        step.title.clone_from(&user.title);
    }
    step.why = user.why.clone().or(step.why);
    step.offline = user.offline.or(step.offline);
    step.floor = user.floor.clone().or(step.floor);
    step.optional |= user.optional;
    step.when = None;
    step.repeat = step.repeat.or_else(|| user.repeat.clone());
    step
}

fn leaf(
    step: &Step,
    kind: &Kind,
    key: &str,
    place: &Place<'_>,
    offline: Offline,
    renderer: &Renderer,
    here: &Site,
) -> Result<PlannedStep, PlanError> {
    let work = match kind {
        Kind::Sql(sql) => Work::Sql(sql.clone()),
        Kind::Backfill(backfill) => Work::Backfill(backfill.clone()),
        Kind::Run(command) => Work::Run(command.clone()),
        Kind::File(edit) => Work::File(edit.clone()),
        Kind::Ask(ask) => Work::Ask(asked(ask, renderer)?),
        Kind::Backup(backup) => Work::Backup(backup.clone()),
        Kind::Check(check) => Work::Check(check.clone()),
        Kind::Steps(_) | Kind::Use(_) => return Err(PlanError::Definition(format!("{key} is not a single step"))),
    };
    let ask_first = matches!(kind, Kind::Ask(ask) if !ask.choices.is_empty());
    let estimate = match &step.estimate {
        Some(crate::model::Estimate::Whole(ms)) => Some(*ms),
        _ => None,
    };
    Ok(PlannedStep {
        key: key.to_owned(),
        phase: place.phase,
        hop: place.hop,
        title: renderer.text(&step.title)?.to_string(),
        why: step.why.as_ref().map(|t| renderer.text(t)).transpose()?.map(|t| t.to_string()),
        resume: class(step, &work),
        work,
        scope: Scope { env: here.env.clone(), ..place.scope.clone() },
        offline,
        done_when: step.done_when.clone(),
        retry: step.retry.clone(),
        checks: step.checks.clone(),
        floor: step.floor.clone(),
        point_of_no_return: false,
        optional: step.optional,
        ask_first,
        undoes: None,
        estimate,
        touches: String::new(),
        detail: Vec::new(),
        proof: Vec::new(),
    })
}

/// A question as it is put: front ends show it as it stands here.
fn asked(ask: &AskSpec, renderer: &Renderer) -> Result<AskSpec, PlanError> {
    let filled = |t: &Template| renderer.text(t).map(|text| Template::new(text.to_string()));
    Ok(AskSpec {
        text: filled(&ask.text)?,
        choices: ask.choices.iter().map(filled).collect::<Result<_, _>>()?,
        typed: ask.typed.clone(),
        default: ask.default.as_ref().map(filled).transpose()?,
    })
}

fn class(step: &Step, work: &Work) -> ResumeClass {
    match work {
        Work::Sql(_) => ResumeClass::Transactional,
        Work::Backfill(_) => ResumeClass::Keyset,
        Work::File(_) | Work::Ask(_) | Work::Backup(_) | Work::Check(_) | Work::Baseline(_) => ResumeClass::Idempotent,
        Work::Run(_) => match (step.resume, &step.done_when) {
            (Some(Resume::Idempotent), _) => ResumeClass::Idempotent,
            (_, Some(_)) => ResumeClass::Probe,
            (_, None) => ResumeClass::Once,
        },
    }
}
