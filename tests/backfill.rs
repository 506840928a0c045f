//! Backfills on each kind of database: along keys of every kind, by several workers, past rows that are refused and
//! locks of others, killed and gone on with. The measure is one plain UPDATE.

mod support;

use serde_json::{Value, json};
use stepwell::model::Exit;
use stepwell::step::{Control, Outcome, Report};
use support::filling::{EVERYWHERE, Place};
use support::ledger::Ledger;
use support::server::Kind;

const ROWS: u64 = 600;

/// A table `t` with columns `v` and `done`, and `plain`, its copy after one UPDATE.
fn table(place: &Place, columns: &str, key: &str, values: &str) {
    let numbers = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})");
    place.sql(&format!("create table t ({columns}, v integer, done bigint, primary key ({key}))"));
    place.sql(&format!("insert into t {numbers} select {values}, i, null from n"));
    place.sql("create table plain as select * from t");
    place.sql("update plain set done = v * 2 where done is null");
}

fn spec(key: &[&str], workers: u32) -> Value {
    json!({
        "table": "t", "key": key, "where": "done is null", "set": [["done", "v * 2"]], "batch": 7, "workers": workers,
    })
}

fn with(mut spec: Value, changes: Value) -> Value {
    let (Value::Object(spec), Value::Object(changes)) = (&mut spec, changes) else { panic!("objects") };
    spec.extend(changes);
    json!(spec)
}

fn logs(reports: &[Report]) -> Vec<&str> {
    reports.iter().filter_map(|r| if let Report::Log(line) = r { Some(line.as_str()) } else { None }).collect()
}

/// Name, columns, key and the values of row `i`, for each engine.
fn keys(kind: Option<Kind>) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let everywhere = [
        ("dense numbers", "id bigint", "id", "i - 300"),
        (
            "numbers with gaps, and one far away",
            "id bigint",
            "id",
            "case i when 9 then 9000000000000000 else i * i end",
        ),
        ("a name in quotes", "\"a b\" bigint", "\"a b\"", "i"),
        ("two columns", "a varchar(9), b integer", "a, b", "concat('k', i % 5), i"),
        ("two columns in another order", "a integer, b integer", "b, a", "i % 3, -(i % 17) * 100 - i"),
    ];
    let own: &[_] = match kind {
        None => &[
            ("texts", "id text", "id", "'ä' || (i * 7919 % 100003)"),
            ("bytes", "id blob", "id", "unhex(printf('%032x', i * 7919 % 100003))"),
            ("times", "id text", "id", "datetime('2020-01-01', i || ' minutes')"),
        ],
        Some(Kind::Postgres) => &[
            ("texts", "id text", "id", "'ä' || (i * 7919 % 100003)"),
            ("UUIDs", "id uuid", "id", "md5(i::text)::uuid"),
            ("bytes", "id bytea", "id", "decode(md5(i::text), 'hex')"),
            ("times", "id timestamptz", "id", "timestamptz '2020-01-01' + i * interval '0.000001 second'"),
            ("local times", "id timestamp", "id", "timestamp '2020-01-01' + i * interval '1 hour'"),
            ("decimals", "id numeric(20, 3)", "id", "i / 7.0"),
        ],
        Some(Kind::Mariadb) => &[
            ("texts", "id varchar(20)", "id", "concat('ä', i * 7919 % 100003)"),
            ("UUIDs", "id uuid", "id", "insert(insert(md5(i), 13, 1, '4'), 17, 1, '8')"),
            ("bytes", "id binary(16)", "id", "unhex(md5(i))"),
            ("times", "id datetime(6)", "id", "timestamp'2020-01-01 00:00:00' + interval i microsecond"),
            ("large numbers", "id bigint unsigned", "id", "18446744073709550000 + i"),
        ],
    };
    everywhere.into_iter().chain(own.iter().copied()).collect()
}

