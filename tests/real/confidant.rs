//! Confidant's migration of booleans, by its own script and on a server that speaks DynamoDB's language, with its own web
//! process as a node.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::cache;
use crate::support::deployment::{Deployment, Ran};
use crate::support::runner::Runner;
use crate::support::{PATIENCE, fixtures, wizard};
use crate::tried::Tried;
use crate::units::executable;

/// What an operator says beforehand who is not there later.
pub const RUN: [&str; 4] = ["run", "--yes", "--to", "4.0.0"];

/// What is in the table.
#[derive(Deserialize, PartialEq, Debug)]
pub struct Table {
    pub numbers: u32,
    pub native: u32,
    pub json_sets: u32,
    pub rows: u32,
    /// What the rows say, whichever way it is stored.
    pub content: String,
    pub backups: Vec<String>,
}

/// A table, nodes of a release, and the programs of others beside them.
pub struct Confidant {
    _tried: Tried,
    pub deployment: Deployment,
    url: String,
    nodes: Vec<String>,
    /// The server and the nodes, which are on machines of their own: a power failure here leaves them alone.
    elsewhere: Vec<Child>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/confidant")
}

/// The pinned packages of a file, which are all that is needed.
fn environment(name: &str) -> PathBuf {
    let list = fs::read_to_string(folder().join(format!("{name}.txt"))).expect("the list of packages");
    let packages: Vec<&str> = std::iter::once("--no-deps").chain(list.lines()).collect();
    cache::python_environment(name, &packages)
}

impl Confidant {
    /// With what a release wrote, and no nodes yet.
    pub fn with(items: &str) -> Confidant {
        let deployment = Deployment::empty();
        let mut server = Command::new(environment("moto").join("moto_server"));
        server.args(["-H", "127.0.0.1", "-p", "0"]).env("HOME", "/nowhere");
        let mut server = server.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("moto_server");
        let mut said = BufReader::new(server.stderr.take().expect("a pipe"));
        let url = loop {
            let mut line = String::new();
            assert_ne!(said.read_line(&mut line).expect("what it says"), 0, "the server ended");
            if let Some((_, port)) = line.trim().rsplit_once("http://127.0.0.1:") {
                break format!("http://127.0.0.1:{port}");
            }
        };
        // It would wait for ever for somebody to read what it says.
        std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
        let real = "Confidant 6.5.1: its migration of booleans and its web process, on tables of 1.11.0 and 2.0.1";
        let instead = "the scripts of 2.0.1, the nodes of 1.11.0 to 4.0.0, DynamoDB (moto)";
        let tried = Tried::with(&deployment, "Confidant", real, instead, "DynamoDB (moto)");
        let confidant = Confidant { _tried: tried, deployment, url, nodes: Vec::new(), elsewhere: vec![server] };
        confidant.deployment.write("aws-credentials", "[default]\naws_access_key_id = x\naws_secret_access_key = x\n");
        confidant.table_command(&["load", &fixtures().join("confidant").join(items).to_string_lossy()]);
        confidant.write_program("running", "cat \"DIR/node-$1\"\n");
        confidant.write_program("roll-out", "echo \"$2\" >\"DIR/node-$1\"\n");
        confidant
    }

    pub fn write_program(&self, name: &str, text: &str) {
        let dir = self.deployment.dir();
        let text = text.replace("DIR", &dir.to_string_lossy()).replace("TABLE", &self.table_line());
        executable(&dir.join(name), &format!("#!/bin/sh\n{text}"));
    }

    /// The beginning of a command for `table.py`, for a shell.
    fn table_line(&self) -> String {
        let python = environment("moto").join("python");
        let credentials = self.deployment.dir().join("aws-credentials");
        format!(
            "env AWS_SHARED_CREDENTIALS_FILE='{}' DYNAMODB_URL={} '{}' '{}'",
            credentials.display(),
            self.url,
            python.display(),
            folder().join("table.py").display()
        )
    }

    /// Confidant's own scripts, as those of `releases`. `after` is what somebody does when the script has come to its end.
    pub fn install(&self, releases: &[&str], after: &str) {
        let bin = environment("confidant");
        self.write_program(
            "confidant-admin",
            &format!(
                "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH='{}' '{}' \"$@\"\nstatus=$?\n{after}\nexit $status\n",
                folder().display(),
                bin.join("confidant-admin").display()
            ),
        );
        self.configure(releases);
    }

