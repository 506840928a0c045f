//! Kinds and modifiers of steps that only a whole run can show.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;

use stepwell::model::Exit;
use support::ledger::Ledger;

/// One step for each of three entries, found when the run comes to it; the second one fails until `mended` exists.
const EACH: &str = r#"
  - id: three
    title: Mark what is to be done
    sql: { statements: [ "create table todo as select id, 'entry ' || id as name from entries where id <= 3" ] }
  - id: each
    title: "Do {{ e.name }}"
    repeat: { over: { sql: { query: "select id, name from todo order by id" } }, as: e, key: id }
    on_failure: set_aside
    steps:
      - id: work
        title: "Work on {{ e.name }}"
        run: { argv: [ sh, -c, 'test "$1" != 2 || test -e mended', sh, "{{ e.id }}" ] }
        resume: idempotent
      - id: note
        title: "Note {{ e.name }}"
        sql: { statements: [ "update entries set amount = -amount where id = {{ e.id }}" ] }
"#;

fn noted(ledger: &support::ledger::LedgerDeployment) -> String {
    support::database::ask(&ledger.path(), "select group_concat(id) from entries where amount < 0")
}

#[test]
fn a_bad_item_is_set_aside_named_and_done_when_it_is_mended() {
    let ledger = Ledger::new().with_steps(EACH).build();
    let ran = ledger.finish().exit(Exit::StepFailed.code().into()).says("2.0.0/each/2/work");
    assert!(ran.stdout().contains("left out 2.0.0/each/2/note"), "{}", ran.stdout());
    assert_eq!(noted(&ledger), "1,3", "the others went on");
    assert_eq!(ledger.version(), "2.0.0", "and so did what comes after them");
    assert_eq!(ledger.status(), i32::from(Exit::StepFailed.code()), "the run is not complete");

    ledger.write("mended", "");
    ledger.finish().exit(0);
    assert_eq!(noted(&ledger), "1,2,3");
    assert_eq!(ledger.status(), 0);
}

#[test]
fn a_bad_item_can_be_waived_by_name() {
    let ledger = Ledger::new().with_steps(EACH).build();
    ledger
        .run(["run", "--yes", "--allow-irreversible", "--accept", "2.0.0/each/2/work=it is empty"])
        .exit(0)
        .prints("skipped 2.0.0/each/2/work");
    assert_eq!(noted(&ledger), "1,3");
}

#[test]
fn items_that_were_found_stay_when_the_runner_is_killed_among_them() {
    let argv = r#"[ sh, -c, 'test "$1" != 2 || test -e mended', sh, "{{ e.id }}" ]"#;
    let waits = r#"[ sh, -c, 'test "$1" != 2 || cat "$2"', sh, "{{ e.id }}", "{{ facts.gate }}" ]"#;
    assert!(EACH.contains(argv), "the step to be replaced is there");
    let steps = EACH.replace(argv, waits);
    let ledger = Ledger::new().with_steps(&steps).build();
    let run = ledger.start_runner();
    let waiting = ledger.gate.reached();
    run.kill();
    // What was found is in the plan: rows that go or come do not change what this run does.
    support::database::execute(&ledger.path(), "delete from todo where id = 3; insert into todo values (4, 'late')");
    drop(waiting);
    ledger.finish().exit(0);
    assert_eq!(noted(&ledger), "1,2,3");
}

#[test]
fn batches_are_done_together_as_lists() {
    let steps = r#"
  - id: pairs
    title: Do two at a time
    repeat: { over: { run: { argv: [ printf, 'a\nb\nc\n' ] } }, as: pair, batch: 2 }
    run: { argv: [ sh, -c, 'echo "$@" >> pairs', sh, "{{ pair }}" ] }
    resume: idempotent
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    ledger.finish().exit(0);
    let pairs = std::fs::read_to_string(ledger.dir().join("pairs")).expect("the steps wrote it");
    assert_eq!(pairs, "a b\nc\n");
}

#[test]
fn files_are_edited_moved_and_written_with_all_that_is_around_kept() {
    let steps = r#"
  - id: yaml
    title: Move a backend
    file:
      yaml: service.yaml
      remove: { discovery.http: [{ url: "http://a" }] }
      add: { discovery.http: [{ url: "http://c", method: GET }] }
      set: { discovery.interval: 90, discovery.note: "no" }
  - { id: env, title: Name the key, file: { env: service.env, set: { KEY: "alias/{{ to }}" }, remove: [OLD] } }
  - { id: toml, title: Turn it off, file: { toml: service.toml, set: { features.old: false }, default: { features.new: [1, 2] } } }
  - { id: away, title: Put it away, file: { move: { from: old.txt, to: kept/old.txt } } }
  - { id: note, title: Leave a note, file: { write: { path: note.txt, content: "at {{ to }}" } } }
  - id: proof
    title: Stop if it is not so
    run: { argv: [ 'true' ] }
    resume: idempotent
    checks:
      - { id: url, title: One URL is c, file: { yaml: service.yaml, key: discovery.http.*.url, expect: { value: ["http://b", "http://c"] } } }
      - { id: key, title: The key is named, file: { env: service.env, key: KEY, expect: { value: alias/2.0.0 } } }
      - { id: new, title: The list is there, file: { toml: service.toml, key: features.new.1, expect: { value: 2 } } }
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    ledger
        .write("service.yaml", "# ours\ndiscovery:\n  http: # two\n    - url: http://a\n    # the second\n    - url: http://b\n  interval: 60\n")
        .write("service.env", "# for the unit\nKEY=old\nOLD=1\n")
        .write("service.toml", "[features] # all\nold = true\n")
        .write("old.txt", "old");
    ledger.finish().exit(0);
    let read = |name: &str| std::fs::read_to_string(ledger.dir().join(name)).expect(name);
    let yaml = read("service.yaml");
    for kept in ["# ours\n", "http: # two\n", "# the second\n", "interval: 90\n", "url: 'http://c'\n"] {
        assert!(yaml.contains(kept), "`{kept}` is not in:\n{yaml}");
    }
    assert!(!yaml.contains("http://a"), "{yaml}");
    assert_eq!(read("service.env"), "# for the unit\nKEY=alias/2.0.0\n");
    assert!(read("service.toml").starts_with("[features] # all\nold = false\n"), "{}", read("service.toml"));
    assert_eq!(read("kept/old.txt"), "old");
    assert_eq!(read("note.txt"), "at 2.0.0");
}

