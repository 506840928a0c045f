//! From steps as they are written, with groups, actions and repeats, to single steps with their own keys.

use std::collections::BTreeMap;

use super::PlanError;
use crate::definition::{Renderer, duration};
use crate::model::{
    AskSpec, Check, Estimate, Kind, Listed, Offline, OnFailure, Over, Parallel, Phase, PlannedStep, Repeat, Resume,
    ResumeClass, Scope, Step, Template, Value, Work,
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
    /// How many actions use one another up to here.
    pub depth: u32,
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
    keyed(step, &format!("{}/{}", place.prefix, step.id), place, site, out)
}

/// A step under its key: whether it applies, and to what.
fn keyed(step: &Step, key: &str, place: &Place<'_>, site: &Site, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
    let here = site.scoped(&place.scope, &BTreeMap::new());
    if let Some(when) = &step.when
        && !here.renderer().truth(when)?
    {
        return Ok(());
    }
    let Some(repeat) = &step.repeat else { return body(step, key, place, &here, out) };
    let items = match &repeat.over {
        Over::Expression(expression) => here.renderer().items(expression)?,
        Over::List(list) => list.iter().map(|t| here.renderer().value(t)).collect::<Result<_, _>>()?,
        // What the items are is asked when the run comes to it.
        Over::Probe(_) => {
            let mut actions = Vec::new();
            actions_of(step, place.actions, &mut actions);
            let listed = Listed { step: step.clone(), actions };
            let offline = step.offline.unwrap_or(place.offline);
            out.push(leaf(step, Work::Repeat(Box::new(listed)), key, place, offline, &here)?);
            return Ok(());
        }
    };
    each(step, repeat, items, key, place, site, out)
}

/// The steps of a `repeat` whose items are known now: they come after the step that asked for them.
///
/// # Errors
/// As [`expand`].
pub fn children(listed: &PlannedStep, items: Vec<Value>, site: &Site) -> Result<Vec<PlannedStep>, PlanError> {
    let Work::Repeat(work) = &listed.work else { return Ok(Vec::new()) };
    let Some(repeat) = &work.step.repeat else { return Ok(Vec::new()) };
    let place = Place {
        prefix: listed.key.clone(),
        phase: listed.phase,
        hop: listed.hop,
        offline: listed.offline,
        scope: listed.scope.clone(),
        actions: &work.actions,
        depth: 0,
    };
    let mut out = Vec::new();
    each(&work.step, repeat, items, &listed.key, &place, site, &mut out)?;
    // They belong to the item that the list itself belongs to.
    if listed.parallel.is_some() {
        out.iter_mut().for_each(|step| step.parallel.clone_from(&listed.parallel));
    }
    Ok(out)
}

fn each(
    step: &Step,
    repeat: &Repeat,
    items: Vec<Value>,
    key: &str,
    place: &Place<'_>,
    site: &Site,
    out: &mut Vec<PlannedStep>,
) -> Result<(), PlanError> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    // The way out of maintenance has an order.
    let most = repeat.parallel.filter(|most| *most > 1 && place.phase != Phase::Leave);
    let whole = key;
    for item in batches(repeat, items, &site.scoped(&place.scope, &BTreeMap::new()))? {
        let name = key_part(&item, repeat.key.as_deref());
        let again = seen.entry(name.clone()).or_default();
        *again += 1;
        let key = if *again == 1 { format!("{key}/{name}") } else { format!("{key}/{name}~{again}") };
        let mut place = place.clone();
        place.scope.items.insert(repeat.name.clone(), item);
        let here = site.scoped(&place.scope, &BTreeMap::new());
        let begin = out.len();
        body(step, &key, &place, &here, out)?;
        if step.on_failure == OnFailure::SetAside {
            for step in &mut out[begin..] {
                step.set_aside = Some(key.clone());
                // It can be waived by name.
                step.optional = true;
            }
        }
        if let Some(most) = most {
            let parallel = Parallel { repeat: whole.to_owned(), item: key, most };
            // Items within an item are a part of it.
            out[begin..].iter_mut().for_each(|step| step.parallel = Some(parallel.clone()));
        }
    }
    Ok(())
}

