//! What a step would do, for reading before it is approved: the very SQL, argument list or file change.

use std::collections::BTreeMap;

use super::{changes, file};
use crate::definition::{Renderer, Text};
use crate::model::{
    Ask, Backfill, Command, Convert, Converter, Http, OnFailure, Over, PlannedStep, Probe, Query, Repeat, Template,
    Value, Work,
};
use crate::probe::Site;
use crate::store::Engine;
use crate::words::format::duration;

/// A deployment as the step sees it.
struct Here<'a> {
    site: &'a Site,
    renderer: Renderer,
}

/// As many steps are described before another thread begins to help.
const FEW: usize = 500;

/// Describes every step as it is with these answers.
pub fn describe_all(steps: &mut [PlannedStep], site: &Site, answers: &BTreeMap<String, String>) {
    // In their order: a change to a file is shown as it is behind those before it.
    let mut files = file::Files::default();
    let edits: Vec<Vec<String>> = (steps.iter().filter_map(|step| match &step.work {
        Work::File(edit) => Some((edit, site.scoped(&step.scope, answers))),
        _ => None,
    }))
    .map(|(edit, site)| changes::lines(edit, &site, &mut files))
    .collect();
    let each = |part: &mut [PlannedStep]| {
        part.iter_mut().for_each(|step| describe(step, &site.scoped(&step.scope, answers)));
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parts = steps.chunks_mut(steps.len().div_ceil(threads).max(FEW));
    let first = parts.next().unwrap_or_default();
    std::thread::scope(|scope| {
        parts.for_each(|part| drop(scope.spawn(move || each(part))));
        each(first);
    });
    let file_steps = steps.iter_mut().filter(|step| matches!(step.work, Work::File(_)));
    for (step, lines) in file_steps.zip(edits) {
        step.detail.splice(0..0, lines);
    }
}

/// Fills in what a step touches and its detail. It reads files of the system, and changes nothing.
fn describe(step: &mut PlannedStep, site: &Site) {
    let here = &Here { site, renderer: site.renderer() };
    let (touches, mut detail) = match &step.work {
        Work::Sql(sql) => {
            let store = store_word(here, sql.store.as_deref());
            let lines = sql.statements.iter().flat_map(|q| query_lines(q, here, sql.store.as_deref())).collect();
            (store, lines)
        }
        Work::Backfill(b) => {
            let detail = backfill_lines(b, here);
            (format!("{} in {}", b.table, store_word(here, b.store.as_deref())), detail)
        }
        Work::Run(command) => {
            let argv = here.renderer.argv(&command.argv).unwrap_or_default();
            let program = argv.first().map(ToString::to_string).unwrap_or_default();
            (program.rsplit('/').next().unwrap_or_default().to_owned(), command_lines(command, here))
        }
        // Its lines come from those who know what the steps before it do.
        Work::File(edit) => (shown(edit.path(), here), Vec::new()),
        Work::Ask(ask) => (String::new(), shown(&ask.text, here).trim().lines().map(str::to_owned).collect()),
        Work::Backup(backup) => {
            let to = backup
                .to
                .as_ref()
                .map_or_else(|| here.site.state_dir.join("backups").display().to_string(), |t| shown(t, here));
            let proof = if backup.prove { "; the copy is opened and checked" } else { "" };
            (store_word(here, backup.store.as_deref()), vec![format!("a copy of the whole store in {to}{proof}")])
        }
        Work::Http(http) => (shown(&http.url, here), http_lines(http, here)),
        Work::Wait(wait) => {
            let mut lines = vec![format!("waits, asking every {}, until:", duration(wait.every))];
            lines.extend(probe_lines(&wait.until, here).into_iter().map(|l| format!("  {l}")));
            lines.extend(wait.timeout.map(|ms| format!("at most {}", duration(ms))));
            (String::new(), lines)
        }
        Work::Check(check) => (String::new(), probe_lines(&check.probe, here)),
        Work::Repeat(listed) => {
            let mut lines = vec!["once for each:".to_owned()];
            if let Some(Repeat { over: Over::Probe(probe), .. }) = &listed.step.repeat {
                lines.extend(probe_lines(probe, here).into_iter().map(|l| format!("  {l}")));
            }
            let most = listed.step.repeat.as_ref().and_then(|repeat| repeat.parallel).filter(|most| *most > 1);
            if let Some(most) = most.filter(|_| step.parallel.is_none()) {
                lines.push(format!("up to {most} items at the same time"));
            }
            if listed.step.on_failure == OnFailure::SetAside {
                lines.push("one that fails is set aside, and the others go on".to_owned());
            }
            (String::new(), lines)
        }
        Work::Baseline(noted) => (String::new(), noted.iter().map(|n| format!("the answer to {}", n.key)).collect()),
    };
    if let Some(user) = &step.as_user {
        detail.push(format!("as the user {}", shown(user, here)));
    }
    if let Some(parallel) = &step.parallel {
        detail.push(format!("up to {} items at the same time", parallel.most));
    }
    if let Some(each) = step.estimate_each {
        detail.push(format!("about {} for each item", duration(each)));
    }
    step.proof = step.done_when.iter().flat_map(|probe| probe_lines(probe, here)).collect();
    step.touches = touches;
    step.detail = detail;
}

fn store_word(here: &Here<'_>, store: Option<&str>) -> String {
    here.site.store(store).map_or_else(|_| store.unwrap_or("store").to_owned(), |(name, _)| name.to_owned())
}

/// A template as people read it: filled in, secrets masked; as written where it cannot be filled in yet.
fn shown(template: &Template, here: &Here<'_>) -> String {
    here.renderer.text(template).map_or_else(|_| template.text.clone(), |t| t.to_string())
}

/// A statement with its values in place, for reading only: it is never run in this form.
fn query_lines(query: &Query, here: &Here<'_>, store: Option<&str>) -> Vec<String> {
    let engine = here.site.store(store).map_or("sqlite", |(_, location)| location.engine().word());
    let Some(template) = query.for_engine(engine) else { return Vec::new() };
    let text = match here.renderer.sql(template, engine) {
        Ok((sql, binds)) => {
            // From the last one, so that `$1` is not taken for the beginning of `$10`.
            binds.iter().enumerate().rev().fold(sql, |text, (i, value)| {
                let mark = if engine == "postgres" { format!("${}", i + 1) } else { "?".to_owned() };
                let Some(at) = text.rfind(&mark) else { return text };
                format!("{}{}{}", &text[..at], literal(value), &text[at + mark.len()..])
            })
        }
        Err(_) => template.text.clone(),
    };
    text.trim().lines().map(str::to_owned).collect()
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(s) => format!("'{}'", s.replace('\'', "''")),
        other => other.to_string(),
    }
}

