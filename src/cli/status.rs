//! `stepwell status`: asks the session that is open, otherwise the journal. Changes nothing.

use serde_json::{Value, json};

use super::args::Args;
use super::past::Past;
use super::{Failure, load, report, session, witness};
use crate::engine::{Setup, survey};
use crate::journal::Lock;
use crate::model::{AtEnd, Exit, RunState, Service, State, StepRow, StepState};
use crate::words::format::{and_more, between, count, duration, visible};
use crate::words::plain;
use crate::words::plain::guide::quoted;

pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let setup = load::setup(args, None)?;
    let state_dir = setup.deployment.state_dir.clone();
    if let Some(mut client) = session::attached(&setup.deployment, true).await {
        let mut state = State::default();
        // A runner of another deployment in this folder says nothing of this one; the journal does.
        let _ = session::catch_up(&mut client, &mut state).await;
        if state.run.is_some() {
            let exit = live_exit(&state);
            show(args, &state, exit, true)?;
            return Ok(exit);
        }
    }
    let state = match journaled(&setup).await {
        Err(failure) if failure.exit == Exit::CouldNotAsk => return as_of(args, &setup, failure),
        other => other?,
    };
    if let Some(state) = state {
        let alive = Lock::holder(&state_dir).is_some() || load::is_held_elsewhere(&setup).await?;
        let exit = if alive { Exit::LeaseHeld } else { rest_exit(&state) };
        show(args, &state, exit, alive)?;
        return Ok(exit);
    }
    let found = survey(&setup.catalogue, &setup.deployment, &setup.secrets).await.survey;
    let (exit, text) = match (&found.problem, &found.version.deployed, found.targets.last()) {
        (Some((exit, text)), ..) => (*exit, text.clone()),
        (None, Some(_), Some(newest)) => {
            let text = format!(
                "{} is deployed; an upgrade to {} is there. Begin it: stepwell",
                found.version.label, newest.label
            );
            (Exit::UpgradeNeeded, text)
        }
        (None, Some(_), None) => (Exit::Done, format!("{} is deployed, the newest release", found.version.label)),
        (None, None, _) => {
            let range = found.version.range.clone().unwrap_or_default();
            (Exit::OperatorNeeded, plain::give::from_needed(&range))
        }
    };
    if args.json {
        let deployed = &found.version.deployed;
        let document = json!({ "schema": 1, "exit": exit.code(), "text": text, "deployed": deployed, "run": null });
        report::print_json(&document)?;
    } else {
        report::print(format_args!("{}: {}", setup.catalogue.system.title, visible(&text)))?;
    }
    Ok(exit)
}

/// What was known before the journal's database stopped answering.
fn as_of(args: &Args, setup: &Setup, failure: Failure) -> Result<Exit, Failure> {
    let Some(mut document) = witness::last_known(&setup.deployment) else { return Err(failure) };
    let reason = failure.text.trim_start_matches("error: ").to_owned();
    if args.json {
        document["exit"] = failure.exit.code().into();
        document["text"] = reason.into();
        report::print_json(&document)?;
        return Ok(failure.exit);
    }
    let word = |value: &Value| visible(value.as_str().unwrap_or_default());
    let at: Option<jiff::Timestamp> = document["as_of"].as_str().and_then(|at| at.parse().ok());
    let at = at.map(|at| at.strftime("%H:%M UTC on %Y-%m-%d").to_string()).unwrap_or_default();
    let state: Option<RunState> = serde_json::from_value(document["state"].clone()).ok();
    let service: Service = serde_json::from_value(document["service"].clone()).unwrap_or_default();
    let (title, id) = (visible(&setup.catalogue.system.title), visible(&setup.deployment.id));
    let (from, to, run) = (word(&document["from"]), word(&document["to"]), word(&document["run"]));
    let mut lines = vec![
        format!("as of {at}; the database does not answer"),
        format!("{title} ({id}): upgrade {from} to {to}, run {run}"),
        format!(
            "  state     {}, {} of {} steps done",
            run_word(state, true),
            document["steps"]["done"],
            document["steps"]["total"]
        ),
    ];
    if let Some(key) = document["at"]["key"].as_str() {
        let state = serde_json::from_value(document["at"]["state"].clone()).ok();
        let state = state.as_ref().map(step_words).unwrap_or_default();
        lines.push(format!("  step      {}: {}", visible(key), visible(&state)));
    }
    lines.push(format!("  service   {}", crate::words::plain::service(service)));
    lines
        .extend(document["backups"].as_array().into_iter().flatten().map(|file| format!("  backup    {}", word(file))));
    let file = quoted(&setup.deployment.path.display().to_string());
    lines.push(format!("  why       {}", visible(&reason)));
    lines.push(format!("  next      stepwell status -d {file}: when the database answers again"));
    report::print(lines.join("\n"))?;
    Ok(failure.exit)
}

/// The newest run that is not finished, from the journal.
pub async fn journaled(setup: &Setup) -> Result<Option<State>, Failure> {
    let Some(mut journal) = load::journal(setup).await? else { return Ok(None) };
    let Some(run) = journal.latest_run().await.map_err(load::unreadable)?.filter(|r| r.is_unfinished()) else {
        return Ok(None);
    };
    Ok(Some(Past::read(&mut journal, run, setup).await?.state))
}

