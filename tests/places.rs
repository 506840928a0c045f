//! Where a deployment keeps its state, and what stands beside it.

mod support;

use std::fs;

use stepwell::model::Exit;

use support::ledger::{Ledger, LedgerDeployment};
use support::runner::Runner;

fn with_state_dir(ledger: &LedgerDeployment, state_dir: &str) {
    ledger.write("stepwell.yaml", &format!("{}state_dir: \"{state_dir}\"\n", ledger.yaml()));
}

#[test]
fn a_state_directory_elsewhere_holds_everything_however_long_its_path_is() {
    for state_dir in ["../state".to_owned(), format!("../{}/state", "far/".repeat(40))] {
        let ledger = Ledger::new().with_gate().build();
        with_state_dir(&ledger, &state_dir);
        let mut runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        runner.wait_step("2.0.0/gate");
        assert_eq!(ledger.status(), i32::from(Exit::LeaseHeld.code()), "the socket is found");
        drop(waiting);
        assert_eq!(runner.finish().0, 0);
        assert!(!ledger.dir().join(".stepwell").exists());
        assert!(ledger.dir().join(&state_dir).join("journal.sqlite").exists());
    }
}

#[test]
fn a_command_means_its_own_deployment_where_two_share_a_folder() {
    let ledger = Ledger::new().with_gate().build();
    fs::copy(ledger.path(), ledger.home().join("other.sqlite")).expect("a copy");
    let other = ledger
        .yaml()
        .replace("ledger-test", "other")
        .replace(&ledger.path().display().to_string(), &ledger.home().join("other.sqlite").display().to_string());
    ledger.write("other.yaml", &other);
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    for command in ["stop", "abandon"] {
        ledger.run([command, "-d", "other.yaml"]).exit(Exit::Usage.code().into()).says("ledger-test");
    }
    ledger.run(["attach", "--json", "-d", "other.yaml"]).prints("ledger-test");
    ledger.run(["run", "--yes", "-d", "other.yaml"]).exit(Exit::LeaseHeld.code().into());
    let status = ledger.run(["status", "-d", "other.yaml"]).exit(Exit::UpgradeNeeded.code().into());
    assert!(!status.to_string().contains("2.0.0/gate"), "{status}");
    drop(waiting);
    assert_eq!(runner.finish().0, 0);
    assert_eq!(ledger.status(), 0);
    let mut second = ledger.start(["run", "--yes", "--json", "-d", "other.yaml"]);
    drop(ledger.gate.reached());
    second.wait_for("the end", |kind| matches!(kind, stepwell::model::EventKind::Ended { .. }));
    assert_eq!(second.finish().0, 0);
}

#[test]
fn a_state_directory_that_was_lost_does_not_lock_the_deployment_out() {
    let ledger = Ledger::new().with_gate().build();
    for _ in 0..3 {
        let runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        runner.kill();
        ledger.lose_power();
        drop(waiting);
    }
    fs::remove_dir_all(ledger.dir().join(".stepwell")).expect("is removed");
    support::database::execute(&ledger.path(), "alter table entries drop column cents");
    let runner = ledger.start_runner();
    drop(ledger.gate.reached());
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
}

#[test]
fn a_stepwell_that_is_replaced_under_way_goes_on() {
    let ledger = Ledger::new().with_gate().with_gate_once().build();
    let release = ledger.catalogue().join("ledger/releases/2.0.0.yaml");
    let text = fs::read_to_string(&release).expect("a release");
    fs::write(&release, text.replacen("id: gate", "id: first", 1)).expect("a release");
    let program = ledger.home().join("stepwell");
    fs::copy(support::program(), &program).expect("a copy");
    let mut command = std::process::Command::new(&program);
    command.args(["run", "--yes", "--json"]).current_dir(ledger.dir()).env_clear();
    command.envs(support::environment(&ledger.home())).env("STEPWELL_CATALOGUE", ledger.catalogue());
    let mut runner = Runner::start(command, &ledger.home());
    let waiting = ledger.gate.reached();
    fs::remove_file(&program).expect("is removed");
    drop(waiting);
    runner.wait_step("2.0.0/gate");
    drop(ledger.gate.reached());
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
}

#[test]
fn a_state_directory_that_cannot_be_made_is_told_and_nothing_is_changed() {
    let ledger = Ledger::new().build();
    ledger.write("state", "a file");
    with_state_dir(&ledger, "state/below");
    let before = ledger.snapshot();
    let ran = ledger.run(["run", "--yes"]).exit(Exit::Usage.code().into()).says("state_dir");
    assert!(ran.stderr().contains("nothing was changed"), "{ran}");
    before.assert_same(&ledger.snapshot(), "a run without a place for its state");
}
