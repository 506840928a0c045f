//! What is kept and told beside a run: `last.json`, and the program of `on_event`.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use support::files::wait_for;
use support::ledger::{Ledger, LedgerDeployment};
use support::server::Kind;

fn last(ledger: &LedgerDeployment) -> Value {
    let path = ledger.dir().join(".stepwell/last.json");
    assert_eq!(fs::metadata(&path).expect("last.json").permissions().mode() & 0o777, 0o600);
    serde_json::from_str(&fs::read_to_string(path).expect("last.json")).expect("JSON")
}

#[test]
fn how_things_stood_is_known_while_the_database_is_down() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let mut ledger = Ledger::new().with_failing_step().with_journal_on(kind).build();
        ledger.server.as_mut().expect("a server").kill();
        ledger.run(["status"]).exit(11).says("nothing was changed");
        ledger.server.as_mut().expect("a server").run();
        ledger.finish().exit(5);
        assert_eq!(last(&ledger)["at"]["key"], "2.0.0/fail");
        ledger.server.as_mut().expect("a server").kill();
        let told = ledger.run(["status"]).exit(11).prints("as of ").prints("the database does not answer");
        told.prints("a step failed, 2 of 6 steps done")
            .prints("2.0.0/fail: failed: exit status 1")
            .prints("when the database answers");
        ledger.server.as_mut().expect("a server").run();
        ledger.run(["status"]).exit(5);
    }
}

#[test]
fn it_is_written_while_the_run_goes_on() {
    let ledger = Ledger::new().with_gate().build();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    // It follows within a moment.
    let path = ledger.dir().join(".stepwell/last.json");
    wait_for(&path, |text| text.contains("\"key\":\"2.0.0/gate\""));
    assert_eq!((&last(&ledger)["state"], &last(&ledger)["exit"]), (&"running".into(), &7.into()));
    drop(waiting);
    assert_eq!(runner.finish().0, 0);
    let last = last(&ledger);
    assert_eq!((&last["state"], &last["exit"], &last["at"]), (&"done".into(), &0.into(), &Value::Null));
}

#[test]
fn looking_writes_nothing() {
    let ledger = Ledger::new().build();
    for command in ["plan", "check", "notes", "status"] {
        ledger.run([command]);
    }
    assert!(!ledger.dir().join(".stepwell/last.json").exists());
}

/// The news that the program was given.
fn news(ledger: &LedgerDeployment) -> Vec<Value> {
    let text = fs::read_to_string(ledger.dir().join("heard")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn listening(ledger: &LedgerDeployment) {
    ledger.write("stepwell.yaml", &format!("{}on_event: [ sh, -c, 'cat >> heard; env >> knows' ]\n", ledger.yaml()));
}

#[test]
fn a_program_hears_that_it_is_done() {
    let ledger = Ledger::new().build();
    listening(&ledger);
    ledger.run_with(["run", "--yes"], &[("LEDGER_TOKEN", "hush")]).exit(0);
    let news = news(&ledger);
    let [done] = &*news else { panic!("{news:?}") };
    assert_eq!((&done["schema"], &done["event"], &done["to"]), (&1.into(), &"done".into(), &"2.0.0".into()));
    assert_eq!((&done["deployment"], &done["text"]), (&"ledger-test".into(), &"Ledger is at 2.0.0 now.".into()));
    let knows = fs::read_to_string(ledger.dir().join("knows")).expect("an environment");
    assert!(knows.contains("HOME=") && !knows.contains("hush"), "{knows}");
}

#[test]
fn a_program_hears_once_that_a_step_failed() {
    let ledger = Ledger::new().with_failing_step().build();
    listening(&ledger);
    ledger.finish().exit(5);
    let news = news(&ledger);
    let [failed] = &*news else { panic!("{news:?}") };
    assert_eq!(failed["event"], "failed");
    let text = failed["text"].as_str().expect("a text");
    assert!(text.starts_with("2.0.0/fail: exit status 1, expected 0. A step failed."), "{text}");
    assert!(failed["next"].as_str().is_some_and(|next| next.starts_with("stepwell run -d ")), "{failed}");
}

#[test]
fn a_program_hears_that_somebody_is_needed() {
    let ledger = Ledger::new().with_gate_once().build();
    listening(&ledger);
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    drop(runner);
    ledger.lose_power();
    drop(waiting);
    ledger.finish().exit(6);
    let news = news(&ledger);
    let [needed] = &*news else { panic!("{news:?}") };
    assert_eq!(needed["event"], "needed", "{needed}");
}

#[test]
fn a_program_that_fails_changes_nothing_about_the_run() {
    for program in ["/nowhere/at/all", "'false'"] {
        let ledger = Ledger::new().build();
        ledger.write("stepwell.yaml", &format!("{}on_event: [ {program} ]\n", ledger.yaml()));
        ledger.run(["run", "--yes"]).exit(0);
        let log = fs::read_to_string(ledger.dir().join(".stepwell/runner.log")).expect("a log");
        assert!(log.contains("on_event"), "{log}");
    }
}

#[test]
fn a_program_hears_of_a_run_whose_terminal_is_gone() {
    let ledger = Ledger::new().with_gate().build();
    listening(&ledger);
    let mut screen = ledger.terminal(["run", "--yes"]).start();
    let waiting = ledger.gate.reached();
    screen.hang_up();
    drop(waiting);
    wait_for(&ledger.dir().join("heard"), |text| text.ends_with('\n'));
    assert_eq!(news(&ledger)[0]["event"], "done");
}
