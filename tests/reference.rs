//! The reference for definitions holds nothing that the loader refuses, and leaves out no key that it knows.
//!
//! An example says what it is behind its three backquotes: `yaml system`, `yaml release`, `yaml steps` or
//! `yaml deployment`. What it leaves out is added here, so that it can show one thing alone.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;
use stepwell::definition::{load_deployment, load_dir};
use stepwell::schema::Document;

use support::database::{ask, execute};
use support::loader::known_keys;
use support::schema::{Others, Schema};

/// What an example of a system may leave out.
const SYSTEM: [(&str, &str); 8] = [
    ("format", "1"),
    ("system", "sample"),
    ("title", "Sample"),
    ("about", "What the examples of the reference are about."),
    ("versions", "{ scheme: semver, path: direct }"),
    ("stores", "{ db: { title: Database, engines: [sqlite] } }"),
    (
        "facts",
        "
  conf: { ask: Configuration }
  program: { ask: Program }
  services: { ask: Units, list: yes }
  bin: { ask: Programs, per: release }
  backup_dir: { ask: Backups }
  token: { ask: Token, secret: yes }",
    ),
    ("actions", "{ schema: { title: Upgrade the schema, ask: { text: Do it. } } }"),
];

const DEPLOYMENT: [(&str, &str); 3] = [("format", "1"), ("system", "sample"), ("deployment", "sample-1")];

/// An example of the reference.
struct Example {
    kind: String,
    line: usize,
    text: String,
}

fn reference() -> String {
    fs::read_to_string("upgrades/README.md").expect("the reference is there")
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    let mut open: Option<Example> = None;
    for (number, line) in reference().lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Example { kind: info.to_owned(), line: number + 1, text: String::new() });
            }
            (Some(_), Some(_)) => examples.extend(open.take()),
            (Some(example), None) => example.text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "an example is not closed");
    examples
}

fn yaml_examples() -> Vec<Example> {
    let mut examples = examples();
    examples.retain(|example| example.kind.starts_with("yaml"));
    examples
}

/// The example with what it leaves out.
fn completed(text: &str, usual: &[(&str, &str)]) -> String {
    let missing = usual.iter().filter(|(key, _)| !text.lines().any(|line| line.starts_with(&format!("{key}:"))));
    missing.fold(text.to_owned(), |text, (key, value)| format!("{text}{key}: {value}\n"))
}

/// Writes the example as the files that it stands for.
fn write(example: &Example, folder: &Path) -> PathBuf {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    };
    let release = |text: &str| drop(file("releases/2.0.0.yaml", text));
    let text = example.text.as_str();
    match example.kind.as_str() {
        "yaml deployment" => return file("stepwell.yaml", &completed(text, &DEPLOYMENT)),
        "yaml system" => drop(file("system.yaml", &completed(text, &SYSTEM))),
        "yaml release" => {
            file("system.yaml", &completed("", &SYSTEM));
            release(text);
        }
        "yaml steps" => {
            file("system.yaml", &completed("", &SYSTEM));
            release(&format!("release: 2.0.0\nsteps:\n{text}"));
        }
        other => panic!("line {}: `{other}` says nothing about what the example is", example.line),
    }
    folder.to_owned()
}

/// What the JSON Schemas say against the files of an example.
fn faults(written: &Path) -> Vec<String> {
    let files = match written.is_dir() {
        true => vec![
            (Document::System, written.join("system.yaml")),
            (Document::Release, written.join("releases/2.0.0.yaml")),
        ],
        false => vec![(Document::Deployment, written.to_owned())],
    };
    let read = |(document, path): (Document, PathBuf)| Some((document, fs::read_to_string(path).ok()?));
    files
        .into_iter()
        .filter_map(read)
        .flat_map(|(document, text)| {
            let written = serde_yaml::from_str(&text).expect("the example is YAML");
            Schema::new(document.schema(), Others::AsDescribed).faults(&written)
        })
        .collect()
}

