//! What commands print with `--json`, against the schemas that programs may rely on.

mod support;

use std::path::Path;

use serde_json::Value;
use stepwell::model::Exit;

use support::database::execute;
use support::deployment::{Demo, Deployment};
use support::ledger::Ledger;
use support::schema::{Others, Schema};
use support::server::Kind;

/// Runs a command with `--json` and compares. Everything that is printed has to be described.
#[track_caller]
fn fits(deployment: &Deployment, command: &[&str], exit: Exit) -> Value {
    let name = command[0];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema/output").join(name).with_extension("json");
    let ran = deployment.run(command.iter().copied().chain(["--json"])).exit(exit.code().into());
    let document = ran.json();
    let faults = Schema::read(&path, Others::Wrong).faults(&document);
    assert!(faults.is_empty(), "stepwell {name} --json:\n{}", faults.join("\n"));
    document
}

#[test]
fn what_is_printed_about_the_demo_fits() {
    let demo = Demo::with_rows(300).build();
    fits(&demo, &["history"], Exit::Done);
    fits(&demo, &["status"], Exit::UpgradeNeeded);
    let plan = fits(&demo, &["plan"], Exit::Done);
    assert!(plan["plan"]["steps"].as_array().is_some_and(|steps| steps.len() > 20), "{plan}");
    assert_eq!(fits(&demo, &["check"], Exit::Done)["passed"], true);
    execute(&demo.database(), "update secrets set path = path || '/' where id = (select min(id) from secrets)");
    let failed = fits(&demo, &["check"], Exit::CheckFailed);
    assert_eq!(failed["passed"], false, "{failed}");
}

#[test]
fn a_run_that_failed_and_one_that_is_done_fit() {
    let ledger = Ledger::new().with_failing_step().build();
    ledger.finish().exit(Exit::StepFailed.code().into());
    let failed = fits(&ledger, &["status"], Exit::StepFailed);
    assert_eq!(failed["state"], "failed", "{failed}");
    assert_eq!(fits(&ledger, &["history"], Exit::Done)["runs"][0]["state"], "failed");
    assert_eq!(fits(&ledger, &["report"], Exit::Done)["state"], "failed");

    let ledger = Ledger::new().build();
    ledger.finish().exit(0);
    fits(&ledger, &["status"], Exit::Done);
    let told = fits(&ledger, &["report"], Exit::Done);
    assert_eq!(told["decisions"][0]["what"]["is"], "maintenance", "{told}");
    fits(&ledger, &["check"], Exit::Done);
    assert_eq!(fits(&ledger, &["plan"], Exit::Done)["plan"], Value::Null);
}

#[test]
fn several_steps_at_work_fit() {
    let steps = r#"
  - id: each
    title: Each {{ word }}
    repeat: { over: [a, b], as: word, parallel: 2 }
    run: { argv: [ cat, "{{ facts.gate }}" ] }
    resume: idempotent
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    let mut runner = ledger.start_runner();
    runner.wait_step("each/b");
    let status = fits(&ledger, &["status"], Exit::LeaseHeld);
    assert_eq!((&status["at"]["key"], &status["beside"][0]["key"]), (&"2.0.0/each/a".into(), &"2.0.0/each/b".into()));
    runner.kill();
    // Their programs are alive, which whoever looks should know.
    let status = fits(&ledger, &["status"], Exit::Stopped);
    assert_eq!(status["beside"].as_array().map(Vec::len), Some(1), "{status}");
}

#[test]
fn a_run_that_was_taken_back_fits() {
    let ledger = Ledger::new().build();
    ledger.define("system.yaml", "checks:", "first: [ { id: backup, title: Back up, backup: {} } ]\nchecks:");
    ledger.finish().exit(0);
    ledger.run(["restore", "--yes"]).exit(0);
    let told = fits(&ledger, &["report"], Exit::Done);
    let last = told["decisions"].as_array().and_then(|decisions| decisions.last()).expect("a decision");
    assert_eq!((&told["state"], &last["what"]["is"]), (&"abandoned".into(), &"restored".into()), "{told}");
    fits(&ledger, &["status"], Exit::UpgradeNeeded);
}

