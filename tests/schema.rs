//! The JSON Schemas, against what is really written, printed and accepted.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stepwell::schema::Document;

use support::loader::known_keys;
use support::schema::{Others, Schema};
use support::stepwell;

fn schema(document: Document) -> Schema {
    Schema::new(document.schema(), Others::AsDescribed)
}

/// What is wrong with a file, as an editor would see it.
fn faults(document: Document, file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("the file is there");
    let written: Value = serde_yaml::from_str(&text).expect("the file is YAML");
    let faults = schema(document).faults(&written);
    faults.into_iter().map(|fault| format!("{}: {fault}", file.display())).collect()
}

fn entries(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The files of a catalogue, or a `stepwell.yaml`.
fn files(case: &Path) -> Vec<(Document, PathBuf)> {
    if !case.is_dir() {
        return vec![(Document::Deployment, case.to_owned())];
    }
    let releases =
        entries(case.join("releases")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    let system = (Document::System, case.join("system.yaml"));
    [system].into_iter().chain(releases.map(|path| (Document::Release, path))).collect()
}

fn cases(folder: &str) -> Vec<(Document, PathBuf)> {
    let cases = entries(folder).into_iter();
    let cases = cases.filter(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "yaml"));
    cases.flat_map(|case| files(&case)).collect()
}

#[test]
fn the_schemas_of_the_repository_are_those_that_the_program_prints() {
    for document in Document::ALL {
        let name = document.name();
        let printed = stepwell().args(["schema", name]).output().expect("it runs");
        let printed = String::from_utf8(printed.stdout).expect("text");
        let path = Path::new("assets/schema").join(name).with_extension("json");
        if std::env::var_os("STEPWELL_BLESS").is_some() {
            fs::write(&path, &printed).expect("it can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == printed, "{} is not what `stepwell schema {name}` prints", path.display());
    }
}

#[test]
fn the_command_lists_them_and_writes_them() {
    let list = stepwell().arg("schema").output().expect("it runs");
    let list = String::from_utf8(list.stdout).expect("text");
    assert!(Document::ALL.iter().all(|one| list.contains(one.name()) && list.contains(one.files())), "{list}");

    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("schemas");
    assert!(stepwell().arg("schema").arg("--out").arg(&out).output().expect("it runs").status.success());
    let mut written: Vec<_> = entries(&out).iter().map(|path| path.file_name().expect("a name").to_owned()).collect();
    written.sort();
    assert_eq!(written, ["deployment.json", "release.json", "system.json"]);

    let unknown = stepwell().args(["schema", "plan"]).output().expect("it runs");
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn every_valid_definition_fits() {
    let cases: Vec<_> = ["tests/definitions/valid", "upgrades"].into_iter().flat_map(cases).collect();
    assert!(cases.len() >= 8, "only {} files", cases.len());
    let wrong: Vec<_> = cases.iter().flat_map(|(document, file)| faults(*document, file)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Mistakes of form; those between files are for lint.
#[test]
fn a_mistake_of_form_does_not_fit() {
    let invalid = [
        "bad-numbers",
        "bad-words",
        "deployment.yaml",
        "deployment-source.yaml",
        "empty-expectation",
        "missing-keys",
        "newer-format",
        "two-kinds",
        "typo-five-levels-deep",
        "undo-in-a-group",
        "undo-outside-maintenance",
        "unknown-key",
        "unknown-scheme-and-engine",
    ];
    for case in invalid {
        let files = files(&Path::new("tests/definitions/invalid").join(case));
        assert!(files.iter().any(|(document, file)| !faults(*document, file).is_empty()), "{case} fits");
    }
}

/// Sees every mapping of a schema that names its keys.
fn mappings<'s>(schema: &'s Value, see: &mut dyn FnMut(&'s Value)) {
    if schema.get("properties").is_some_and(Value::is_object) && schema["type"] == "object" {
        see(schema);
    }
    match schema {
        Value::Object(keys) => keys.values().for_each(|value| mappings(value, see)),
        Value::Array(items) => items.iter().for_each(|value| mappings(value, see)),
        _ => {}
    }
}

#[test]
fn every_key_that_the_loader_knows_is_described_and_no_other() {
    let mut described = BTreeSet::new();
    for document in Document::ALL {
        let schema = document.schema();
        mappings(&schema, &mut |mapping| {
            assert_eq!(mapping["additionalProperties"], false, "{mapping}");
            for (key, value) in mapping["properties"].as_object().expect("a mapping") {
                let meaning = value["description"].as_str().unwrap_or_default();
                assert!(!meaning.is_empty(), "{}: `{key}` has no meaning", document.name());
                described.insert(key.clone());
            }
        });
    }
    assert_eq!(described, known_keys());
}

/// What is shared is used, and what is used is there.
#[test]
fn every_shared_part_is_used() {
    let reference = regex::Regex::new(r##""#/\$defs/([^"]+)""##).expect("it compiles");
    for document in Document::ALL {
        let schema = document.schema();
        let text = schema.to_string();
        let shared: BTreeSet<_> = schema["$defs"].as_object().expect("a mapping").keys().cloned().collect();
        let used: BTreeSet<_> = reference.captures_iter(&text).map(|found| found[1].to_owned()).collect();
        assert_eq!(shared, used, "{}", document.name());
    }
}
