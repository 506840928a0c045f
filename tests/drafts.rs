//! Definitions of systems that are not shipped: each one loads, and plans from its first to its last version.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use stepwell::definition::{FactValue, Names, StoreNames, Templates, load_dir};
use stepwell::model::{Catalogue, Fact, Value};
use stepwell::plan::{Request, build};
use stepwell::probe::Site;

/// System and the version that its data have at first.
const DRAFTS: [(&str, &str); 6] = [
    ("acapy", "0.7.5"),
    ("backy2", "2.9.9"),
    ("barbican", "1.0.0"),
    ("confidant", "1.11.0"),
    ("demo", "1.0.0"),
    ("replicante", "0.5.0"),
];

fn fact(fact: &Fact, versions: &[String]) -> FactValue {
    let sample = || match &fact.default {
        Some(values) if fact.list => Value::from(values.iter().map(|value| value.text.clone()).collect::<Vec<_>>()),
        Some(values) => Value::from(values.first().map(|value| value.text.clone()).unwrap_or_default()),
        None if fact.list => Value::from(vec!["one", "two"]),
        None => Value::from("one"),
    };
    match fact {
        Fact { secret: true, .. } => FactValue::Secret,
        Fact { per_release: true, default: Some(values), list: false, .. } => {
            FactValue::PerRelease { given: BTreeMap::new(), default: values.first().cloned() }
        }
        Fact { per_release: true, .. } => {
            let given = versions.iter().map(|version| (version.clone(), sample())).collect();
            FactValue::PerRelease { given, default: None }
        }
        _ => FactValue::Plain(sample()),
    }
}

fn site(catalogue: &Catalogue, from: &str) -> Site {
    let system = &catalogue.system;
    let mut versions: Vec<String> = catalogue.releases.iter().map(|release| release.version.to_string()).collect();
    versions.push(from.to_owned());
    let store = |name: &str| StoreNames {
        engine: "sqlite".to_owned(),
        url: format!("sqlite:////srv/{name}.sqlite"),
        path: Some(format!("/srv/{name}.sqlite")),
    };
    Site {
        deployment: system.name.clone(),
        dir: "/srv".into(),
        state_dir: "/srv/.stepwell".into(),
        limits: stepwell::model::Limits::default(),
        replicas: Arc::default(),
        scheme: system.versions.scheme.clone(),
        names: Names {
            facts: system
                .facts
                .iter()
                .map(|own| (own.name.clone(), fact(own, &versions)))
                .collect::<BTreeMap<_, _>>()
                .into(),
            stores: system
                .stores
                .iter()
                .map(|own| (own.name.clone(), store(&own.name)))
                .collect::<BTreeMap<_, _>>()
                .into(),
            here: "/srv/here".to_owned(),
            ..Names::default()
        },
        secrets: Arc::default(),
        stores: Arc::default(),
        env: Arc::default(),
        templates: Templates::new(&system.versions.scheme),
    }
}

#[test]
fn every_draft_loads_and_plans_from_its_first_to_its_last_version() {
    let mut wrong = Vec::new();
    for (name, from) in DRAFTS {
        let catalogue = match load_dir(&Path::new("tests/fixtures/drafts").join(name)) {
            Ok(catalogue) => catalogue,
            Err(findings) => {
                wrong.push(format!("{name}:\n{findings}"));
                continue;
            }
        };
        let first = catalogue.system.versions.scheme.parse(from).expect("a version");
        let last = &catalogue.releases.last().expect("a release").version;
        let request = Request { from: &first, to: last, tags: &[], skip_maintenance: false };
        match build(&catalogue, &site(&catalogue, from), &request) {
            Ok(plan) if plan.steps.is_empty() => wrong.push(format!("{name}: the plan is empty")),
            Ok(_) => {}
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
