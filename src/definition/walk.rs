//! Goes over every template, expression and probe of a catalogue, with the loop names that are in reach there.

use crate::model::{
    Ask, AskSpec, Catalogue, Check, Command, Converter, Estimate, Expect, Expression, FileEdit, Http, Kind, Over,
    Probe, Query, Repeat, Setting, Step, Template,
};

/// What is in reach at some point besides the names that are everywhere.
#[derive(Clone, Default)]
pub(super) struct Where<'c> {
    /// Names of the enclosing loops.
    pub(super) names: Vec<&'c str>,
}

/// Sees what [`walk`] comes across.
pub(super) trait Visit {
    fn template(&mut self, template: &Template, within: &Where<'_>);
    fn expression(&mut self, expression: &Expression, within: &Where<'_>);
    fn probe(&mut self, probe: &Probe);
    fn kind(&mut self, kind: &Kind);
}

/// Shows a whole catalogue to `visit`.
pub(super) fn walk(catalogue: &Catalogue, visit: &mut dyn Visit) {
    let nothing = Where::default();
    let system = &catalogue.system;
    system.versions.data.iter().chain(&system.versions.program).for_each(|p| probe(p, &nothing, visit));
    for store in &system.stores {
        store.detect.iter().for_each(|p| probe(p, &nothing, visit));
        store.default.iter().for_each(|t| visit.template(t, &nothing));
        store.when.iter().for_each(|e| visit.expression(e, &nothing));
    }
    for fact in &system.facts {
        fact.detect.iter().for_each(|p| probe(p, &nothing, visit));
        fact.default.iter().flatten().for_each(|t| visit.template(t, &nothing));
        fact.when.iter().for_each(|e| visit.expression(e, &nothing));
    }
    system.env.iter().for_each(|(_, value)| visit.template(value, &nothing));
    system.health.iter().chain(&system.checks).for_each(|c| check(c, &nothing, visit));
    let parts = [&system.maintenance, &system.first, &system.hop, &system.last, &system.actions];
    parts.into_iter().flatten().for_each(|s| step(s, &nothing, visit));
    for release in &catalogue.releases {
        release.checks.iter().chain(&release.verify).for_each(|c| check(c, &nothing, visit));
        release.before.iter().chain(&release.steps).for_each(|s| step(s, &nothing, visit));
    }
}

/// Shows a step and all steps within it.
pub(super) fn each_step<'c>(step: &'c Step, see: &mut dyn FnMut(&'c Step)) {
    see(step);
    if let Kind::Steps(steps) = &step.kind {
        steps.iter().for_each(|step| each_step(step, see));
    }
    step.undo.iter().for_each(|step| each_step(step, see));
}

fn step<'c>(step: &'c Step, within: &Where<'c>, visit: &mut dyn Visit) {
    let within = &repeat(step.repeat.as_ref(), within, visit);
    visit.kind(&step.kind);
    visit.template(&step.title, within);
    step.why.iter().for_each(|t| visit.template(t, within));
    step.when.iter().for_each(|e| visit.expression(e, within));
    step.as_user.iter().for_each(|t| visit.template(t, within));
    step.needs_space.iter().filter_map(|s| s.at.as_ref()).for_each(|t| visit.template(t, within));
    step.checks.iter().for_each(|c| check(c, within, visit));
    step.done_when.iter().for_each(|p| probe(p, within, visit));
    step.retry.iter().filter_map(|r| r.unless.as_ref()).for_each(|e| expect(e, within, visit));
    if let Some(Estimate::Each(each)) = &step.estimate {
        visit.template(each, within);
    }
    kind(&step.kind, within, visit);
    step.undo.iter().for_each(|s| self::step(s, within, visit));
}

/// The items are named before the loop's own name is known.
fn repeat<'c>(repeat: Option<&'c Repeat>, within: &Where<'c>, visit: &mut dyn Visit) -> Where<'c> {
    let mut inner = within.clone();
    if let Some(repeat) = repeat {
        match &repeat.over {
            Over::Expression(expression) => visit.expression(expression, within),
            Over::List(items) => items.iter().for_each(|t| visit.template(t, within)),
            Over::Probe(over) => probe(over, within, visit),
        }
        repeat.batch.iter().for_each(|t| visit.template(t, within));
        inner.names.push(&repeat.name);
    }
    inner
}

fn kind<'c>(kind: &'c Kind, within: &Where<'c>, visit: &mut dyn Visit) {
    match kind {
        Kind::Sql(sql) => sql.statements.iter().for_each(|q| query(q, within, visit)),
        Kind::Run(run) => command(run, within, visit),
        Kind::File(edit) => {
            visit.template(edit.path(), within);
            match edit {
                FileEdit::Edit(edits) => {
                    let values = edits.set.iter().chain(&edits.default).chain(&edits.add).chain(&edits.remove_items);
                    values.for_each(|(_, value)| setting(value, within, visit));
                }
                FileEdit::Move { to, .. } => visit.template(to, within),
                FileEdit::Write { content, .. } => visit.template(content, within),
                FileEdit::Touch(_) | FileEdit::Absent(_) => {}
            }
        }
        Kind::Ask(AskSpec { text, choices, default, .. }) => {
            [text].into_iter().chain(choices).chain(default).for_each(|t| visit.template(t, within));
        }
        Kind::Http(request) => http(request, within, visit),
        Kind::Wait(wait) => probe(&wait.until, within, visit),
        Kind::Backup(backup) => backup.to.iter().for_each(|t| visit.template(t, within)),
        Kind::Steps(steps) => steps.iter().for_each(|s| step(s, within, visit)),
        Kind::Check(own) => check(own, within, visit),
        Kind::Backfill(backfill) => {
            backfill.only_while.iter().for_each(|p| probe(p, within, visit));
            match backfill.convert.as_ref().map(|convert| &convert.by) {
                Some(Converter::Run { command: filter, .. }) => command(filter, within, visit),
                Some(Converter::Set(set)) => {
                    let mut inner = within.clone();
                    inner.names.push("row");
                    set.iter().for_each(|(_, value)| visit.expression(value, &inner));
                }
                None => {}
            }
        }
        Kind::Use(_) => {}
    }
}

