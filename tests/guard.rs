//! `stepwell guard`: before a service start.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::ledger::{Ledger, LedgerDeployment};
use support::server::Kind;

/// What leaves a trace in the deployment's folder.
const START: [&str; 5] = ["guard", "--", "sh", "-c", "echo started >> starts; echo started"];

fn starts(ledger: &LedgerDeployment) -> usize {
    fs::read_to_string(ledger.dir().join("starts")).unwrap_or_default().lines().count()
}

fn spawn(ledger: &LedgerDeployment, args: &[&str]) -> Child {
    let mut command = ledger.command(args.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a program")
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
    kill_process(pid, signal).expect("a process");
}

/// Reads until a line holds `text`.
#[track_caller]
fn wait_for(reader: impl Read, text: &str) -> impl BufRead {
    let mut reader = BufReader::new(reader);
    let mut seen = String::new();
    while !seen.lines().any(|line| line.contains(text)) {
        assert!(reader.read_line(&mut seen).expect("text") > 0, "it ended without `{text}`: {seen}");
    }
    reader
}

#[test]
fn a_command_is_started_where_the_data_fit() {
    let ledger = Ledger::new().build();
    ledger.set_version("2.0.0");
    let ran = ledger.run(["guard", "--", "sh", "-c", "echo here; exit 33"]).exit(33);
    assert_eq!((ran.stdout().as_str(), ran.stderr().as_str()), ("here\n", ""));
    assert!(!ledger.dir().join(".stepwell").exists(), "nothing is made where there is nothing to do");
    ledger.run(["guard", "--", "/nowhere/at/all"]).exit(2).says("cannot be started");
    ledger.run(["guard", "--to", "2.0.0", "--", "true"]).exit(2).says("leave out --from and --to");
}

#[test]
fn signals_are_those_of_the_command() {
    let ledger = Ledger::new().build();
    ledger.set_version("2.0.0");
    let script = "trap 'echo bye; exit 7' USR1; echo ready; while :; do sleep 0.05; done";
    let mut child = spawn(&ledger, &["guard", "--", "sh", "-c", script]);
    let mut rest = wait_for(child.stdout.take().expect("a pipe"), "ready");
    signal(&child, Signal::USR1);
    let mut said = String::new();
    rest.read_to_string(&mut said).expect("text");
    assert_eq!((said.as_str(), child.wait().expect("an end").code()), ("bye\n", Some(7)));

    let mut child = spawn(&ledger, &["guard", "--", "sh", "-c", "echo ready; exec sleep 1000"]);
    let _rest = wait_for(child.stdout.take().expect("a pipe"), "ready");
    signal(&child, Signal::TERM);
    assert_eq!(child.wait().expect("an end").signal(), Some(15), "nothing of the guard is left that would catch it");
}

#[test]
fn an_upgrade_that_needs_nobody_comes_first() {
    for kind in [None, Some(Kind::Postgres), Some(Kind::Mariadb)] {
        let ledger = kind.map_or_else(Ledger::new, |kind| Ledger::new().on(kind)).build();
        let ran = ledger.run(START).exit(0);
        assert_eq!((ran.stdout().as_str(), ledger.version().as_str()), ("started\n", "2.0.0"));
        assert!(ran.stderr().contains("2.0.0"), "{ran}");
        ledger.run(START).exit(0);
        assert_eq!(starts(&ledger), 2);
        let history = ledger.run(["history", "--json"]).json();
        assert_eq!(history["runs"].as_array().map(Vec::len), Some(1), "{history}");
    }
}

#[test]
fn the_installed_program_says_how_far() {
    let ledger = Ledger::new().build();
    let program = |version: &str| format!("  program: {{ run: {{ argv: [ echo, {version} ] }} }}\n  data:");
    ledger.define("system.yaml", "  data:", &program("1.0.0"));
    let ran = ledger.run(START).exit(0);
    assert_eq!((ran.stderr().as_str(), ledger.version().as_str()), ("", "1.0.0"));
    ledger.define("system.yaml", "echo, 1.0.0", "echo, 2.0.0");
    ledger.run(START).exit(0);
    assert_eq!(ledger.version(), "2.0.0");
    ledger.define("system.yaml", "echo, 2.0.0", "echo, 1.0.0");
    ledger.run(START).exit(10).says("newer than the installed program, 1.0.0").says("not started");
    ledger.define("system.yaml", "echo, 1.0.0", "'false'");
    ledger.run(START).exit(11).says("the installed program's version could not be asked");
    assert_eq!((starts(&ledger), ledger.version().as_str()), (2, "2.0.0"));
}

#[test]
fn data_that_no_release_knows_are_not_served() {
    let ledger = Ledger::new().build();
    ledger.set_version("9.0.0");
    ledger.run(START).exit(10).says("newer than 2.0.0").says("not started");
    assert_eq!(starts(&ledger), 0);
}

#[track_caller]
fn refuses(ledger: &LedgerDeployment, reason: &str) {
    let before = ledger.contents();
    ledger.run(START).exit(9).says(reason).says("not started").says("stepwell -d stepwell.yaml");
    assert_eq!((starts(ledger), ledger.contents()), (0, before));
    assert!(!ledger.dir().join(".stepwell/journal.sqlite").exists(), "no run was begun");
}

#[test]
fn an_upgrade_that_needs_somebody_is_not_begun() {
    let ledger = Ledger::new().build();
    ledger.define("system.yaml", "offline: no", "offline: required");
    refuses(&ledger, "needs the service to be in maintenance");

    let ledger = Ledger::new().with_steps("  - { id: ask, title: Ask, ask: { text: Which one? } }").build();
    refuses(&ledger, "2.0.0/ask: it asks a question that has no default");

    let ledger = Ledger::new().with_steps("  - { id: ask, title: Ask, ask: { text: Which one?, default: a } }").build();
    ledger.run(START).exit(0);

    let ledger = Ledger::new().build();
    ledger.define("releases/2.0.0.yaml", "release: 2.0.0", "release: 2.0.0\nfloor: 2.0.0");
    refuses(&ledger, "only the backup leads back");

    let ledger = Ledger::new().build();
    ledger.sql("delete from entries");
    refuses(&ledger, "the check `entries` does not pass");
}

/// Four at once, each with a state directory of its own where the journal is in the store: four containers.
#[test]
fn of_many_at_once_one_upgrades_and_all_start() {
    for shared in [false, true] {
        let ledger = if shared { Ledger::new().with_journal_on(Kind::Postgres) } else { Ledger::new() };
        let ledger = ledger.build();
        let file = |n: usize| if shared { format!("host{n}.yaml") } else { "stepwell.yaml".to_owned() };
        if shared {
            for n in 0..4 {
                ledger.write(&file(n), &format!("{}state_dir: state{n}\n", ledger.yaml()));
            }
        }
        let children: Vec<Child> =
            (0..4).map(|n| spawn(&ledger, &[&["guard", "-d", &file(n)], &START[1..]].concat())).collect();
        for child in children {
            let output = child.wait_with_output().expect("an end");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"started\n"[..]), "{said}");
        }
        assert_eq!((starts(&ledger), ledger.version().as_str()), (4, "2.0.0"));
        let history = ledger.run(["history", "--json", "-d", &file(0)]).json();
        assert_eq!(history["runs"].as_array().map(Vec::len), Some(1), "{history}");
    }
}

