//! What these tests really did, for the table in the repository's README: each test that passes leaves it behind.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::deployment::Deployment;

/// What a deployment of a test consists of. It belongs before the deployment, which it asks at its end.
pub struct Tried {
    history: Command,
    system: &'static str,
    /// The programs that ran.
    real: String,
    /// What stood in for something that could not be had.
    instead: &'static str,
    pub database: &'static str,
}

thread_local! {
    /// What this test's deployments did so far.
    static DONE: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    /// At how many steps the run was cut off, and what was killed.
    static KILLED: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

impl Tried {
    pub fn with(
        deployment: &Deployment,
        system: &'static str,
        real: &str,
        instead: &'static str,
        database: &'static str,
    ) -> Tried {
        Tried { history: deployment.command(["history", "--json"]), system, real: real.to_owned(), instead, database }
    }

    /// From where to where the runs led that came to their end.
    fn runs(&mut self) -> Vec<[String; 2]> {
        let output = self.history.output().expect("stepwell history");
        // Where the deployment cannot be read any more there was nothing to run.
        let history: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let runs = history["runs"].as_array().into_iter().flatten().filter(|run| run["state"] == "done");
        runs.map(|run| ["from", "to"].map(|end| run[end].as_str().unwrap_or_default().to_owned())).collect()
    }
}

impl Drop for Tried {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let done = json!({
            "system": self.system,
            "real": self.real,
            "instead": self.instead,
            "database": self.database,
            "runs": self.runs(),
            "killed": KILLED.take(),
        });
        DONE.with_borrow_mut(|all| all.push(done));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tried");
        fs::create_dir_all(&folder).expect("a folder for what was tried");
        let test = std::thread::current().name().expect("a test has a name").replace("::", ".");
        let text = DONE.with_borrow(serde_json::to_string).expect("JSON");
        fs::write(folder.join(format!("{test}.json")), text).expect("what was tried");
    }
}

/// A run was cut off at so many steps, with everything that it had started or without.
pub fn killed(steps: usize, everything: bool) {
    KILLED.with_borrow_mut(|all| all.push(json!({ "steps": steps, "everything": everything })));
}
