//! What is there before anything is changed: stores, facts, the deployed version, targets, an unfinished run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::as_found;
use crate::definition::{Deployment, Secrets};
use crate::journal::{Journal, JournalError, Place, RunRecord};
use crate::model::{
    AnswerSpec, Catalogue, EventKind, Exit, LastRun, Probe, Range, Service, SourceAnswer, StepState, Survey,
    Unfinished, Value, Version, VersionFound,
};
use crate::plan::targets;
use crate::probe::{Problem, Site, ask, resolve};

/// What was found, for people and for the machine.
#[derive(Clone, Debug)]
pub struct Surveyed {
    pub survey: Survey,
    pub site: Option<Arc<Site>>,
    pub from: Option<Version>,
    pub unfinished: Option<RunRecord>,
    /// The id of the newest run.
    pub last_run: Option<String>,
    /// Stepwell's own record of the version.
    pub recorded: Option<String>,
}

/// Looks at everything. Changes nothing, takes no lease, makes no file.
pub async fn survey(catalogue: &Catalogue, deployment: &Deployment, secrets: &BTreeMap<String, String>) -> Surveyed {
    let resolved = resolve(catalogue, deployment, secrets).await;
    let site = resolved.site;
    let mut problem = resolved.problems.first().map(|p| match p {
        Problem::Input(text) => (Exit::Invalid, text.clone()),
        Problem::Store(text) => (Exit::CouldNotAsk, text.clone()),
    });
    let journal = match read_journal(deployment, &site).await {
        Ok(found) => found,
        Err(e) => {
            problem.get_or_insert((Exit::CouldNotAsk, e.to_string()));
            Read::default()
        }
    };
    let mut version = VersionFound::default();
    let mut from = None;
    if problem.is_none() {
        match deployed(catalogue, &site, journal.recorded.as_deref()).await {
            Ok((found, known)) => {
                version = found;
                from = known;
            }
            Err((found, exit, text)) => {
                version = found;
                problem = Some((exit, text));
            }
        }
    }
    if let Some(run) = journal.run.as_ref().filter(|_| journal.restoring) {
        let text = format!(
            "the backup of run {run} was being put back, and not to the end: the data may be half of both. Nothing was \
             changed now. Do it again: stepwell restore {run} -d {file}",
            run = run.id,
            file = deployment.path.display()
        );
        problem = Some((Exit::OperatorNeeded, text));
    }
    let newest = catalogue.releases.last().map(|r| &r.version);
    if let (Some(from), Some(newest)) = (&from, newest)
        && from > newest
        && !journal.restoring
    {
        let text = format!(
            "the data are at {from}, which is newer than {newest}, the newest release that this catalogue knows; \
             nothing was changed. A newer Stepwell or catalogue may know it"
        );
        problem = Some((Exit::NoPath, text));
    }
    let unfinished = journal.run.clone().filter(RunRecord::is_unfinished);
    let service = match &unfinished {
        Some(_) => journal.service,
        None if problem.is_none() => as_found::service(catalogue, &site).await,
        None => Service::Up,
    };
    let survey = Survey {
        service,
        stores: resolved.stores,
        facts: resolved.facts,
        targets: from.as_ref().map(|from| targets(catalogue, from)).unwrap_or_default(),
        version,
        unfinished: unfinished.as_ref().map(|run| Box::new(found_unfinished(run, &journal))),
        last: journal.run.as_ref().filter(|run| !run.is_unfinished()).map(|run| Box::new(found_last(run))),
        // A run that is to go on has its own view of all this, but needs what the operator gave it.
        problem: problem.filter(|(exit, _)| unfinished.is_none() || *exit == Exit::Invalid),
    };
    let last_run = journal.run.as_ref().map(|run| run.id.clone());
    Surveyed { survey, site: Some(Arc::new(site)), from, unfinished, last_run, recorded: journal.recorded }
}

#[derive(Default)]
struct Read {
    run: Option<RunRecord>,
    /// Keys of the steps that are over.
    over: Vec<String>,
    approved: bool,
    /// Steps that have failed, each with its reason.
    failed: BTreeMap<String, String>,
    service: Service,
    /// A restore was begun and did not come to its end.
    restoring: bool,
    recorded: Option<String>,
}

