//! What a backup does not bring back: programs, files, the service's maintenance.

use std::collections::BTreeSet;

use crate::cli::past::Past;
use crate::engine::Setup;
use crate::journal::RunRecord;
use crate::model::{EventKind, Phase, PlannedStep, Service, StepState, Work};
use crate::probe::Site;
use crate::words::format::visible;

/// What is left to do by hand, as lines.
pub fn left(past: &Past, setup: &Setup, site: &Site) -> Vec<String> {
    let Past { run, state, .. } = past;
    let mut lines = Vec::new();
    let done = |step: &&PlannedStep| {
        let row = state.steps.iter().find(|row| row.key == step.key);
        row.is_some_and(|row| !matches!(row.state, StepState::Pending | StepState::Skipped { .. }))
    };
    let changed: Vec<_> = run
        .plan
        .steps
        .iter()
        .filter(|step| matches!(step.work, Work::Run(_) | Work::Http(_) | Work::File(_) | Work::Ask(_)))
        .filter(|step| step.phase < Phase::Leave && step.phase != Phase::Enter)
        .filter(done)
        .collect();
    if !changed.is_empty() {
        lines.push("  by hand   what these steps changed outside of the databases is as they left it:".to_owned());
        lines.extend(changed.iter().map(|step| format!("            {} ({})", visible(&step.title), step.key)));
    }
    let kept = kept_files(run, setup);
    if !kept.is_empty() {
        lines.push("  files     as they were before the run, to be put back where you need them:".to_owned());
        lines.extend(kept.iter().map(|file| format!("            {}", visible(file))));
    }
    lines.extend(maintenance(past, site));
    lines
}

/// Copies that were kept of files before they were edited; their names tell where those are.
fn kept_files(run: &RunRecord, setup: &Setup) -> Vec<String> {
    let folder = setup.deployment.state_dir.join("runs").join(&run.id).join("files");
    let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path().display().to_string()).collect();
    found.sort();
    found
}

/// The way out of maintenance, last entered first, with the very commands.
fn maintenance(past: &Past, site: &Site) -> Vec<String> {
    let run = &past.run;
    let entered = entered(past);
    let undoes = |step: &&PlannedStep| step.undoes.as_ref().is_some_and(|key| entered.contains(key));
    let steps: Vec<_> = run.plan.steps.iter().filter(|step| step.phase == Phase::Leave).filter(undoes).collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "  service   in maintenance, as the run left it. When the program of {} is back:",
        visible(&run.plan.from)
    )];
    for step in steps {
        lines.push(format!("            {}", visible(&step.title)));
        lines.extend(step.detail.iter().map(|line| format!("              {}", visible(&site.secrets.mask(line)))));
    }
    lines
}

/// What the run changed about the service and did not put back.
fn entered(past: &Past) -> BTreeSet<String> {
    let mut entered = BTreeSet::new();
    for event in &past.events {
        match &event.kind {
            EventKind::Entered { key } => drop(entered.insert(key.clone())),
            EventKind::ServiceChanged { service: Service::Up } => entered.clear(),
            EventKind::StepChanged { key, state } if state.is_over() => {
                let step = past.run.plan.steps.iter().find(|step| &step.key == key);
                if let Some(undone) = step.and_then(|step| step.undoes.as_ref()) {
                    entered.remove(undone);
                }
            }
            _ => {}
        }
    }
    entered
}
