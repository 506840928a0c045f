//! The progress of an index that PostgreSQL builds, and what it waits for.

mod support;

use std::process::Stdio;

use stepwell::model::{EventKind, StepState};
use support::ledger::{Ledger, LedgerDeployment};
use support::runner::Runner;
use support::server::Kind;

/// An index over what takes a while to compute.
fn building(create: &str) -> LedgerDeployment {
    let step = format!(
        "  - {{ id: index, title: Make lookups fast, sql: {{ statements: [ {create} items_slow on items (slow(id)) ] }} }}"
    );
    let ledger = Ledger::new().on(Kind::Postgres).with_steps(&step).build();
    ledger.sql(
        "create function slow(i integer) returns integer immutable language plpgsql as
             'begin perform pg_sleep(0.01); return i; end';
         create table items (id integer, note text);
         insert into items select i, repeat('x', 2000) from generate_series(1, 400) i;
         analyze items",
    );
    ledger
}

fn wait_counted(runner: &mut Runner, unit: &str) {
    runner.wait_for("the index is under way", |event| match event {
        EventKind::Progress { key, done, total: Some(total), unit: u } => {
            key == "2.0.0/index" && u == unit && *done > 0 && done <= total
        }
        _ => false,
    });
}

#[test]
fn an_index_tells_how_far_it_is() {
    let ledger = building("create index");
    let mut runner = ledger.start_runner();
    wait_counted(&mut runner, "blocks");
    ledger.run(["status"]).exit(7).prints("blocks");
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    let phase =
        |line: &str| events.iter().any(|event| matches!(&event.kind, EventKind::Log { line: l, .. } if l == line));
    assert!(phase("building index: scanning table"), "{events:#?}");
}

#[test]
fn an_index_that_waits_for_a_transaction_names_it() {
    let ledger = building("create index concurrently");
    let server = ledger.server.as_ref().expect("a server");
    // Whoever may have changed rows before is waited for.
    let open = "begin; update items set note = note where id = 1; select pg_sleep(1000)";
    let mut holder = server
        .client("app", open)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a client");
    let process = "select pid from pg_stat_activity where query like 'begin; update items%' and wait_event = 'PgSleep'";
    let process = loop {
        let found = server.sql(process);
        if !found.is_empty() {
            break found;
        }
        std::thread::yield_now();
    };
    let mut runner = ledger.start_runner();
    let why = format!("for process {process} to end its transaction");
    runner.wait_for(&why, |event| match event {
        EventKind::StepChanged { key, state: StepState::Waiting { reason, outside: true, .. } } => {
            key == "2.0.0/index" && reason.contains(&why)
        }
        _ => false,
    });
    server.sql(&format!("select pg_terminate_backend({process})"));
    holder.wait().expect("an end");
    wait_counted(&mut runner, "blocks");
    runner.arrives();
}
