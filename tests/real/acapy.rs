//! ACA-Py on wallets that older releases of it made: each ends with one version record and renewed connections.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use stepwell::model::{EventKind, Exit};

use crate::cache;
use crate::killed;
use crate::support::deployment::{Deployment, Ran};
use crate::support::runner::Runner;
use crate::support::{PATIENCE, fixtures, wizard};
use crate::tried::Tried;
use crate::units::{UNITS_OF, Units, executable};

/// With the wallet library that it was tried with.
const PACKAGES: [&str; 2] = ["aries-cloudagent[askar]==0.12.8", "aries-askar==0.4.6"];

/// What an operator says beforehand who is not there later.
pub const RUN: [&str; 7] =
    ["run", "--yes", "--to", "0.12.8", "--allow-irreversible", "--answer", "last/switch=SWITCHED"];

const UNITS: [&str; 2] = ["agent", "mediator"];

/// The records of a wallet: name, tags and content of each.
#[derive(Deserialize, PartialEq, Debug)]
pub struct Records {
    pub acapy_version: Vec<(String, String, String)>,
    pub connection: Vec<(String, String, String)>,
    pub issuer_rev_reg: Vec<(String, String, String)>,
}

impl Records {
    pub fn versions(&self) -> Vec<&str> {
        self.acapy_version.iter().map(|(_, _, content)| content.as_str()).collect()
    }

    pub fn names(&self) -> Vec<&str> {
        self.connection.iter().map(|(name, _, _)| name.as_str()).collect()
    }

