//! What happens to a run beside its steps: files of its own deleted, a clock that is moved, a runner that stands still.

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use stepwell::model::EventKind;

use support::deployment::Ran;
use support::ledger::{Ledger, LedgerDeployment};
use support::process;
use support::server::Kind;

const RUN: [&str; 3] = ["run", "--yes", "--defaults"];

#[test]
fn a_run_whose_socket_is_deleted_goes_on() {
    let ledger = Ledger::new().with_gate().build();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    fs::remove_file(ledger.dir().join(".stepwell/socket")).expect("the socket");
    let pid = runner.pid();
    ledger.run(["status"]).exit(7).prints("Wait at the gate");
    let said = format!("`kill {pid}` ends it at a safe point");
    ledger.run(["attach"]).exit(7).says(&format!("pid {pid}")).says("stepwell status").says(&said);
    ledger.run(["pause"]).exit(7).says("cannot be reached");
    ledger.run(RUN).exit(7).says(&format!("pid {pid}"));
    drop(waiting);
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(ledger.status(), 0);
    ledger.run(["attach"]).exit(2).says("nothing is running here");
}

#[test]
fn a_run_whose_lock_file_is_deleted_keeps_others_out() {
    let ledger = Ledger::new().with_gate().build();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    fs::remove_file(ledger.dir().join(".stepwell/lock")).expect("the lock");
    ledger.run(RUN).exit(7).says("whose lock file was deleted").says("stepwell status");
    ledger.run(RUN).exit(7);
    ledger.run(["status"]).exit(7).prints("Wait at the gate");
    drop(waiting);
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(ledger.version(), "2.0.0");
    assert_eq!(ledger.status(), 0);
}

/// A client that does not leave keeps a runner's process for a while, and another one begins meanwhile.
#[test]
fn a_runner_that_ends_leaves_the_socket_of_the_next_one() {
    let again = "  - id: again\n    title: Wait again\n    run: { argv: [ cat, \"{{ facts.gate }}\" ] }\n    resume: idempotent";
    let ledger = Ledger::new().with_gate().with_steps(again).build();
    let mut first = ledger.start_runner();
    let waiting = ledger.gate.reached();
    first.wait_step("2.0.0/gate");
    let mut client = UnixStream::connect(ledger.dir().join(".stepwell/socket")).expect("the socket");
    let actor = serde_json::to_value(stepwell::journal::me()).expect("JSON");
    let hello = json!({ "frame": "hello", "format": 1, "since": 0, "actor": actor, "observer": true, "deployment": "ledger-test" });
    writeln!(client, "{hello}").expect("a frame");
    ledger.run(["stop"]);
    drop(waiting);
    first.wait_for("the end", |kind| matches!(kind, EventKind::Ended { .. }));

    let second = loop {
        let mut second = ledger.start_runner();
        // Until the first one has let go.
        match second.next() {
            Some(_) => break second,
            None => assert_eq!(second.finish().0, 7),
        }
    };
    let waiting = ledger.gate.reached();
    assert_eq!(first.finish().0, 12);
    ledger.run(["status"]).exit(7).prints("Wait again");
    assert!(UnixStream::connect(ledger.dir().join(".stepwell/socket")).is_ok(), "the second one is reached");
    drop((waiting, client));
    assert_eq!(second.finish().0, 0);
}

#[test]
fn a_runner_that_stands_still_keeps_the_lock_and_goes_on() {
    let ledger = Ledger::new().with_gate().build();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    runner.wait_step("2.0.0/gate");
    let pid = runner.pid();
    process::stop(pid);
    ledger.run(RUN).exit(7).says(&format!("pid {pid}"));
    ledger.run(["status"]).exit(7);
    ledger.run(["takeover"]).exit(7).prints(&format!("kill -CONT {pid}"));
    process::go_on(pid);
    drop(waiting);
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(ledger.version(), "2.0.0");
}

/// The library that moves a program's clock.
fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let found = folders.map(|entry| entry.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var("CI").is_err(), "libfaketime is missing; `tests/run` installs it");
        eprintln!("not tried: libfaketime is missing");
    }
    found
}

/// A ledger, and a clock that goes wrong by so much. What runs by itself goes on by the monotonic one.
struct Clock {
    library: String,
    by: &'static str,
}

