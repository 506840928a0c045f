//! What a step would do, for reading before it is approved: the very SQL, argument list or file change.

use super::file;
use crate::definition::Text;
use crate::model::{
    Ask, Command, FileEdit, Http, OnFailure, Over, PlannedStep, Probe, Query, Repeat, Template, Value, Work,
};
use crate::probe::Site;
use crate::words::format::duration;

/// Fills in what a step touches and its detail. It reads files of the system, and changes nothing.
pub fn describe(step: &mut PlannedStep, site: &Site) {
    let (touches, mut detail) = match &step.work {
        Work::Sql(sql) => {
            let store = store_word(site, sql.store.as_deref());
            let lines = sql.statements.iter().flat_map(|q| query_lines(q, site, sql.store.as_deref())).collect();
            (store, lines)
        }
        Work::Backfill(b) => {
            let set = b.set.iter().map(|(c, e)| format!("{c} = {e}")).collect::<Vec<_>>().join(", ");
            let detail = vec![
                format!("update {} set {set}", b.table),
                format!("where {}", b.pending),
                format!("in batches along ({}); each batch and its checkpoint are one transaction", b.key.join(", ")),
            ];
            (format!("{} in {}", b.table, store_word(site, b.store.as_deref())), detail)
        }
        Work::Run(command) => {
            let argv = site.renderer().argv(&command.argv).unwrap_or_default();
            let program = argv.first().map(ToString::to_string).unwrap_or_default();
            (program.rsplit('/').next().unwrap_or_default().to_owned(), command_lines(command, site))
        }
        Work::File(edit) => (shown(edit.path(), site), file_lines(edit, site)),
        Work::Ask(ask) => (String::new(), shown(&ask.text, site).trim().lines().map(str::to_owned).collect()),
        Work::Backup(backup) => {
            let to = backup
                .to
                .as_ref()
                .map_or_else(|| site.state_dir.join("backups").display().to_string(), |t| shown(t, site));
            let proof = if backup.prove { "; the copy is opened and checked" } else { "" };
            (store_word(site, backup.store.as_deref()), vec![format!("a copy of the whole store in {to}{proof}")])
        }
        Work::Http(http) => (shown(&http.url, site), http_lines(http, site)),
        Work::Wait(wait) => {
            let mut lines = vec![format!("waits, asking every {}, until:", duration(wait.every))];
            lines.extend(probe_lines(&wait.until, site).into_iter().map(|l| format!("  {l}")));
            lines.extend(wait.timeout.map(|ms| format!("at most {}", duration(ms))));
            (String::new(), lines)
        }
        Work::Check(check) => (String::new(), probe_lines(&check.probe, site)),
        Work::Repeat(listed) => {
            let mut lines = vec!["once for each:".to_owned()];
            if let Some(Repeat { over: Over::Probe(probe), .. }) = &listed.step.repeat {
                lines.extend(probe_lines(probe, site).into_iter().map(|l| format!("  {l}")));
            }
            if listed.step.on_failure == OnFailure::SetAside {
                lines.push("one that fails is set aside, and the others go on".to_owned());
            }
            (String::new(), lines)
        }
        Work::Baseline(noted) => (String::new(), noted.iter().map(|n| format!("the answer to {}", n.key)).collect()),
    };
    if let Some(user) = &step.as_user {
        detail.push(format!("as the user {}", shown(user, site)));
    }
    if let Some(each) = step.estimate_each {
        detail.push(format!("about {} for each item", duration(each)));
    }
    step.proof = step.done_when.iter().flat_map(|probe| probe_lines(probe, site)).collect();
    step.touches = touches;
    step.detail = detail;
}

fn store_word(site: &Site, store: Option<&str>) -> String {
    site.store(store).map_or_else(|_| store.unwrap_or("store").to_owned(), |(name, _)| name.to_owned())
}

/// A template as people read it: filled in, secrets masked; as written where it cannot be filled in yet.
fn shown(template: &Template, site: &Site) -> String {
    site.renderer().text(template).map_or_else(|_| template.text.clone(), |t| t.to_string())
}

/// A statement with its values in place, for reading only: it is never run in this form.
fn query_lines(query: &Query, site: &Site, store: Option<&str>) -> Vec<String> {
    let engine = site.store(store).map_or("sqlite", |(_, location)| location.engine.word());
    let Some(template) = query.for_engine(engine) else { return Vec::new() };
    let text = match site.renderer().sql(template, engine) {
        Ok((sql, binds)) => {
            let mut parts = sql.split('?');
            let mut text = parts.next().unwrap_or_default().to_owned();
            for (part, value) in parts.zip(&binds) {
                text.push_str(&literal(value));
                text.push_str(part);
            }
            text
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

fn command_lines(command: &Command, site: &Site) -> Vec<String> {
    let argv = match site.renderer().argv(&command.argv) {
        Ok(argv) => argv.iter().map(|a: &Text| quoted(&a.to_string())).collect::<Vec<_>>(),
        Err(_) => command.argv.iter().map(|t| t.text.clone()).collect(),
    };
    let env = command.env.iter().map(|(name, value)| format!("with {name}={}", shown(value, site)));
    let input = command
        .stdin
        .as_ref()
        .map(|stdin| site.renderer().text(stdin).map_or_else(|_| stdin.text.clone(), |text| text.to_string()));
    let input = input.iter().flat_map(|text| text.lines()).map(|line| format!("  < {line}")).collect::<Vec<_>>();
    std::iter::once(argv.join(" ")).chain(env).chain(input).collect()
}

fn http_lines(http: &Http, site: &Site) -> Vec<String> {
    let headers = http.headers.iter().map(|(name, value)| format!("{name}: {}", shown(value, site)));
    let body = http.body.iter().map(|b| shown(b, site));
    std::iter::once(format!("{} {}", http.method, shown(&http.url, site))).chain(headers).chain(body).collect()
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

/// Lines that go and lines that come.
fn file_lines(edit: &FileEdit, site: &Site) -> Vec<String> {
    match edit {
        FileEdit::Touch(path) => vec![format!("makes {} if it is not there", shown(path, site))],
        FileEdit::Absent(path) => vec![format!("removes {}", shown(path, site))],
        FileEdit::Move { from, to } => vec![format!("moves {} to {}", shown(from, site), shown(to, site))],
        FileEdit::Edit(_) | FileEdit::Write { .. } => match file::edited(edit, site) {
            Ok((before, after)) if before == after => vec!["nothing to change: the file says so already".to_owned()],
            Ok((before, after)) => difference(&before, &after, site),
            Err(error) => vec![error],
        },
    }
}

fn difference(before: &str, after: &str, site: &Site) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let gone = old.iter().filter(|l| !new.contains(l)).map(|l| format!("- {l}"));
    let come = new.iter().filter(|l| !old.contains(l)).map(|l| format!("+ {l}"));
    gone.chain(come).map(|l| site.secrets.mask(&l)).collect()
}

fn probe_lines(probe: &Probe, site: &Site) -> Vec<String> {
    match &probe.ask {
        Ask::Sql { store, query } => query_lines(query, site, store.as_deref()),
        Ask::Run(command) => command_lines(command, site),
        Ask::Http(http) => http_lines(http, site),
        Ask::File { file } => vec![format!("what {} says", shown(file.path(), site))],
    }
}
