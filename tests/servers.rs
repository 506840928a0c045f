//! A whole upgrade on PostgreSQL and on MariaDB: carried out, killed, disturbed, and gone on with.

mod support;

use stepwell::model::{EventKind, StepState};
use support::database::assert_same;
use support::ledger::{Ledger, LedgerDeployment};
use support::server::{Kind, Server};

const KINDS: [Kind; 2] = [Kind::Postgres, Kind::Mariadb];

const BACKUP: &str = r"
  - id: backup
    title: Back up the ledger
    backup: { prove: true }
";

fn contents_after(kind: Kind) -> String {
    let ledger = Ledger::new().on(kind).build();
    ledger.finish().exit(0);
    ledger.contents()
}

fn server(ledger: &mut LedgerDeployment) -> &mut Server {
    ledger.server.as_mut().expect("a server")
}

#[test]
fn an_upgrade_reaches_its_end_and_is_recorded() {
    for kind in KINDS {
        let ledger = Ledger::new().with_steps(BACKUP).on(kind).build();
        ledger.run(["check"]).exit(0);
        ledger.finish().exit(0);
        assert_eq!(ledger.version(), "2.0.0");
        assert_eq!(ledger.ask("select count(*) from entries where cents = amount * 100"), "100");
        assert_eq!(ledger.status(), 0);
    }
}

#[test]
fn a_backup_is_whole_and_can_be_put_back() {
    for kind in KINDS {
        let ledger = Ledger::new().with_steps(BACKUP).on(kind).build();
        let before = ledger.contents();
        ledger.finish().exit(0);
        let backups = ledger.dir().join(".stepwell/backups");
        let files: Vec<_> = std::fs::read_dir(&backups).expect("backups").flatten().map(|f| f.path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let server = ledger.server.as_ref().expect("a server");
        match kind {
            Kind::Postgres => {
                let mut restore = std::process::Command::new("pg_restore");
                restore.args(["--clean", "--if-exists", "-U", "postgres", "-d", "app", "-h"]).arg(server.socket());
                assert!(restore.arg(&files[0]).status().expect("pg_restore").success());
            }
            Kind::Mariadb => {
                let mut restore = server.client("app", "");
                restore.stdin(std::fs::File::open(&files[0]).expect("the backup"));
                let mut args: Vec<_> = restore.get_args().map(ToOwned::to_owned).collect();
                args.retain(|arg| arg != "-e" && !arg.is_empty());
                let mut again = std::process::Command::new(restore.get_program());
                again.args(args).stdin(std::fs::File::open(&files[0]).expect("the backup"));
                assert!(again.status().expect("mariadb").success());
            }
        }
        // The column that the step before the backup had added is in it.
        assert_eq!(ledger.ask("select count(*) from entries where cents is not null"), "0");
        assert_eq!(ledger.version(), "1.0.0");
        assert!(before.lines().count() > 100);
    }
}

#[test]
fn a_runner_killed_at_each_step_goes_on() {
    for kind in KINDS {
        let expected = contents_after(kind);
        for key in ["2.0.0/column", "2.0.0/fill", "2.0.0/version"] {
            for over in [false, true] {
                let ledger = Ledger::new().on(kind).build();
                let mut runner = ledger.start_runner();
                runner.wait_for(key, |event| match event {
                    EventKind::StepChanged { key: k, state } if k == key => {
                        if over {
                            state.is_over()
                        } else {
                            matches!(state, StepState::Running { .. })
                        }
                    }
                    _ => false,
                });
                runner.kill();
                ledger.finish().exit(0);
                assert_same(&expected, &ledger.contents(), &format!("{kind:?}, killed at {key} (over: {over})"));
            }
        }
    }
}

#[test]
fn a_server_that_was_killed_is_waited_for() {
    for kind in KINDS {
        let expected = contents_after(kind);
        let mut ledger = Ledger::new().with_gate().on(kind).build();
        let mut runner = ledger.start_runner();
        let waiting = ledger.gate.reached();
        server(&mut ledger).kill();
        drop(waiting);
        runner.wait_for("it waits for the server", |event| {
            matches!(event, EventKind::StepChanged { key, state: StepState::Waiting { .. } } if key == "2.0.0/fill")
        });
        server(&mut ledger).run();
        let (code, events) = runner.finish();
        assert_eq!(code, 0, "{events:#?}");
        assert_same(&expected, &ledger.contents(), &format!("{kind:?}, after its server was killed"));
    }
}
