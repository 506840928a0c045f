//! What a backup does not bring back: programs, files, the service's maintenance.

use std::collections::BTreeSet;

use super::copies::Copy;
use crate::cli::past::Past;
use crate::engine::Setup;
use crate::journal::RunRecord;
use crate::model::{EventKind, Phase, PlannedStep, Service, StepState, Work};
use crate::probe::Site;
use crate::words::format::visible;

/// What is left to do by hand, as lines.
pub fn left(past: &Past, copies: &[Copy], setup: &Setup, site: &Site) -> Vec<String> {
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
        .filter(|step| match &step.work {
            Work::Run(_) | Work::Http(_) | Work::File(_) => true,
            // A choice changes nothing by itself; something that was done by hand does.
            Work::Ask(ask) => ask.choices.is_empty(),
            _ => false,
        })
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
    lines.extend(maintenance(past, copies, site));
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
fn maintenance(past: &Past, copies: &[Copy], site: &Site) -> Vec<String> {
    let run = &past.run;
    let entered = entered(past, copies);
    let undoes = |step: &&PlannedStep| step.undoes.as_ref().is_some_and(|key| entered.contains(key));
    let steps: Vec<_> = run.plan.steps.iter().filter(|step| step.phase == Phase::Leave).filter(undoes).collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "  service   IN MAINTENANCE: the upgrade had closed it, and the next one would leave it so. When the program of \
         {} is back:",
        visible(&run.plan.from)
    )];
    for step in steps {
        lines.push(format!("            {}", visible(&step.title)));
        lines.extend(step.detail.iter().map(|line| format!("              {}", visible(&site.secrets.mask(line)))));
    }
    lines
}

/// What the run changed about the service and did not put back; within a store that was restored, what it had not put
/// back when the backup was made.
fn entered(past: &Past, copies: &[Copy]) -> BTreeSet<String> {
    let (mut entered, mut copied) = (BTreeSet::<String>::new(), BTreeSet::new());
    let step_of = |key: &str| past.run.plan.steps.iter().find(|step| step.key == key);
    let store_of = |key: &str| match step_of(key).map(|step| &step.work) {
        Some(Work::Sql(sql)) => Some(sql.store.as_deref().unwrap_or(&copies.first()?.store)),
        _ => None,
    };
    let restored = |key: &str| store_of(key).is_some_and(|store| copies.iter().any(|copy| copy.store == store));
    for event in &past.events {
        match &event.kind {
            EventKind::BackedUp { file, .. } => {
                let of = copies.iter().find(|copy| copy.file.as_os_str() == file.as_str());
                let inside = |key: &&String| of.is_some_and(|of| store_of(key) == Some(of.store.as_str()));
                copied.extend(entered.iter().filter(inside).cloned());
            }
            EventKind::Entered { key } => drop(entered.insert(key.clone())),
            EventKind::ServiceChanged { service: Service::Up } => entered.clear(),
            EventKind::StepChanged { key, state } if state.is_over() => {
                if let Some(undone) = step_of(key).and_then(|step| step.undoes.as_ref()) {
                    entered.remove(undone);
                }
            }
            _ => {}
        }
    }
    entered.retain(|key| !restored(key));
    entered.extend(copied);
    entered
}
