//! Upgrades that are cut off at each of their steps.

use std::collections::BTreeSet;

use stepwell::model::{EventKind, StepState};

use crate::support::deployment::Deployment;
use crate::tried;

/// Kills the runner, or with it everything that it has started, whenever a step begins at which that was not done yet,
/// and begins anew, until the run is at its end. At how many steps that was.
#[track_caller]
pub fn at_each_step(deployment: &Deployment, run: &[&str], everything: bool) -> usize {
    let mut killed = BTreeSet::new();
    // A kill may come too late for the last step.
    while !is_done(deployment) {
        let mut runner = deployment.start(run.iter().copied().chain(["--json"]));
        let mut begins = |kind: &EventKind| match kind {
            EventKind::StepChanged { key, state: StepState::Running { .. } } => killed.insert(key.clone()),
            _ => false,
        };
        let mut cut_off = false;
        while !cut_off && let Some(event) = runner.next() {
            cut_off = begins(&event.kind);
        }
        if cut_off {
            if everything {
                deployment.lose_power();
            }
            runner.kill();
        } else {
            let (code, events) = runner.finish();
            assert_eq!(code, 0, "{events:#?}");
        }
    }
    tried::killed(killed.len(), everything);
    killed.len()
}

fn is_done(deployment: &Deployment) -> bool {
    let history = deployment.run(["history", "--json"]).exit(0).json();
    history["runs"].as_array().expect("runs").iter().any(|run| run["state"] == "done")
}
