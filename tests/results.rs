//! The table of what was tried with real systems, in the repository's README.
//!
//! `tests/run real` leaves behind what each of its tests did, and then calls this with `STEPWELL_TRIED=1`: that takes it
//! into `tests/real/results.json` and writes the table. Otherwise the two are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What one deployment of a test consisted of and did.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Tried {
    system: String,
    real: String,
    instead: String,
    database: String,
    runs: Vec<[String; 2]>,
    killed: Vec<Killed>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Killed {
    steps: usize,
    everything: bool,
}

/// By the test's name, such as `barbican_path::nine_hops_of_barbican_are_one_run`.
type Results = BTreeMap<String, Vec<Tried>>;

const BEGIN: &str = "<!-- what was tried: made by `tests/run real` -->\n";
const END: &str = "<!-- end of what was tried -->\n";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_table_in_the_readme_says_what_the_tests_of_real_systems_did() {
    let file = root().join("tests/real/results.json");
    if std::env::var_os("STEPWELL_TRIED").is_some() {
        let results = left_behind(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("tried"));
        fs::write(&file, serde_json::to_string_pretty(&results).expect("JSON") + "\n").expect("the results");
        write_table(&table(&results));
    }
    let results: Results = serde_json::from_str(&read(&file)).expect("results");
    let sources = sources();
    for test in results.keys() {
        let name = test.rsplit("::").next().expect("a name");
        assert!(sources.contains(&format!("fn {name}(")), "{test} is no test any more; run `tests/run real`");
    }
    let readme = read(&root().join("README.md"));
    assert!(readme.contains(&format!("{BEGIN}{}{END}", table(&results))), "README.md and the results differ");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn left_behind(folder: &Path) -> Results {
    let mut results = Results::new();
    for entry in fs::read_dir(folder).expect("what `tests/run real` left behind") {
        let path = entry.expect("an entry").path();
        let test = path.file_stem().expect("a name").to_string_lossy().replace('.', "::");
        results.insert(test, serde_json::from_str(&read(&path)).expect("what a test left behind"));
    }
    results
}

fn sources() -> String {
    let folder = fs::read_dir(root().join("tests/real")).expect("the tests").flatten();
    folder.filter(|entry| entry.path().extension().is_some_and(|end| end == "rs")).map(|e| read(&e.path())).collect()
}

fn write_table(table: &str) {
    let path = root().join("README.md");
    let readme = read(&path);
    let (before, rest) = readme.split_once(BEGIN).expect("where the table begins");
    let (_, after) = rest.split_once(END).expect("where the table ends");
    fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).expect("README.md");
}

/// One row of the table: a system on one kind of database.
#[derive(Default)]
struct Row<'r> {
    paths: BTreeSet<String>,
    real: BTreeSet<&'r str>,
    instead: BTreeSet<&'r str>,
    wizard: bool,
    headless: bool,
    killed: BTreeSet<String>,
    /// Tests that cut a run off in the middle of one step.
    within: BTreeSet<&'r str>,
    traps: BTreeSet<&'r str>,
}

fn table(results: &Results) -> String {
    let mut rows: BTreeMap<(&str, &str), Row> = BTreeMap::new();
    for (test, all) in results {
        let (module, name) = test.rsplit_once("::").unwrap_or(("", test));
        for tried in all {
            let row = rows.entry((&tried.system, &tried.database)).or_default();
            row.paths.extend(tried.runs.iter().map(|[from, to]| match from == to {
                // Nothing but actions that were named ran.
                true => format!("at {to}, a step by its tag"),
                false => format!("{from} → {to}"),
            }));
            row.real.insert(&tried.real);
            row.instead.extend(tried.instead.split("; "));
            let cut = |killed: &Killed| {
                let what = if killed.everything { "everything" } else { "the runner" };
                format!("at each of {} steps: {what}", killed.steps)
            };
            row.killed.extend(tried.killed.iter().map(cut));
            if module.ends_with("traps") {
                row.traps.insert(name);
            } else if tried.killed.is_empty() && !tried.runs.is_empty() {
                let within = name.contains("killed") || name.contains("power");
                row.within.extend(within.then_some(name));
                row.wizard |= name.contains("wizard");
                row.headless |= !name.contains("wizard");
            }
        }
    }
    let mut text = "| system | from → to | run for real | stand-ins | database | upgraded | killed | traps |\n\
                    |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for ((system, database), row) in &rows {
        let ways = [(row.headless, "without an operator"), (row.wizard, "with the wizard")];
        let ways: Vec<&str> = ways.into_iter().filter(|(was, _)| *was).map(|(_, way)| way).collect();
        let mut killed: Vec<String> = row.killed.iter().cloned().collect();
        match row.within.len() {
            0 => {}
            1 => killed.push("in the middle of a step".to_owned()),
            n => killed.push(format!("in the middle of a step, {n} ways")),
        }
        text += &format!(
            "| {system} | {} | {} | {} | {database} | {} | {} | {} |\n",
            cell(row.paths.iter().map(String::as_str)),
            cell(row.real.iter().copied()),
            cell(row.instead.iter().copied()),
            cell(ways),
            cell(killed.iter().map(String::as_str)),
            row.traps.len(),
        );
    }
    text += "\n<details><summary>Each trap, by the name of its test</summary>\n\n";
    for ((system, database), row) in rows.iter().filter(|(_, row)| !row.traps.is_empty()) {
        text += &format!("{system}, {database}:\n\n");
        for name in &row.traps {
            text += &format!("- {}\n", name.replace('_', " "));
        }
        text += "\n";
    }
    text + "</details>\n"
}

fn cell<'c>(values: impl IntoIterator<Item = &'c str>) -> String {
    let all: Vec<&str> = values.into_iter().filter(|value| !value.is_empty()).collect();
    if all.is_empty() { "–".to_owned() } else { all.join("; ") }
}
