//! A run that stops before its end leaves the service as it found it, and does nothing further.

mod support;

use std::fs;
use std::path::Path;

use stepwell::model::{Event, EventKind, Exit, Pace, Service, StepState};

use support::database;
use support::deployment::{Demo, Deployment};
use support::ledger::Ledger;

/// The sample deployment with definitions of its own, in which making the index fails for ever.
fn demo_that_fails() -> Deployment {
    let demo = Demo::with_rows(200).build();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("upgrades/keepsake");
    let own = demo.catalogue().join("keepsake");
    copy(&shipped, &own);
    let release = own.join("releases/2.0.0.yaml");
    let text = fs::read_to_string(&release).expect("a release of the sample system");
    let broken = text.replace("on secrets (team_id, lookup)", "on secrets (team_id, no_such_column)");
    assert_ne!(text, broken, "the sample upgrade makes an index");
    fs::write(&release, broken).expect("a file of this test");
    demo
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder of definitions").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file of definitions");
        }
    }
}

fn maintenance(demo: &Deployment) -> String {
    database::ask(&demo.database(), "select value from settings where key = 'maintenance'")
}

#[test]
fn after_maintenance_was_left_no_further_step_begins() {
    let demo = demo_that_fails();
    let (code, events) = demo.start_runner().finish();
    assert_eq!(code, i32::from(Exit::StepFailed.code()), "{events:#?}");

    let tried = |event: &&Event| matches!(&event.kind, EventKind::StepChanged { key, state: StepState::Running { .. } } if key == "2.0.0/index");
    assert_eq!(events.iter().filter(tried).count(), 1, "the failed step is not tried again: {events:#?}");
    let service = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::ServiceChanged { service } => Some(*service),
        _ => None,
    });
    assert_eq!(service, Some(Service::Up), "{events:#?}");
    assert_eq!(maintenance(&demo), "off");
    demo.run(["status"]).exit(Exit::StepFailed.code().into()).prints("service   up, as it was found");
}

#[test]
fn a_run_that_was_approved_goes_on_without_another_approval() {
    let demo = Demo::with_rows(200).build();
    demo.run(["run"]).exit(Exit::Usage.code().into()).says("--yes");
    let mut runner = demo.start_runner();
    runner.wait_step("2.0.0/index");
    runner.kill();
    demo.run(["run", "--defaults"]).exit(0);
    assert_eq!(maintenance(&demo), "off");
    assert_eq!(demo.status(), 0);
}

#[test]
fn the_pace_is_changed_from_another_terminal_and_kept_by_whoever_goes_on() {
    let ledger = Ledger::new().with_gate().build();
    ledger.run(["pace", "full"]).exit(2).says("nothing is running here");
    ledger.run(["pace", "hasty"]).exit(2).says("`hasty` is no pace; expected gentle, normal or full");
    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    ledger.run(["pace", "gentle"]).exit(0).prints("with a rest after each");
    runner.kill();
    drop(waiting);
    let (code, events) = ledger.start_runner().finish();
    assert_eq!(code, 0, "{events:#?}");
    let paces: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::PaceChanged { pace, .. } => Some(*pace),
            _ => None,
        })
        .collect();
    assert_eq!(paces, [Pace::Gentle], "it is in the run's history, and nobody has to say it again");
    ledger.run(["report"]).exit(0).prints("set the pace of batches to gentle");
}
