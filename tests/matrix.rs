//! The kill matrix: an upgrade with every kind of step is killed at each point at which something is to last, on each
//! database, gone on with, and compared with one that nobody disturbed.
//!
//! All points take minutes. `STEPWELL_KILL_EVERY=N` tries each Nth of them; `1`, which `tests/run soak` sets, tries all.

mod support;

use support::database::assert_same;
use support::every_step::{Config, Prepared, RUN};
use support::server::Kind;

/// Without a word from outside so many points of each matrix are tried.
const SAMPLE: usize = 12;

fn matrix(config: Config) {
    let Prepared { mut ledger, expected, points } = Prepared::on(config);
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
        assert_same(&expected, &ledger.outcome(), &point);
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