    /// The scripts for sets stood in for, the others Confidant's own.
    pub fn install_whole(&self, releases: &[&str]) {
        self.stand_in(releases);
        let dir = self.deployment.dir();
        fs::rename(dir.join("confidant-admin"), dir.join("stand-in")).expect("a program");
        self.install(releases, "");
        fs::rename(dir.join("confidant-admin"), dir.join("own")).expect("a program");
        let choose = "case $1 in\n*_set_attribute) exec DIR/stand-in \"$@\" ;;\n*) exec DIR/own \"$@\" ;;\nesac\n";
        self.write_program("confidant-admin", choose);
    }

    pub fn node_name(&self, node: usize) -> &str {
        &self.nodes[node]
    }

    /// The key of a step of `other`, whose nodes have other names.
    pub fn renamed(&self, other: &Confidant, key: &str) -> String {
        other.nodes.iter().zip(&self.nodes).fold(key.to_owned(), |key, (from, to)| key.replace(from.as_str(), to))
    }

    /// Programs that stand in for those of releases that cannot be installed.
    pub fn stand_in(&self, releases: &[&str]) {
        // Each script leaves rows behind when it is run for the first time.
        self.write_program(
            "confidant-admin",
            "lose=7\n[ -e \"DIR/ran-$1\" ] && lose=0\ntouch \"DIR/ran-$1\"\ncase $1 in\n\
             migrate_blind_cred_set_attribute) TABLE sets blind-credential $lose ;;\n\
             migrate_service_set_attribute) TABLE sets service $lose ;;\n--help) ;;\n*) exit 2 ;;\nesac\n",
        );
        self.configure(releases);
    }

    /// Writes `stepwell.yaml`, where the programs of `releases` are in the deployment's folder.
    fn configure(&self, releases: &[&str]) {
        let dir = self.deployment.dir();
        let bin: Vec<String> = releases.iter().map(|release| format!("{release}: {}", dir.display())).collect();
        let text = format!(
            "format: 1\nsystem: confidant\ndeployment: confidant-test\nfacts:\n  nodes: [{nodes}]\n  \
             address: http://127.0.0.1:NODE\n  auth: no\n  roll_out: [{dir}/roll-out]\n  running: [{dir}/running]\n  \
             touch_file: {dir}/maintenance\n  bin: {{ {bin} }}\n  python: {python}\n  dynamodb_url: {url}\n  \
             credentials: {dir}/aws-credentials\n  rate: 500\n",
            nodes = self.nodes.join(", "),
            dir = dir.display(),
            bin = bin.join(", "),
            python = environment("moto").join("python").display(),
            url = self.url,
        );
        self.deployment.write("stepwell.yaml", &text);
    }

    /// Changes a line of `stepwell.yaml`.
    #[track_caller]
    pub fn set(&self, fact: &str, value: &str) {
        let path = self.deployment.dir().join("stepwell.yaml");
        let yaml = fs::read_to_string(&path).expect("the deployment file");
        let kept = yaml.lines().filter(|line| !line.starts_with(&format!("  {fact}:"))).map(|line| format!("{line}\n"));
        fs::write(path, kept.collect::<String>() + &format!("  {fact}: {value}\n")).expect("the deployment file");
    }

    /// Confidant itself as a node, which says that it is one of `release`.
    pub fn real_node(&mut self, release: &str) {
        let touch = self.deployment.dir().join("maintenance");
        let mut command = Command::new(environment("confidant").join("python"));
        command
            .arg(folder().join("node.py"))
            .arg("real")
            .env("PYTHONPATH", folder())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let settings = [
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("DYNAMODB_URL", &self.url),
            ("DYNAMODB_TABLE", "confidant"),
            ("SESSION_SECRET", "secret"),
            ("SSLIFY", "False"),
            ("USE_AUTH", "False"),
            ("USE_ENCRYPTION", "False"),
            ("AUTH_KEY", "alias/auth"),
            ("KMS_MASTER_KEY", "alias/master"),
            ("AUTH_CONTEXT", "test"),
        ];
        let credentials = self.deployment.dir().join("aws-credentials");
        command.envs(settings).env("AWS_SHARED_CREDENTIALS_FILE", credentials);
        self.node(command, &touch, release);
    }

    /// A node that answers what Confidant answers.
    pub fn node_that_stands_in(&mut self, release: &str, arguments: &[&str], touch: &Path) {
        let mut command = Command::new(environment("moto").join("python"));
        command.arg(folder().join("node.py")).arg("stands-in").args(arguments);
        self.node(command, touch, release);
    }

    fn node(&mut self, mut command: Command, touch: &Path, release: &str) {
        command.env("MAINTENANCE_MODE_TOUCH_FILE", touch).env("HOME", "/nowhere");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a node");
        let port = first_line(child.stdout.take().expect("a pipe"));
        self.deployment.write(&format!("node-{port}"), &format!("{release}\n"));
        self.nodes.push(port);
        self.elsewhere.push(child);
    }

