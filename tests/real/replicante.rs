//! Backends of Replicante Core move from one cluster to another, and no datastore is ever managed by both. Processes that
//! read their real configuration once stand in for those of the clusters; each one looks, when it loads something, whether
//! the other cluster has it.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use stepwell::model::Exit;

use crate::cache;
use crate::support::deployment::{Deployment, Ran};
use crate::support::runner::Runner;
use crate::support::{PATIENCE, wizard};
use crate::units::executable;

const RUN: [&str; 5] = ["run", "--yes", "--defaults", "--to", "0.6.0"];

/// What an operator has written into the file, and wants to find again.
const COMMENT: &str = "# asks the mongo team first";

struct Replicante {
    deployment: Deployment,
    nodes: BTreeMap<&'static str, Vec<String>>,
}

/// A port that nobody has now.
fn port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}

fn url(number: usize) -> String {
    format!("http://discovery.example/{number}.json")
}

fn python() -> PathBuf {
    cache::python_environment("yaml", &["PyYAML==6.0.3"]).join("python")
}

impl Replicante {
    /// An old cluster with these backends and a new one that is installed, with two processes each.
    fn with(old: &str, new: &str, backends: usize) -> Replicante {
        let deployment = Deployment::empty();
        let dir = deployment.dir();
        let mut replicante = Replicante { deployment, nodes: BTreeMap::new() };
        fs::create_dir(dir.join("clusters")).expect("a folder");
        let core = format!(
            "#!/bin/sh\nexec env CLUSTERS='{}' '{}' '{}/tests/real/replicante/core.py'",
            dir.join("clusters").display(),
            python().display(),
            env!("CARGO_MANIFEST_DIR"),
        );
        let list: String = (0..backends)
            .map(|number| {
                let comment = if number == 1 { format!("      {COMMENT}\n") } else { String::new() };
                format!("{comment}      - url: '{}'\n        method: GET\n", url(number))
            })
            .collect();
        for (cluster, version) in [("old", old), ("new", new)] {
            let folder = dir.join("clusters").join(cluster);
            fs::create_dir(&folder).expect("a folder");
            let conf = format!(
                "# {cluster} cluster\ndiscovery:\n  backends:\n    http:\n{list}  interval: 60\nevents:\n  stream:\n    \
                 backend: kafka\n"
            );
            fs::write(folder.join("replicante.yaml"), conf).expect("a file");
            fs::write(folder.join("version"), version).expect("a file");
            executable(&folder.join("replictl"), &format!("{core} replictl {cluster} \"$@\"\n"));
            executable(&folder.join("repliadm"), "#!/bin/sh\n[ \"$3 $4\" = 'validate all' ] && [ ! -e \"$0.errors\" ]\n");
            let ports = [port(), port()];
            for port in &ports {
                fs::write(dir.join(format!("clusters/{port}.cluster")), cluster).expect("a file");
            }
            replicante.nodes.insert(cluster, ports.map(|port| format!("127.0.0.1:{port}")).to_vec());
        }
        executable(&dir.join("core"), &format!("{core} \"$@\"\n"));
        replicante.configure("old", "new");
        for node in &replicante.nodes["old"] {
            replicante.core(&["restart", node]);
        }
        replicante
    }

    /// Writes `stepwell.yaml` for the way from one cluster to the other.
    fn configure(&self, from: &str, to: &str) {
        let dir = self.deployment.dir();
        let text = format!(
            "format: 1\nsystem: replicante\ndeployment: replicante-test\nfacts:\n  old_conf: {dir}/clusters/{from}/replicante.yaml\n  \
             new_conf: {dir}/clusters/{to}/replicante.yaml\n  old_bin: {dir}/clusters/{from}\n  new_bin: {dir}/clusters/{to}\n  \
             old_nodes: [{old}]\n  new_nodes: [{new}]\n  restart: [{dir}/core, restart]\n  started: [{dir}/core, started]\n  \
             group: 2\n  work: {dir}/work\n  python: {python}\n",
            dir = dir.display(),
            python = python().display(),
            old = self.nodes[from].iter().map(|node| format!("\"{node}\"")).collect::<Vec<_>>().join(", "),
            new = self.nodes[to].iter().map(|node| format!("\"{node}\"")).collect::<Vec<_>>().join(", "),
        );
        self.deployment.write("stepwell.yaml", &text);
    }

