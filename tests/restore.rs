//! `stepwell restore`: the backup of a run is put back.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use support::database;
use support::deployment::Demo;
use support::ledger::{Ledger, LedgerDeployment};
use support::server::Kind;

const EXTRA: &str = r"
  - id: extra
    title: Make a table that 1.0.0 does not know
    sql: { statements: [ create table extra (id integer primary key) ] }
    done_when:
      sql:
        query:
          sqlite: select count(*) from sqlite_master where name = 'extra'
          postgres: select count(*) from information_schema.tables where table_name = 'extra'
          mysql: select count(*) from information_schema.tables where table_name = 'extra'
        expect: { value: 1 }
  - { id: conf, title: Tell the service, file: { write: { path: ledger.conf, content: new } } }
";

/// Half an upgrade: a backup, a column and a table, then a step that fails.
fn half(ledger: Ledger) -> LedgerDeployment {
    let ledger = ledger.with_steps(EXTRA).with_failing_step().build();
    ledger.define(
        "system.yaml",
        "checks:",
        "first: [ { id: backup, title: Back up, backup: { store: db } } ]\nchecks:",
    );
    ledger.write("ledger.conf", "old");
    ledger.finish().exit(5);
    ledger
}

fn kinds() -> [fn() -> Ledger; 5] {
    [
        Ledger::new,
        || Ledger::new().on(Kind::Postgres),
        || Ledger::new().on(Kind::Mariadb),
        || Ledger::new().with_journal_on(Kind::Postgres),
        || Ledger::new().with_journal_on(Kind::Mariadb),
    ]
}

