//! The service is left as it was found, and that is what its health is judged by.

mod support;

use std::fs;

use stepwell::model::Exit;

use support::ledger::{Ledger, LedgerDeployment};

/// A unit is a file that says `up` or `down`.
const MAINTENANCE: &str = r#"
maintenance:
  - id: stop
    title: Stop {{ unit }}
    repeat: { over: [api, worker], as: unit }
    run: { argv: [ cp, down, "{{ unit }}" ] }
    done_when: { run: { argv: [ cat, "{{ unit }}" ], expect: { value: down } } }
    undo:
      - id: start
        title: Start {{ unit }}
        run: { argv: [ cp, start, "{{ unit }}" ] }
        resume: idempotent
health:
  - id: as-found
    title: "{{ unit }} is as it was found"
    repeat: { over: [api, worker], as: unit }
    run: { argv: [ cat, "{{ unit }}" ], expect: { unchanged: true } }
    fix: Read the log.
actions:
  tidy: { title: Tidy up, run: { argv: [ cmp, api, down ] }, resume: idempotent }
"#;

/// A ledger with two units in these states, which say `start` once they are started.
fn ledger(ledger: Ledger, [api, worker]: [&str; 2], start: &str) -> LedgerDeployment {
    let ledger = ledger.build();
    let system = ledger.catalogue().join("ledger/system.yaml");
    let text = fs::read_to_string(&system).expect("a definition").replace("offline: no", "offline: required");
    fs::write(&system, text + MAINTENANCE).expect("a definition");
    for (name, says) in [("api", api), ("worker", worker), ("down", "down"), ("start", start)] {
        ledger.write(name, says);
    }
    ledger
}

fn units(ledger: &LedgerDeployment) -> [String; 2] {
    ["api", "worker"].map(|unit| fs::read_to_string(ledger.dir().join(unit)).expect(unit))
}

#[test]
fn a_unit_that_was_down_stays_down_and_the_upgrade_is_done() {
    let ledger = ledger(Ledger::new(), ["up", "down"], "up");
    ledger.finish().exit(0);
    assert_eq!(units(&ledger), ["up", "down"]);
    assert_eq!(ledger.version(), "2.0.0");
    assert_eq!(ledger.status(), 0);
}

#[test]
fn a_unit_that_does_not_come_back_as_it_was_fails_and_is_told() {
    let ledger = ledger(Ledger::new(), ["up", "down"], "broken");
    ledger.finish().exit(Exit::StepFailed.code().into()).says("not what it was before: broken now. Read the log.");
    assert_eq!(units(&ledger), ["broken", "down"]);
}

#[test]
fn a_killed_run_still_knows_how_the_units_were() {
    let ledger = ledger(Ledger::new().with_gate(), ["up", "down"], "up");
    {
        let _run = ledger.start_runner();
        let _waiting = ledger.gate.reached();
        assert_eq!(units(&ledger), ["down", "down"]);
        ledger.lose_power();
    }
    let run = ledger.start_runner();
    drop(ledger.gate.reached());
    assert_eq!(run.finish().0, 0);
    assert_eq!(units(&ledger), ["up", "down"]);
}

#[test]
fn an_action_that_runs_alone_leaves_the_units_as_they_were_too() {
    let ledger = ledger(Ledger::new(), ["up", "down"], "up");
    ledger.run(["run", "--yes", "--tag", "tidy", "--force"]).exit(0);
    assert_eq!(units(&ledger), ["up", "down"]);
    assert_eq!(ledger.version(), "1.0.0");
}

#[test]
fn without_maintenance_the_units_are_compared_all_the_same() {
    let ledger = ledger(Ledger::new(), ["up", "down"], "up");
    let skip = ["run", "--yes", "--allow-irreversible", "--skip-maintenance", "nobody uses it"];
    ledger.run(skip).exit(0);
    assert_eq!(units(&ledger), ["up", "down"]);
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn a_plan_that_nobody_approved_is_abandoned_without_a_step_of_it() {
    let ledger = ledger(Ledger::new(), ["up", "up"], "up");
    let before = ledger.dump();
    let screen = ledger.terminal([]).start();
    for title in ["● 1 Deployment", "● 2 Notes", "● 3 Checks"] {
        let ready = |screen: &vt100::Screen| {
            let seen = screen.contents();
            seen.contains(title) && seen.contains(" enter ")
        };
        screen.wait_until(title, ready).press("enter");
    }
    let now = "› Enter maintenance now";
    screen.wait_for("● 4 Maintenance").wait_for(" enter ").press("down").wait_for(now).press("enter");
    screen.wait_for("● 5 Plan").wait_for("in maintenance");
    assert_eq!(units(&ledger), ["down", "down"]);

    ledger.run(["abandon"]).exit(0);
    assert_eq!(units(&ledger), ["up", "up"]);
    assert_eq!(ledger.dump(), before, "nothing of the plan was done");
}