#[test]
fn it_waits_while_another_one_upgrades() {
    let ledger = Ledger::new().with_gate().build();
    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    let mut child = spawn(&ledger, &START);
    let _rest = wait_for(child.stderr.take().expect("a pipe"), "has this deployment");
    assert_eq!(starts(&ledger), 0);
    drop(waiting);
    assert_eq!(runner.finish().0, 0);
    assert_eq!((child.wait().expect("an end").code(), starts(&ledger)), (Some(0), 1));
}

#[test]
fn it_waits_for_a_database_that_is_down() {
    let mut ledger = Ledger::new().on(Kind::Postgres).build();
    ledger.server.as_mut().expect("a server").kill();
    let mut terminated = spawn(&ledger, &START);
    let mut child = spawn(&ledger, &START);
    let _first = wait_for(terminated.stderr.take().expect("a pipe"), "guard waits: Database does not answer");
    let _second = wait_for(child.stderr.take().expect("a pipe"), "guard waits: Database does not answer");
    signal(&terminated, Signal::TERM);
    assert_eq!((terminated.wait().expect("an end").code(), starts(&ledger)), (Some(143), 0));
    ledger.server.as_mut().expect("a server").run();
    assert_eq!((child.wait().expect("an end").code(), starts(&ledger)), (Some(0), 1));
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn a_step_that_fails_keeps_the_command_from_starting() {
    let ledger = Ledger::new().with_failing_step().build();
    ledger.run(START).exit(5).says("2.0.0/fail").says("not started");
    ledger.run(START).exit(9).says("a step failed").says("2 of 6 steps done").says("not started");
    assert_eq!(starts(&ledger), 0);
}

#[test]
fn a_signal_stops_the_upgrade_at_a_safe_point_and_the_next_guard_goes_on() {
    let ledger = Ledger::new().with_gate().build();
    let mut child = spawn(&ledger, &START);
    let waiting = ledger.gate.reached();
    signal(&child, Signal::TERM);
    let mut said = wait_for(child.stderr.take().expect("a pipe"), "stops at the next safe point");
    drop(waiting);
    let mut rest = String::new();
    said.read_to_string(&mut rest).expect("text");
    assert_eq!((child.wait().expect("an end").code(), starts(&ledger)), (Some(12), 0), "{rest}");
    // The step at which it was stopped had come to its end.
    ledger.run(START).exit(0);
    assert_eq!((starts(&ledger), ledger.version().as_str()), (1, "2.0.0"));
}
