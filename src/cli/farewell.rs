//! What the operator keeps on the normal screen after the wizard.

use std::path::{Path, PathBuf};

use super::account;
use super::args::Args;
use crate::model::{Exit, MaintenanceChoice, Outcome, RunState, State};
use crate::pilot::Ending;
use crate::tui;
use crate::words::format::{duration, visible};
use crate::words::plain::guide::quoted;
use crate::words::plain::service;

const GONE: &str = "The process that does the work is gone. Everything up to the last safe point is recorded.";

/// Says it after the screens. Where a run ended, its report is kept beside its journal.
pub async fn say(args: &Args, ending: &tui::Ending) -> Exit {
    let kept = if ending.detached { None } else { keep(args, &ending.state).await };
    for line in told(args, ending, kept.as_deref()) {
        println!("{line}");
    }
    ending.exit
}

/// Says after plain lines what they have not said: where the report is, and the command that does the same.
pub async fn add(args: &Args, ending: &Ending) {
    if ending.detached {
        return;
    }
    let kept = keep(args, &ending.state).await;
    for line in kept.iter().map(|kept| report(kept)).chain(again(args, &ending.state)) {
        println!("{line}");
    }
}

/// The report of the run that ended, in its file. It can be had again with `stepwell report`: without it there is only
/// a line less.
async fn keep(args: &Args, state: &State) -> Option<PathBuf> {
    let (_, _, summary) = state.ended.as_ref()?;
    account::keep(args, summary.run.as_ref()?).await.ok()
}

fn told(args: &Args, ending: &tui::Ending, kept: Option<&Path>) -> Vec<String> {
    let state = &ending.state;
    let file = quoted(&state.file);
    if ending.detached {
        let moves = matches!(state.run_state, Some(RunState::Preparing | RunState::Running));
        let text = if moves { "The upgrade goes on without this terminal." } else { "The upgrade waits for you." };
        return vec![text.to_owned(), format!("  return    stepwell attach -d {file}")];
    }
    let Some((_, _, summary)) = &state.ended else {
        return match (ending.gone, &state.run) {
            (true, _) => vec![GONE.to_owned(), format!("  next      stepwell -d {file}")],
            (false, None) => vec!["Nothing was changed.".to_owned()],
            (false, Some(_)) => Vec::new(),
        };
    };
    let mut lines = vec![visible(&summary.text)];
    if summary.run.is_some() {
        let times = format!("{}, {} of it in maintenance", duration(summary.duration), duration(summary.downtime));
        lines.push(format!("  versions  {} to {}", visible(&summary.from), visible(&summary.to)));
        lines.push(format!("  took      {times}"));
        lines.push(format!("  service   {}", service(state.service)));
    }
    lines.extend(summary.backups.iter().map(|backup| format!("  backup    {}", visible(backup))));
    lines.extend(kept.map(report));
    lines.extend(summary.next.iter().map(|next| format!("  next      {}", visible(next))));
    lines.extend(again(args, state));
    lines
}

fn report(kept: &Path) -> String {
    format!("  report    {}", visible(&kept.display().to_string()))
}

/// After an upgrade that is done.
fn again(args: &Args, state: &State) -> Option<String> {
    let (outcome, _, summary) = state.ended.as_ref()?;
    let done = *outcome == Outcome::Done && summary.run.is_some();
    let command = || visible(&same(args, state, &quoted(&state.file)));
    done.then(|| format!("  the same upgrade without questions:\n    {}", command()))
}

/// The command line that does the same upgrade without the wizard: every decision that was made in it is an option.
fn same(args: &Args, state: &State, file: &str) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let mut words = vec![format!("stepwell run -d {file}")];
    words.extend(args.catalogue.iter().map(|folder| format!("--catalogue {}", quoted(&absolute(folder)))));
    for (name, source) in &args.secret {
        let path = absolute(Path::new(source.strip_prefix('@').unwrap_or(source)));
        words.push(format!("--secret {}", quoted(&format!("{name}=@{path}"))));
    }
    words.push("--yes".to_owned());
    if let Some(plan) = &state.plan {
        let version = state.survey.as_ref().map(|survey| &survey.version);
        let forced = version.is_some_and(|version| version.forced);
        // It would be asked again, or something else be assumed.
        if version.is_some_and(|version| version.said) {
            words.push(format!("--from {}", quoted(&plan.from)));
        }
        if plan.tags.is_empty() {
            words.push(format!("--to {}", quoted(&plan.to)));
        }
        words.extend(plan.tags.iter().map(|tag| format!("--tag {}", quoted(tag))));
        if forced || !plan.tags.is_empty() {
            words.push("--force".to_owned());
        }
    }
    if !state.irreversible().is_empty() {
        words.push("--allow-irreversible".to_owned());
    }
    if let Some(MaintenanceChoice::Skip { reason }) = &state.maintenance {
        // After `=`, so that a reason may begin with a dash.
        words.push(format!("--skip-maintenance={}", quoted(reason)));
    }
    for row in &state.checks {
        let accepted =
            row.overridden.iter().map(|reason| format!("--accept {}", quoted(&format!("{}={reason}", row.id))));
        words.extend(accepted);
    }
    words.extend(state.answers.iter().map(|(key, value)| format!("--answer {}", quoted(&format!("{key}={value}")))));
    words.extend(args.window.iter().map(|window| format!("--window {window}")));
    words.join(" ")
}
