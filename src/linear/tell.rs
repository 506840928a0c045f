//! What happened, in lines. Each event is told when it comes; what is long is told once.

use super::{notes, progress};
use crate::model::{Event, EventKind, NotePage, Plan, RunState, State, StepRow};
use crate::words::format::between;
use crate::words::plain::{self, checks, found, plan as plan_words, run};

/// Remembers what was told already.
#[derive(Debug, Default)]
pub(super) struct Teller {
    plan: Option<String>,
    page: Option<String>,
}

impl Teller {
    /// The lines for `event`, which `state` holds already.
    pub fn tell(&mut self, event: &Event, state: &State) -> Vec<String> {
        match &event.kind {
            EventKind::Opened { title, deployment, file, .. } => vec![found::opened(title, deployment, file)],
            EventKind::Surveyed { survey } => {
                let mut lines = found::survey(survey);
                lines.extend(survey.unfinished.iter().map(found::unfinished));
                lines
            }
            EventKind::Routed { route } => {
                self.page = None;
                found::route(route)
            }
            // Whoever has just read the page need not hear it again.
            EventKind::Acknowledged { release, .. } if self.page.as_ref() == Some(release) => Vec::new(),
            EventKind::Acknowledged { release, item, .. } => {
                let pages = state.route.iter().flat_map(|route| &route.notes);
                pages
                    .filter(|page| &page.release == release)
                    .flat_map(|page| found::acknowledged(page, *item))
                    .collect()
            }
            EventKind::ChecksBegan { ids } => vec![checks::began(ids.len())],
            EventKind::Checked { result } => checks::result(result),
            EventKind::ChecksEnded => vec![checks::counted(&state.checks)],
            EventKind::Overridden { check, reason, .. } => vec![checks::accepted(check, reason)],
            EventKind::MaintenanceChosen { choice, .. } => vec![run::maintenance(choice)],
            EventKind::Planned { .. }
            | EventKind::History { .. }
            | EventKind::Entered { .. }
            | EventKind::Baseline { .. } => Vec::new(),
            EventKind::Answered { key, value, by } => vec![run::answered(key, value, by)],
            EventKind::RunBegan { run, resumed, by, .. } => vec![run::began(run, *resumed, by)],
            EventKind::RunChanged { state } => run::changed(*state).map(str::to_owned).into_iter().collect(),
            EventKind::Approved { hash, irreversible, by, .. } => vec![run::approved(hash, irreversible.len(), by)],
            EventKind::StepChanged { key, .. } => step_line(state, key).into_iter().collect(),
            // Told as signs of life: a line for each would be all there is to hear.
            EventKind::Progress { .. } => Vec::new(),
            EventKind::Log { line, .. } => vec![run::log(line)],
            EventKind::ServiceChanged { service } => vec![plain::service(*service).to_owned()],
            EventKind::BackedUp { file, size, .. } => vec![run::backed_up(file, *size)],
            EventKind::FloorRaised { floor } => vec![run::floor(floor)],
            EventKind::Recorded { version, confirmed } => vec![run::recorded(version, *confirmed)],
            EventKind::Notice { severity, text } => vec![run::notice(*severity, text)],
            // No session tells of them: a restore is none.
            EventKind::Restoring { .. } | EventKind::Restored { .. } => Vec::new(),
            EventKind::Ended { outcome, summary, .. } => run::closing(state, *outcome, summary),
        }
    }

    /// The plan, when it is there to be approved and was not told yet.
    pub fn plan(&mut self, state: &State) -> Vec<String> {
        match &state.plan {
            Some(plan)
                if state.run_state == Some(RunState::AwaitingApproval) && self.plan.as_ref() != Some(&plan.hash) =>
            {
                self.plan = Some(plan.hash.clone());
                plan_lines(plan)
            }
            _ => Vec::new(),
        }
    }

    /// The page of notes of `release`, when it was not told last.
    pub fn page(&mut self, state: &State, release: &str) -> Vec<String> {
        if self.page.as_deref() == Some(release) {
            return Vec::new();
        }
        self.page = Some(release.to_owned());
        let pages: &[NotePage] = state.route.as_ref().map_or(&[], |route| &route.notes);
        let Some((n, page)) = pages.iter().enumerate().find(|(_, page)| page.release == release) else {
            return Vec::new();
        };
        let mut lines = vec![found::page_head(page, n + 1, pages.len())];
        lines.extend(notes::plain(&page.text).iter().map(|line| plain::bar(line)));
        lines
    }
}

fn plan_lines(plan: &Plan) -> Vec<String> {
    let mut lines = vec![plan_words::head(plan)];
    let mut part = None;
    for (n, step) in plan.steps.iter().enumerate() {
        let here = plan_words::part(plan, step);
        if part.as_ref() != Some(&here) {
            lines.push(here.clone());
            part = Some(here);
        }
        if step.point_of_no_return {
            lines.push(plan_words::no_return(plan));
        }
        lines.push(plan_words::step(n + 1, plan.steps.len(), step));
    }
    lines.extend(plan_words::total(plan));
    lines
}

fn step_line(state: &State, key: &str) -> Option<String> {
    let (n, row) = state.steps.iter().enumerate().find(|(_, row)| row.key == key)?;
    line_of(state, n, row)
}

fn line_of(state: &State, n: usize, row: &StepRow) -> Option<String> {
    let title = state.step(&row.key).map_or("", |step| &step.title);
    let took = row.began.zip(row.ended).map(|(began, ended)| between(began, ended));
    run::step(n + 1, state.steps.len(), title, &row.key, &row.state, took)
}

/// Silence that is worth a word, in milliseconds.
const SILENT: u64 = 30_000;

/// A sign of life, `quiet` milliseconds after the last event.
pub(super) fn pulse(state: &State, quiet: u64) -> String {
    let current = state.current().filter(|n| state.steps[*n].state.is_active());
    let step = current.and_then(|n| Some((&state.steps[n], line_of(state, n, &state.steps[n])?)));
    let Some((row, line)) = step else { return run::still(&run::doing(state), quiet) };
    let since = |at: Option<jiff::Timestamp>| at.zip(state.now).map_or(0, |(at, now)| between(at, now)) + quiet;
    let silent = Some(since(row.heard)).filter(|ms| *ms >= SILENT);
    run::pulse(&line, progress::text(row).as_deref(), since(row.began), silent)
}
