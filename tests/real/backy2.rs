//! backy2 on databases that it wrote: what is restored afterwards is what was backed up, byte by byte.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use sha2::{Digest as _, Sha256};
use stepwell::model::Exit;

use crate::cache;
use crate::killed;
use crate::support::database::ask;
use crate::support::deployment::{Deployment, Ran};
use crate::support::{fixtures, wizard};
use crate::tried::Tried;
use crate::units::{UNITS_OF, Units};

/// The newest one that can be had, with the limits on what it needs that it was tried with.
const PACKAGES: [&str; 5] = ["backy2==2.9.17", "SQLAlchemy<2", "alembic<1.14", "setuptools<80", "psycopg2-binary"];

/// What an operator says beforehand who is not there later.
pub const RUN: [&str; 7] =
    ["run", "--yes", "--to", "2.9.17", "--allow-irreversible", "--answer", "last/switch=SWITCHED"];

const REBUILD: [&str; 5] = ["run", "--yes", "--tag", "rebuild", "--force"];

/// SHA-256 of the images that were backed up, 786,432 bytes each.
const IMAGES: [&str; 3] = [
    "95b55f50b2591c97ca72fcda2e6f27f17a1eed665d1d580b05e0a06574dae5c2",
    "a90114ef85e5703037c5ab7bebb282e54d043e268ee8f2285c1080bda4d44453",
    "615ec90fe111dc0e53c930b87d440d744a4701470f043bf6700dccded764eb1a",
];

pub const TIMER: &str = "backy2.timer";

/// Three backups and what was backed up.
pub struct Backy2 {
    pub tried: Tried,
    /// Before it changes the database Stepwell waits for every backy2 of the host, so there is one at a time.
    _alone: File,
    pub deployment: Deployment,
    pub units: Units,
    pub bin: PathBuf,
}

impl Backy2 {
    /// With a copy of a database that an older release made.
    pub fn with(database: &str) -> Backy2 {
        let backy2 = Backy2::without_database();
        let dir = backy2.deployment.dir();
        let blocks = fixtures().join("backy2/blocks.tar.gz");
        let untar = Command::new("tar").arg("-xzf").arg(blocks).arg("-C").arg(&dir).status();
        assert!(untar.expect("tar").success());
        fs::copy(fixtures().join("backy2").join(database), backy2.database()).expect("the fixture");
        fs::set_permissions(backy2.database(), Permissions::from_mode(0o640)).expect("permissions");
        backy2.configure(&format!("sqlite:///{}", backy2.database().display()));
        backy2
    }

    /// With an empty database on a server, which `initdb` fills.
    pub fn on(url: &str) -> Backy2 {
        let mut backy2 = Backy2::without_database();
        backy2.tried.database = "PostgreSQL";
        fs::create_dir(backy2.deployment.dir().join("data")).expect("a folder");
        backy2.configure(url);
        backy2.backy2(&["initdb"]);
        backy2
    }

    fn without_database() -> Backy2 {
        let bin = cache::python_environment("backy2", &PACKAGES);
        let alone = File::create(bin.join("../alone")).expect("a file for the lock");
        alone.lock().expect("the lock");
        let deployment = Deployment::empty();
        let tried = Tried::with(&deployment, "backy2", "backy2 2.9.17", UNITS_OF, "SQLite");
        Backy2 { tried, _alone: alone, units: Units::active(&deployment.dir(), &[TIMER]), deployment, bin }
    }

    fn configure(&self, url: &str) {
        let dir = self.deployment.dir();
        let dir = dir.display();
        self.deployment.write(
            "backy.cfg",
            &format!(
                "[DEFAULTS]\nlogfile: {dir}/backy.log\nblock_size: 65536\nhash_function: sha512\nlock_dir: {dir}\n\
                 \n[MetaBackend]\ntype: backy2.meta_backends.sql\nengine: {url}\n\n[DataBackend]\n\
                 type: backy2.data_backends.file\npath: {dir}/data\nsimultaneous_writes: 1\nsimultaneous_reads: 1\n\
                 \n[io_file]\nsimultaneous_reads: 1\n",
            ),
        );
        self.deployment.write(
            "stepwell.yaml",
            &format!(
                "format: 1\nsystem: backy2\ndeployment: backy2-test\nfacts:\n  cfg: {dir}/backy.cfg\n  \
                 running: {bin}\n  bin: {{ 2.9.17: {bin} }}\n  timers: [{TIMER}]\n  systemctl: [{systemctl}]\n  \
                 work: {dir}/work\n",
                bin = self.bin.display(),
                systemctl = self.units.systemctl().display(),
            ),
        );
    }

    pub fn database(&self) -> PathBuf {
        self.deployment.dir().join("backy.sqlite")
    }

    #[track_caller]
    pub fn backy2(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.bin.join("backy2"));
        command.arg("-c").arg(self.deployment.dir().join("backy.cfg")).args(arguments);
        let output = command.env("HOME", self.deployment.home()).output().expect("backy2");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn all(&self, query: &str) -> String {
        ask(&self.database(), query)
    }

    fn uids(&self) -> Vec<String> {
        self.all("select group_concat(uid) from (select uid from versions order by name)")
            .split(',')
            .map(str::to_owned)
            .collect()
    }