#[test]
fn every_example_of_the_reference_is_accepted() {
    let examples = yaml_examples();
    assert!(examples.len() >= 20, "only {} examples", examples.len());
    let mut wrong = Vec::new();
    for example in examples {
        let folder = tempfile::tempdir().expect("a folder");
        let written = write(&example, folder.path());
        let findings = match written.is_dir() {
            true => load_dir(&written).err(),
            false => load_deployment(&written).err(),
        };
        wrong.extend(findings.map(|found| format!("upgrades/README.md:{}:\n{found}", example.line)));
        for fault in faults(&written) {
            wrong.push(format!("upgrades/README.md:{}: an editor would say: {fault}", example.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn stepwell<const N: usize>(folder: &Path, args: [&str; N]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwell"));
    command.args(args).args(["--catalogue", "."]).current_dir(folder).env_remove("STEPWELL_CATALOGUE");
    command.output().expect("it runs")
}

/// A deployment of the system in the folder, with an empty database for each store and a value for each fact.
fn deploy(folder: &Path) {
    let text = fs::read_to_string(folder.join("system.yaml")).expect("a system");
    let system: Value = serde_yaml::from_str(&text).expect("it is YAML");
    let names = |key: &str| system[key].as_mapping().into_iter().flatten().map(|(name, value)| (name.clone(), value));
    let stores = names("stores").map(|(name, _)| {
        let file = format!("{}.sqlite", name.as_str().expect("a name"));
        fs::write(folder.join(&file), "").expect("a file");
        (name, serde_yaml::from_str(&format!("url: sqlite:///{file}")).expect("it is YAML"))
    });
    let facts = names("facts").filter(|(_, fact)| fact.get("default").is_none()).map(|(name, fact)| {
        let value = format!("/srv/{}", name.as_str().expect("a name"));
        (name, if fact.get("list").is_some() { Value::from(vec![value]) } else { Value::from(value) })
    });
    let [stores, facts]: [Value; 2] = [Value::Mapping(stores.collect()), Value::Mapping(facts.collect())];
    let parts = [("stores", stores), ("facts", facts), ("system", system["system"].clone())];
    let parts: serde_yaml::Mapping = parts.into_iter().map(|(key, value)| (Value::from(key), value)).collect();
    let written = serde_yaml::to_string(&parts).expect("it can be written");
    fs::write(folder.join("stepwell.yaml"), completed(&written, &DEPLOYMENT)).expect("a file");
}

/// The ids of steps and checks in an example, wherever they stand.
fn ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Sequence(items) => items.iter().for_each(|item| ids_of(item, ids)),
        Value::Mapping(keys) => keys.values().for_each(|value| self::ids(value, ids)),
        _ => {}
    }
}

fn ids_of(item: &Value, found: &mut Vec<String>) {
    found.extend(item.get("id").and_then(Value::as_str).map(str::to_owned));
    ids(item, found);
}

/// Whether a plan is made of every example, with everything that it says in it.
#[test]
fn every_example_of_the_reference_is_planned() {
    let mut wrong = Vec::new();
    for example in yaml_examples().iter().filter(|example| example.kind != "yaml deployment") {
        let folder = tempfile::tempdir().expect("a folder");
        write(example, folder.path());
        let releases = folder.path().join("releases");
        if !releases.exists() {
            fs::create_dir(&releases).expect("a folder");
            // What closes the service is in a plan that needs it.
            let step = "{ id: work, title: Work, offline: required, ask: { text: Do it. } }";
            let text = format!("release: 20.0.0\nsteps: [ {step} ]\n");
            fs::write(releases.join("20.0.0.yaml"), text).expect("a file");
        }
        deploy(folder.path());
        let ran = stepwell(folder.path(), ["plan", "--json", "--from", "1.9.0", "--force"]);
        let plan = String::from_utf8_lossy(&ran.stdout);
        if ran.status.code() != Some(0) {
            let said = String::from_utf8_lossy(&ran.stderr);
            wrong.push(format!("upgrades/README.md:{}: it cannot be planned:\n{said}", example.line));
            continue;
        }
        let mut named = Vec::new();
        ids(&serde_yaml::from_str(&example.text).expect("it is YAML"), &mut named);
        for id in
            named.iter().filter(|id| !plan.contains(&format!("/{id}")) && !plan.contains(&format!("\"id\":\"{id}\"")))
        {
            wrong.push(format!("upgrades/README.md:{}: `{id}` is not in the plan", example.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The first three examples are a system with its deployment: whoever copies them has an upgrade that works.
#[test]
fn the_first_definition_is_carried_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = yaml_examples();
    let [system, release, deployment, ..] = examples.as_slice() else { panic!("three examples") };
    let database = folder.path().join("notes.sqlite");
    let deployment = deployment.text.replace("/srv/notes/notes.sqlite", &database.display().to_string());
    assert!(deployment.contains(&format!("sqlite:///{}", database.display())), "{deployment}");
    fs::create_dir(folder.path().join("releases")).expect("a folder");
    for (name, text) in
        [("system.yaml", &system.text), ("releases/2.0.0.yaml", &release.text), ("stepwell.yaml", &deployment)]
    {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    execute(
        &database,
        "create table schema_info (version); insert into schema_info values ('1.0.0');
         create table notes (text); insert into notes values ('one'), ('two')",
    );
    let ran = stepwell(folder.path(), ["run", "--yes"]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(stepwell(folder.path(), ["status"]).status.code(), Some(0), "it is up to date");
}

/// The examples of rows that leave the database, with the program that stands beside them.
#[test]
fn rows_are_converted_as_the_reference_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = examples();
    let example = |part: &str| &examples.iter().find(|example| example.text.contains(part)).expect(part).text;
    let (label, slug) = (example("id: label"), example("id: slug"));
    for (name, text) in [
        ("system.yaml", &completed("", &SYSTEM)),
        ("releases/2.0.0.yaml", &format!("release: 2.0.0\nsteps:\n{label}{slug}")),
        ("bin/label.py", &example("b64encode").to_owned()),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    deploy(folder.path());
    let database = folder.path().join("db.sqlite");
    execute(
        &database,
        "create table items (id integer primary key, path text, label text, slug text);
         insert into items (path) values ('A/b'), ('Ä \"c\"')",
    );
    let ran = stepwell(folder.path(), ["run", "--yes", "--from", "1.0.0", "--force"]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let rows = ask(&database, "select group_concat(label || ' ' || slug) from items");
    assert_eq!(rows, "QS9i a-b,w4QgImMi ä \"c\"");
}

#[test]
fn every_key_that_the_loader_knows_is_in_the_reference() {
    let keys = known_keys();
    // Of each way of asking for a key, one that is asked for in that way alone.
    for key in ["argv", "wait", "series", "detect", "set", "store", "verify", "absent", "env"] {
        assert!(keys.contains(key), "`{key}` is not found in the loader's source: {keys:?}");
    }
    let reference = reference();
    let missing: Vec<_> = keys
        .iter()
        .filter(|key| !reference.contains(&format!("`{key}`")) && !reference.contains(&format!("{key}:")))
        .collect();
    assert!(missing.is_empty(), "upgrades/README.md says nothing of {missing:?}");
}
