//! The plan over every pair of releases of a sample catalogue, and what its parts promise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::{PathError, PlanError, Request, build, hops, targets};
use crate::definition::{FactValue, Names, Templates, load_dir};
use crate::model::{Catalogue, Phase, Plan, PlannedStep, Value, Version};
use crate::probe::Site;

const SYSTEM: &str = r"
format: 1
system: sample
title: Sample
about: A sample.
versions: { scheme: semver, path: PATH, data: [ file: { path: version } ] }
facts:
  nodes: { ask: Nodes, list: true, default: [a, b] }
maintenance:
  - id: web
    title: Stop the web
    file: { touch: maintenance }
    undo: [ { id: start, title: Start it, file: { absent: maintenance } } ]
checks:
  - { id: room, title: There is room, file: { path: room, expect: { exists: true } } }
health:
  - { id: up, title: It is up, file: { path: up, expect: { exists: true } } }
first: [ { id: note, title: Note, file: { touch: first } } ]
hop: [ { id: install, title: Install, file: { touch: program } } ]
last: [ { id: tidy, title: Tidy, file: { touch: last } } ]
actions:
  migrate: { title: Migrate, floor: 1.0.0, offline: required, file: { touch: data } }
  tell:
    title: Tell a node
    when: from is version('<3')
    repeat: { over: facts.nodes, as: node }
    file: { touch: '{{ node }}' }
";

/// Version, what stands in it besides.
const RELEASES: [(&str, &str); 7] = [
    ("1.0.0", ""),
    ("1.1.0", "steps: [ { use: migrate } ]\n"),
    (
        "2.0.0",
        "stop: yes\nfloor: 1.1.0\nsteps: [ { use: migrate, floor: 2.0.0 }, { id: own, title: Own, file: { touch: own } } ]\n",
    ),
    (
        "2.1.0",
        "before: [ { id: old, title: Old, file: { touch: old } } ]\nsteps: [ { use: migrate, when: from is version('>=2') } ]\n",
    ),
    (
        "3.0.0",
        "after: 2.0.0\nfloor: 2.1.0\nsteps: [ { use: migrate }, { id: group, title: Group, floor: 3.0.0, steps: [ { use: tell } ] } ]\n",
    ),
    ("3.1.0", "verify: [ { id: same, title: Same, file: { path: data, expect: { unchanged: true } } } ]\n"),
    ("4.0.0", "after: 3.1.0\n"),
];

fn catalogue(path: &str, change: impl Fn(String) -> String) -> Catalogue {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| {
        let path: &Path = &folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, change(text)).expect("a file");
    };
    write("system.yaml", SYSTEM.trim_start().replace("PATH", path));
    write("bin/helper", "helper".to_owned());
    // A definition in which no stop leads there is not accepted, but the path has to tell all the same.
    let gap = "after: 3.1.0\n";
    let open = change(gap.to_owned()) == gap;
    for (version, text) in RELEASES {
        let text = if open { text.replace(gap, "") } else { text.to_owned() };
        write(&format!("releases/{version}.yaml"), format!("release: {version}\n{text}"));
    }
    match load_dir(folder.path()) {
        Ok(mut catalogue) => {
            let after = catalogue.releases.iter().find(|release| release.version.as_str() == "3.1.0");
            let after = after.map(|release| release.version.clone());
            if let Some(newest) = catalogue.releases.last_mut().filter(|_| open) {
                newest.after = after;
            }
            catalogue
        }
        Err(findings) => panic!("{findings}"),
    }
}

fn site(catalogue: &Catalogue) -> Site {
    let nodes = FactValue::Plain(Value::from(vec!["a", "b"]));
    Site {
        deployment: "sample".to_owned(),
        dir: "/nowhere".into(),
        state_dir: "/nowhere/.stepwell".into(),
        scheme: catalogue.system.versions.scheme.clone(),
        names: Names { facts: Arc::new(BTreeMap::from([("nodes".to_owned(), nodes)])), ..Names::default() },
        secrets: Arc::default(),
        stores: Arc::default(),
        limits: crate::model::Limits::default(),
        replicas: Arc::default(),
        env: Arc::default(),
        templates: Templates::new(&catalogue.system.versions.scheme),
    }
}

