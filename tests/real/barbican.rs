//! OpenStack Barbican from Yoga to Zed, the one hop since Ussuri that alters a table.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use stepwell::model::{Event, EventKind, Exit, StepState};

use crate::barbican_path::{release, revision_in};
use crate::support::database::{ask, assert_same, dump_table};
use crate::support::deployment::{Deployment, Ran};
use crate::support::runner::Runner;
use crate::support::{fixtures, wizard};
use crate::tried::Tried;
use crate::units::{UNITS_OF, Units, executable};

/// What the upgrade must not touch.
const TABLES: [&str; 4] = ["secrets", "secret_user_metadata", "encrypted_data", "projects"];

/// Stands in for the interpreter of the release that runs now, of which the upgrade asks its version.
const RUNNING: &str = r#"#!/bin/sh
case $2 in
  *importlib.metadata*) echo 14.0.2 ;;
  *) exec python3 "$@" ;;
esac
"#;

const UNITS: [&str; 2] = ["barbican-api", "barbican-worker"];

/// What an operator says beforehand who is not there later.
pub const RUN: [&str; 9] = [
    "run",
    "--yes",
    "--to",
    "15.0.1",
    "--allow-irreversible",
    "--answer",
    "last/switch=SWITCHED",
    "--answer",
    "first/keys=KEPT",
];

/// Barbican 14.0.2 with the database that it wrote, and 15.0.1 installed beside it.
pub struct Barbican {
    _tried: Tried,
    pub deployment: Deployment,
    units: Units,
    bin: PathBuf,
    before: Vec<String>,
    /// Whether the worker was stopped before the upgrade.
    worker_stopped: bool,
}

impl Barbican {
    pub fn yoga() -> Barbican {
        let bin = release("15.0.1");
        let deployment = Deployment::empty();
        let dir = deployment.dir();
        fs::copy(fixtures().join("barbican/barbican-14.0.2.sqlite"), dir.join("barbican.sqlite")).expect("the fixture");
        // The fixture may be read-only, and permissions are copied too.
        fs::set_permissions(dir.join("barbican.sqlite"), Permissions::from_mode(0o600)).expect("permissions");
        fs::copy(fixtures().join("barbican/barbican-api-paste.ini"), dir.join("paste.ini")).expect("paste.ini");
        for folder in ["running", "backups"] {
            fs::create_dir(dir.join(folder)).expect(folder);
        }
        let units = Units::active(&dir, &UNITS);
        executable(&dir.join("running/python3"), RUNNING);

        let url = format!("sqlite:///{}", dir.join("barbican.sqlite").display());
        let dir = dir.display();
        deployment.write("barbican.conf", &format!("[DEFAULT]\nsql_connection = {url}\n"));
        deployment.write(
            "stepwell.yaml",
            &format!(
                r#"format: 1
system: barbican
deployment: barbican-test
stores:
  db: {{ url: "{url}" }}
facts:
  conf: "{dir}/barbican.conf"
  paste: "{dir}/paste.ini"
  running: "{dir}/running"
  bin: {{ 15.0.1: "{bin}" }}
  installed_by: self
  services: [barbican-api, barbican-worker]
  systemctl: ["{systemctl}"]
  backup_dir: "{dir}/backups"
journal: file
"#,
                bin = bin.display(),
                systemctl = units.systemctl().display()
            ),
        );
        let tried = Tried::with(&deployment, "Barbican", "Barbican 15.0.1 on data of 14.0.2", UNITS_OF, "SQLite");
        let mut barbican =
            Barbican { _tried: tried, deployment, units, bin, before: Vec::new(), worker_stopped: false };
        assert_eq!(barbican.revision(), "0f8c192a061f", "the fixture is what 14.0.2 wrote");
        assert_eq!(barbican.secrets(), "1000");
        barbican.before = barbican.rows();
        barbican
    }

    /// Somebody stopped the worker before the upgrade.
    fn with_worker_stopped(mut self) -> Barbican {
        self.units.set("barbican-worker", "inactive");
        self.worker_stopped = true;
        self
    }

    #[track_caller]
    fn upgrade(&self) -> Ran {
        self.deployment.run(RUN)
    }

    pub fn database(&self) -> PathBuf {
        self.deployment.dir().join("barbican.sqlite")
    }