    pub fn release_of(&self, node: usize) -> String {
        let file = self.deployment.dir().join(format!("node-{}", self.nodes[node]));
        fs::read_to_string(file).expect("a node").trim().to_owned()
    }

    /// What a node answers to somebody who wants to write.
    pub fn write_status(&self, node: usize) -> u16 {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let url = format!("http://127.0.0.1:{}/v1/credentials", self.nodes[node]);
        let answer = agent.post(&url).header("Content-Type", "application/json").send("{}");
        answer.expect("an answer").status().as_u16()
    }

    #[track_caller]
    pub fn table_command(&self, arguments: &[&str]) -> String {
        let line = format!("{} \"$@\"", self.table_line());
        let mut command = Command::new("sh");
        command.args(["-c", &line, "table.py"]).args(arguments);
        let output = command.env("HOME", self.deployment.home()).output().expect("table.py");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[track_caller]
    pub fn table(&self) -> Table {
        serde_json::from_str(&self.table_command(&["show"])).expect("what table.py prints")
    }

    /// Runs a command to its end, which takes its time: each question starts a Python.
    #[track_caller]
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        self.deployment.run_within(PATIENCE * 5, arguments, &[])
    }

    pub fn start(&self, run: &[&str]) -> Runner {
        self.deployment.start(run.iter().copied().chain(["--json"]))
    }

    /// Everything that makes the table a migrated one, when it was `before`.
    #[track_caller]
    pub fn assert_migrated(&self, before: &Table) {
        let after = self.table();
        assert_eq!((after.numbers, after.native, after.json_sets), (0, after.rows, 0));
        assert_eq!(after.content, before.content, "every row says what it said");
        assert_eq!(after.backups.len(), 1, "{:?}", after.backups);
        for node in 0..self.nodes.len() {
            assert_eq!(self.write_status(node), 400, "writes are accepted");
        }
        self.run(["status"]).prints(&format!("{} is deployed", self.release_of(0)));
    }
}

impl Drop for Confidant {
    fn drop(&mut self) {
        for process in &mut self.elsewhere {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn first_line(output: ChildStdout) -> String {
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("a line");
    line.trim().to_owned()
}

/// A table of 2.0.1 with a real node, before the upgrade from 3.0.0 to 4.0.0.
fn of_3_0_0(after: &str) -> Confidant {
    let mut confidant = Confidant::with("items-2.0.1.json");
    confidant.real_node("3.0.0");
    confidant.install(&["4.0.0"], after);
    confidant
}

/// Once the script has come to its end, somebody saves a row as 3.0.0 does.
const LATE_WRITER: &str = "[ \"$1\" = migrate_boolean_attribute ] && mkdir DIR/wrote && TABLE number b007\n";

#[test]
fn booleans_are_migrated_although_a_late_writer_puts_a_number_back() {
    let confidant = of_3_0_0(LATE_WRITER);
    let before = confidant.table();
    assert_eq!((before.numbers, before.json_sets, before.rows), (240, 0, 240));
    let mut runner = confidant.start(&[&RUN[..], &["--allow-irreversible"]].concat());
    runner.wait_step("4.0.0/migrate-booleans/migrate");
    assert_eq!(confidant.write_status(0), 403, "writes are refused meanwhile");
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert!(confidant.deployment.dir().join("wrote").exists());
    assert_eq!(confidant.release_of(0), "4.0.0");
    confidant.assert_migrated(&before);

    // Again: there is nothing left to do, and nothing is done.
    confidant.run(RUN).exit(0);
    confidant.assert_migrated(&before);
}

#[test]
fn booleans_are_migrated_with_the_wizard() {
    let confidant = of_3_0_0("");
    let before = confidant.table();
    let screen = confidant.deployment.terminal(["--to", "4.0.0"]).start();
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert!(left.contains("4.0.0"), "the summary stays on the terminal:\n{left}");
    confidant.assert_migrated(&before);
}

#[test]
fn a_power_failure_while_booleans_are_migrated_is_resumed() {
    let confidant = of_3_0_0("");
    confidant.set("rate", "30");
    let before = confidant.table();
    let mut runner = confidant.start(&RUN);
    runner.wait_step("4.0.0/migrate-booleans/migrate");
    while confidant.table().numbers == before.numbers {}
    confidant.deployment.lose_power();
    drop(runner);
    assert!(confidant.table().numbers > 0, "it was cut off in the middle");
    assert_eq!(confidant.write_status(0), 403, "and leaves writes refused");
    confidant.set("rate", "500");
    confidant.run(RUN).exit(0);
    confidant.assert_migrated(&before);
}