fn plan(catalogue: &Catalogue, from: &str, to: &str) -> Result<Plan, PlanError> {
    let version = |text: &str| catalogue.system.versions.scheme.parse(text).expect("a version");
    build(
        catalogue,
        &site(catalogue),
        &Request { from: &version(from), to: &version(to), tags: &[], skip_maintenance: false },
    )
}

fn planned(catalogue: &Catalogue, from: &str, to: &str) -> Plan {
    plan(catalogue, from, to).unwrap_or_else(|e| panic!("{from} to {to}: {e}"))
}

fn keys(plan: &Plan, wanted: impl Fn(&PlannedStep) -> bool) -> Vec<&str> {
    plan.steps.iter().filter(|s| wanted(s)).map(|s| s.key.as_str()).collect()
}

fn floors(plan: &Plan) -> Vec<(&str, &str)> {
    plan.steps.iter().filter_map(|s| Some((s.key.as_str(), s.floor.as_deref()?))).collect()
}

#[test]
fn every_pair_of_releases_has_a_whole_path_or_a_reason() {
    for way in ["sequential", "direct"] {
        let catalogue = catalogue(way, |text| text);
        let known: Vec<&Version> = catalogue.releases.iter().map(|r| &r.version).collect();
        for from in &known {
            let reached = known.iter().filter_map(|to| Some((to.to_string(), hops(&catalogue, from, to).ok()?.len())));
            let reached: Vec<_> = reached.filter(|(_, hops)| *hops > 0).collect();
            let told: Vec<_> = targets(&catalogue, from).into_iter().map(|t| (t.version, t.hops)).collect();
            assert_eq!(told, reached, "{way}: from {from}");
        }
        for (from, to) in known.iter().flat_map(|from| known.iter().map(move |to| (*from, *to))) {
            let path = match hops(&catalogue, from, to) {
                Ok(path) => path,
                Err(PathError::Backwards { .. }) => {
                    assert!(to < from, "{way}: {from} to {to}");
                    continue;
                }
                Err(PathError::Gap { release, after, .. }) => {
                    assert!(way == "direct", "every release is a stop: {from} to {to}");
                    let gap = catalogue.releases.iter().find(|r| r.version.as_str() == release).expect("a release");
                    assert_eq!(gap.after.as_ref().map(Version::as_str), Some(after.as_str()));
                    assert!(&gap.version > from && &gap.version <= to);
                    continue;
                }
                Err(e) => panic!("{way}: {from} to {to}: {e}"),
            };
            assert!(to >= from);
            let mut at = from.to_string();
            for hop in &path {
                assert_eq!(hop.from, at, "{way}: {from} to {to}");
                at.clone_from(&hop.to);
            }
            assert_eq!(at, to.to_string());
            let covered: Vec<String> = path.iter().flat_map(|hop| hop.releases.clone()).collect();
            let between = known.iter().filter(|v| **v > from && **v <= to).map(ToString::to_string);
            assert_eq!(covered, between.collect::<Vec<_>>(), "{way}: {from} to {to}");

            let plan = planned(&catalogue, from.as_str(), to.as_str());
            assert_eq!(plan.hops, path);
            assert_eq!(plan.hash, planned(&catalogue, from.as_str(), to.as_str()).hash);
            let unique: BTreeSet<_> = plan.steps.iter().map(|s| &s.key).collect();
            assert_eq!(unique.len(), plan.steps.len(), "{way}: {from} to {to}");
            for (index, hop) in path.iter().enumerate() {
                let migrations = keys(&plan, |s| s.hop == Some(index) && s.key.ends_with("/migrate"));
                assert!(migrations.len() <= 1, "{way}: {hop:?}: {migrations:?}");
                let phases: Vec<_> = plan.steps.iter().filter(|s| s.hop == Some(index)).map(|s| s.phase).collect();
                assert!(phases.is_sorted(), "{way}: {hop:?}: {phases:?}");
                assert!(phases.contains(&Phase::Verify), "every hop has a proof");
            }
            assert_eq!(plan.steps.is_empty(), from == to);
        }
    }
}