impl Clock {
    fn run(&self, ledger: &LedgerDeployment, command: &[&str], more: &[(&str, &str)]) -> Ran {
        let mut environment =
            vec![("LD_PRELOAD", self.library.as_str()), ("FAKETIME", self.by), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
        environment.extend_from_slice(more);
        ledger.run_with(command.iter().copied(), &environment)
    }
}

/// A wait that is under way for a while, by a clock that nobody moves.
const WAIT: &str = r#"
  - id: made
    title: Make a file in a while
    run: { argv: [ sh, -c, "(sleep 2; touch made) >/dev/null 2>&1 &" ] }
    resume: idempotent
  - id: wait
    title: Wait for it
    wait: { until: { file: { path: made, expect: { exists: true } } }, every: 1s, timeout: 30s }
"#;

/// Longer than anything here may take, and shorter than what the clock is moved by.
const SOON: Duration = Duration::from_secs(50);

fn build(journal: Option<Kind>, steps: &str) -> LedgerDeployment {
    let ledger = Ledger::new().with_steps(steps);
    journal.map_or(Ledger::new().with_steps(steps), |kind| ledger.with_journal_on(kind)).build()
}

fn moved(by: &'static str) {
    let Some(library) = faketime() else { return };
    let clock = Clock { library: library.to_string_lossy().into_owned(), by };
    for journal in [None, Some(Kind::Postgres)] {
        let ledger = build(journal, WAIT);
        clock_moved_between_kill_and_resume(&clock, ledger, &format!("{journal:?}, {by}"));
        let ledger = build(journal, "");
        runs_stay_in_order(&clock, &ledger, &format!("{journal:?}, {by}"));
    }
}

fn clock_moved_between_kill_and_resume(clock: &Clock, mut ledger: LedgerDeployment, what: &str) {
    let list = ledger.home().join("points");
    ledger.run_with(RUN, &[("STEPWELL_KILL_POINTS", &list.to_string_lossy())]).exit(0);
    let points = fs::read_to_string(&list).expect("the points").lines().count();
    let expected = ledger.contents();
    for percent in [40, 60, 90] {
        let at = points * percent / 100;
        let what = format!("{what}, killed at {at} of {points} points");
        ledger.reset();
        assert!(ledger.run_with(RUN, &[("STEPWELL_KILL_AT", &at.to_string())]).was_killed(), "{what}");
        let began = std::time::Instant::now();
        let status = clock.run(&ledger, &["status"], &[]);
        assert!([6, 9, 12].contains(&status.code()), "{what}: {status}");
        let again = clock.run(&ledger, &RUN, &[]);
        assert!(again.code() == 0, "{what}: {again}");
        assert!(began.elapsed() < SOON, "{what}: {:?}", began.elapsed());
        assert_eq!(ledger.contents(), expected, "{what}");
        assert_eq!(ledger.status(), 0, "{what}");
    }
}

/// The newest run is the one that began last, whatever the clock says: it is the one to go on with.
fn runs_stay_in_order(clock: &Clock, ledger: &LedgerDeployment, what: &str) {
    // Approved and written down, and then given up.
    let middle = [("STEPWELL_KILL_AT", "60")];
    assert!(ledger.run_with(RUN, &middle).was_killed(), "{what}");
    ledger.run(["abandon"]).exit(0);
    let first = ledger.run(["history", "--json"]).exit(0).json()["runs"][0]["run"].clone();
    let killed = clock.run(ledger, &RUN, &middle);
    assert!(killed.was_killed(), "{what}: {killed}");
    for status in [ledger.run(["status"]), clock.run(ledger, &["status"], &[])] {
        assert!([6, 12].contains(&status.code()), "{what}: {status}");
    }
    ledger.run(RUN).exit(0);
    let history = ledger.run(["history", "--json"]).exit(0).json();
    let runs = history["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2, "{what}: it went on with the second one: {history}");
    assert_eq!(runs[0]["state"], "done", "{what}: {history}");
    assert_eq!((&runs[1]["state"], &runs[1]["run"]), (&json!("abandoned"), &first), "{what}: {history}");
    assert_eq!(ledger.version(), "2.0.0", "{what}");
}

#[test]
fn a_clock_that_goes_back_a_day_changes_nothing() {
    moved("-1d");
}

#[test]
fn a_clock_that_goes_on_a_day_changes_nothing() {
    moved("+1d");
}
