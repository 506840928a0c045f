//! The kill matrix: an upgrade with every kind of step is killed at each point at which something is to last, on each
//! database, gone on with, and compared with one that nobody disturbed.
//!
//! All points take minutes. `STEPWELL_KILL_EVERY=N` tries each Nth of them; `1`, which `tests/run soak` sets, tries all.

mod support;

use std::fs;

use support::database::assert_same;
use support::ledger::{Ledger, LedgerDeployment};
use support::server::Kind;

/// Without a word from outside so many points of each matrix are tried.
const SAMPLE: usize = 12;

const STEPS: &str = r#"
  - id: backup
    title: Back up the ledger
    backup: { prove: true }
  - id: rows
    title: Two statements and a question
    sql:
      statements:
        - insert into entries (id, amount) values (1001, 1)
        - insert into entries (id, amount) values (1002, 2)
  - id: file
    title: Write a file
    file: { write: { path: ledger.conf, content: "[DEFAULT]\nkept = yes\n" } }
  - id: edit
    title: Edit it
    file: { ini: ledger.conf, set: { DEFAULT.version: '2' }, default: { DEFAULT.color: blue } }
  - id: program
    title: Run a program
    run: { argv: [ touch, marker ] }
    resume: idempotent
    done_when: { file: { path: marker, expect: { exists: true } } }
  - id: each
    title: For each of three
    repeat: { over: [a, b, c], as: letter }
    sql: { statements: [ "update entries set amount = amount + 1 where id = 1" ] }
  - id: found
    title: For each that is found
    repeat: { over: { sql: { query: select id from entries where id < 4 order by id } }, as: row }
    run: { argv: [ touch, "row-{{ row }}" ] }
    resume: idempotent
  - id: wait
    title: Wait until the file is there
    wait: { until: { file: { path: marker, expect: { exists: true } } }, every: 1s, timeout: 10s }
"#;

#[derive(Clone, Copy, Debug)]
enum Config {
    Sqlite,
    Server(Kind),
    Journal(Kind),
}

fn build(config: Config) -> LedgerDeployment {
    let ledger = Ledger::new().with_steps(STEPS);
    match config {
        Config::Sqlite => ledger.build(),
        Config::Server(kind) => ledger.on(kind).build(),
        Config::Journal(kind) => ledger.with_journal_on(kind).build(),
    }
}

/// All that an upgrade leaves: rows, files, and how each step ended.
fn outcome(ledger: &LedgerDeployment) -> String {
    let mut files: Vec<String> = fs::read_dir(ledger.dir())
        .expect("the deployment's folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with(".stepwell") && !name.starts_with("ledger.sqlite"))
        .collect();
    files.sort();
    let conf = fs::read_to_string(ledger.dir().join("ledger.conf")).unwrap_or_default();
    let history = ledger.run(["history", "--json"]).exit(0).json();
    let runs: Vec<_> = history["runs"].as_array().expect("runs").iter().map(|run| run["state"].clone()).collect();
    format!("{}\n{}\n{conf}\n{runs:?}", ledger.contents(), files.join("\n"))
}

const RUN: [&str; 4] = ["run", "--yes", "--allow-irreversible", "--defaults"];

fn matrix(config: Config) {
    let mut ledger = build(config);
    let list = ledger.home().join("points");
    let list_name = list.to_string_lossy().into_owned();
    ledger.run_with(RUN, &[("STEPWELL_KILL_POINTS", &list_name)]).exit(0);
    let expected = outcome(&ledger);
    let points = fs::read_to_string(&list).expect("the points");
    let points: Vec<&str> = points.lines().collect();
    assert!(points.len() > 100, "{config:?} passes its points: {}", points.len());

    let every = std::env::var("STEPWELL_KILL_EVERY").map_or(points.len() / SAMPLE, |n| n.parse().expect("a number"));
    let mut tried = 0;
    for at in (1..=points.len()).step_by(every.max(1)) {
        ledger.reset();
        let point = format!("{config:?}, killed at {}", points[at - 1]);
        let killed = ledger.run_with(RUN, &[("STEPWELL_KILL_AT", &at.to_string())]);
        // Questions that are asked a different number of times may make a run pass fewer points.
        assert!(killed.was_killed() || killed.code() == 0, "{point}: {killed}");
        let status = ledger.run(["status"]);
        assert!([0, 6, 9, 12].contains(&status.code()), "{point}: {status}");
        let again = ledger.run(RUN);
        assert!(again.code() == 0, "{point}: {again}");
        assert_same(&expected, &outcome(&ledger), &point);
        tried += 1;
    }
    println!("{config:?}: {tried} of {} kill points, all equal", points.len());
}

#[test]
fn sqlite() {
    matrix(Config::Sqlite);
}

#[test]
fn postgres() {
    matrix(Config::Server(Kind::Postgres));
}

#[test]
fn mariadb() {
    matrix(Config::Server(Kind::Mariadb));
}

#[test]
fn journal_in_postgres() {
    matrix(Config::Journal(Kind::Postgres));
}

#[test]
fn journal_in_mariadb() {
    matrix(Config::Journal(Kind::Mariadb));
}