pub fn live_exit(state: &State) -> Exit {
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
pub fn rest_exit(state: &State) -> Exit {
    match state.run_state {
        Some(RunState::Failed) => Exit::StepFailed,
        Some(RunState::NeedsOperator | RunState::AwaitingConfirmation | RunState::AwaitingApproval) => {
            Exit::OperatorNeeded
        }
        Some(RunState::Done) => Exit::Done,
        _ => Exit::Stopped,
    }
}

fn show(args: &Args, state: &State, exit: Exit, alive: bool) -> Result<(), Failure> {
    if args.json {
        return report::print_json(&document(state, exit));
    }
    report::print(lines(state, exit, alive).join("\n"))
}

/// What programs are told about a run.
pub fn document(state: &State, exit: Exit) -> Value {
    let (done, total) = state.steps_done();
    let plan = state.plan.as_ref();
    let mut document = json!({
        "schema": 1, "exit": exit.code(), "run": state.run, "state": state.run_state,
        "from": plan.map(|p| &p.from), "to": plan.map(|p| &p.to),
        "steps": { "done": done, "total": total },
        "at": state.at().map(row_json),
        "service": state.service, "floor": state.floor, "backups": state.backups,
    });
    let beside = state.beside();
    if !beside.is_empty() {
        document["beside"] = beside.into_iter().map(row_json).collect();
    }
    document
}

/// What there is to say about a run.
pub fn lines(state: &State, exit: Exit, alive: bool) -> Vec<String> {
    let (done, total) = state.steps_done();
    let (at, beside) = (state.at(), state.beside());
    let now = jiff::Timestamp::now();
    let (from, to) = state.plan.as_ref().map(|p| (p.from.as_str(), p.to.as_str())).unwrap_or_default();
    let run = state.run.as_deref().unwrap_or_default();
    let mut lines = vec![
        format!("{} ({}): upgrade {from} to {to}, run {run}", visible(&state.title), visible(&state.deployment)),
        format!("  state     {}, {done} of {total} steps done", standing(state, alive)),
    ];
    if let Some(row) = at {
        let title = state.step(&row.key).map(|s| s.title.clone()).unwrap_or_default();
        lines.push(format!("  step      {} ({})", visible(&title), row.key));
        lines.push(format!("            {}", visible(&step_words(&row.state))));
        if let Some(total) = row.total {
            lines.push(format!("            {} of {} {}", count(row.done), count(total), row.unit));
        }
        if let Some(began) = row.began {
            let ended = row.ended.is_none().then(|| duration(between(began, now)));
            lines.extend(ended.map(|time| format!("            began {time} ago")));
        }
    }
    if !beside.is_empty() {
        let keys: Vec<&str> = beside.iter().map(|row| row.key.as_str()).collect();
        lines.push(format!("            {}", and_more(&keys)));
    }
    lines.push(format!("  service   {}", service_words(state, now)));
    if let Some(floor) = &state.floor {
        lines.push(format!("  way back  to {floor} or later; below that only with the backup"));
    }
    for backup in &state.backups {
        lines.push(format!("  backup    {backup}"));
    }
    lines.extend(next(state, exit, alive).iter().map(|next| format!("  next      {next}")));
    lines
}

fn row_json(row: &StepRow) -> Value {
    json!({ "key": row.key, "state": row.state, "done": row.done, "total": row.total, "unit": row.unit })
}

/// What can be typed next, the likeliest first.
fn next(state: &State, exit: Exit, alive: bool) -> Vec<String> {
    let command = |words: &str, what: &str| format!("{words} -d {}: {what}", quoted(&state.file));
    match state.run_state {
        _ if exit == Exit::Done => vec!["nothing: it is done".to_owned()],
        Some(RunState::Paused) if alive => {
            vec![command("stepwell go", "lets it go on"), command("stepwell attach", "shows it")]
        }
        _ if alive => vec![command("stepwell attach", "shows it")],
        _ => vec![command("stepwell", "goes on where it was"), command("stepwell abandon", "ends it")],
    }
}

fn standing(state: &State, alive: bool) -> &'static str {
    match state.run_state {
        Some(RunState::Paused) if alive && state.at_end == AtEnd::Wait && state.is_verified() => {
            "verified; it stays in maintenance until you attach, as you chose"
        }
        run => run_word(run, alive),
    }
}

fn run_word(state: Option<RunState>, alive: bool) -> &'static str {
    match state {
        Some(RunState::Running | RunState::Preparing) if !alive => "interrupted: its runner is gone",
        Some(RunState::AwaitingApproval) if !alive => "interrupted before its approval: its runner is gone",
        Some(RunState::AwaitingConfirmation) if !alive => "interrupted before its confirmation: its runner is gone",
        Some(RunState::Paused) if !alive => "interrupted while paused: its runner is gone",
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
        StepState::Waiting { reason, outside: true, .. } => format!("waiting: {reason}"),
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

fn service_word(service: Service) -> &'static str {
    match service {
        Service::Up => "up, as it was found",
        Service::Maintenance => "in maintenance",
        Service::Down => "down until the run is finished or the backup restored",
    }
}

fn service_words(state: &State, now: jiff::Timestamp) -> String {
    match (state.service, state.down_since) {
        (Service::Maintenance, Some(since)) => format!("in maintenance for {}", duration(between(since, now))),
        (service, _) => service_word(service).to_owned(),
    }
}
