//! Waiting instead of failing: what is outside of a step passes by itself, and then the run goes on.

mod support;

use std::process::{Command, Stdio};

use stepwell::model::{EventKind, StepState};
use support::database::Locked;
use support::ledger::Ledger;
use support::server::Kind;

#[test]
fn a_lock_on_a_server_is_waited_for_and_its_holder_named() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let ledger = Ledger::new().with_gate().on(kind).build();
        let server = ledger.server.as_ref().expect("a server");
        let sleep = match kind {
            Kind::Postgres => "begin; lock table about in exclusive mode; select pg_sleep(1000)",
            Kind::Mariadb => "begin; update about set version = version; select sleep(1000)",
        };
        let mut runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        let mut holder = server.client("app", sleep);
        let mut holder = holder.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("one");
        let held = match kind {
            Kind::Postgres => {
                "select count(*) from pg_locks where mode = 'ExclusiveLock' and relation = 'about'::regclass"
            }
            Kind::Mariadb => "select count(*) from information_schema.processlist where info like 'select sleep%'",
        };
        while ledger.ask(held) == "0" {
            std::thread::yield_now();
        }
        drop(waiting);
        runner.wait_outside("2.0.0/version", "holds it");
        // The server ends what a client that is gone had begun only when it notices.
        let end = match kind {
            Kind::Postgres => "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(1000)%' and pid <> pg_backend_pid()".to_owned(),
            Kind::Mariadb => format!("kill {}", ledger.ask("select max(id) from information_schema.processlist where info like 'select sleep%'")),
        };
        ledger.sql(&end);
        let _ = holder.wait();
        runner.arrives();
        assert_eq!(ledger.version(), "2.0.0");
    }
}

#[test]
fn a_locked_file_is_waited_for() {
    let ledger = Ledger::new().with_gate().build();
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    let lock = Locked::exclusively(&ledger.path());
    drop(waiting);
    runner.wait_outside("2.0.0/fill", "locked by another process");
    drop(lock);
    runner.arrives();
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn the_journal_is_waited_for_when_its_server_is_away() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let mut ledger = Ledger::new().with_gate().with_journal_on(kind).build();
        let mut runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        ledger.server.as_mut().expect("a server").kill();
        drop(waiting);
        runner.wait_for(
            "the journal cannot be written",
            |event| matches!(event, EventKind::Notice { text, .. } if text.contains("nothing is lost")),
        );
        ledger.server.as_mut().expect("a server").run();
        runner.arrives();
        assert_eq!(ledger.version(), "2.0.0");
    }
}

/// A file system of its own, which can be full. Only root may make one.
struct Small(std::path::PathBuf);

impl Small {
    fn at(path: &std::path::Path, size: &str) -> Option<Small> {
        std::fs::create_dir_all(path).expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(path).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Small(path.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_waited_for() {
    let ledger = Ledger::new().with_gate().build();
    let small = ledger.dir().join("small");
    // Where this machine does not let a test make a file system, there is none that could be full.
    let Some(_mounted) = Small::at(&small, "4m") else {
        eprintln!("not tried: a file system cannot be mounted here");
        return;
    };
    std::fs::copy(ledger.path(), small.join("ledger.sqlite")).expect("a copy");
    let yaml = ledger.yaml().replace("here/ledger.sqlite", "here/small/ledger.sqlite");
    ledger.write("stepwell.yaml", &format!("{yaml}state_dir: small/state\n"));
    let mut runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    let filler = small.join("filler");
    let zeros = std::fs::File::open("/dev/zero").expect("zeros");
    let full =
        std::io::copy(&mut std::io::Read::take(zeros, 8 << 20), &mut std::fs::File::create(&filler).expect("a file"));
    assert!(full.is_err(), "the disk is full");
    drop(waiting);
    runner.wait_for("it waits for room", |event| match event {
        EventKind::Notice { text, .. } | EventKind::Log { line: text, .. } => text.contains("full"),
        EventKind::StepChanged { state: StepState::Waiting { reason, outside: true, .. }, .. } => {
            reason.contains("full")
        }
        _ => false,
    });
    std::fs::remove_file(&filler).expect("room");
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
}

#[test]
fn outside_of_the_window_nothing_begins() {
    let ledger = Ledger::new().build();
    let now = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC);
    let [from, to] =
        [2, 3].map(|h| now.checked_add(jiff::Span::new().hours(h)).expect("a time").strftime("%H:%M").to_string());
    let window = format!("{from}-{to}");
    let mut runner = ledger.start(["run", "--yes", "--json", "--window", &window]);
    runner.wait_for("the window", |event| {
        matches!(event, EventKind::StepChanged { state: StepState::Waiting { reason, .. }, .. } if reason.contains(&window))
    });
    let status = ledger.run(["status"]).exit(7).prints("is closed");
    ledger.run(["stop"]).exit(0);
    let (code, events) = runner.finish();
    assert_eq!(code, 12, "{status} {events:#?}");
    assert_eq!(ledger.ask("select count(*) from pragma_table_info('entries') where name = 'cents'"), "0");
    ledger.run(["run", "--yes", "--window", "00:00-23:59"]).exit(0);
}

#[test]
fn a_window_that_is_none_is_refused() {
    let ledger = Ledger::new().build();
    ledger.run(["run", "--yes", "--window", "22-4"]).exit(2).says("22:00-04:00");
}