async fn read_journal(deployment: &Deployment, site: &Site) -> Result<Read, JournalError> {
    let place = Place::of(deployment, Some(site))?;
    let Some(mut journal) = Journal::open_read_only(&place, &site.deployment).await? else {
        return Ok(Read::default());
    };
    let run = journal.latest_run().await?;
    let mut read = Read::default();
    if let Some(run) = &run {
        let steps = journal.steps(&run.id).await?;
        read.over = steps.into_iter().filter(|(_, state, _)| state.is_over()).map(|(key, _, _)| key).collect();
        for event in journal.events(&run.id).await? {
            match event.kind {
                EventKind::Approved { .. } => read.approved = true,
                EventKind::ServiceChanged { service } => read.service = service,
                EventKind::StepChanged { key, state: StepState::Failed { error, .. } } => {
                    read.failed.insert(key, error);
                }
                EventKind::StepChanged { key, .. } => drop(read.failed.remove(&key)),
                EventKind::Restoring { .. } => read.restoring = true,
                EventKind::Restored { .. } => read.restoring = false,
                _ => {}
            }
        }
    }
    read.recorded = journal.version().await?.map(|r| r.version);
    Ok(Read { run, ..read })
}

fn found_unfinished(run: &RunRecord, read: &Read) -> Unfinished {
    let over = &read.over;
    // Maintenance may have been left since, and is to be entered again: that is not where it failed.
    let failed = run.plan.steps.iter().find(|s| read.failed.contains_key(&s.key));
    let at = failed.or_else(|| run.plan.steps.iter().find(|s| !over.contains(&s.key)));
    Unfinished {
        run: run.id.clone(),
        from: run.plan.from.clone(),
        to: run.plan.to.clone(),
        tags: run.plan.tags.clone(),
        state: run.state,
        began: run.began,
        last: run.last,
        done: over.len(),
        total: run.plan.steps.len(),
        at: at.map(|step| step.title.clone()),
        error: at.and_then(|step| read.failed.get(&step.key)).cloned(),
        approved: read.approved,
        service: read.service,
    }
}

fn found_last(run: &RunRecord) -> LastRun {
    LastRun {
        run: run.id.clone(),
        from: run.plan.from.clone(),
        to: run.plan.to.clone(),
        tags: run.plan.tags.clone(),
        state: run.state,
        ended: run.last,
    }
}

type Deployed = (VersionFound, Option<Version>);

/// Asks every source. *Could not ask* stops; `assume` counts only when all said that nothing is recorded.
async fn deployed(
    catalogue: &Catalogue,
    site: &Site,
    recorded: Option<&str>,
) -> Result<Deployed, (VersionFound, Exit, String)> {
    let versions = &catalogue.system.versions;
    let mut found = VersionFound::default();
    let mut ranges: Vec<Range> = Vec::new();
    let mut own = None;
    if let Some(recorded) = recorded {
        own = versions.scheme.parse(recorded).ok();
        found.sources.push(answered("Stepwell's own record", recorded.to_owned()));
    }
    for probe in &versions.data {
        let source = source_word(probe, site);
        match version_of(probe, site, &versions.scheme).await {
            Ok(Some((said, range))) => {
                found.sources.push(answered(&source, said));
                ranges.push(range);
            }
            Ok(None) => found.sources.push(answered(&source, "nothing recorded".to_owned())),
            Err(Silent::Unasked(reason)) => {
                found.sources.push(SourceAnswer { source: source.clone(), answer: reason.clone(), failed: true });
                let text =
                    format!("which version the data are could not be asked ({source}): {reason}; nothing was changed");
                return Err((found, Exit::CouldNotAsk, text));
            }
            Err(Silent::Unknown(said)) => {
                let answer = format!("{said}, which this catalogue does not know");
                let text = format!(
                    "which version the data are is not known: {source} says {answer}; nothing was changed. A newer \
                     Stepwell or catalogue may know it"
                );
                found.sources.push(answered(&source, answer));
                return Err((found, Exit::NoPath, text));
            }
        }
    }
    let mut program = None;
    if let Some(probe) = &versions.program {
        match version_of(probe, site, &versions.scheme).await {
            Ok(Some((said, range))) => {
                found.sources.push(answered(VersionFound::PROGRAM, said));
                program = range.exact().cloned();
            }
            Ok(None) => found.sources.push(answered(VersionFound::PROGRAM, "not found".to_owned())),
            // The data decide. Not knowing the program only leaves the exact version open.
            Err(Silent::Unasked(reason)) => found.sources.push(SourceAnswer {
                source: VersionFound::PROGRAM.to_owned(),
                answer: reason,
                failed: true,
            }),
            Err(Silent::Unknown(said)) => found.sources.push(answered(VersionFound::PROGRAM, said)),
        }
    }
    found.program = program.as_ref().map(Version::to_string);
    let within = |v: &Version| ranges.iter().all(|r| r.contains(v));
    let exact = ranges.iter().find_map(Range::exact).cloned();
    found.assumed =
        own.is_none() && exact.is_none() && program.is_none() && ranges.is_empty() && versions.assume.is_some();
    let known = match (own, exact, program) {
        (Some(own), _, _) if within(&own) => Some(own),
        (_, Some(exact), _) if within(&exact) => Some(exact),
        (_, _, Some(program)) if !ranges.is_empty() && within(&program) => Some(program),
        (None, None, None) if ranges.is_empty() => versions.assume.clone(),
        _ => None,
    };
    match known {
        Some(version) => {
            found.deployed = Some(version.to_string());
            found.label = versions.label(version.as_str());
            Ok((found, Some(version)))
        }
        None => {
            let range = ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            found.range = Some(if range.is_empty() { VersionFound::ANY.to_owned() } else { range });
            Ok((found, None))
        }
    }
}