#[test]
fn every_kind_of_key_comes_to_what_one_update_does() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        for (name, columns, key, values) in keys(kind) {
            let quotes = if kind == Some(Kind::Mariadb) { "`" } else { "\"" };
            let [columns, key] = [columns, key].map(|text| text.replace('"', quotes));
            // This SQLite may be older than its `unhex`, and than `concat`.
            let values = match kind {
                None => values.replace("concat('k', i % 5)", "'k' || (i % 5)"),
                _ => values.to_owned(),
            };
            let values = values.replace("unhex(printf('%032x', i * 7919 % 100003))", "cast(char(i % 7) || i as blob)");
            for workers in [1, 3] {
                table(&place, &columns, &key, &values);
                let names: Vec<&str> = key.split(", ").map(|k| k.trim_matches(['"', '`'])).collect();
                let (outcome, reports) = place.fill(&spec(&names, workers));
                assert_eq!(outcome, Outcome::Done, "{kind:?}, {name}, {workers} workers");
                place.assert_equal("t", "plain", name);
                let last = reports.iter().rev().find_map(|r| match r {
                    Report::Progress { done, total, .. } => Some((*done, *total)),
                    _ => None,
                });
                assert_eq!(last, Some((ROWS, Some(ROWS))), "{kind:?}, {name}");
                // The next table is another step.
                place.sql("drop table t; drop table plain; delete from stepwell_mark");
            }
        }
    }
}

/// Numbers that are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn killed_at_any_moment_it_goes_on_and_does_hardly_a_row_again() {
    /// A row takes at least a millisecond, a batch aims at a hundred, and may be half as large again.
    const BATCH: u64 = 200;
    let mut dice = Dice(3);
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "id", "i * 3");
        // What a sequence gave is not taken back with its transaction: so many rows were touched.
        let (set, touched) = match kind {
            None => ("v * 2", "select count(*) from t"),
            Some(Kind::Postgres) => {
                place.sql("create sequence touched");
                let set = "nextval('touched') * 0 + v * 2 + length(pg_sleep(0.001)::text)";
                (set, "select last_value from touched")
            }
            Some(Kind::Mariadb) => {
                place.sql("create sequence touched");
                ("nextval(touched) * 0 + v * 2 + sleep(0.001)", "select nextval(touched) - 1")
            }
        };
        let slow = |workers: u32| with(spec(&["id"], workers), json!({ "set": [["done", set]] }));
        // The operator may give each attempt as many workers as there is room for.
        let (mut killed, mut workers_killed) = (0, 0);
        for workers in [3, 1, 4, 2] {
            let mut running = place.start(&slow(workers));
            let mut left = 2 + dice.below(8);
            let alive = running.wait_for(|report| {
                left -= u64::from(matches!(report, Report::Progress { .. }));
                left == 0
            });
            running.kill();
            killed += u64::from(alive);
            workers_killed += u64::from(workers);
        }
        assert!(killed >= 1, "{kind:?}: it ended too soon to be killed");
        let before: u64 = place.ask("select count(*) from t where done is not null").parse().expect("a number");
        assert!(before > 0, "{kind:?}: batches that were committed stay");
        let (outcome, reports) = place.fill(&slow(3));
        // The last of the attempts may have been too fast to be killed.
        if before == ROWS {
            assert_eq!(outcome, Outcome::Adopted, "{kind:?}");
        } else {
            assert_eq!(outcome, Outcome::Done, "{kind:?}");
            let Some(Report::Progress { done, .. }) = reports.first() else { panic!("{reports:?}") };
            assert!(*done >= before, "{kind:?}: it goes on at {done}, and {before} rows were done");
        }
        place.assert_equal("t", "plain", "after it was killed");
        let touched: u64 = place.ask(touched).parse().expect("a number");
        let most = ROWS + workers_killed * BATCH;
        assert!((ROWS..=most).contains(&touched), "{kind:?}: {touched} rows were done, of {ROWS}");
    }
}

