//! `stepwell status`: asks the session that is open, otherwise the journal. Changes nothing.

use std::time::Duration;

use serde_json::json;

use super::args::Args;
use super::{Failure, load, session};
use crate::engine::survey;
use crate::journal::{Journal, Lock};
use crate::link::{Client, FromRunner};
use crate::model::{Exit, RunState, Service, State, StepState};
use crate::words::format::{between, count, duration, visible};
use crate::words::plain;

/// How long the open session may take to tell what it knows.
const PATIENCE: Duration = Duration::from_secs(2);

pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let setup = load::setup(args, None)?;
    let state_dir = setup.deployment.state_dir.clone();
    if let Some(client) = session::attached(&setup.deployment, true).await {
        let state = told(client).await;
        if state.run.is_some() {
            let exit = live_exit(&state);
            show(args, &state, exit);
            return Ok(exit);
        }
    }
    if let Some(state) = journaled(&state_dir, &setup).await? {
        let alive = Lock::holder(&state_dir).is_some();
        let exit = if alive { Exit::LeaseHeld } else { rest_exit(&state) };
        show(args, &state, exit);
        return Ok(exit);
    }
    let found = survey(&setup.catalogue, &setup.deployment, &setup.secrets).await.survey;
    let (exit, text) = match (&found.problem, &found.version.deployed, found.targets.last()) {
        (Some((exit, text)), ..) => (*exit, text.clone()),
        (None, Some(_), Some(newest)) => {
            let text =
                format!("{} is deployed; an upgrade to {} is there. Next: stepwell", found.version.label, newest.label);
            (Exit::UpgradeNeeded, text)
        }
        (None, Some(_), None) => (Exit::Done, format!("{} is deployed, the newest release", found.version.label)),
        (None, None, _) => {
            let range = found.version.range.clone().unwrap_or_default();
            (Exit::OperatorNeeded, plain::give::from_needed(&range))
        }
    };
    if args.json {
        println!(
            "{}",
            json!({ "schema": 1, "exit": exit.code(), "text": text, "deployed": found.version.deployed, "run": null })
        );
    } else {
        println!("{}: {}", setup.catalogue.system.title, visible(&text));
    }
    Ok(exit)
}

/// What an open session tells until it is silent for a moment.
async fn told(mut client: Client) -> State {
    let mut state = State::default();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let quiet = if state.seq == 0 { PATIENCE } else { Duration::from_millis(50) };
        match tokio::time::timeout(quiet, client.events.recv()).await {
            Ok(Some(FromRunner::Event(event))) => state.apply(&event),
            Ok(Some(FromRunner::Refused { .. } | FromRunner::Wheel { .. })) => {}
            Ok(Some(FromRunner::Gone) | None) | Err(_) => return state,
        }
        if tokio::time::Instant::now() > deadline {
            return state;
        }
    }
}

/// The newest run that is not finished, from the journal.
async fn journaled(state_dir: &std::path::Path, setup: &crate::engine::Setup) -> Result<Option<State>, Failure> {
    let unreadable = |e: crate::journal::JournalError| Failure::new(Exit::CouldNotAsk, format!("error: {e}"));
    let Some(mut journal) = Journal::open_read_only(state_dir, &setup.deployment.id).await.map_err(unreadable)? else {
        return Ok(None);
    };
    let Some(run) = journal.latest_run().await.map_err(unreadable)?.filter(|r| r.is_unfinished()) else {
        return Ok(None);
    };
    let mut state = State {
        title: setup.catalogue.system.title.clone(),
        deployment: setup.deployment.id.clone(),
        file: setup.deployment.path.display().to_string(),
        ..State::default()
    };
    let plan = Box::new(run.plan.clone());
    state.apply(&crate::model::Event { seq: 0, at: run.began, kind: crate::model::EventKind::Planned { plan } });
    for event in journal.events(&run.id).await.map_err(unreadable)? {
        state.apply(&event);
    }
    state.run = Some(run.id);
    state.run_state = Some(run.state);
    Ok(Some(state))
}

fn live_exit(state: &State) -> Exit {
    match (&state.ended, state.run_state) {
        (Some((_, exit, _)), _) => *exit,
        (None, Some(RunState::Failed)) => Exit::StepFailed,
        (None, Some(RunState::NeedsOperator | RunState::AwaitingApproval | RunState::AwaitingConfirmation)) => {
            Exit::OperatorNeeded
        }
        (None, Some(RunState::Paused)) => Exit::Stopped,
        (None, _) => Exit::LeaseHeld,
    }
}