    /// What Barbican's own command says about the schema.
    pub fn revision(&self) -> String {
        let output = Command::new(self.bin.join("barbican-db-manage"))
            .arg("current")
            .env("OS_DEFAULT__SQL_CONNECTION", format!("sqlite:///{}", self.database().display()))
            .current_dir(self.deployment.home())
            .output()
            .expect("barbican-db-manage");
        revision_in(&output)
    }

    fn secrets(&self) -> String {
        ask(&self.database(), "select count(*) from secrets")
    }

    fn rows(&self) -> Vec<String> {
        TABLES.iter().map(|table| dump_table(&self.database(), table)).collect()
    }

    #[track_caller]
    pub fn assert_upgraded(&self) {
        assert_eq!(self.revision(), "8c74e2d7f1ff (head)");
        assert_eq!(self.secrets(), "1000");
        for (before, after) in self.before.iter().zip(self.rows()) {
            assert_same(before, &after, "after the upgrade");
        }
        assert_eq!(ask(&self.database(), "select count(*) from secret_consumer_metadata"), "1000");

        for unit in UNITS {
            let stopped = self.worker_stopped && unit == "barbican-worker";
            let state = if stopped { "inactive" } else { "active" };
            assert_eq!(self.units.state(unit), state, "{unit} is in the state in which it was found");
            let once = usize::from(!stopped);
            assert_eq!(self.units.stops_and_starts(unit), (once, once), "{unit} was down meanwhile");
        }

        let backups: Vec<PathBuf> = fs::read_dir(self.deployment.dir().join("backups"))
            .expect("the folder of backups")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0")))
            .collect();
        assert_eq!(backups.len(), 1, "{backups:?}");
        assert_eq!(ask(&backups[0], "select version_num from alembic_version"), "0f8c192a061f");
        assert_eq!(ask(&backups[0], "select count(*) from secrets"), "1000");

        // There is a newer release, so this is not 0.
        self.deployment.run(["status"]).exit(Exit::UpgradeNeeded.code().into()).prints("15.0.1");
    }
}

#[test]
fn barbican_is_upgraded_without_an_operator() {
    let barbican = Barbican::yoga();
    barbican.upgrade().exit(0);
    barbican.assert_upgraded();

    // Again: there is nothing left to do, and nothing is done.
    barbican.deployment.run(["run", "--yes", "--to", "15.0.1"]).exit(0);
    barbican.assert_upgraded();
}

#[test]
fn a_service_that_was_stopped_before_stays_stopped() {
    let barbican = Barbican::yoga().with_worker_stopped();
    barbican.upgrade().exit(0);
    barbican.assert_upgraded();
}

#[test]
fn barbican_is_upgraded_with_the_wizard() {
    let barbican = Barbican::yoga();
    let screen = barbican.deployment.terminal(["--to", "15.0.1"]).start();
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert!(left.contains("15.0.1"), "the summary stays on the terminal:\n{left}");
    barbican.assert_upgraded();
}

/// Starts an upgrade and waits until Barbican's own command says that it changes the schema.
fn changing_the_schema(barbican: &Barbican) -> Runner {
    let mut runner = barbican.deployment.start(RUN.into_iter().chain(["--json"]));
    runner.wait_for("the schema changes", |kind| {
        matches!(kind, EventKind::Log { key, line } if key == "15.0.1/schema" && line.contains("Running upgrade"))
    });
    runner
}

#[test]
fn a_runner_killed_while_the_schema_changes_is_resumed() {
    let barbican = Barbican::yoga().with_worker_stopped();
    changing_the_schema(&barbican).kill();
    let (code, events) = barbican.deployment.start(RUN.into_iter().chain(["--json"])).finish();
    assert_eq!(code, 0, "{events:#?}");
    barbican.assert_upgraded();
    let again = |event: &&Event| matches!(&event.kind, EventKind::StepChanged { key, state: StepState::Running { attempt: 2.. } } if key == "15.0.1/schema");
    let again = events.iter().find(again);
    assert_eq!(again, None, "the command that went on without its runner is waited for, not started twice");
}

#[test]
fn a_power_failure_while_the_schema_changes_is_resumed() {
    let barbican = Barbican::yoga();
    let _runner = changing_the_schema(&barbican);
    barbican.deployment.lose_power();
    barbican.upgrade().exit(0);
    barbican.assert_upgraded();
}
