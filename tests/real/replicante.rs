//! Backends of Replicante Core move from one cluster to another, and no datastore is ever managed by both. Processes that
//! read their real configuration once stand in for those of the clusters; each one looks, when it loads something, whether
//! the other cluster has it.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use stepwell::model::{EventKind, Exit, StepState};

use crate::cache;
use crate::support::deployment::{Deployment, Ran};
use crate::support::runner::Runner;
use crate::support::{PATIENCE, wizard};
use crate::tried::{self, Tried};
use crate::units::executable;

const RUN: [&str; 5] = ["run", "--yes", "--defaults", "--to", "0.6.0"];

/// What an operator has written into the file, and wants to find again.
const COMMENT: &str = "# asks the mongo team first";

struct Replicante {
    _tried: Tried,
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
        let tried = Tried::with(
            &deployment,
            "Replicante Core",
            "nothing: it needs MongoDB, ZooKeeper and Kafka",
            "every process",
            "files",
        );
        let mut replicante = Replicante { _tried: tried, deployment, nodes: BTreeMap::new() };
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
            executable(
                &folder.join("repliadm"),
                "#!/bin/sh\n[ \"$3 $4\" = 'validate all' ] && [ ! -e \"$0.errors\" ]\n",
            );
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

    /// Changes a line of `stepwell.yaml`.
    fn set(&self, fact: &str, value: &str) {
        let path = self.deployment.dir().join("stepwell.yaml");
        let yaml = fs::read_to_string(&path).expect("the deployment file");
        let kept = yaml.lines().filter(|line| !line.starts_with(&format!("  {fact}:"))).map(|line| format!("{line}\n"));
        fs::write(path, kept.collect::<String>() + &format!("  {fact}: {value}\n")).expect("the deployment file");
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

/// The steps of an undisturbed upgrade from the list of backends on, in their order.
fn steps(replicante: &Replicante) -> Vec<String> {
    let (code, events) = replicante.start().finish();
    assert_eq!(code, 0, "{events:#?}");
    let begun = events.into_iter().filter_map(|event| match event.kind {
        EventKind::StepChanged { key, state: StepState::Running { .. } } => Some(key),
        _ => None,
    });
    let mut keys: Vec<String> = begun.skip_while(|key| !key.ends_with("/move-backends/list")).collect();
    keys.dedup();
    keys
}

/// The same steps where the processes have other ports.
fn renamed(keys: Vec<String>, from: &Replicante, to: &Replicante) -> Vec<String> {
    let pairs = ["old", "new"].into_iter().flat_map(|cluster| from.nodes[cluster].iter().zip(&to.nodes[cluster]));
    pairs.fold(keys, |keys, (old, new)| keys.into_iter().map(|key| key.replace(old, new)).collect())
}

/// Kills the runner, or everything, whenever the next of these steps begins, and then goes on to the end.
fn killed_at(keys: Vec<String>, replicante: &Replicante, backends: usize, everything: bool) {
    tried::killed(keys.len(), everything);
    for key in keys {
        let mut runner = replicante.start();
        runner.wait_step(&key);
        if everything {
            replicante.deployment.lose_power();
        }
        runner.kill();
        replicante.assert_never_both();
    }
    replicante.run(RUN).exit(0);
    replicante.assert_moved("old", "new", backends);
}

#[test]
fn a_move_that_loses_power_at_every_step_never_manages_anything_twice() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 2);
    let keys = steps(&replicante);
    let first = keys.iter().position(|key| key.ends_with("/leave")).expect("a move");
    let last = keys.iter().rposition(|key| key.contains("/restart-new/")).expect("a move");
    let again = Replicante::with("0.5.0", "0.6.0", 2);
    killed_at(renamed(keys[first..=last].to_vec(), &replicante, &again), &again, 2, true);
}

#[test]
#[ignore = "long: an upgrade that is killed at each step of four groups"]
fn upgrades_that_are_killed_at_every_step_never_manage_anything_twice() {
    for everything in [false, true] {
        let replicante = Replicante::with("0.5.0", "0.6.0", 8);
        let keys = steps(&replicante);
        let again = Replicante::with("0.5.0", "0.6.0", 8);
        killed_at(renamed(keys, &replicante, &again), &again, 8, everything);
    }
}

/// Every command that leads to an upgrade ends with `exit` and says all of `says`; no backend moves.
#[track_caller]
fn refused(replicante: &Replicante, commands: &[&[&str]], exit: Exit, says: &[&str]) {
    let before = replicante.loaded("old");
    for command in commands {
        let ran = replicante.run(command.iter().copied()).exit(exit.code().into());
        let said = format!("{}{}", ran.stdout(), ran.stderr());
        for text in says {
            assert!(said.contains(text), "`{text}` is not in what was said: {ran}");
        }
        assert_eq!(replicante.loaded("old"), before, "{command:?}");
    }
    replicante.assert_never_both();
}