    /// What an upgrade may not lose.
    fn content(&self) -> [String; 3] {
        [
            "select group_concat(uid || name || size_bytes || valid || protected || date) from \
             (select * from versions order by uid)",
            "select group_concat(version_uid || id || uid || checksum || size || valid) from \
             (select * from blocks order by version_uid, id)",
            "select coalesce(group_concat(version_uid || name), '') from (select * from tags order by 1, 2)",
        ]
        .map(|query| self.all(query).replace(".000000", ""))
    }

    #[track_caller]
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        self.deployment.run_within(crate::support::PATIENCE * 3, arguments, &[])
    }

    /// Every backup is restored to the very image that was backed up.
    #[track_caller]
    fn assert_restores(&self) {
        let uids = self.uids();
        assert_eq!(uids.len(), 3);
        for (image, uid) in IMAGES.iter().zip(&uids) {
            let target = self.deployment.home().join(uid);
            let _ = fs::remove_file(&target);
            self.backy2(&["restore", uid, &format!("file://{}", target.display())]);
            let digest = Sha256::digest(fs::read(&target).expect("what was restored"));
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digest, **image, "{uid}");
        }
    }

    #[track_caller]
    pub fn assert_upgraded(&self) {
        assert_eq!(self.all("select version_num from alembic_version"), "29c655b78818");
        assert_eq!(self.all("select count(*) from blocks"), "36");
        assert_eq!(self.units.state(TIMER), "active");
        assert_eq!(self.units.stops_and_starts(TIMER), (1, 1), "no job began meanwhile");
        let copies = fs::read_dir(self.deployment.dir().join("work")).expect("the folder").flatten();
        let copies: Vec<PathBuf> =
            copies.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "sqlite")).collect();
        assert_eq!(copies.len(), 1, "{copies:?}");
        let tables = "select count(*) from sqlite_schema where name = 'alembic_version'";
        assert_eq!(ask(&copies[0], tables), "0", "the copy is from before");
        assert_eq!(ask(&copies[0], "select count(*) from versions"), "3");
        self.assert_restores();
    }

    /// The new database says what the old one said.
    #[track_caller]
    fn assert_rebuilt(&self, before: &[String; 3]) {
        assert_eq!(&self.content(), before);
        assert_eq!(before[2].matches("b_daily").count(), 3, "tags are among it");
        let dir = self.deployment.dir();
        assert!(dir.join("work/before.sqlite").exists() && !dir.join("backy.sqlite.new").exists());
        assert!(!dir.join("work/new.cfg").exists(), "no secret is left behind");
        let mode = fs::metadata(self.database()).expect("the database").permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "who could use it still can");
        assert_eq!(self.units.state(TIMER), "active");
        self.assert_restores();
    }
}

#[test]
fn a_database_of_before_2_9_9_is_upgraded_without_an_operator() {
    let backy2 = Backy2::with("backy-pre-2.9.9.sqlite");
    backy2.run(["status"]).exit(Exit::UpgradeNeeded.code().into()).prints("2.9.0");
    backy2.run(RUN).exit(0);
    backy2.assert_upgraded();

    // Again: there is nothing left to do, and nothing is done.
    backy2.run(["run", "--yes", "--to", "2.9.17"]).exit(0);
    backy2.assert_upgraded();

    // And back to what it was.
    backy2.run(["restore", "--yes"]).exit(0);
    backy2.run(["status"]).exit(Exit::UpgradeNeeded.code().into()).prints("2.9.0");
}

#[test]
fn a_database_is_upgraded_with_the_wizard() {
    let backy2 = Backy2::with("backy-pre-2.9.9.sqlite");
    let screen = backy2.deployment.terminal([]).start();
    screen.wait_for("2.13.8");
    // The newest release is offered first, which cannot be had here.
    while !screen.contents().contains("› 2.9.17") {
        let seen = screen.contents();
        screen.press("up").wait_change(&seen);
    }
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert!(left.contains("2.9.17"), "the summary stays on the terminal:\n{left}");
    backy2.assert_upgraded();
}

#[test]
fn a_database_in_sqlite_is_built_anew() {
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    let before = backy2.content();
    backy2.run(REBUILD).exit(0).prints("3 versions, 36 blocks, 9 tags");
    backy2.assert_rebuilt(&before);

    // What it left is not overwritten.
    let ran = backy2.run(REBUILD).exit(Exit::StepFailed.code().into());
    assert!(ran.stderr().contains("No export of an earlier run is in the way"), "{ran}");
    assert_eq!(backy2.content(), before);
}

#[test]
fn a_rebuild_that_loses_power_at_every_step_is_the_same_in_the_end() {
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    let before = backy2.content();
    let steps = killed::at_each_step(&backy2.deployment, &REBUILD, true);
    assert!(steps > 15, "{steps}");
    backy2.assert_rebuilt(&before);
}

#[test]
#[ignore = "long: upgrades that are killed at each of their steps"]
fn upgrades_that_are_killed_at_every_step_are_the_same_in_the_end() {
    for everything in [false, true] {
        let backy2 = Backy2::with("backy-pre-2.9.9.sqlite");
        let steps = killed::at_each_step(&backy2.deployment, &RUN, everything);
        assert!(steps > 10, "{steps}");
        backy2.assert_upgraded();
    }
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    let before = backy2.content();
    let steps = killed::at_each_step(&backy2.deployment, &REBUILD, false);
    assert!(steps > 15, "{steps}");
    backy2.assert_rebuilt(&before);
}