#[test]
fn a_release_that_needs_another_before_it_has_no_direct_path_past_that() {
    let catalogue = catalogue("direct", |text| text);
    for (from, to, fits) in [("1.0.0", "3.0.0", true), ("3.0.0", "4.0.0", false), ("3.1.0", "4.0.0", true)] {
        assert_eq!(plan(&catalogue, from, to).is_ok(), fits, "{from} to {to}");
    }
}

#[test]
fn an_action_is_carried_out_once_a_hop_with_the_highest_floor_of_its_uses() {
    let catalogue = catalogue("direct", |text| text);
    let plan = planned(&catalogue, "1.0.0", "2.0.0");
    assert_eq!(keys(&plan, |s| s.key.ends_with("migrate")), ["1.1.0/migrate"]);
    assert_eq!(floors(&plan), [("2.0.0/install", "1.1.0"), ("1.1.0/migrate", "2.0.0")]);
    let no_return = keys(&plan, |s| s.point_of_no_return);
    assert_eq!(no_return, ["2.0.0/install", "1.1.0/migrate"]);
}

#[test]
fn a_use_that_does_not_apply_leaves_the_action_to_a_later_one() {
    let catalogue = catalogue("direct", |text| text.replace("stop: yes\n", "").replace("after: 2.0.0\n", ""));
    let uses = |from: &str, to: &str| {
        keys(&planned(&catalogue, from, to), |s| s.key.ends_with("migrate")).iter().map(ToString::to_string).collect()
    };
    let found: [Vec<String>; 2] = [uses("1.1.0", "2.1.0"), uses("2.0.0", "3.0.0")];
    assert_eq!(found, [vec!["2.0.0/migrate".to_owned()], vec!["2.1.0/migrate".to_owned()]]);
    let later = super::tests::catalogue("direct", |text| {
        text.replace("stop: yes\n", "")
            .replace("after: 2.0.0\n", "")
            .replace("steps: [ { use: migrate } ]\n", "steps: [ { use: migrate, when: from is version('>9') } ]\n")
    });
    assert_eq!(keys(&planned(&later, "1.0.0", "2.0.0"), |s| s.key.ends_with("migrate")), ["2.0.0/migrate"]);
}

#[test]
fn what_an_action_says_of_itself_holds_inside_a_group_too() {
    let catalogue = catalogue("sequential", |text| text);
    let plan = planned(&catalogue, "2.1.0", "3.0.0");
    let told = keys(&plan, |s| s.key.starts_with("3.0.0/group"));
    assert_eq!(told, ["3.0.0/group/tell/a", "3.0.0/group/tell/b"]);
    assert!(floors(&plan).contains(&("3.0.0/group/tell/a", "3.0.0")), "{:?}", floors(&plan));
    let later = super::tests::catalogue("sequential", |text| text.replace("version('<3')", "version('<2')"));
    assert!(keys(&planned(&later, "2.1.0", "3.0.0"), |s| s.key.starts_with("3.0.0/group")).is_empty());
}

#[test]
fn what_a_group_checks_is_asked_before_its_first_step() {
    let catalogue = catalogue("direct", |text| {
        let check = "{ id: whole, title: The data are whole, fix: Mend them., file: { path: data } }";
        let other = "{ id: other, title: Not here, fix: Mend it., when: from is version('<2'), file: { path: data } }";
        text.replace("title: Group,", &format!("title: Group, checks: [ {check}, {other} ],"))
    });
    let plan = planned(&catalogue, "2.0.0", "3.0.0");
    assert_eq!(keys(&plan, |step| !step.checks.is_empty()), ["3.0.0/group/tell/a"]);
    let asked: Vec<_> = plan.steps.iter().flat_map(|step| &step.checks).map(|check| check.id.as_str()).collect();
    assert_eq!(asked, ["whole"], "a check that does not apply is not asked");
}