/// Nobody works on it now.
fn rest_exit(state: &State) -> Exit {
    match state.run_state {
        Some(RunState::Failed) => Exit::StepFailed,
        Some(RunState::NeedsOperator | RunState::AwaitingConfirmation | RunState::AwaitingApproval) => {
            Exit::OperatorNeeded
        }
        Some(RunState::Done) => Exit::Done,
        _ => Exit::Stopped,
    }
}

fn show(args: &Args, state: &State, exit: Exit) {
    let (done, total) = state.steps_done();
    let at = state.current().map(|i| &state.steps[i]);
    if args.json {
        let plan = state.plan.as_ref();
        let document = json!({
            "schema": 1, "exit": exit.code(), "run": state.run, "state": state.run_state,
            "from": plan.map(|p| &p.from), "to": plan.map(|p| &p.to),
            "steps": { "done": done, "total": total },
            "at": at.map(|row| json!({
                "key": row.key, "state": row.state, "done": row.done, "total": row.total, "unit": row.unit,
            })),
            "service": state.service, "floor": state.floor, "backups": state.backups,
        });
        println!("{document}");
        return;
    }
    let now = jiff::Timestamp::now();
    let (from, to) = state.plan.as_ref().map(|p| (p.from.as_str(), p.to.as_str())).unwrap_or_default();
    println!(
        "{} ({}): upgrade {from} → {to}, run {}",
        state.title,
        state.deployment,
        state.run.as_deref().unwrap_or("")
    );
    println!("  state     {}, {done} of {total} steps done", run_word(state.run_state, exit));
    if let Some(row) = at {
        let title = state.step(&row.key).map(|s| s.title.clone()).unwrap_or_default();
        println!("  step      {} ({})", visible(&title), row.key);
        println!("            {}", visible(&step_words(&row.state)));
        if let Some(total) = row.total {
            println!("            {} of {} {}", count(row.done), count(total), row.unit);
        }
        if let Some(began) = row.began {
            println!("            began {} ago", duration(between(began, now)));
        }
    }
    println!("  service   {}", service_words(state, now));
    if let Some(floor) = &state.floor {
        println!("  way back  to {floor} or later; below that only with the backup");
    }
    for backup in &state.backups {
        println!("  backup    {backup}");
    }
    let next = match exit {
        Exit::LeaseHeld | Exit::OperatorNeeded if state.runner.pid != 0 => "stepwell attach",
        Exit::Done => "nothing: it is done",
        _ => "stepwell run --yes (or `stepwell` for the wizard) goes on where it was; `stepwell abandon` ends it",
    };
    println!("  next      {next}");
}

fn run_word(state: Option<RunState>, exit: Exit) -> &'static str {
    match state {
        Some(RunState::Running) if exit == Exit::Stopped => "interrupted: its runner is gone",
        Some(RunState::Preparing) => "preparing",
        Some(RunState::AwaitingApproval) => "waits for approval",
        Some(RunState::Running) => "running",
        Some(RunState::Paused) => "paused",
        Some(RunState::Stopped) => "stopped at a safe point",
        Some(RunState::Failed) => "a step failed",
        Some(RunState::NeedsOperator) => "waits for an operator",
        Some(RunState::AwaitingConfirmation) => "waits for the version to be confirmed",
        Some(RunState::Done) => "done",
        Some(RunState::Abandoned) => "abandoned",
        None => "not begun",
    }
}

fn step_words(state: &StepState) -> String {
    match state {
        StepState::Pending => "comes next".to_owned(),
        StepState::Running { attempt } => format!("running, attempt {attempt}"),
        StepState::Verifying { .. } => "being verified".to_owned(),
        StepState::Waiting { reason, attempt, .. } => format!("waiting after attempt {attempt}: {reason}"),
        StepState::Done { .. } => "done".to_owned(),
        StepState::Failed { error, .. } => format!("failed: {error}"),
        StepState::Unknown { intent } => format!("nobody knows whether it happened: {intent}"),
        StepState::Asking => "waits for your answer".to_owned(),
        StepState::Skipped { reason } => format!("skipped: {reason}"),
        StepState::SetAside { error } => format!("set aside: {error}"),
        StepState::Blocked { by } => format!("left out, since {by} was set aside"),
    }
}

fn service_words(state: &State, now: jiff::Timestamp) -> String {
    match (state.service, state.down_since) {
        (Service::Up, _) => "as it was found".to_owned(),
        (Service::Maintenance, Some(since)) => format!("in maintenance for {}", duration(between(since, now))),
        (Service::Maintenance, None) => "in maintenance".to_owned(),
        (Service::Down, _) => "down until the run is finished or the backup restored".to_owned(),
    }
}