/// With `batch`, so many items at a time as a list.
fn batches(repeat: &Repeat, items: Vec<Value>, here: &Site) -> Result<Vec<Value>, PlanError> {
    let Some(batch) = &repeat.batch else { return Ok(items) };
    let text = here.renderer().text(batch)?.to_string();
    let size: usize = text
        .trim()
        .parse()
        .ok()
        .filter(|n| *n > 0)
        .ok_or_else(|| PlanError::Definition(format!("`batch` is `{text}`, not a whole number from 1 on")))?;
    Ok(items.chunks(size).map(|chunk| Value::from(chunk.to_vec())).collect())
}

/// The actions that a step uses, and those that they use: what the step needs besides itself.
fn actions_of(step: &Step, actions: &[Step], found: &mut Vec<Step>) {
    match &step.kind {
        Kind::Use(name) if !found.iter().any(|a| &a.id == name) => {
            if let Some(action) = actions.iter().find(|a| &a.id == name) {
                found.push(action.clone());
                actions_of(action, actions, found);
            }
        }
        Kind::Steps(steps) => steps.iter().for_each(|step| actions_of(step, actions, found)),
        _ => {}
    }
}

/// An item as part of a key: readable, without white space or a slash. A list is named after its first item.
fn key_part(item: &Value, key: Option<&str>) -> String {
    let text = match item {
        Value::String(s) => s.clone(),
        Value::Array(items) => return items.first().map_or_else(|| "none".to_owned(), |first| key_part(first, key)),
        Value::Object(map) => {
            let named = key.and_then(|key| map.get(key)).or_else(|| map.values().next());
            return named.map_or_else(|| "none".to_owned(), |value| key_part(value, None));
        }
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
            // A group's floor is raised before its first step, and what it checks is asked there.
            if let Some(first) = out.get_mut(begin) {
                step.floor.iter().for_each(|floor| raise(&mut first.floor, floor, here));
                first.checks.splice(0..0, asked_here(step, here)?);
            }
            Ok(())
        }
        Kind::Use(name) => {
            if place.depth >= 16 {
                return Err(PlanError::Definition(format!("{key}: the action `{name}` uses itself")));
            }
            let inner = Place { depth: place.depth + 1, ..place.clone() };
            keyed(&used(step, name, place.actions)?, key, &inner, here, out)
        }
        kind => {
            let work = work(kind, key, &here.renderer())?;
            out.push(leaf(step, work, key, place, offline, here)?);
            Ok(())
        }
    }
}

/// The action that a step uses, with what the step says itself.
fn used(step: &Step, name: &str, actions: &[Step]) -> Result<Step, PlanError> {
    let action = actions.iter().find(|a| a.id == name);
    let action = action.ok_or_else(|| PlanError::Definition(format!("there is no action `{name}`")))?;
    Ok(with_own_words(action, step))
}

/// Raises a floor, and never lowers it.
pub fn raise(floor: &mut Option<String>, to: &str, site: &Site) {
    let version = |text: &str| site.scheme.parse(text).ok();
    if floor.as_deref().and_then(version) < version(to) {
        *floor = Some(to.to_owned());
    }
}

/// An action as one place uses it: what that place says itself counts. Whether that place applies, and to which items,
/// has been settled before.
fn with_own_words(action: &Step, user: &Step) -> Step {
    let mut step = action.clone();
    step.id.clone_from(&user.id);
    if !user.title.text.is_empty() {
        step.title.clone_from(&user.title);
    }
    step.why = user.why.clone().or(step.why);
    step.offline = user.offline.or(step.offline);
    step.floor = user.floor.clone().or(step.floor);
    step.optional |= user.optional;
    step.as_user = user.as_user.clone().or(step.as_user);
    step.needs_space = user.needs_space.clone().or(step.needs_space);
    step
}

/// The checks of a step's own that apply.
fn asked_here(step: &Step, here: &Site) -> Result<Vec<Check>, PlanError> {
    let renderer = here.renderer();
    let applies = |check: &&Check| check.when.as_ref().map_or(Ok(true), |when| renderer.truth(when));
    let asked = step.checks.iter().filter_map(|check| match applies(&check) {
        Ok(applies) => applies.then(|| Ok(check.clone())),
        Err(error) => Some(Err(error.into())),
    });
    asked.collect()
}

