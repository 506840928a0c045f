//! The tests' own tools, tried on programs that every system has.

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use support::database;
use support::deployment::Deployment;
use support::gate::Gate;
use support::process;
use support::pty::{Opening, Screen};

/// `sh -c SCRIPT` in a terminal.
fn shell(folder: &Deployment, script: &str) -> Opening {
    Screen::open(Path::new("/bin/sh"), &folder.dir(), &folder.home()).args(["-c", script])
}

#[test]
fn a_program_in_a_terminal_is_seen_and_typed_to() {
    let folder = Deployment::empty();
    let screen =
        shell(&folder, "stty size; echo \"$TERM\"; read -r word; echo \"got $word\"; exit 3").size(100, 30).start();
    screen.wait_for("30 100").wait_for("xterm-256color").type_text("hello").press("enter").wait_for("got hello");
    assert_eq!(screen.exit_code(), 3);
    assert_eq!(screen.bytes_written(), screen.reads().iter().map(|(_, length)| length).sum::<usize>());
}

#[test]
fn a_terminal_is_resized_and_the_program_is_told() {
    let folder = Deployment::empty();
    let script = "trap 'stty size' WINCH; echo ready; while ! read -r word; do :; done";
    let screen = shell(&folder, script).start();
    screen.wait_for("ready").resize(61, 17).wait_for("17 61");
}

#[test]
fn a_terminal_answers_what_programs_ask_it() {
    let folder = Deployment::empty();
    let script = r"stty raw -echo min 1; printf 'ab\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c; stty sane";
    shell(&folder, script).start().wait_for("[   1   ;   3   R");
}

#[test]
fn a_terminal_that_hangs_up_writes_nothing_to_the_program_first() {
    let folder = Deployment::empty();
    let script = "trap 'echo hup >hung; exit 129' HUP; echo ready; read -r word; echo \"$?$word\" >read";
    let mut screen = shell(&folder, script).start();
    screen.wait_for("ready");
    screen.hang_up();
    assert_eq!(screen.exit_code(), 129);
    assert!(folder.dir().join("hung").exists());
    assert!(!folder.dir().join("read").exists(), "nothing was typed");
}

#[test]
fn bytes_on_an_idle_screen_are_counted() {
    let folder = Deployment::empty();
    let screen = shell(&folder, "echo ready; read -r word; echo busy; read -r word").start();
    screen.wait_for("ready").assert_idle(Duration::from_millis(200));
    // What is typed is echoed, and counts.
    screen.press("enter").wait_for("busy");
    assert!(screen.bytes_written() > "ready\r\n\r\nbusy".len());
}

#[test]
fn an_end_by_a_signal_is_told_as_shells_do() {
    let folder = Deployment::empty();
    let screen = shell(&folder, "echo ready; read -r word").start();
    screen.wait_for("ready").signal(rustix::process::Signal::TERM);
    assert_eq!(screen.exit_code(), 143);
}

#[test]
fn a_gate_holds_whoever_comes_until_it_is_let_go() {
    let folder = Deployment::empty();
    let gate = Gate::at(&folder.dir().join("gate"));
    let screen = shell(&folder, "cat gate; echo passed").start();
    let waiting = gate.reached();
    assert!(!screen.has_ended());
    drop(waiting);
    screen.wait_for("passed");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn every_process_of_a_deployment_is_found_and_ended() {
    let folder = Deployment::empty();
    let gate = Gate::at(&folder.dir().join("gate"));
    // One that leaves its session and its parent, as a runner does.
    let screen = shell(&folder, "setsid sh -c 'cat gate; :' & echo ready; wait").start();
    screen.wait_for("ready");
    let _waiting = gate.reached();
    let found = process::at_home(&folder.home());
    let cat = found.iter().find(|process| process.argv == ["cat", "gate"]).expect("the program at the gate");
    assert!(process::is_alive(cat.pid));
    folder.lose_power();
    assert!(process::wait_end(cat.pid));
    assert!(process::at_home(&folder.home()).is_empty());
}

#[test]
fn a_dump_tells_databases_apart_by_what_is_in_them_alone() {
    let folder = Deployment::empty();
    let (one, two) = (folder.dir().join("one.sqlite"), folder.dir().join("two.sqlite"));
    database::execute(&one, "create table t (a integer primary key, b text); insert into t values (1, 'x'), (2, null)");
    database::execute(
        &two,
        "create table t (a integer primary key); create table stepwell_run (id text);
         alter table t add column b TEXT; insert into t values (2, null), (1, 'x')",
    );
    assert_eq!(database::dump(&one), "table t (a integer 0 NULL 1; b text 0 NULL 0)\n  1, 'x'\n  2, NULL\n");
    assert_eq!(database::dump(&one), database::dump(&two));
    database::execute(&two, "update t set b = '' where a = 2");
    assert_ne!(database::dump(&one), database::dump(&two), "nothing and an empty text differ");
    database::execute(&two, "update t set b = null where a = 2; create unique index u on t (b)");
    assert_ne!(database::dump(&one), database::dump(&two), "an index is told");
}

#[test]
#[should_panic(expected = "a test changed [\"b/c\", \"new\"]")]
fn a_snapshot_names_what_changed() {
    let folder = Deployment::empty();
    fs::create_dir(folder.dir().join("b")).expect("a folder");
    folder.write("a", "1").write("b/c", "1");
    let before = folder.snapshot();
    fs::create_dir(folder.dir().join(".stepwell")).expect("a folder");
    folder.write("b/c", "2").write("new", "1").write(".stepwell/log", "not counted");
    before.assert_same(&folder.snapshot(), "a test");
}
