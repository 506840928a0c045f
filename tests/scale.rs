//! A catalogue of many releases lints and plans, and what a plan consists of grows with the catalogue alone. So does the
//! time that mistakes take to be told.
//!
//! `STEPWELL_SCALE` is how many releases it has. The deployment is left in `scale` below the target directory's `tmp`,
//! for measuring the program on it.

mod support;

#[path = "scale/large.rs"]
mod large;
#[path = "scale/mistakes.rs"]
mod mistakes;

use std::fs;
use std::path::{Path, PathBuf};

use support::{database, stepwell};

fn deployment(releases: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scale");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the last one goes");
    }
    large::write(&folder.join("upgrades/large"), releases);
    let url = format!("sqlite:///{}", folder.join("large.sqlite").display());
    database::execute(&folder.join("large.sqlite"), "create table entries (id integer primary key, name text)");
    for (name, text) in [
        ("version", "1.0.0\n"),
        ("room", ""),
        ("large.conf", "[DEFAULT]\n"),
        (
            "stepwell.yaml",
            &format!(
                "format: 1\nsystem: large\ndeployment: large-1\nstores: {{ db: {{ url: \"{url}\" }} }}\n\
                 facts: {{ token: {{ env: USER }} }}\njournal: file\n"
            ),
        ),
    ] {
        fs::write(folder.join(name), text).expect(name);
    }
    folder
}

#[test]
fn many_releases_lint_and_plan() {
    let releases = std::env::var("STEPWELL_SCALE").map_or(200, |n| n.parse().expect("a number of releases"));
    let folder = deployment(releases);
    stepwell().current_dir(&folder).args(["lint", "upgrades"]).assert().code(0);

    let plan = |to: usize| -> serde_json::Value {
        let to = format!("1.{to}.0");
        let args = ["plan", "--json", "--catalogue", "upgrades", "--to", &to];
        let output = stepwell().current_dir(&folder).args(args).output().expect("the plan");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("a document")
    };
    let steps = |plan: &serde_json::Value| plan["plan"]["steps"].as_array().map_or(0, Vec::len);
    let [one, two, last] = [1, 2, releases - 1].map(plan);
    let each = steps(&two) - steps(&one);
    assert!(each > 10, "every release has its steps: {each}");
    assert_eq!(steps(&last), steps(&one) + each * (releases - 2));
    // What is said of a step does not grow with the number of steps; its numbers have more digits.
    let size = |plan: &serde_json::Value| plan.to_string().len() / steps(plan);
    assert!(size(&last) < size(&two) + 200, "{} bytes a step, then {}", size(&two), size(&last));
}