/// What a single step does.
fn work(kind: &Kind, key: &str, renderer: &Renderer) -> Result<Work, PlanError> {
    Ok(match kind {
        Kind::Sql(sql) => Work::Sql(sql.clone()),
        Kind::Backfill(backfill) => Work::Backfill(backfill.clone()),
        Kind::Run(command) => Work::Run(command.clone()),
        Kind::File(edit) => Work::File(edit.clone()),
        Kind::Ask(ask) => Work::Ask(asked(ask, renderer)?),
        Kind::Backup(backup) => Work::Backup(backup.clone()),
        Kind::Http(http) => Work::Http(http.clone()),
        Kind::Wait(wait) => Work::Wait(wait.clone()),
        Kind::Check(check) => Work::Check(check.clone()),
        Kind::Steps(_) | Kind::Use(_) => return Err(PlanError::Definition(format!("{key} is not a single step"))),
    })
}

fn leaf(
    step: &Step,
    work: Work,
    key: &str,
    place: &Place<'_>,
    offline: Offline,
    here: &Site,
) -> Result<PlannedStep, PlanError> {
    let renderer = here.renderer();
    let listed = matches!(work, Work::Repeat(_));
    let ask_first = matches!(&work, Work::Ask(ask) if !ask.choices.is_empty());
    let estimate = match &step.estimate {
        Some(Estimate::Whole(ms)) => Some(*ms),
        _ => None,
    };
    let estimate_each = match &step.estimate {
        Some(Estimate::Each(each)) => {
            let text = renderer.text(each)?.to_string();
            Some(duration::parse(&text).map_err(|e| PlanError::Definition(format!("{key}: `estimate`: {e}")))?)
        }
        _ => None,
    };
    Ok(PlannedStep {
        key: key.to_owned(),
        phase: place.phase,
        hop: place.hop,
        title: title(step, &work, &renderer)?,
        // Words about an item wait for the item.
        why: step.why.as_ref().filter(|_| !listed).map(|t| renderer.text(t)).transpose()?.map(|t| t.to_string()),
        resume: class(step, &work),
        work,
        scope: Scope { env: here.env.clone(), ..place.scope.clone() },
        offline,
        done_when: step.done_when.clone().filter(|_| !listed),
        retry: step.retry.clone().filter(|_| !listed),
        checks: if listed { Vec::new() } else { asked_here(step, here)? },
        floor: step.floor.clone(),
        point_of_no_return: false,
        // What was set aside can be waived by name.
        optional: step.optional || matches!(&step.kind, Kind::Backfill(b) if b.set_aside),
        set_aside: None,
        parallel: None,
        as_user: step.as_user.clone(),
        needs_space: step.needs_space.clone(),
        ask_first,
        undoes: None,
        estimate,
        estimate_each,
        touches: String::new(),
        detail: Vec::new(),
        proof: Vec::new(),
    })
}

/// A title with what is known in place, and names for what only an item can say: `Upgrade the tenant <name>`.
fn without_item(title: &str, renderer: &Renderer) -> String {
    let (mut out, mut rest) = (String::new(), title);
    while let Some((before, (inner, after))) =
        rest.split_once("{{").and_then(|(before, more)| Some((before, more.split_once("}}")?)))
    {
        out += before;
        out += &match renderer.text(&Template::new(format!("{{{{{inner}}}}}"))) {
            Ok(text) => text.to_string(),
            Err(_) => {
                let name = inner.split('|').next().unwrap_or_default().trim();
                format!("<{}>", name.rsplit('.').next().unwrap_or_default())
            }
        };
        rest = after;
    }
    out + rest
}

/// The title; of a list, where it speaks of an item, without the item.
fn title(step: &Step, work: &Work, renderer: &Renderer) -> Result<String, PlanError> {
    match (renderer.text(&step.title), work) {
        (Ok(title), _) => Ok(title.to_string()),
        (Err(_), Work::Repeat(_)) => Ok(without_item(&step.title.text, renderer)),
        (Err(e), _) => Err(e.into()),
    }
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
        Work::Wait(_) | Work::Repeat(_) => ResumeClass::Idempotent,
        Work::Run(_) | Work::Http(_) => match (step.resume, &step.done_when) {
            (Some(Resume::Idempotent), _) => ResumeClass::Idempotent,
            (_, Some(_)) => ResumeClass::Probe,
            (_, None) => ResumeClass::Once,
        },
    }
}