#[test]
fn a_process_that_was_not_restarted_keeps_its_backends_and_is_named() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 4);
    // A command that ends with 0 and does nothing for one process: it goes on, healthy, with what it has loaded.
    let lazy = replicante.nodes["old"][1].clone();
    let core = replicante.deployment.dir().join("core");
    let restart = replicante.deployment.dir().join("restart");
    executable(&restart, &format!("#!/bin/sh\n[ \"$1\" = {lazy} ] || exec '{}' restart \"$1\"\n", core.display()));
    replicante.set("restart", &format!("[{}]", restart.display()));
    let ran = replicante.run(RUN).exit(Exit::StepFailed.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains(&format!("Restart {lazy}")), "{ran}");
    replicante.assert_never_both();
    assert_eq!(replicante.loaded("new"), Vec::<String>::new(), "nothing has joined");
    assert_eq!(replicante.loaded("old").len(), 4, "one process has all of them still");

    executable(&restart, &format!("#!/bin/sh\nexec '{}' restart \"$1\"\n", core.display()));
    replicante.run(RUN).exit(0);
    replicante.assert_moved("old", "new", 4);
}

#[test]
fn the_wrong_order_is_refused_right_before_a_backend_would_join() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 2);
    let mut runner = replicante.start();
    runner.wait_step(&format!("/restart-old/{}/healthy", replicante.nodes["old"][1]));
    replicante.deployment.lose_power();
    runner.kill();
    // Somebody puts a backend back into the old configuration, and restarts one process with it.
    let conf =
        replicante.conf("old").replace("  interval:", &format!("    http: [{{ url: '{}' }}]\n  interval:", url(0)));
    let conf = conf.replace("    http: []\n", "");
    fs::write(replicante.clusters().join("old/replicante.yaml"), conf).expect("a file");
    replicante.core(&["restart", &replicante.nodes["old"][0]]);
    let joined =
        fs::read_to_string(replicante.clusters().join("new/replicante.yaml")).expect("a file").contains(&url(0));
    if !joined {
        let says = ["No process of the old cluster has them loaded", &url(0), "restart 127.0.0.1"];
        refused(&replicante, &[&RUN], Exit::StepFailed, &says);
        assert_eq!(replicante.loaded("new"), Vec::<String>::new());
    }
}

#[test]
fn what_the_checks_of_the_new_release_say_no_to_is_not_begun() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 2);
    fs::write(replicante.clusters().join("new/repliadm.errors"), "").expect("a file");
    fs::write(replicante.clusters().join("unhealthy"), "").expect("a file");
    // The answer of the process that is not healthy has the status 200.
    let node = format!("FAIL old-healthy/{}", replicante.nodes["old"][0]);
    let says = ["FAIL validate", "Correct what it calls an error", &node, "store is FAILED"];
    refused(&replicante, &[&["check", "--to", "0.6.0"], &RUN], Exit::CheckFailed, &says);
    replicante.set("new_form", "settings");
    refused(&replicante, &[&["check", "--to", "0.6.0"]], Exit::CheckFailed, &["FAIL new-form", "Correct `new_form`"]);
}

#[test]
fn what_an_abandoned_move_left_in_neither_cluster_is_named_and_moved_on() {
    let replicante = Replicante::with("0.5.0", "0.6.0", 4);
    let mut runner = replicante.start();
    runner.wait_step(&format!("/restart-old/{}/note", replicante.nodes["old"][0]));
    replicante.deployment.lose_power();
    runner.kill();
    replicante.run(["abandon"]).exit(0);
    let ran = replicante.run(["check", "--to", "0.6.0"]).exit(Exit::CheckFailed.code().into());
    let said = ran.stdout();
    assert!(said.contains("WARN nowhere") && said.contains(&url(0)) && said.contains(&url(1)), "{ran}");
    assert!(!said.contains(&url(2)), "{ran}");
    replicante.run(RUN.into_iter().chain(["--accept", "nowhere=they move on now"])).exit(0);
    replicante.assert_moved("old", "new", 4);
}

#[test]
fn the_way_back_is_the_same_with_the_clusters_exchanged() {
    let replicante = Replicante::with("0.6.0", "0.6.0", 2);
    let tag = ["run", "--yes", "--defaults", "--tag", "move-backends", "--force"];
    for node in &replicante.nodes["new"] {
        fs::write(
            replicante.clusters().join("new/replicante.yaml"),
            "# new cluster\ndiscovery:\n  backends: {}\n  interval: 60\n",
        )
        .expect("a file");
        replicante.core(&["restart", node]);
    }
    replicante.run(tag).exit(0);
    replicante.assert_moved("old", "new", 2);
    replicante.configure("new", "old");
    replicante.run(tag).exit(0);
    replicante.assert_moved("new", "old", 2);
}
