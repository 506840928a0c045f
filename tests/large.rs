//! A large backfill whose runner is killed at random moments: each next one goes on where the last one was, and the rows
//! are in the end what one plain UPDATE makes of them.
//!
//! `STEPWELL_LARGE=N` is the number of rows; `tests/run soak` has ten million. `STEPWELL_SEED=S` does what another run
//! did: each says its seed.

mod support;

use stepwell::model::EventKind;
use support::ledger::{Ledger, LedgerDeployment};
use support::random::Random;
use support::server::{Kind, Server};

const ROWS: u64 = 300_000;
const KILLS: u64 = 4;
const STEP: &str = "2.0.0/large";

const STEPS: &str = r"
  - id: large
    title: Fill a large table
    backfill:
      table: large
      key: id
      where: done is null
      set: { done: v * 2 + id, times: times + 1 }
      workers: WORKERS
";

/// Numbers that two tables with other rows do not have in common.
const SUMS: &str = "select concat(count(*), ' ', sum(done), ' ', sum((done * 31 + id) % 1000003 * (id % 997)), ' ', \
                    sum(times), ' ', max(times)) from";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|n| n.parse().unwrap_or_else(|error| panic!("{name}={n}: {error}")))
}

/// The table, and its copy after one UPDATE.
fn fill(ledger: &LedgerDeployment, kind: Option<Kind>, rows: u64) {
    match kind {
        None => ledger.sql("pragma journal_mode = wal"),
        Some(Kind::Postgres) => {}
        Some(Kind::Mariadb) => ledger.sql("set global max_recursive_iterations = 4294967295"),
    }
    let numbers = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})");
    let note =
        "a text that makes the row as long as rows of real tables are, which is about one hundred and fifty bytes";
    for table in ["large", "plain"] {
        ledger.sql(&format!(
            "create table {table} (id bigint primary key, v integer, done bigint, times integer not null, note text)"
        ));
        // Some keys are missing, as they are where rows were deleted.
        ledger.sql(&format!("insert into {table} {numbers} select i + i / 10, i % 1000, null, 0, '{note}' from n"));
    }
    ledger.sql("update plain set done = v * 2 + id, times = times + 1 where done is null");
}

fn sums(ledger: &LedgerDeployment, table: &str) -> String {
    // This SQLite may be older than its `concat`.
    let sums = match ledger.server {
        None => SUMS.replace("concat(", "(").replace(',', " ||"),
        Some(_) => SUMS.to_owned(),
    };
    ledger.ask(&format!("{sums} {table}"))
}

fn killed_at_random(kind: Option<Kind>, workers: u32) {
    let rows = number("STEPWELL_LARGE").unwrap_or(ROWS);
    let nanos = std::time::UNIX_EPOCH.elapsed().expect("a time after 1970").subsec_nanos();
    let seed = number("STEPWELL_SEED").unwrap_or_else(|| u64::from(nanos));
    let mut random = Random::of(seed);
    let ledger = Ledger::new().with_steps(&STEPS.replace("WORKERS", &workers.to_string()));
    let ledger = match kind {
        Some(kind) => ledger.on_server(Server::start_as_installed(kind)).build(),
        None => ledger.build(),
    };
    fill(&ledger, kind, rows);
    let what = format!("{kind:?}, {rows} rows, seed {seed}");

    let (mut kills, mut reached) = (0, 0);
    while kills < KILLS {
        // Anywhere in what is left, though not at its very end.
        let left = usize::try_from(rows - reached).expect("a number");
        let until = reached + random.below((left / 2).max(1)) as u64;
        let began = jiff::Timestamp::now();
        let mut runner = ledger.start_runner();
        let (mut first, mut last) = (None, 0);
        while let Some(event) = runner.next() {
            match &event.kind {
                // A runner tells first what those before it told.
                EventKind::Progress { key, done, .. } if key == STEP && event.at >= began => {
                    first = first.or(Some(*done));
                    last = *done;
                    if last >= until {
                        break;
                    }
                }
                EventKind::StepChanged { key, state } if key == STEP && state.is_over() => break,
                _ => {}
            }
        }
        runner.kill();
        let first = first.unwrap_or_else(|| panic!("{what}: no progress after {kills} kills"));
        assert!(first >= reached, "{what}: it goes on at {first}, and {reached} rows were done");
        (kills, reached) = (kills + 1, last);
    }
    let (code, events) = ledger.start_runner().finish();
    assert_eq!(code, 0, "{what}: {events:#?}");
    assert_eq!(sums(&ledger, "large"), sums(&ledger, "plain"), "{what}: each row is done, and done once");
    println!("{what}: killed {kills} times, the last time after {reached} rows; equal");
}

#[test]
fn on_sqlite() {
    killed_at_random(None, 1);
}

#[test]
fn on_postgres() {
    killed_at_random(Some(Kind::Postgres), 2);
}

#[test]
fn on_mariadb() {
    killed_at_random(Some(Kind::Mariadb), 2);
}
