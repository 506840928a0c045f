//! Backfills beside others who lock rows in another order: whoever a deadlock falls on, nothing is lost and nothing is
//! done twice.

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use serde_json::{Value, json};
use stepwell::step::{Outcome, Report};
use support::filling::Place;
use support::random::Random;
use support::server::Kind;

/// Transactions that wait for a row. What `innodb_trx` says is as old as the last time that somebody asked.
const CURRENT_WAITS: &str = "select variable_value from information_schema.global_status \
                             where variable_name = 'innodb_row_lock_current_waits'";

const SERVERS: [Kind; 2] = [Kind::Postgres, Kind::Mariadb];

/// A table whose rows count how often the backfill did them, and how often others did.
fn table(place: &Place, rows: u64) {
    place.sql(
        "create table t (id bigint primary key, v integer, done bigint, times integer not null, hits integer not null)",
    );
    if place.engine() == "mysql" {
        place.sql("set global max_recursive_iterations = 1000000");
    }
    place.sql(&format!(
        "insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})
         select i, i, null, 0, 0 from n"
    ));
}

fn spec(batch: u64, workers: u32) -> Value {
    json!({
        "table": "t", "key": ["id"], "where": "done is null", "set": [["done", "v * 2"], ["times", "times + 1"]],
        "batch": batch, "workers": workers,
    })
}

#[track_caller]
fn assert_done_once(place: &Place, rows: u64) {
    let wrong = place.ask("select count(*) from t where done is null or done <> v * 2 or times <> 1");
    assert_eq!(wrong, "0", "{}: of {rows} rows", place.engine());
    assert_eq!(place.ask("select count(*) from t"), rows.to_string(), "{}", place.engine());
}

fn waits(report: &Report) -> Option<&str> {
    if let Report::Waiting(why) = report { Some(why) } else { None }
}

#[test]
fn a_batch_that_a_deadlock_falls_on_is_halved_and_tried_again() {
    for kind in SERVERS {
        let place = Place::on(Some(kind));
        table(&place, 600);
        let blocked = match kind {
            Kind::Postgres => {
                // It is looked for by whoever waits: by the batch, once the other one waits for it too.
                place.sql("alter system set deadlock_timeout = '2s'");
                place.sql("select pg_reload_conf()");
                "select count(*) from pg_locks where not granted"
            }
            Kind::Mariadb => {
                // It falls on whoever has changed less, so the other one changes more.
                place.sql("create table much as select * from t");
                CURRENT_WAITS
            }
        };
        let mut other = match kind {
            Kind::Postgres => place.hold("set local deadlock_timeout = '1h'"),
            Kind::Mariadb => place.hold("update much set v = -v"),
        };
        other.execute("update t set hits = hits + 1 where id = 300");
        let mut running = place.start(&spec(400, 1));
        while place.ask(blocked) == "0" {
            thread::yield_now();
        }
        // The batch holds this row, and waits for the one before.
        other.execute("update t set hits = hits + 1 where id = 200");
        let mut first = None;
        assert!(running.wait_for(|report| {
            first = waits(report).map(str::to_owned);
            first.is_some()
        }));
        let first = first.expect("a wait").to_lowercase();
        assert!(first.contains("deadlock") && first.contains("goes on with 200 rows"), "{kind:?}: {first}");
        other.commit();
        let (outcome, reports) = running.end();
        assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
        assert_done_once(&place, 600);
        assert_eq!(place.ask("select sum(hits) from t"), "2", "{kind:?}: what the other one did");
    }
}

/// Others change rows in any order, until the backfill is done.
#[test]
fn in_the_midst_of_deadlocks_no_row_is_lost_and_none_is_done_twice() {
    const ROWS: u64 = 3_000;
    const OTHERS: u64 = 4;
    const EACH: u64 = 25;
    for kind in SERVERS {
        let place = Place::on(Some(kind));
        table(&place, ROWS);
        let (over, committed, refused) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for seed in 1..=OTHERS {
                let (place, over, committed, refused) = (&place, &over, &committed, &refused);
                scope.spawn(move || {
                    let mut random = Random::of(seed);
                    while !over.load(Ordering::Relaxed) {
                        let ids = (0..EACH).map(|_| random.below(usize::try_from(ROWS).expect("few")) + 1);
                        let mut other = place.begin();
                        let changes = ids.map(|id| format!("update t set hits = hits + 1 where id = {id}"));
                        if changes.into_iter().all(|change| other.try_execute(&change)) {
                            other.commit();
                            committed.fetch_add(EACH, Ordering::Relaxed);
                        } else {
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            // A row takes a while, so that batches and transactions meet.
            let slow =
                if kind == Kind::Postgres { "v * 2 + length(pg_sleep(0.001)::text)" } else { "v * 2 + sleep(0.001)" };
            let mut spec = spec(500, 4);
            spec["set"][0][1] = slow.into();
            let (outcome, reports) = place.fill(&spec);
            over.store(true, Ordering::Relaxed);
            assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
            let held_up = reports.iter().filter_map(waits).count();
            let refused = refused.load(Ordering::Relaxed);
            assert!(held_up as u64 + refused > 0, "{kind:?}: nobody met anybody");
            println!("{kind:?}: {held_up} batches and {refused} transactions of others were rolled back");
        });
        assert_done_once(&place, ROWS);
        let hits: u64 = place.ask("select sum(hits) from t").parse().expect("a number");
        assert_eq!(hits, committed.load(Ordering::Relaxed), "{kind:?}: what the others did");
    }
}