fn kept_databases(ledger: &LedgerDeployment) -> Vec<PathBuf> {
    let entries = fs::read_dir(ledger.dir()).expect("the folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.to_string_lossy().contains(".before-restore-")).collect()
}

#[test]
fn half_an_upgrade_is_taken_back_and_a_second_one_works() {
    for kind in kinds() {
        let untouched = kind().build();
        let before = untouched.contents();
        let ledger = half(kind());
        if ledger.server.as_ref().is_some_and(|server| server.kind == Kind::Postgres) {
            ledger.sql(
                "create view seen as select * from entries; create sequence numbers; create type mood as enum ('a');
                 create function one() returns mood language sql as $$ select 'a'::mood $$;
                 alter table entries add column feels mood default one();
                 alter table extra add foreign key (id) references entries (id)",
            );
        } else {
            ledger.sql("create view seen as select * from entries");
        }
        let after = ledger.contents();
        assert_ne!(before, after);

        let asked = ledger.run(["restore"]).exit(6).says("it was not confirmed; nothing was changed");
        asked
            .prints("1.0.0 to 2.0.0")
            .prints("everything that was written to it since then")
            .prints("backups/db-1.0.0-");
        assert_eq!(ledger.contents(), after);
        assert_eq!(ledger.status(), 5);

        let done = ledger.run(["restore", "--yes"]).exit(0).prints("is abandoned");
        let done = done.prints("Tell the service (2.0.0/conf)").prints("ledger.conf");
        assert_eq!(ledger.contents(), before, "{done}");
        let kept = kept_databases(&ledger);
        if ledger.server.is_none() {
            let [kept] = &*kept else { panic!("{kept:?}") };
            assert_eq!(database::dump(kept), after, "the database as it was is kept");
            assert!(!ledger.path().with_extension("sqlite-wal").exists());
        } else {
            assert!(kept.is_empty());
        }
        ledger.run(["history"]).exit(0).prints("taken back");
        ledger.run(["report"]).exit(0).prints("put the backup back: `");
        ledger.run(["status"]).exit(9);

        ledger.define("releases/2.0.0.yaml", "'false'", "'true'");
        ledger.finish().exit(0);
        assert_eq!((ledger.version().as_str(), ledger.status()), ("2.0.0", 0));
    }
}

#[test]
fn what_an_earlier_restore_has_started_and_left_is_not_worked_beside() {
    let untouched = Ledger::new().on(Kind::Mariadb).build();
    let ledger = half(Ledger::new().on(Kind::Mariadb));
    let after = ledger.contents();
    let left = "do get_lock(concat('stepwell restore ', md5(database())), 0); select sleep(1000)";
    let mut left = ledger.server.as_ref().expect("a server").client("app", left);
    let mut left = left.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a client");
    let asleep = "from information_schema.processlist where info like 'select sleep%'";
    while ledger.ask(&format!("select count(*) {asleep}")) == "0" {
        std::thread::yield_now();
    }
    ledger.run(["restore", "--yes"]).exit(11).says("the client of an earlier restore is still at work");
    assert_eq!(ledger.contents(), after);
    let id = ledger.ask(&format!("select max(id) {asleep}"));
    ledger.sql(&format!("kill {id}"));
    left.wait().expect("an end");
    ledger.run(["restore", "--yes"]).exit(0);
    assert_eq!(ledger.contents(), untouched.contents());
}

#[test]
fn a_finished_upgrade_is_taken_back_with_its_record() {
    for kind in kinds() {
        let before = kind().build().contents();
        let ledger = kind().build();
        ledger.define("system.yaml", "checks:", "first: [ { id: backup, title: Back up, backup: {} } ]\nchecks:");
        ledger.finish().exit(0);
        ledger.run(["restore", "--yes"]).exit(0).prints("recorded  1.0.0");
        assert_eq!(ledger.contents(), before);
        ledger.run(["status"]).exit(9).prints("1.0.0 is deployed");
        ledger.finish().exit(0);
        assert_eq!(ledger.version(), "2.0.0");
        let history = ledger.run(["history", "--json"]).json();
        let runs: Vec<_> = history["runs"].as_array().expect("runs").iter().map(|run| &run["state"]).collect();
        assert_eq!(runs, ["done", "abandoned"]);
    }
}

#[test]
fn the_operator_types_the_deployments_id() {
    let ledger = half(Ledger::new());
    let after = ledger.contents();
    let screen = ledger.terminal(["restore"]).start();
    screen.wait_for("type the deployment's name (ledger-test)");
    screen.type_text("ledger").press("enter");
    assert_eq!(screen.exit_code(), 6);
    assert_eq!(ledger.contents(), after);
    let screen = ledger.terminal(["restore"]).start();
    screen.wait_for("type the deployment's name (ledger-test)");
    screen.type_text("ledger-test").press("enter");
    assert_eq!(screen.exit_code(), 0);
    assert_ne!(ledger.contents(), after);
}

#[test]
fn nothing_is_put_back_where_that_is_not_safe() {
    let ledger = Ledger::new().build();
    ledger.run(["restore", "--yes"]).exit(2).says("there were no runs here");
    ledger.finish().exit(0);
    ledger.run(["restore", "--yes"]).exit(2).says("made no backup");
    ledger.run(["restore", "20000101T000000000Z", "--yes"]).exit(2).says("there was no run 20000101T000000000Z");

    let ledger = half(Ledger::new());
    let after = ledger.contents();
    let open = fs::File::open(ledger.path()).expect("the database");
    ledger.run(["restore", "--yes"]).exit(11).says("is in use by pid").says("Stop the service first");
    drop(open);
    let backups = fs::read_dir(ledger.dir().join(".stepwell/backups")).expect("backups");
    let backup = backups.map(|entry| entry.expect("a file").path()).next().expect("a backup");
    let whole = fs::read(&backup).expect("the backup");
    fs::write(&backup, &whole[..whole.len() / 2]).expect("half of it");
    ledger.run(["restore", "--yes"]).exit(11).says("the database is as it was");
    assert_eq!(ledger.contents(), after);
    fs::write(&backup, &whole).expect("all of it");
    ledger.run(["restore", "--yes"]).exit(0);
    assert_ne!(ledger.contents(), after, "what was interrupted is done again");
}

#[test]
fn half_a_copy_changes_nothing_on_a_server() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let ledger = half(Ledger::new().on(kind));
        let after = ledger.contents();
        let backups = fs::read_dir(ledger.dir().join(".stepwell/backups")).expect("backups");
        let backup = backups.map(|entry| entry.expect("a file").path()).next().expect("a backup");
        let whole = fs::read(&backup).expect("the backup");
        fs::write(&backup, &whole[..whole.len() - 60]).expect("a part of it");
        ledger.run(["restore", "--yes"]).exit(11).says("nothing was changed in the database");
        assert_eq!(ledger.contents(), after);
    }
}

