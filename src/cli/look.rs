//! The commands that read: `notes`, `check`, `plan`. They take no lease and change nothing.

use std::path::Path;

use serde_json::json;

use super::args::Args;
use super::{Failure, load, report, session};
use crate::link::{Client, FromRunner, ToRunner};
use crate::model::{CheckStatus, Decision, Exit, Need, Plan, State};
use crate::words::format::visible;
use crate::words::plain::{self, guide::guide};

/// How far to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Plan,
    Checks,
}

/// Drives a session without a lock up to the plan, or through the checks.
pub async fn look(args: &Args, depth: Depth) -> Result<State, Failure> {
    let setup = load::setup(args, None)?;
    let (_, state) = session::foreground(setup, async |client| follow(client, args, depth).await).await?;
    state
}

async fn follow(mut client: Client, args: &Args, depth: Depth) -> Result<State, Failure> {
    let mut state = State::default();
    let (mut from, mut chosen, mut checking) = (args.from.clone(), false, false);
    let decide = |decision| drop(client.decisions.send(ToRunner::Decide(decision)));
    while let Some(message) = client.events.recv().await {
        match message {
            FromRunner::Event(event) => state.apply(&event),
            FromRunner::Refused { reason } => {
                let exit = match (checking, chosen && !args.tag.is_empty()) {
                    (true, _) => Exit::CheckFailed,
                    // A name that is no action.
                    (false, true) => Exit::Usage,
                    // A target that cannot be reached, or a version that the data contradict.
                    (false, false) => Exit::NoPath,
                };
                return Err(Failure::new(exit, format!("error: {reason}")));
            }
            FromRunner::Wheel { .. } => continue,
            FromRunner::Gone => break,
        }
        if state.ended.is_some() {
            return Ok(state);
        }
        let Some(survey) = &state.survey else { continue };
        if let Some((exit, text)) = &survey.problem {
            return Err(Failure::new(*exit, format!("error: {text}")));
        }
        if let Some(version) = from.take_if(|v| survey.version.deployed.as_ref() != Some(v)) {
            decide(Decision::SetFrom { version, force: args.force });
            continue;
        }
        if let Some(Need::From { range }) = state.need() {
            return Err(Failure::new(Exit::OperatorNeeded, format!("error: {}", plain::give::from_needed(&range))));
        }
        let newest = survey.targets.last().map(|t| t.version.clone());
        // Where the data are already is where there is nothing to do.
        let target = args.to.clone().or(newest).or_else(|| survey.version.deployed.clone());
        if !chosen && !args.tag.is_empty() {
            chosen = true;
            decide(Decision::RunTags { tags: args.tag.clone(), force: args.force });
        } else if !chosen && let Some(version) = target {
            chosen = true;
            decide(Decision::ChooseTarget { version });
        } else if state.plan.is_some() && depth == Depth::Plan {
            return Ok(state);
        } else if state.plan.is_some() && !checking {
            checking = true;
            decide(Decision::RunChecks);
        } else if state.checks_ended {
            return Ok(state);
        }
    }
    Err(Failure::new(Exit::Internal, "error: the session ended too early"))
}

/// Says that there is nothing to do, if that is so.
fn nothing(state: &State) -> Option<Exit> {
    let (_, exit, summary) = state.ended.as_ref()?;
    println!("{}", visible(&summary.text));
    Some(*exit)
}

/// `stepwell notes`.
pub async fn notes(args: &Args) -> Result<Exit, Failure> {
    let state = look(args, Depth::Plan).await?;
    if let Some(exit) = nothing(&state) {
        return Ok(exit);
    }
    let pages: Vec<_> = state.route.iter().flat_map(|r| &r.notes).collect();
    if pages.is_empty() {
        report::print("There are no release notes on this path.")?;
    }
    let lines = pages.iter().flat_map(|page| page.text.trim_end().lines().map(visible).chain([String::new()]));
    report::print(lines.collect::<Vec<_>>().join("\n"))?;
    Ok(Exit::Done)
}

/// `stepwell check`.
pub async fn check(args: &Args) -> Result<Exit, Failure> {
    let state = look(args, Depth::Checks).await?;
    let results: Vec<_> = state.checks.iter().filter_map(|row| row.result.as_ref()).collect();
    let accepted = args.accepted();
    let bad = results
        .iter()
        .any(|r| r.status == CheckStatus::Fail || (r.status == CheckStatus::Warn && !accepted.contains_key(&r.id)));
    if args.json {
        println!("{}", json!({ "schema": 1, "checks": results, "passed": !bad }));
    } else if nothing(&state).is_none() {
        for result in &results {
            for line in plain::checks::result(result) {
                println!("{line}");
            }
        }
        let count = |status| results.iter().filter(|r| r.status == status).count();
        println!(
            "{} passed, {} warned, {} failed, {} skipped",
            count(CheckStatus::Pass),
            count(CheckStatus::Warn),
            count(CheckStatus::Fail),
            count(CheckStatus::Skip)
        );
    }
    Ok(if bad { Exit::CheckFailed } else { Exit::Done })
}

/// What `stepwell plan` writes as JSON.
#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    plan: Option<&'a Plan>,
}

/// `stepwell plan`.
pub async fn plan(args: &Args, out: Option<&Path>) -> Result<Exit, Failure> {
    let state = look(args, Depth::Plan).await?;
    if !args.json
        && let Some(exit) = nothing(&state)
    {
        return Ok(exit);
    }
    let document = Document { schema: 1, plan: state.plan.as_deref() };
    if let Some(out) = out {
        write_aside(out, &serde_json::to_string_pretty(&document).unwrap_or_default())?;
    }
    if args.json {
        report::print_json(&document)?;
    } else if let Some(plan) = &state.plan {
        let version = state.survey.as_ref().map(|survey| &survey.version);
        report::print(guide(plan, &state.file, version))?;
    }
    Ok(Exit::Done)
}

fn write_aside(path: &Path, text: &str) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fail =
        |e: std::io::Error| Failure::new(Exit::Usage, format!("error: {} cannot be written: {e}", path.display()));
    std::fs::write(&name, text).map_err(fail)?;
    std::fs::rename(&name, path).map_err(fail)
}