    /// How many connections lack the tag that 0.8.0 brought.
    pub fn without_state(&self) -> usize {
        self.connection.iter().filter(|(_, tags, _)| !tags.contains(r#""state""#)).count()
    }
}

/// Two agents that share a wallet, and 0.12.8 beside them.
pub struct AcaPy {
    pub tried: Tried,
    pub deployment: Deployment,
    pub units: Units,
    pub bin: PathBuf,
}

impl AcaPy {
    /// With a copy of a wallet that an older release made.
    pub fn with(wallet: &str) -> AcaPy {
        let acapy = AcaPy::without_wallet();
        acapy.place("w", wallet);
        acapy
    }

    pub fn without_wallet() -> AcaPy {
        let bin = cache::python_environment("acapy", &PACKAGES);
        let deployment = Deployment::empty();
        let units = Units::active(&deployment.dir(), &UNITS);
        let real = "ACA-Py 0.12.8 on wallets of 0.7.5, 0.8.0 and 0.8.1";
        let tried = Tried::with(&deployment, "ACA-Py", real, UNITS_OF, "SQLite");
        let acapy = AcaPy { tried, deployment, units, bin };
        acapy.deployment.write("key", "k1\n");
        acapy.configure("");
        acapy
    }

    /// Writes `stepwell.yaml`, with more facts and stores at its end.
    pub fn configure(&self, more: &str) {
        let dir = self.deployment.dir();
        let text = format!(
            "format: 1\nsystem: acapy\ndeployment: acapy-test\nfacts:\n  home: {home}\n  wallet: w\n  \
             wallet_key: {{ file: key }}\n  agents: [agent, mediator]\n  systemctl: [{systemctl}]\n  \
             python: {bin}/python\n  aca_py: {{ 0.12.8: {bin}/aca-py }}\n  backup_dir: {dir}/backups\n{more}",
            home = self.deployment.home().display(),
            systemctl = self.units.systemctl().display(),
            bin = self.bin.display(),
            dir = dir.display(),
        );
        self.deployment.write("stepwell.yaml", &text);
    }

    /// Where ACA-Py looks for a wallet.
    pub fn wallet(&self, name: &str) -> PathBuf {
        self.deployment.home().join(".aries_cloudagent/wallet").join(name).join("sqlite.db")
    }

    pub fn place(&self, name: &str, fixture: &str) {
        let wallet = self.wallet(name);
        fs::create_dir_all(wallet.parent().expect("a folder")).expect("the wallet's folder");
        fs::copy(fixtures().join("acapy").join(format!("{fixture}.sqlite")), &wallet).expect("the fixture");
        fs::set_permissions(&wallet, Permissions::from_mode(0o600)).expect("permissions");
    }

    fn askar_command(&self, wallet: &str) -> Command {
        let mut command = Command::new(self.bin.join("python"));
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/askar.py")).arg(wallet);
        // What this test starts is ended with it.
        command.env("HOME", self.deployment.home());
        command
    }

    /// Asks a wallet, or changes it: `askar.py` says what it can do.
    #[track_caller]
    pub fn askar(&self, wallet: &str, arguments: &[&str]) -> String {
        let output = self.askar_command(wallet).args(arguments).output().expect("askar.py");
        let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        assert!(output.status.success(), "{arguments:?}: {err}");
        out
    }

    /// The same for a wallet in SQLite.
    #[track_caller]
    pub fn askar_in(&self, name: &str, arguments: &[&str]) -> String {
        self.askar(&self.wallet(name).to_string_lossy(), arguments)
    }

    /// A process that has the wallet open until it is dropped.
    pub fn held(&self, name: &str) -> Held {
        self.held_at(&self.wallet(name).to_string_lossy())
    }

    pub fn held_at(&self, wallet: &str) -> Held {
        let mut command = self.askar_command(wallet);
        let mut child = command.arg("hold").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("askar.py");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert_eq!(line, "open\n");
        Held(child)
    }

    #[track_caller]
    pub fn records_at(&self, wallet: &str) -> Records {
        serde_json::from_str(&self.askar(wallet, &["show"])).expect("what askar.py prints")
    }

    #[track_caller]
    pub fn records(&self, name: &str) -> Records {
        self.records_at(&self.wallet(name).to_string_lossy())
    }

    /// Runs a command to its end, which takes its time: each step starts a Python or two.
    #[track_caller]
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        self.deployment.run_within(PATIENCE * 5, arguments, &[])
    }

    pub fn start(&self) -> Runner {
        self.deployment.start(RUN.into_iter().chain(["--json"]))
    }

    /// Everything that makes the wallet `w` an upgraded one, when it was `before`.
    #[track_caller]
    pub fn assert_upgraded(&self, before: &Records) {
        let after = self.records("w");
        assert_eq!(after.versions(), ["v0.12.8"], "the version is recorded, once");
        assert_eq!(after.without_state(), 0);
        assert_eq!(after.names(), before.names(), "no connection was lost");
        for unit in UNITS {
            assert_eq!(self.units.state(unit), "active");
            assert_eq!(self.units.stops_and_starts(unit), (1, 1), "{unit} was down meanwhile");
        }
        let backups = self.backups();
        assert_eq!(backups.len(), 1, "{backups:?}");
        assert_eq!(&self.records_at(&backups[0].to_string_lossy()), before, "the backup is what was there before");
        assert_eq!(self.deployment.status(), 0, "the upgrade is recorded");
    }

    pub fn backups(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(self.deployment.dir().join("backups")).expect("the folder of backups");
        // Reading a copy leaves files beside it for a moment.
        let mut found: Vec<PathBuf> = folder
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "sqlite"))
            .collect();
        found.sort();
        found
    }
}

/// Ends when it is dropped.
pub struct Held(Child);

