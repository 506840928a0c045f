//! `stepwell new`: the catalogue that it makes holds together, and leads an upgrade to its end.

mod support;

use std::path::Path;

use serde_json::Value;
use stepwell::model::Exit;
use stepwell::schema::Document;

use support::database::{ask, execute};
use support::deployment::Deployment;
use support::files::Snapshot;
use support::schema::{Others, Schema};

/// The tables that the catalogue says it expects.
fn tables(catalogue: &Path) -> String {
    let text = std::fs::read_to_string(catalogue.join("system.yaml")).expect("system.yaml");
    let statements = text.lines().filter_map(|line| line.strip_prefix("#   "));
    statements.filter(|line| line.starts_with("create ") || line.starts_with("insert ")).collect()
}

#[test]
fn the_catalogue_has_no_findings_and_fits_the_schemas() {
    let here = Deployment::empty();
    here.run(["new", "shelf"]).exit(0).prints("stepwell lint shelf").prints("shelf/system.yaml");
    here.run(["lint", "shelf"]).exit(0).prints("no findings");
    for (document, file) in [(Document::System, "system.yaml"), (Document::Release, "releases/1.1.0.yaml")] {
        let text = std::fs::read_to_string(here.dir().join("shelf").join(file)).expect("it was written");
        assert!(!text.contains("SYSTEM"), "{text}");
        let written: Value = serde_yaml::from_str(&text).expect("it is YAML");
        let faults = Schema::new(document.schema(), Others::AsDescribed).faults(&written);
        assert!(faults.is_empty(), "{file}: {faults:?}");
    }
}

#[test]
fn the_catalogue_leads_an_upgrade_to_its_end() {
    let here = Deployment::empty();
    here.run(["new", "shelf", "--out", "own/shelf"]).exit(0);

    let database = here.dir().join("shelf.sqlite");
    execute(&database, &tables(&here.dir().join("own/shelf")));
    execute(&database, "insert into items (name) values ('Atlas'), ('Globe')");
    here.write(
        "stepwell.yaml",
        "format: 1\nsystem: shelf\ndeployment: shelf-1\nstores: { db: { url: \"sqlite:///shelf.sqlite\" } }\n",
    );
    let catalogue = ["--catalogue", "own/shelf"];
    let plan = here.run(["plan", "--json"].into_iter().chain(catalogue)).exit(0).json();
    let steps = plan["plan"]["steps"].as_array().expect("steps");
    let works: Vec<_> = steps.iter().filter_map(|step| step["work"].as_object()?.keys().next()).collect();
    for work in ["backup", "sql", "backfill", "check", "baseline"] {
        assert!(works.iter().any(|one| *one == work), "{work} is not among {works:?}");
    }
    assert!(steps.iter().all(|step| step["point_of_no_return"] == false), "{plan}");

    here.run(["run", "--yes"].into_iter().chain(catalogue)).exit(0);
    assert_eq!(ask(&database, "select value from settings where key = 'version'"), "1.1.0");
    assert_eq!(ask(&database, "select value from settings where key = 'maintenance'"), "off");
    assert_eq!(ask(&database, "select group_concat(lookup) from items"), "atlas,globe");
    here.run(["status"].into_iter().chain(catalogue)).exit(0);
}

#[test]
fn nothing_is_overwritten() {
    let here = Deployment::empty();
    here.run(["new", "shelf"]).exit(0);
    here.write("shelf/system.yaml", "my own");
    let before = Snapshot::of(&here.dir());
    here.run(["new", "shelf"]).exit(Exit::Usage.code().into()).says("is there already").says("nothing was written");
    before.assert_same(&Snapshot::of(&here.dir()), "a second `new`");
}

#[test]
fn a_name_that_is_no_id_is_refused() {
    for name in ["a b", "../shelf", ".shelf", "-shelf", "", "a: b", "sh\nelf"] {
        let here = Deployment::empty();
        here.run(["new", "--", name]).exit(Exit::Usage.code().into()).says("cannot be a system's name");
        assert_eq!(std::fs::read_dir(here.dir()).expect("a folder").count(), 0, "{name:?}");
    }
}