#[test]
fn a_higher_floor_is_never_lost_to_a_lower_one() {
    let catalogue = catalogue("direct", |text| text.replace("title: Install,", "title: Install, floor: 1.0.0,"));
    let plan = planned(&catalogue, "2.0.0", "3.0.0");
    assert!(floors(&plan).contains(&("3.0.0/install", "2.1.0")), "{:?}", floors(&plan));

    let bare = super::tests::catalogue("direct", |text| {
        text.replace("hop: [ { id: install, title: Install, file: { touch: program } } ]\n", "")
    });
    let plan = planned(&bare, "3.0.0", "3.1.0");
    assert_eq!(floors(&plan), []);
    let none = |text: String| {
        text.replace("hop: [ { id: install, title: Install, file: { touch: program } } ]\n", "")
            .replace("after: 3.1.0", "floor: 4.0.0")
    };
    let plan = planned(&super::tests::catalogue("direct", none), "3.1.0", "4.0.0");
    assert_eq!(floors(&plan), [("4.0.0/verified", "4.0.0")]);
}

#[test]
fn two_steps_with_one_key_are_no_plan() {
    // Whether it applies is only known now, so that it was no mistake when it was read.
    let own = "{ id: install, title: Own, when: to == '2.0.0',";
    let catalogue = catalogue("direct", |text| text.replace("{ id: own, title: Own,", own));
    let error = plan(&catalogue, "1.0.0", "2.0.0").expect_err("a key is there twice");
    assert!(error.to_string().contains("2.0.0/install"), "{error}");
}

#[test]
fn maintenance_surrounds_what_needs_it() {
    let catalogue = catalogue("direct", |text| text);
    let plan = planned(&catalogue, "1.0.0", "2.0.0");
    let order = keys(&plan, |s| s.offline > crate::model::Offline::No || s.key.starts_with("maintenance"));
    assert_eq!(order, ["maintenance/web", "1.1.0/migrate", "maintenance/web/undo/start"]);
    assert_eq!(plan.steps.last().map(|s| s.phase), Some(Phase::Health));
}

#[test]
fn the_hash_covers_what_is_done_and_not_what_is_said() {
    let of = |change: &dyn Fn(String) -> String| planned(&catalogue("sequential", change), "1.0.0", "3.1.0").hash;
    let own = of(&|text| text);
    for (was, said) in [
        ("title: Own", "title: Another"),
        ("title: Own", "why: Because., title: Own"),
        ("title: Own", "estimate: 5m, title: Own"),
        ("title: There is room", "fix: Make some., title: There is room"),
        ("actions:\n", "# a comment\n\nactions:\n"),
        ("versions: {", "versions: { names: { 2.0.0: Two },"),
    ] {
        assert_eq!(of(&|text| text.replace(was, said)), own, "{said}");
    }
    for (was, done) in [
        ("{ touch: own }", "{ absent: own }"),
        ("floor: 3.0.0", "floor: 2.0.0"),
        ("path: room", "path: rooms"),
        ("touch: maintenance", "touch: closed"),
        ("helper", "another"),
    ] {
        assert_ne!(of(&|text| text.replace(was, done)), own, "{done}");
    }
    let catalogue = catalogue("sequential", |text| text);
    let version = |text: &str| catalogue.system.versions.scheme.parse(text).expect("a version");
    let (from, to) = (version("1.0.0"), version("3.1.0"));
    let mut site = site(&catalogue);
    Arc::make_mut(&mut site.names.facts).insert("more".to_owned(), FactValue::Plain(Value::from("x")));
    let request = Request { from: &from, to: &to, tags: &[], skip_maintenance: false };
    assert_ne!(build(&catalogue, &site, &request).expect("a plan").hash, own, "a fact");
}