#[test]
fn a_row_that_is_refused_is_named_and_those_before_it_are_done() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "id", "i");
        place.sql("create table u as select * from t; drop table t");
        place.sql("create table t (id bigint primary key, v integer, done bigint, check (done <> 400))");
        place.sql("insert into t select * from u");
        let (outcome, _) = place.fill(&spec(&["id"], 1));
        let Outcome::Failed(failure) = outcome else { panic!("{kind:?}: {outcome:?}") };
        assert!(!failure.transient && failure.error.contains("a row is refused: id = 200: "), "{kind:?}: {failure:?}");
        assert!(failure.error.to_lowercase().contains("constraint"), "{kind:?}: {failure:?}");
        assert_eq!(place.ask("select count(*) from t where done is not null"), "199", "{kind:?}");

        // Mended, it goes on where it was.
        place.sql("update t set v = 1000 where id = 200; update plain set v = 1000, done = 2000 where id = 200");
        let (outcome, _) = place.fill(&spec(&["id"], 1));
        assert_eq!(outcome, Outcome::Done, "{kind:?}");
        place.assert_equal("t", "plain", "after the row was mended");
    }
}

#[test]
fn rows_that_are_refused_are_set_aside_and_all_others_done() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "id", "i");
        place.sql("create table u as select * from t; drop table t");
        place.sql("create table t (id bigint primary key, v integer, done bigint, check (done % 200 <> 0))");
        place.sql("insert into t select * from u");
        let aside = with(spec(&["id"], 3), json!({ "set_aside": true, "batch": 100 }));
        for _ in 0..2 {
            let (outcome, reports) = place.fill(&aside);
            let Outcome::SetAside { error } = outcome else { panic!("{kind:?}: {outcome:?}") };
            assert!(error.contains("6 rows were refused") && error.contains("id = 100: "), "{kind:?}: {error}");
            let named = logs(&reports).iter().filter(|line| line.starts_with("set aside id = ")).count();
            assert!(named == 6 || named == 0, "{kind:?}: {reports:?}, the second time they are known");
            assert_eq!(place.ask("select count(*) from t where done is null"), "6", "{kind:?}");
        }
        place.sql("update plain set done = null where v % 100 = 0");
        place.assert_equal("t", "plain", "but for those that were set aside");
    }
}

#[test]
fn more_bad_rows_than_can_be_listed_stop_it() {
    let place = Place::on(None);
    place.sql("create table t (id integer primary key, v integer, done integer check (done < 300))");
    place.sql("insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < 1300) select i, i, null from n");
    let aside = with(spec(&["id"], 1), json!({ "set_aside": true }));
    let (outcome, _) = place.fill(&aside);
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.error.contains("more than 1000 rows are refused"), "{failure:?}");
    // Tried again, it looks at all of them anew.
    place.sql("update t set v = 1 where v > 1000");
    let (outcome, _) = place.fill(&aside);
    let Outcome::SetAside { error } = outcome else { panic!("{outcome:?}") };
    assert!(error.contains("851 rows were refused"), "{error}");
    assert_eq!(place.ask("select count(*) from t where done is null"), "851");
}

#[test]
fn what_no_row_is_to_blame_for_is_not_blamed_on_one() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "id", "i");
        let wrong = with(spec(&["id"], 2), json!({ "set": [["nowhere", "1"]], "set_aside": true }));
        let (outcome, _) = place.fill(&wrong);
        let Outcome::Failed(failure) = outcome else { panic!("{kind:?}: {outcome:?}") };
        assert!(!failure.transient && failure.error.contains("nowhere"), "{kind:?}: {failure:?}");
        assert!(!failure.error.contains("id ="), "{kind:?}: {failure:?}");
    }
}

