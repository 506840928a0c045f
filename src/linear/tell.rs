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
                lines.extend(survey.unfinished.iter().map(|run| found::unfinished(run)));
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
            | EventKind::Shape { .. }
            | EventKind::Baseline { .. } => Vec::new(),
            EventKind::Answered { key, value, by } => vec![run::answered(key, value, by)],
            EventKind::RunBegan { run, resumed, by, .. } => vec![run::began(run, *resumed, by)],
            EventKind::RunChanged { state } => run::changed(*state).map(str::to_owned).into_iter().collect(),
            EventKind::PlanChanged { differences } => run::plan_changed(differences),
            EventKind::Approved { hash, irreversible, by, .. } => vec![run::approved(hash, irreversible.len(), by)],
            EventKind::StepChanged { key, .. } => step_line(state, key).into_iter().collect(),
            // Told as signs of life: a line for each would be all there is to hear.
            EventKind::Progress { .. } => Vec::new(),
            EventKind::Log { key, line } => vec![run::log(state.item_of(key), line)],
            EventKind::ServiceChanged { service } => vec![plain::service(*service).to_owned()],
            EventKind::BackedUp { file, size, .. } => vec![run::backed_up(file, *size)],
            EventKind::PaceChanged { pace, by } => vec![run::paced(*pace, by)],
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
    let row = state.at().filter(|row| row.state.is_active()).or_else(|| state.under_way().first().copied());
    let step = row.and_then(|row| Some((row, step_line(state, &row.key)?)));
    let Some((row, line)) = step else { return run::still(&run::doing(state), quiet) };
    let since = |at: Option<jiff::Timestamp>| at.zip(state.now).map_or(0, |(at, now)| between(at, now)) + quiet;
    let silent = Some(since(row.heard)).filter(|ms| *ms >= SILENT);
    let beside = state.under_way().into_iter().filter(|other| other.key != row.key).map(|row| row.key.as_str());
    let pulse = run::pulse(&line, progress::text(row, state).as_deref(), since(row.began), silent);
    format!("{pulse}{}", run::beside(&beside.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Parallel, StepState, Work};
    use crate::pilot::fake::{Fake, step};

    #[test]
    fn of_items_that_run_at_the_same_time_all_are_told() {
        let mut plan = Fake::new().plan;
        let item = |name: &str| {
            let item = format!("2.0.0/each/{name}");
            let parallel = Some(Parallel { repeat: "2.0.0/each".to_owned(), item: item.clone(), most: 3 });
            crate::model::PlannedStep { parallel, ..step(&item, Work::Run(crate::model::Command::default())) }
        };
        plan.steps = ["a", "b", "c"].map(item).to_vec();
        let (mut state, mut teller) = (State::default(), Teller::default());
        let mut take = |second: i64, kind| {
            let at = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(second);
            let event = Event { seq: 1, at, kind };
            state.apply(&event);
            (teller.tell(&event, &state), pulse(&state, 0))
        };
        let key = |name: &str| format!("2.0.0/each/{name}");
        let running = StepState::Running { attempt: 1 };
        take(0, EventKind::Planned { plan: plan.into() });
        for (second, name) in [(1, "b"), (2, "a"), (3, "c")] {
            take(second, EventKind::StepChanged { key: key(name), state: running.clone() });
        }
        let (lines, pulse) = take(4, EventKind::Log { key: key("b"), line: "half".to_owned() });
        assert_eq!(lines, ["    | b: half"]);
        let first = "[2/3] running 2.0.0/each/b Title of 2.0.0/each/b, no progress available, 3 s expected, 3 s so far";
        assert_eq!(pulse, format!("{first}; and 2 more: 2.0.0/each/a, 2.0.0/each/c"));
        let failed = StepState::Failed { error: "no".to_owned(), transient: false };
        take(5, EventKind::StepChanged { key: key("b"), state: failed });
        let (_, pulse) = take(5, EventKind::RunChanged { state: RunState::Failed });
        let first = "[1/3] running 2.0.0/each/a Title of 2.0.0/each/a, no progress available, 3 s expected, 3 s so far";
        assert_eq!(pulse, format!("{first}; and 1 more: 2.0.0/each/c"), "what goes on is told");
    }
}