    #[track_caller]
    fn core(&self, arguments: &[&str]) -> String {
        let output = Command::new(self.deployment.dir().join("core")).args(arguments).output().expect("core.py");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the processes of a cluster have loaded.
    fn loaded(&self, cluster: &str) -> Vec<String> {
        let loaded: BTreeMap<String, Vec<String>> = serde_json::from_str(&self.core(&["loaded"])).expect("JSON");
        loaded[cluster].clone()
    }

    fn conf(&self, cluster: &str) -> String {
        fs::read_to_string(self.clusters().join(cluster).join("replicante.yaml")).expect("a file")
    }

    fn clusters(&self) -> PathBuf {
        self.deployment.dir().join("clusters")
    }

    #[track_caller]
    fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        self.deployment.run_within(PATIENCE * 5, arguments, &[])
    }

    fn start(&self) -> Runner {
        self.deployment.start(RUN.into_iter().chain(["--json"]))
    }

    /// No process has ever loaded what one of the other cluster had.
    #[track_caller]
    fn assert_never_both(&self) {
        let violations = fs::read_to_string(self.clusters().join("violations")).unwrap_or_default();
        assert_eq!(violations, "");
    }

    #[track_caller]
    fn assert_moved(&self, from: &str, to: &str, backends: usize) {
        self.assert_never_both();
        assert_eq!(self.loaded(from), Vec::<String>::new());
        assert_eq!(self.loaded(to), (0..backends).map(url).collect::<Vec<_>>());
        for cluster in ["old", "new"] {
            let conf = self.conf(cluster);
            assert!(conf.contains(&format!("# {cluster} cluster")) && conf.contains("interval: 60"), "{conf}");
        }
    }
}

impl Drop for Replicante {
    fn drop(&mut self) {
        self.core(&["stop"]);
    }
}

#[test]
fn backends_move_group_by_group_without_an_operator() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 8);
    assert_eq!(replicante.loaded("old").len(), 8);
    replicante.run(["status"]).exit(Exit::UpgradeNeeded.code().into()).prints("0.5.0");
    replicante.run(RUN).exit(0);
    replicante.assert_moved("old", "new", 8);
    replicante.run(["status"]).prints("0.6.0");

    // Again: there is nothing left to do, and nothing is done.
    replicante.run(RUN).exit(0);
    replicante.assert_moved("old", "new", 8);
}

#[test]
fn backends_move_with_the_wizard() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 2);
    let screen = replicante.deployment.terminal(["--to", "0.6.0"]).start();
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert!(left.contains("0.6.0"), "the summary stays on the terminal:\n{left}");
    replicante.assert_moved("old", "new", 2);
}

#[test]
fn from_0_7_on_backends_are_applied() {
    let replicante = Replicante::with("0.6.0", "0.7.0", 4);
    replicante.run(["run", "--yes", "--defaults"]).exit(0);
    assert_eq!(replicante.deployment.status(), 0, "the upgrade is recorded");
    replicante.assert_moved("old", "new", 4);
    let conf = replicante.conf("new");
    assert!(conf.contains("events:\n  backend: kafka\n") && !conf.contains("stream"), "{conf}");
}

/// The steps of a move, in their order.
fn steps(group: &str, nodes: &BTreeMap<&str, Vec<String>>) -> Vec<String> {
    let restarts = |cluster: &'static str| {
        nodes[cluster]
            .iter()
            .flat_map(move |node| ["note", "restart", "healthy"].map(|step| format!("restart-{cluster}/{node}/{step}")))
    };
    let mut steps: Vec<String> = ["leave".to_owned()].into_iter().chain(restarts("old")).collect();
    steps.push("join".to_owned());
    steps.extend(restarts("new"));
    steps.iter().map(|step| format!("move-backends/group/{group}/{step}")).collect()
}

#[test]
fn a_move_that_loses_power_at_every_step_never_manages_anything_twice() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 2);
    for key in steps(&url(0), &replicante.nodes) {
        let mut runner = replicante.start();
        runner.wait_step(&key);
        replicante.deployment.lose_power();
        runner.kill();
        replicante.assert_never_both();
    }
    replicante.run(RUN).exit(0);
    replicante.assert_moved("old", "new", 2);
}
