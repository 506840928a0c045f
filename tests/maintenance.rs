//! Maintenance over several sessions of one run.

mod support;

use std::fs;

use stepwell::model::Exit;

use support::database;
use support::ledger::{Ledger, LedgerDeployment};

const MAINTENANCE: &str = r"
maintenance:
  - id: close
    title: Close the ledger
    sql: { statements: [ insert into closed values ('on') ] }
    done_when: { sql: { query: select flag from closed, expect: { value: 'on' } } }
    undo: [ { id: open, title: Open the ledger, sql: { statements: [ delete from closed ] } } ]
";

/// Two steps at which it waits, both of them in maintenance, which is a row in the database.
fn closed() -> LedgerDeployment {
    let ledger = Ledger::new().with_gate().with_gate_once().build();
    let folder = ledger.catalogue().join("ledger");
    let change = |name: &str, change: &dyn Fn(String) -> String| {
        let path = folder.join(name);
        fs::write(&path, change(fs::read_to_string(&path).expect(name))).expect(name);
    };
    change("system.yaml", &|text| text.replace("offline: no", "offline: required") + MAINTENANCE.trim_start());
    change("releases/2.0.0.yaml", &|text| text.replacen("id: gate", "id: first", 1));
    database::execute(&ledger.path(), "create table closed (flag text not null)");
    ledger
}

fn is_closed(ledger: &LedgerDeployment) -> bool {
    database::ask(&ledger.path(), "select count(*) from closed") == "1"
}

#[test]
fn a_run_that_was_stopped_enters_maintenance_again_and_leaves_it() {
    let ledger = closed();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/first");
    ledger.run(["stop"]).exit(0);
    assert!(is_closed(&ledger));
    drop(waiting);
    assert_eq!(runner.finish().0, i32::from(Exit::Stopped.code()));
    assert!(!is_closed(&ledger), "a stopped run leaves the service open");

    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    assert!(is_closed(&ledger), "going on closes it again");
    drop(waiting);
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert!(!is_closed(&ledger));
}

#[test]
fn abandoning_what_a_killed_runner_left_waits_for_its_program() {
    let ledger = closed();
    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.kill();
    let mut abandon = std::process::Command::new(support::program());
    abandon.arg("abandon").current_dir(ledger.dir()).env_clear().envs(support::environment(&ledger.home()));
    abandon.env("STEPWELL_CATALOGUE", ledger.catalogue()).stdout(std::process::Stdio::null());
    let mut abandon = abandon.spawn().expect("starts");
    // The killed runner's socket is still there, but nobody listens at it before the new one does.
    while std::os::unix::net::UnixStream::connect(ledger.dir().join(".stepwell/socket")).is_err() {
        std::thread::yield_now();
    }
    let mut watcher = ledger.start(["attach", "--json"]);
    watcher.wait_for(
        "the program is waited for",
        |kind| matches!(kind, stepwell::model::EventKind::Notice { text, .. } if text.contains("still works")),
    );
    assert!(is_closed(&ledger), "nobody is let in beside it");
    drop(waiting);
    assert!(abandon.wait().expect("ends").success());
    assert!(!is_closed(&ledger));
}