fn answered(source: &str, answer: String) -> SourceAnswer {
    SourceAnswer { source: source.to_owned(), answer, failed: false }
}

fn source_word(probe: &Probe, site: &Site) -> String {
    match &probe.ask {
        crate::model::Ask::Sql { query, .. } => {
            let words = query.all().next().map(|t| t.text.split_whitespace().collect::<Vec<_>>()).unwrap_or_default();
            format!("the database: {}", words.join(" "))
        }
        crate::model::Ask::Run(command) => {
            let program = command.argv.first().map(|program| site.renderer().argv(std::slice::from_ref(program)));
            let words = program.and_then(Result::ok).unwrap_or_default();
            format!("the command {}", words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        }
        crate::model::Ask::Http(http) => format!("the answer of {}", http.url.text),
        crate::model::Ask::File { file } => format!("the file {}", file.path().text),
    }
}

/// Why a source names no version.
enum Silent {
    /// It could not be asked.
    Unasked(String),
    /// It said something that the catalogue does not know.
    Unknown(String),
}

impl Silent {
    fn masked(self, secrets: &Secrets) -> Silent {
        match self {
            Silent::Unasked(text) => Silent::Unasked(secrets.mask(&text)),
            Silent::Unknown(text) => Silent::Unknown(secrets.mask(&text)),
        }
    }
}

/// What a source said, and the versions that this means. `None`: nothing is recorded there.
async fn version_of(
    probe: &Probe,
    site: &Site,
    scheme: &crate::model::Scheme,
) -> Result<Option<(String, Range)>, Silent> {
    let mask = |text: String| site.secrets.mask(&text);
    let found = unmasked_version(probe, site, scheme).await.map_err(|silent| silent.masked(&site.secrets))?;
    Ok(found.map(|(said, range)| (mask(said), range)))
}

async fn unmasked_version(
    probe: &Probe,
    site: &Site,
    scheme: &crate::model::Scheme,
) -> Result<Option<(String, Range)>, Silent> {
    let answer = ask(probe, site).await.map_err(|e| Silent::Unasked(e.to_string()))?;
    if let Some(exit) = answer.exit.filter(|e| *e != 0) {
        return Err(Silent::Unasked(format!("it ended with {}", answer.failure(exit))));
    }
    let Some(value) = answer.rows.first().and_then(|row| row.first()) else { return Ok(None) };
    if answer.count > 1 {
        return Err(Silent::Unasked(format!("it answered {} versions instead of one", answer.count)));
    }
    let said = match value {
        Value::String(s) => s.trim().to_owned(),
        Value::Null => return Ok(None),
        other => other.to_string(),
    };
    let meant = meaning(&said, &probe.answer).ok_or_else(|| Silent::Unknown(said.clone()))?;
    let range = scheme.parse_range(&meant).map_err(|e| Silent::Unasked(e.to_string()))?;
    let shown = if meant == said { said } else { format!("{said}, which means {meant}") };
    Ok(Some((shown, range)))
}

fn meaning(said: &str, spec: &AnswerSpec) -> Option<String> {
    if spec.map.is_empty() {
        return Some(said.to_owned());
    }
    spec.map.iter().find(|(answer, _)| answer == said).map(|(_, meant)| meant.clone())
}