#[test]
fn nothing_is_put_back_while_a_runner_is_at_work() {
    let ledger = Ledger::new().with_gate().build();
    ledger.define("system.yaml", "checks:", "first: [ { id: backup, title: Back up, backup: {} } ]\nchecks:");
    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    ledger.run(["restore", "--yes"]).exit(7).says("another runner has this deployment");
    runner.kill();
    ledger.run(["restore", "--yes"]).exit(7).says("the program of 2.0.0/gate still works");
    ledger.lose_power();
    drop(waiting);
    ledger.run(["restore", "--yes"]).exit(0);
    assert_eq!(ledger.status(), 9);
}

#[test]
fn the_way_out_of_maintenance_is_shown() {
    let ledger = Ledger::new().with_failing_step().build();
    ledger.define("system.yaml", "offline: no", "offline: required");
    let maintenance = r"first: [ { id: backup, title: Back up, backup: {} } ]
maintenance:
  - id: close
    title: Close the ledger
    file: { touch: closed }
    undo: [ { id: open, title: Open the ledger, file: { absent: closed } } ]
checks:";
    ledger.define("system.yaml", "checks:", maintenance);
    ledger.define("releases/2.0.0.yaml", "steps:", "floor: 2.0.0\nsteps:");
    ledger.finish().exit(5).prints("stepwell restore");
    assert!(ledger.dir().join("closed").exists(), "only 2.0.0 could read the data");
    let restored = ledger.run(["restore", "--yes"]).exit(0).prints("IN MAINTENANCE: the upgrade had closed it");
    restored.prints("Open the ledger").prints("closed");
    assert!(ledger.dir().join("closed").exists());
    assert_eq!(ledger.status(), 9);
}

/// At every point where something is to last, on one deployment after the other.
#[test]
fn a_restore_that_was_killed_is_done_again() {
    for kind in [None, Some(Kind::Postgres), Some(Kind::Mariadb)] {
        let before = kind.map_or_else(Ledger::new, |kind| Ledger::new().on(kind)).build().contents();
        let ledger = half(kind.map_or_else(Ledger::new, |kind| Ledger::new().with_journal_on(kind)));
        let (mut killed, mut told) = (0, 0);
        loop {
            let at = (killed + 1).to_string();
            let ran = ledger.run_with(["restore", "--yes"], &[("STEPWELL_KILL_AT", &at)]);
            if !ran.was_killed() {
                ran.exit(0);
                break;
            }
            killed += 1;
            let status = ledger.run(["status"]);
            match status.code() {
                6 => {
                    told += 1;
                    status.prints("Do it again: stepwell restore");
                    ledger.run(["guard", "--", "true"]).exit(6);
                    ledger.run(["run", "--yes"]).exit(6);
                }
                // Before it began, or after its end.
                code => assert!([5, 9].contains(&code), "{status}"),
            }
            let history = ledger.run(["history", "--json"]).json();
            let run = history["runs"][0]["run"].as_str().expect("a run");
            ledger.run(["restore", run, "--yes"]).exit(0);
            assert_eq!(ledger.contents(), before, "killed at point {at}");
            assert_eq!(ledger.status(), 9, "killed at point {at}");
            ledger.finish().exit(5);
        }
        assert!(killed > 10 && told > 5, "only {killed} points, {told} of them within");
        assert_eq!(ledger.contents(), before);
    }
}

#[test]
fn maintenance_that_the_backup_holds_is_told_and_found_and_left_as_it_is() {
    let demo = Demo::with_rows(200).build();
    demo.finish().exit(0);
    let path = demo.database();
    let closed = || database::ask(&path, "select value from settings where key = 'maintenance'");
    assert_eq!(closed(), "off");
    let restored = demo.run(["restore", "--yes"]).exit(0).prints("IN MAINTENANCE: the upgrade had closed it");
    restored.prints("Open Keepsake for writes").prints("update settings set value = 'off'");
    assert_eq!(closed(), "on", "it is as it was copied");
    demo.run(["history"]).exit(0).prints("taken back");
    let screen = demo.terminal([]).start();
    screen.wait_for("What was found").wait_for("in maintenance").press("q").exit_code();
    demo.finish().exit(0).prints("The service is in maintenance.");
    assert_eq!(closed(), "on", "whoever closed it opens it");
}