/// Answers `count` requests on a port of its own, each as `answer` says of its number and text.
fn server(
    count: usize,
    answer: impl Fn(usize, &str) -> String + Send + 'static,
) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let thread = std::thread::spawn(move || {
        for number in 0..count {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut text = String::new();
            let mut chunk = [0; 4096];
            // A request of the test fits; it ends with an empty line, or with its body.
            while !text.contains("\r\n\r\n") || (text.starts_with("POST") && !text.ends_with('}')) {
                let n = stream.read(&mut chunk).expect("a request");
                text.push_str(&String::from_utf8_lossy(&chunk[..n]));
                assert!(n > 0, "the request was cut off: {text}");
            }
            stream.write_all(answer(number, &text).as_bytes()).expect("an answer");
        }
    });
    (address, thread)
}

fn reply(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_request_is_made_and_a_health_page_waited_for() {
    let (address, thread) = server(4, |number, text| match number {
        0 => {
            assert!(text.starts_with("POST /drain HTTP/1.1\r\n"), "{text}");
            assert!(text.to_lowercase().contains("x-reason: upgrade"), "{text}");
            assert!(text.ends_with("{\"now\":true}"), "{text}");
            reply("202 Accepted", "draining")
        }
        // The page answers 200 whatever it says: what counts is in it.
        1 | 2 => reply("200 OK", r#"{"parts": [{"status": "HEALTHY"}, {"status": "STARTING"}]}"#),
        _ => reply("200 OK", r#"{"parts": [{"status": "HEALTHY"}, {"status": "HEALTHY"}]}"#),
    });
    let steps = format!(
        r#"
  - id: drain
    title: Drain
    http: {{ method: post, url: "http://{address}/drain", headers: {{ X-Reason: upgrade }}, body: '{{"now":true}}', expect: {{ status: 202 }} }}
    resume: idempotent
  - id: healthy
    title: Wait until every part is healthy
    wait:
      until: {{ http: {{ url: "http://{address}/health", key: parts.*.status, expect: {{ value: [HEALTHY, HEALTHY] }} }} }}
      every: 100ms
      timeout: 30s
"#
    );
    let ledger = Ledger::new().with_steps(&steps).build();
    ledger.finish().exit(0);
    thread.join().expect("every request came");
}

#[test]
fn a_wait_that_takes_too_long_fails_and_says_what_it_waited_for() {
    let steps = r#"
  - id: never
    title: Wait for a file
    wait: { until: { file: { path: never, expect: { exists: true } } }, every: 100ms, timeout: 300ms }
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    ledger.finish().exit(Exit::StepFailed.code().into()).says("the file is not there");
}

#[test]
fn a_floor_is_not_raised_by_a_step_that_may_not_begin() {
    let steps = r#"
  - id: drop
    title: Drop what only the old program reads
    floor: 2.0.0
    checks: [ { id: ready, title: It is ready, file: { path: ready, expect: { exists: true } } } ]
    sql: { statements: [ "update entries set amount = 0" ] }
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    ledger.finish().exit(Exit::StepFailed.code().into()).says("It is ready");
    let status = ledger.run(["status", "--json"]).json();
    assert_eq!(status["floor"], serde_json::Value::Null, "{status}");

    ledger.write("ready", "");
    ledger.finish().exit(0);
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn a_database_that_is_not_there_yet_is_a_step_that_is_not_done() {
    let steps = r#"
  - { id: away, title: Put it away, file: { move: { from: other.sqlite, to: away.sqlite } } }
  - id: anew
    title: Build it anew
    run: { argv: [ cp, away.sqlite, other.sqlite ] }
    done_when: { sql: { store: other, query: select count(*) from sqlite_schema, expect: { value: 0 } } }
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    ledger.define(
        "system.yaml",
        "stores:\n",
        "stores:\n  other: { title: Other, engines: [sqlite], default: 'sqlite:///other.sqlite' }\n",
    );
    ledger.write("other.sqlite", "");
    let catalogue = ledger.catalogue();
    for file in ["system.yaml", "releases/2.0.0.yaml"] {
        let path = catalogue.join("ledger").join(file);
        let text = std::fs::read_to_string(&path).expect(file);
        // With two stores each question says which one it means.
        let said = [
            ("sql: { query", "sql: { store: db, query"),
            ("sql: { statements", "sql: { store: db, statements"),
            ("backfill: { table", "backfill: { store: db, table"),
            ("sql:\n        query", "sql:\n        store: db\n        query"),
        ];
        let text = said.iter().fold(text, |text, (short, whole)| text.replace(short, whole));
        std::fs::write(path, text).expect(file);
    }
    ledger.finish().exit(0);
    assert!(ledger.dir().join("other.sqlite").exists());
}

#[test]
fn a_title_that_speaks_of_items_that_are_found_later_names_what_they_say() {
    let ledger = Ledger::new().with_steps(EACH).build();
    let plan = ledger.run(["plan"]).exit(0);
    assert!(plan.stdout().contains("Do <name>") && !plan.stdout().contains("{{ e.name }}"), "{plan}");
}
