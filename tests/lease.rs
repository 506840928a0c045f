//! A journal in a store: several hosts see one lease. A second state directory stands for a second host.

mod support;

use stepwell::model::EventKind;
use support::ledger::{Ledger, LedgerDeployment};
use support::process;
use support::server::Kind;

const KINDS: [Kind; 2] = [Kind::Postgres, Kind::Mariadb];

/// The same deployment as another host has it: with a state directory of its own.
fn elsewhere(ledger: &LedgerDeployment) -> [String; 2] {
    ledger.write("elsewhere.yaml", &format!("{}state_dir: elsewhere\n", ledger.yaml()));
    ["-d".to_owned(), "elsewhere.yaml".to_owned()]
}

fn run_elsewhere(ledger: &LedgerDeployment, command: &[&str]) -> support::deployment::Ran {
    let place = elsewhere(ledger);
    ledger.run(command.iter().copied().chain(place.iter().map(String::as_str)))
}

#[test]
fn an_upgrade_is_journaled_in_the_store() {
    for kind in KINDS {
        let ledger = Ledger::new().with_journal_on(kind).build();
        ledger.finish().exit(0);
        assert_eq!(ledger.ask("select count(*) from stepwell_run where state = '\"done\"' or state = 'done'"), "1");
        assert!(!ledger.dir().join(".stepwell/journal.sqlite").exists());
        assert_eq!(ledger.status(), 0);
        run_elsewhere(&ledger, &["history"]).exit(0).prints("1.0.0 to 2.0.0");
        run_elsewhere(&ledger, &["status"]).exit(0);
        assert_eq!(ledger.ask("select holder from stepwell_lease"), "", "the lease is given back");
    }
}

#[test]
fn a_second_host_sees_who_is_at_work() {
    for kind in KINDS {
        let ledger = Ledger::new().with_gate().with_journal_on(kind).build();
        let runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        let pid = runner.pid().to_string();
        run_elsewhere(&ledger, &["run", "--yes"]).exit(7).prints(&pid);
        run_elsewhere(&ledger, &["status"]).exit(7);
        drop(waiting);
        let (code, events) = runner.finish();
        assert_eq!(code, 0, "{events:#?}");
    }
}

#[test]
fn a_runner_that_was_killed_is_followed_at_once_by_another_state_directory() {
    for kind in KINDS {
        let ledger = Ledger::new().with_journal_on(kind).build();
        let mut runner = ledger.start_runner();
        runner.wait_step("2.0.0/fill");
        runner.kill();
        let began = std::time::Instant::now();
        run_elsewhere(&ledger, &["run", "--yes"]).exit(0);
        assert!(
            began.elapsed() < stepwell::journal::OBSERVE,
            "nothing is watched where the holder is known to be gone"
        );
        assert_eq!(ledger.version(), "2.0.0");
    }
}

#[test]
fn a_program_that_another_host_ran_is_unknown_here() {
    let ledger = Ledger::new().with_gate().with_journal_on(Kind::Postgres).build();
    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.kill();
    run_elsewhere(&ledger, &["run", "--yes"]).exit(6).prints("another host");
    drop(waiting);
}

/// The runner is stopped, is taken for gone, and wakes up.
#[test]
fn a_zombie_can_write_nothing_more() {
    for kind in KINDS {
        let ledger = Ledger::new().with_gate().with_journal_on(kind).build();
        let mut runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        runner.wait_step("2.0.0/gate");
        process::stop(runner.pid());
        let other = run_elsewhere(&ledger, &["run", "--yes"]);
        // It has watched, has taken over, and cannot know of the program.
        let other = other.exit(6).prints("another host");
        assert!(other.stderr().contains("watching") || other.stdout().contains("watching"), "{other}");
        let written = ledger.ask("select max(id) from stepwell_event");
        process::go_on(runner.pid());
        drop(waiting);
        let (code, events) = runner.finish();
        assert_eq!(code, 7, "{events:#?}");
        assert!(matches!(events.last().map(|e| &e.kind), Some(EventKind::Ended { .. })));
        assert_eq!(ledger.ask("select max(id) from stepwell_event"), written, "the zombie wrote nothing");
        assert_eq!(ledger.ask("select count(*) from entries where cents is not null"), "0");
    }
}

#[test]
fn an_operator_takes_the_lease_from_a_holder_that_is_gone() {
    for kind in KINDS {
        let ledger = Ledger::new().with_gate().with_journal_on(kind).build();
        let mut runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        runner.wait_step("2.0.0/gate");
        process::stop(runner.pid());
        // Only the operator knows what became of a host that does not answer.
        let holder = ledger.ask("select holder from stepwell_lease");
        let host = stepwell::journal::me().host;
        let pid = runner.pid().to_string();
        let shown = run_elsewhere(&ledger, &["takeover"]).exit(6).says("nothing was changed");
        shown.prints(&pid).prints("none while it was watched").prints("1.0.0 to 2.0.0");
        run_elsewhere(&ledger, &["takeover", "elsewhere.example"]).exit(2).says("not on elsewhere.example");
        assert_eq!(ledger.ask("select holder from stepwell_lease"), holder);
        run_elsewhere(&ledger, &["takeover", &host]).exit(0).prints("can write nothing more");
        assert_eq!(ledger.ask("select holder from stepwell_lease"), "");
        let noted = "select count(*) from stepwell_event where event like '%took the lease from pid%'";
        assert_eq!(ledger.ask(noted), "1", "it is part of the run's history");
        run_elsewhere(&ledger, &["takeover"]).exit(0).prints("Nobody holds the lease");

        process::go_on(runner.pid());
        drop(waiting);
        assert_eq!(runner.finish().0, 7, "it finds out that it is not the holder any more");
        ledger.run(["status"]).exit(12);
    }
}

#[test]
fn a_lock_on_a_file_needs_no_takeover() {
    let ledger = Ledger::new().with_gate().build();
    ledger.run(["takeover"]).exit(0).prints("Nobody has this deployment");
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    ledger.run(["takeover"]).exit(7).prints("nothing to take over").prints("stepwell stop");
    process::stop(runner.pid());
    let (pid, stopped) = (runner.pid(), ledger.run(["takeover"]).exit(7));
    stopped.prints("stopped by a signal").prints(&format!("kill -CONT {pid}"));
    process::go_on(pid);
    drop(waiting);
    assert_eq!(runner.finish().0, 0);
}

/// Both saw that nobody was at work; the second one comes to the lease after the first one has finished.
#[test]
fn an_upgrade_that_somebody_else_did_meanwhile_is_not_done_again() {
    let ledger = Ledger::new().with_journal_on(Kind::Postgres).build();
    ledger.write("elsewhere.yaml", &format!("{}state_dir: elsewhere\n", ledger.yaml()));
    let screen = ledger.terminal(["--plain", "-d", "elsewhere.yaml"]).start();
    screen.wait_for("1 2.0.0 (1 hop)");
    screen.type_text("1").press("enter");
    // With its answer a run begins.
    screen.wait_for("When shall the service go into maintenance?");
    ledger.finish().exit(0);
    screen.type_text("1").press("enter");
    screen.wait_for("another runner has begun or finished");
    assert_eq!(screen.exit_code(), 7);
    assert_eq!(ledger.ask("select count(*) from stepwell_run"), "1");
}