fn setting(value: &Setting, within: &Where<'_>, visit: &mut dyn Visit) {
    match value {
        Setting::Text(template) => visit.template(template, within),
        Setting::List(items) => items.iter().for_each(|item| setting(item, within, visit)),
        Setting::Map(entries) => entries.iter().for_each(|(_, value)| setting(value, within, visit)),
    }
}

fn check<'c>(check: &'c Check, within: &Where<'c>, visit: &mut dyn Visit) {
    let within = &repeat(check.repeat.as_ref(), within, visit);
    [&check.title].into_iter().chain(&check.fix).chain(&check.why).for_each(|t| visit.template(t, within));
    check.when.iter().for_each(|e| visit.expression(e, within));
    probe(&check.probe, within, visit);
}

fn probe(probe: &Probe, within: &Where<'_>, visit: &mut dyn Visit) {
    visit.probe(probe);
    match &probe.ask {
        Ask::Sql { query: text, .. } => query(text, within, visit),
        Ask::Run(run) => command(run, within, visit),
        Ask::File { file } => visit.template(file.path(), within),
        Ask::Http(request) => http(request, within, visit),
    }
    let answer = &probe.answer;
    answer.pattern.iter().chain(&answer.key).for_each(|t| visit.template(t, within));
    answer.expect.iter().chain(&answer.otherwise).for_each(|e| expect(e, within, visit));
}

fn query(query: &Query, within: &Where<'_>, visit: &mut dyn Visit) {
    query.all().for_each(|t| visit.template(t, within));
}

fn command(command: &Command, within: &Where<'_>, visit: &mut dyn Visit) {
    command.argv.iter().chain(&command.cwd).chain(&command.stdin).for_each(|t| visit.template(t, within));
    command.env.iter().for_each(|(_, value)| visit.template(value, within));
    command.expect.iter().for_each(|e| expect(e, within, visit));
}

fn http(http: &Http, within: &Where<'_>, visit: &mut dyn Visit) {
    [&http.url].into_iter().chain(&http.body).for_each(|t| visit.template(t, within));
    http.headers.iter().for_each(|(_, value)| visit.template(value, within));
    http.expect.iter().for_each(|e| expect(e, within, visit));
}

fn expect(expect: &Expect, within: &Where<'_>, visit: &mut dyn Visit) {
    expect.value.iter().flatten().chain(&expect.text).chain(&expect.every).for_each(|t| visit.template(t, within));
}
