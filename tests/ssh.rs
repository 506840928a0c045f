//! The wizard over a real SSH connection that breaks: the screen ends, the upgrade does not.

mod support;

use std::time::Duration;

use support::deployment::Deployment;
use support::ledger::{Ledger, LedgerDeployment};
use support::process::{self, Process};
use support::pty::Screen;
use support::sshd::Sshd;
use support::wizard;

/// What a client may use of a processor between the end of its connection and its own: far less than burning one until
/// somebody notices.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Steps that one may look at for as long as a test wants.
fn ledger() -> LedgerDeployment {
    Ledger::new().with_gate().build()
}

/// What an upgrade leaves that nobody disturbed.
fn undisturbed() -> String {
    let ledger = ledger();
    let mut runner = ledger.start_runner();
    drop(ledger.gate.reached());
    runner.wait_step("2.0.0/fill");
    assert_eq!(runner.finish().0, 0);
    ledger.outcome()
}

/// `stepwell ARGS` on the deployment's host, for somebody who sits elsewhere.
fn remote(sshd: &Sshd, ledger: &Deployment, args: &str) -> Screen {
    let quoted = |path: std::path::PathBuf| format!("'{}'", path.display());
    let line = format!(
        "cd {} && HOME={} LANG=C.UTF-8 STEPWELL_CATALOGUE={} exec {} {args}",
        quoted(ledger.dir()),
        quoted(ledger.home()),
        quoted(ledger.catalogue()),
        quoted(support::program().to_owned()),
    );
    sshd.terminal(&ledger.home(), &line).start()
}

/// The screens on the host, without the runner and what it starts.
fn clients(ledger: &Deployment) -> Vec<Process> {
    let mut found = process::at_home(&ledger.home());
    found.retain(|p| p.argv[0].ends_with("stepwell") && !p.argv.iter().any(|arg| arg == "runner" || arg == "shim"));
    found
}

#[track_caller]
fn client(ledger: &Deployment) -> u32 {
    match clients(ledger).as_slice() {
        [one] => one.pid,
        others => panic!("one client was expected: {others:?}"),
    }
}

/// Cuts a connection by `cut` while the upgrade is at its gate, and finishes it from another one.
#[track_caller]
fn survives(cut: impl FnOnce(&Screen, u32)) {
    let (sshd, ledger) = (Sshd::start(), ledger());
    let screen = remote(&sshd, &ledger, "");
    wizard::walk_until(&screen, "Wait at the gate");
    let waiting = ledger.gate.reached();
    screen.wait_for("6 Run").wait_for("safe to close");
    let pid = client(&ledger);
    let used = process::cpu(pid).expect("a living client");

    cut(&screen, pid);
    let after = process::cpu_until_end(pid).expect("the client ends");
    assert!(after < used + LAST_WORDS, "{after:?} of a processor, {used:?} of it before");
    ledger.run(["status"]).exit(7).prints("Wait at the gate");

    let screen = remote(&sshd, &ledger, "attach");
    screen.wait_for("● 6 Run").wait_for("Wait at the gate");
    drop(waiting);
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert_eq!(ledger.outcome(), undisturbed());
    assert_eq!(ledger.status(), 0);
}

#[test]
fn a_killed_ssh_client_ends_the_screen_and_not_the_upgrade() {
    survives(|screen, _| process::kill(screen.pid()));
}

#[test]
fn a_killed_server_process_ends_the_screen_and_not_the_upgrade() {
    survives(|_, client| process::kill(process::parent(client).expect("the server's process")));
}

#[test]
fn of_two_connections_one_drives_and_the_other_takes_the_wheel() {
    let (sshd, ledger) = (Sshd::start(), ledger());
    let first = remote(&sshd, &ledger, "");
    wizard::walk_until(&first, "Wait at the gate");
    let waiting = ledger.gate.reached();

    let second = remote(&sshd, &ledger, "attach");
    second.wait_for("you watch; press w to take over").wait_for("Wait at the gate");
    assert!(!second.contents().contains("Pause"), "{}", second.contents());
    // What only the driver may do has no effect, and is not offered.
    second.press("p").press("w").wait_for("p Pause").wait_gone("you watch");
    first.wait_for("you watch; press w to take over").wait_gone("p Pause");
    second.press("p").wait_for("Paused");
    first.wait_for("Paused");
    second.press("p").wait_for("Running");
    drop(waiting);
    let (code, left) = wizard::walk_through(&second);
    assert_eq!(code, 0, "{left}");
    first.wait_for("enter Leave").press("enter");
    assert_eq!(first.exit_code(), 0, "{}", first.contents());
    assert_eq!(ledger.outcome(), undisturbed());
}