impl Held {
    pub fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_wallet_of_0_7_5_is_upgraded_without_an_operator_and_by_one_at_a_time() {
    let acapy = AcaPy::with("wallet-075");
    let before = acapy.records("w");
    assert_eq!((before.versions().len(), before.connection.len(), before.without_state()), (0, 3, 3));
    let mut run = acapy.start();
    run.wait_step("first/backup");
    acapy.run(RUN).exit(Exit::LeaseHeld.code().into());
    let (code, events) = run.finish();
    assert_eq!(code, 0, "{events:#?}");
    acapy.assert_upgraded(&before);

    // Again: there is nothing left to do, and nothing is done.
    acapy.run(["run", "--yes", "--to", "0.12.8"]).exit(0);
    acapy.assert_upgraded(&before);

    // And back to what it was.
    acapy.run(["restore", "--yes"]).exit(0);
    assert_eq!(acapy.records("w"), before);
}

#[test]
fn a_wallet_is_upgraded_with_the_wizard() {
    let acapy = AcaPy::with("wallet-080");
    let before = acapy.records("w");
    let screen = acapy.deployment.terminal([]).start();
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert!(left.contains("0.12.8"), "the summary stays on the terminal:\n{left}");
    acapy.assert_upgraded(&before);
}

#[test]
#[ignore = "long: the upgrade of a wallet that needs none but its record"]
fn from_0_8_1_on_only_the_version_is_recorded() {
    let acapy = AcaPy::with("wallet-081");
    let before = acapy.records("w");
    assert_eq!(before.versions(), ["v0.8.1"]);
    // There is no point of no return either.
    acapy.run(["run", "--yes", "--to", "0.12.8", "--answer", "last/switch=SWITCHED"]).exit(0);
    acapy.assert_upgraded(&before);
    assert_eq!(acapy.records("w").connection, before.connection, "the program by itself would save each one again");
}

/// Starts an upgrade and waits until ACA-Py saves connections.
fn saving(acapy: &AcaPy) -> Runner {
    let mut runner = acapy.start();
    runner.wait_step("0.8.1/resave-connections");
    runner
}

#[test]
#[ignore = "long: a killed runner; that of a power failure is not left out"]
fn a_runner_killed_while_connections_are_saved_is_resumed() {
    let acapy = AcaPy::with("wallet-075");
    let before = acapy.records("w");
    saving(&acapy).kill();
    acapy.run(RUN).exit(0);
    acapy.assert_upgraded(&before);
}

#[test]
fn a_power_failure_while_connections_are_saved_is_resumed() {
    let acapy = AcaPy::with("wallet-075");
    acapy.askar_in("w", &["copies", "300"]);
    let before = acapy.records("w");
    let runner = saving(&acapy);
    acapy.deployment.lose_power();
    drop(runner);
    assert!(acapy.records("w").without_state() > 0, "it was cut off in the middle");
    acapy.run(RUN).exit(0);
    acapy.assert_upgraded(&before);
}

#[test]
#[ignore = "long: an upgrade that is killed at each of its steps"]
fn an_upgrade_that_is_killed_at_every_step_is_the_same_in_the_end() {
    for power in [false, true] {
        let acapy = AcaPy::with("wallet-075");
        let before = acapy.records("w");
        let steps = killed::at_each_step(&acapy.deployment, &RUN, power);
        assert!(steps > 10, "{steps}");
        acapy.assert_upgraded(&before);
    }
}

#[test]
#[ignore = "long: the upgrade of a large wallet"]
fn five_thousand_connections_are_saved_in_bounded_time_and_memory() {
    let acapy = AcaPy::with("wallet-075");
    acapy.askar_in("w", &["copies", "5000"]);
    let before = acapy.records("w");
    // Between Stepwell and the program stands one that writes down how much memory the program needed.
    let (measured, own) = (acapy.deployment.dir().join("measured"), acapy.deployment.dir().join("aca-py"));
    let bin = acapy.bin.display();
    let program = format!(
        "#!{bin}/python\nimport resource, subprocess, sys\n\
         status = subprocess.run(['{bin}/aca-py', *sys.argv[1:]]).returncode\n\
         with open('{}', 'a') as file:\n    \
         print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=file)\nsys.exit(status)\n",
        measured.display()
    );
    executable(&own, &program);
    let yaml = fs::read_to_string(acapy.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    acapy.deployment.write("stepwell.yaml", &yaml.replace(&format!("{bin}/aca-py"), &own.display().to_string()));

    let (code, events) = acapy.start().finish();
    assert_eq!(code, 0, "{events:#?}");
    acapy.assert_upgraded(&before);
    let times = events
        .iter()
        .filter(|event| matches!(&event.kind, EventKind::StepChanged { key, .. } if key == "0.8.1/resave-connections"));
    let times: Vec<_> = times.map(|event| event.at).collect();
    let took = times[times.len() - 1].duration_since(times[0]).as_secs();
    let measured = fs::read_to_string(measured).expect("what was measured");
    let largest = measured.lines().filter_map(|line| line.parse::<u32>().ok()).max().expect("a program");
    println!("5,003 connections: saved in {took} s, with {largest} MB at most");
    // The program holds all of them in memory. It needs as much without Stepwell.
    assert!((100..600).contains(&largest), "{largest} MB");
}