#[test]
fn what_was_known_before_the_database_went_fits() {
    let mut ledger = Ledger::new().with_failing_step().with_journal_on(Kind::Postgres).build();
    ledger.finish().exit(Exit::StepFailed.code().into());
    ledger.server.as_mut().expect("a server").kill();
    let known = fits(&ledger, &["status"], Exit::CouldNotAsk);
    assert_eq!((&known["state"], &known["deployment"]), (&"failed".into(), &"ledger-test".into()), "{known}");
}

const EVERY_KIND: &str = r#"
  - { id: group, title: A group, offline: required, steps: [ { id: one, title: One, ask: { text: Do it., typed: DONE } } ] }
  - { id: choose, title: Choose, ask: { text: Which one?, choices: [a, b], default: a } }
  - id: call
    title: Call
    why: It is called.
    http: { url: "http://127.0.0.1:9/", method: POST, headers: { X-A: b }, body: c, timeout: 5s, expect: { status: 200 } }
    resume: once
  - id: program
    title: Run
    run: { argv: [true, a], env: { A: b }, cwd: /, stdin: c, timeout: 1m, secret_output: yes, expect: { exit: [0, 3], text: d } }
    done_when: { file: { ini: /etc/none, key: a.b, expect: { value: c }, else: { rows: 0..1 } } }
    retry: { attempts: 3, wait: 1s..2s, unless: { exit: 2 } }
    optional: yes
    estimate: 5s
    checks: [ { id: there, title: There, file: { path: /etc/hosts, expect: { exists: yes } }, fix: Make it. } ]
  - id: each
    title: Each {{ word }}
    repeat: { over: [a, b], as: word, parallel: 2 }
    on_failure: set_aside
    run: { argv: [true, "{{ word }}"] }
    resume: idempotent
  - id: found
    title: Found {{ item.id }}
    repeat: { over: { sql: { query: "select id, amount from entries" } }, as: item, key: id, parallel: 64 }
    run: { argv: [true, "{{ item.id }}"] }
    resume: idempotent
    estimate: { each: 40ms }
  - { id: wait, title: Wait, wait: { until: { http: { url: "http://127.0.0.1:9/", key: a.b, expect: { value: [c] } } }, every: 1s, timeout: 2s } }
  - { id: copy, title: Copy, backup: { store: db, to: /var/backups } }
  - { id: ini, title: Edit, file: { ini: /etc/a.ini, rename: { a.b: c }, remove: [a.d], set: { a.e: f }, default: { a.g: h } } }
  - { id: yaml, title: Edit, file: { yaml: /etc/a.yaml, remove: { a.b: [c] }, add: { a.d: [{ e: f }] }, set: { g: {} } } }
  - { id: touch, title: Touch, file: { touch: /etc/a } }
  - { id: absent, title: Remove, file: { absent: /etc/a } }
  - { id: move, title: Move, file: { move: { from: /etc/a, to: /etc/b } } }
  - { id: write, title: Write, file: { write: { path: /etc/a, content: b } } }
  - { id: engines, title: Engines, sql: { statements: [ { sqlite: select 1 } ] } }
"#;

#[test]
fn every_kind_of_step_fits() {
    let ledger = Ledger::new().with_steps(EVERY_KIND).build();
    let plan = fits(&ledger, &["plan"], Exit::Done);
    let steps = plan["plan"]["steps"].as_array().expect("steps");
    let kinds: std::collections::BTreeSet<_> =
        steps.iter().filter_map(|step| step["work"].as_object()?.keys().next().cloned()).collect();
    for kind in ["ask", "backfill", "backup", "file", "http", "repeat", "run", "sql", "wait"] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
}

#[test]
fn findings_of_lint_fit() {
    let here = Deployment::empty();
    let folder = |name: &str| format!("{}/tests/definitions/{name}", env!("CARGO_MANIFEST_DIR"));
    fits(&here, &["lint", &folder("valid/rich")], Exit::Done);
    let found = fits(&here, &["lint", &folder("invalid/everything-at-once")], Exit::Invalid);
    assert!(found["findings"].as_array().is_some_and(|list| list.len() > 3), "{found}");
}