fn backfill_lines(b: &Backfill, here: &Here<'_>) -> Vec<String> {
    let engine = here.site.store(b.store.as_deref()).map_or(Engine::Sqlite, |(_, location)| location.engine());
    let mut lines = match (&b.statement, &b.convert) {
        (Some(statement), _) => {
            let text = statement.for_engine(engine.word()).map_or("", |template| template.text.trim());
            text.lines().map(str::to_owned).collect()
        }
        (None, Some(convert)) => vec![format!("takes {} of each row of {}", taken(b, convert), b.table)],
        (None, None) => {
            let set = b.set.iter().map(|(c, e)| format!("{c} = {e}")).collect::<Vec<_>>().join(", ");
            vec![format!("update {} set {set}", b.table)]
        }
    };
    let until = if b.statement.is_some() { "until no row of it is left " } else { "" };
    lines.push(format!("{until}where {}", b.pending));
    if let Some(convert) = &b.convert {
        lines.extend(convert_lines(convert, here));
    }
    let along = b.key.join(", ");
    lines.push(format!("in batches along ({along}); each batch and its checkpoint are one transaction"));
    if let Some(workers) = b.workers.filter(|n| *n > 1 && engine != Engine::Sqlite) {
        lines.push(format!("with {workers} workers, each on keys of its own"));
    }
    if let Some(probe) = &b.only_while {
        lines.push("only while this is so, and waiting otherwise:".to_owned());
        lines.extend(probe_lines(probe, here).into_iter().map(|line| format!("  {line}")));
    }
    if b.set_aside {
        lines.push("a row that is refused is set aside, and the others go on".to_owned());
    }
    lines
}

/// What is read of a row that leaves the database.
fn taken(b: &Backfill, convert: &Convert) -> String {
    let read = convert.read.iter().map(|(name, expression)| match expression {
        Some(expression) if expression != name => format!("{expression} as {name}"),
        _ => name.clone(),
    });
    b.key.iter().cloned().chain(read).collect::<Vec<_>>().join(", ")
}

/// What becomes of it there.
fn convert_lines(convert: &Convert, here: &Here<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    match &convert.by {
        Converter::Run { command, .. } => {
            lines.push("gives it to this command, a line of JSON for each row:".to_owned());
            lines.extend(command_lines(command, here).into_iter().map(|line| format!("  {line}")));
            lines.push(format!("and writes what that answers: {}", convert.columns().join(", ")));
        }
        Converter::Set(set) => {
            lines.push("and writes".to_owned());
            lines.extend(set.iter().map(|(column, value)| format!("  {column} = {}", value.text)));
        }
    }
    lines
}

fn command_lines(command: &Command, here: &Here<'_>) -> Vec<String> {
    let argv = match here.renderer.argv(&command.argv) {
        Ok(argv) => argv.iter().map(|a: &Text| quoted(&a.to_string())).collect::<Vec<_>>(),
        Err(_) => command.argv.iter().map(|t| t.text.clone()).collect(),
    };
    let env = command.env.iter().map(|(name, value)| format!("with {name}={}", shown(value, here)));
    let input = command
        .stdin
        .as_ref()
        .map(|stdin| here.renderer.text(stdin).map_or_else(|_| stdin.text.clone(), |text| text.to_string()));
    let input = input.iter().flat_map(|text| text.lines()).map(|line| format!("  < {line}")).collect::<Vec<_>>();
    std::iter::once(argv.join(" ")).chain(env).chain(input).collect()
}

fn http_lines(http: &Http, here: &Here<'_>) -> Vec<String> {
    let headers = http.headers.iter().map(|(name, value)| format!("{name}: {}", shown(value, here)));
    let body = http.body.iter().map(|b| shown(b, here));
    std::iter::once(format!("{} {}", http.method, shown(&http.url, here))).chain(headers).chain(body).collect()
}

/// An argument as a reader tells it from its neighbours.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

fn probe_lines(probe: &Probe, here: &Here<'_>) -> Vec<String> {
    match &probe.ask {
        Ask::Sql { store, query } => query_lines(query, here, store.as_deref()),
        Ask::Run(command) => command_lines(command, here),
        Ask::Http(http) => http_lines(http, here),
        Ask::File { file } => vec![format!("what {} says", shown(file.path(), here))],
    }
}
