//! A question in whole lines.

use super::question::Question;
use crate::model::{Need, Offline, Phase, PlannedStep, State, Work};
use crate::words::plain::ask;

/// What is asked, in one sentence.
pub(super) fn sentence(question: &Question, state: &State) -> String {
    let first = lines(question, state).into_iter().next().unwrap_or_default();
    first.lines().next().unwrap_or_default().to_owned()
}

/// The question and what can be typed.
pub(super) fn lines(question: &Question, state: &State) -> Vec<String> {
    let to = || state.plan.as_ref().map_or("", |plan| plan.to.as_str());
    match question {
        Question::Wheel => numbered(state, ask::WHEEL, ask::WHEEL_CHOICES.map(str::to_owned)),
        Question::Unfinished => match state.survey.as_ref().and_then(|survey| survey.unfinished.as_ref()) {
            Some(run) => {
                let (text, choices) = ask::unfinished(run);
                numbered(state, &text, choices)
            }
            None => Vec::new(),
        },
        Question::From { range } => vec![ask::from(range)],
        Question::Target => {
            let targets = state.survey.iter().flat_map(|survey| &survey.targets);
            numbered(state, ask::TARGET, targets.map(ask::target))
        }
        Question::Read { release, item } => read(state, release, *item),
        Question::Checks => Vec::new(),
        Question::Failing => numbered(state, ask::FAILING, [ask::RECHECK.to_owned()]),
        Question::Warning { check } => {
            numbered(state, &ask::warning(check), [ask::RECHECK.to_owned(), ask::ACCEPT.to_owned()])
        }
        Question::Maintenance => maintenance(state),
        Question::Plan { key } => plan(state, key),
        Question::NoReturn { key } => state
            .step(key)
            .map(|step| ask::no_return(step, state.plan.as_ref().map_or("", |plan| plan.from.as_str())))
            .into_iter()
            .collect(),
        Question::AtEnd => numbered(state, ask::AT_END, ask::AT_END_CHOICES.map(str::to_owned)),
        Question::Approve { .. } => state.plan.iter().map(|plan| ask::approve(plan)).collect(),
        Question::Failed { key } => state.step(key).map(|step| failed(state, step)).unwrap_or_default(),
        Question::Settle { key, intent } => state
            .step(key)
            .map(|step| numbered(state, &ask::settle(step, intent), ask::SETTLE_CHOICES.map(str::to_owned)))
            .unwrap_or_default(),
        Question::Confirm => vec![ask::confirm(to(), state.service)],
        Question::Reason(_) => vec![ask::REASON.to_owned()],
    }
}

fn numbered(state: &State, text: &str, choices: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut lines = vec![text.to_owned()];
    lines.extend(choices.into_iter().enumerate().map(|(n, choice)| ask::choice(n + 1, &choice)));
    lines.push(if state.run.is_none() { ask::NUMBER_OR_QUIT } else { ask::NUMBER_OR_DETACH }.to_owned());
    lines
}

fn read(state: &State, release: &str, item: Option<usize>) -> Vec<String> {
    let page = state.route.iter().flat_map(|route| &route.notes).find(|page| page.release == release);
    let item = item.and_then(|number| page?.items.iter().find(|item| item.number == number));
    let mut lines = Vec::new();
    lines.extend(item.map(|item| ask::item(&item.heading, &item.text)));
    lines.extend(numbered(state, if item.is_some() { ask::ITEM } else { ask::PAGE }, [ask::READ.to_owned()]));
    lines
}

fn maintenance(state: &State) -> Vec<String> {
    let steps = || state.plan.iter().flat_map(|plan| &plan.steps);
    let enter: Vec<_> = steps().filter(|step| step.phase == Phase::Enter).collect();
    let first = steps().find(|step| step.offline == Offline::Required && step.phase != Phase::Enter);
    let mut lines = numbered(state, ask::MAINTENANCE, ask::MAINTENANCE_CHOICES.map(str::to_owned));
    // Without a plan yet nothing can be said about it.
    if state.plan.is_some() {
        lines.splice(1..1, ask::maintenance(&enter, first));
    }
    lines
}

fn plan(state: &State, key: &str) -> Vec<String> {
    let Some(PlannedStep { work: Work::Ask(spec), .. }) = state.step(key) else { return Vec::new() };
    let text = ask::plan(key, spec);
    let default = spec.default.as_ref().map(|default| default.text.as_str());
    if let Some(word) = &spec.typed {
        return vec![text, ask::typed(word)];
    }
    if spec.choices.is_empty() {
        return vec![text, ask::free(default)];
    }
    let choices = spec.choices.iter().map(|choice| {
        let mark = if default == Some(choice.text.as_str()) { ask::DEFAULT } else { "" };
        format!("{}{mark}", crate::words::format::visible(&choice.text))
    });
    numbered(state, &text, choices)
}

fn failed(state: &State, step: &PlannedStep) -> Vec<String> {
    let mut lines = numbered(state, &ask::failed(step, state.service), ask::FAILED_CHOICES.map(str::to_owned));
    // The numbers stay the same, so that a habit never presses the wrong one.
    if !step.optional {
        lines.remove(2);
    }
    if let Some(Need::Failed { error, .. }) = state.need() {
        lines.insert(1, crate::words::plain::block(&error));
    }
    lines
}
