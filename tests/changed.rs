//! A run that goes on while its definitions have changed: what is still to come is approved anew, what has happened is
//! refused.

mod support;

use support::ledger::{Ledger, LedgerDeployment};

/// A ledger whose run was interrupted at the gate: the column is there, the rest is not done.
fn interrupted() -> LedgerDeployment {
    let ledger = Ledger::new().with_gate().build();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    ledger.lose_power();
    drop(waiting);
    drop(runner);
    // Whoever comes now finds it open.
    ledger.write("stepwell.yaml", &ledger.yaml().replace(&ledger.gate.path().display().to_string(), "/dev/null"));
    ledger
}

fn edit(ledger: &LedgerDeployment, from: &str, to: &str) {
    let path = ledger.catalogue().join("ledger/releases/2.0.0.yaml");
    let text = std::fs::read_to_string(&path).expect("the release");
    assert!(text.contains(from), "{from} is in\n{text}");
    std::fs::write(&path, text.replacen(from, to, 1)).expect("the release");
}

/// The value of the fact `gate` is another one now, which is a difference of its own.
const GATE: &str = "the fact `gate` was";

#[test]
fn another_value_of_a_fact_is_told() {
    let ledger = interrupted();
    ledger.finish().exit(0).prints(GATE);
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn what_is_only_said_may_change() {
    let ledger = interrupted();
    edit(&ledger, "title: Fill cents", "title: Fill the new column # with a comment");
    let ran = ledger.finish().exit(0);
    assert!(!ran.stdout().contains("2.0.0/fill (Fill"), "{ran}");
}

#[test]
fn a_step_that_is_still_to_come_may_change_and_is_approved_anew() {
    let ledger = interrupted();
    edit(&ledger, "cents: amount * 100", "cents: amount * 100 + 1");
    // The hash of the plan as it was does not approve the plan as it is.
    let old = ledger.run(["history", "--json"]).json();
    assert!(old["runs"][0]["run"].is_string());
    ledger.run(["run", "--plan-hash", "0000"]).exit(8);
    let ran = ledger.finish().exit(0);
    let ran = ran.prints("changed: 2.0.0/fill (Fill cents)").prints("+ ").prints("amount * 100 + 1");
    assert_eq!(ledger.ask("select count(*) from entries where cents = amount * 100 + 1"), "100", "{ran}");
}

#[test]
fn steps_may_come_and_go_ahead_of_the_run() {
    let ledger = interrupted();
    edit(
        &ledger,
        "  - id: fill",
        "  - { id: more, title: More, sql: { statements: [ update entries set amount = amount + 1 ] } }\n  - id: fill",
    );
    edit(&ledger, "  - id: version", "  - id: mark");
    let ran = ledger.finish().exit(0).prints("added: 2.0.0/more (More)");
    let ran = ran.prints("taken away: 2.0.0/version").prints("added: 2.0.0/mark");
    assert_eq!(ledger.ask("select min(amount) from entries"), "2", "{ran}");
}

#[test]
fn what_is_done_may_not_change_nor_be_taken_away() {
    for (from, to, says) in [
        ("add column cents integer", "add column cents bigint", "changed: 2.0.0/column"),
        ("- id: column", "- id: columns", "taken away: 2.0.0/column"),
        // It was running when its runner died.
        ("argv: [ cat,", "argv: [ cat, -n,", "changed: 2.0.0/gate"),
    ] {
        let ledger = interrupted();
        let before = ledger.contents();
        edit(&ledger, from, to);
        ledger.finish().exit(8).prints(says).prints("stepwell abandon");
        assert_eq!(ledger.contents(), before, "{says}");
        // It is still there to go on with the definitions that it was begun with.
        edit(&ledger, to, from);
        ledger.finish().exit(0);
        assert_eq!(ledger.version(), "2.0.0");
    }
}

#[test]
fn a_run_that_cannot_go_on_can_be_ended() {
    let ledger = interrupted();
    edit(&ledger, "add column cents integer", "add column cents bigint");
    ledger.finish().exit(8);
    ledger.run(["abandon"]).exit(0);
    assert_eq!(ledger.status(), 9);
}

#[test]
fn a_step_that_failed_may_be_mended() {
    let ledger = Ledger::new().with_failing_step().build();
    ledger.finish().exit(5);
    edit(&ledger, "argv: [ 'false' ]", "argv: [ 'true' ]");
    ledger.finish().exit(0).prints("changed: 2.0.0/fail");
    assert_eq!(ledger.version(), "2.0.0");
}