#[test]
fn a_statement_is_carried_out_for_each_batch() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "a integer, b integer", "a, b", "i % 7, i");
        place.sql("create table archive as select * from t where v < 0");
        let archive = with(
            spec(&["a", "b"], 3),
            json!({
                "set": [],
                "where": "done is null and not exists (select 1 from archive where archive.v = t.v)",
                "statement": { "any":
                    "insert into archive select * from t where {{ range }} and v in (select v from t where {{ range }})"
                },
            }),
        );
        let (outcome, _) = place.fill(&archive);
        assert_eq!(outcome, Outcome::Done, "{kind:?}");
        place.assert_equal("t", "archive", "which is its copy");
        assert_eq!(place.ask("select count(*) from archive"), ROWS.to_string(), "{kind:?}: no row came twice");
    }
}

#[test]
fn a_lock_of_somebody_else_is_waited_for() {
    // They wait for seconds, so together.
    std::thread::scope(|scope| {
        for kind in EVERYWHERE {
            scope.spawn(move || waits_for_a_lock(kind));
        }
    });
}

fn waits_for_a_lock(kind: Option<Kind>) {
    let place = Place::on(kind);
    table(&place, "id bigint", "id", "i");
    let waits = |report: &Report| matches!(report, Report::Waiting(line) if line.starts_with("for a lock"));
    let holder = place.hold("update t set v = 0 where id = 400");
    let mut running = place.start(&spec(&["id"], 2));
    assert!(running.wait_for(waits), "{kind:?}: {:?}", running.end());
    // Whoever does not want to wait may stop.
    running.control.send_replace(Control::Stop);
    let (outcome, reports) = running.end();
    assert_eq!(outcome, Outcome::Stopped, "{kind:?}: {reports:?}");

    let mut running = place.start(&spec(&["id"], 2));
    assert!(running.wait_for(waits), "{kind:?}: {:?}", running.end());
    drop(holder);
    let (outcome, reports) = running.end();
    assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
    let names = |report: &Report| matches!(report, Report::Waiting(line) if line.contains("holds it"));
    let named = kind.is_none() || reports.iter().any(names);
    assert!(named, "{kind:?}: {reports:?}");
    place.assert_equal("t", "plain", "after a wait");
}

#[test]
fn killed_by_the_operator_it_ends_at_once() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let place = Place::on(Some(kind));
        table(&place, "id bigint", "id", "i");
        let sleep = if kind == Kind::Postgres { "v * 2 + length(pg_sleep(600)::text)" } else { "v * 2 + sleep(600)" };
        let mut running = place.start(&with(spec(&["id"], 2), json!({ "set": [["done", sleep]] })));
        running.wait_for(|report| matches!(report, Report::Progress { .. }));
        running.control.send_replace(Control::Kill);
        assert_eq!(running.end().0, Outcome::Stopped, "{kind:?}");
    }
}

const BAD: &str = r"
  - { id: bad, title: Mark bad entries, sql: { statements: [ create unique index one on entries (amount), alter table entries add column half integer, create unique index half on entries (half) ] } }
  - id: halves
    title: Halve
    on_failure: set_aside
    backfill: { table: entries, key: id, where: half is null, set: { half: 'case when id = 7 then 1 else id end' }, batch: 10 }
";

#[test]
fn bad_rows_are_named_at_the_end_and_mended_or_waived() {
    let done = "select count(*) from entries where half is not null";
    let ledger = Ledger::new().with_steps(BAD).build();
    ledger.finish().exit(Exit::StepFailed.code().into()).says("2.0.0/halves").says("id = 7");
    assert_eq!(ledger.ask(done), "99", "the others were done");
    assert_eq!(ledger.version(), "2.0.0", "and so was what comes after them");
    assert_eq!(ledger.status(), i32::from(Exit::StepFailed.code()), "the run is not complete");
    ledger.sql("update entries set half = -7 where id = 7");
    ledger.finish().exit(0);
    assert_eq!(ledger.ask(done), "100");

    let ledger = Ledger::new().with_steps(BAD).build();
    let accept = "2.0.0/halves=it is empty";
    ledger.run(["run", "--yes", "--allow-irreversible", "--accept", accept]).exit(0).prints("skipped 2.0.0/halves");
    assert_eq!(ledger.ask(done), "99");
}
