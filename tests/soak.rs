//! A random soak: upgrades that are killed at random points, again and again until they arrive, and then compared with
//! one that nobody disturbed.
//!
//! `STEPWELL_SOAK=N` is how many upgrades there are on each database; `tests/run soak` has many. `STEPWELL_SEED=S` does
//! what another soak did: each says its seed.

mod support;

use support::database::assert_same;
use support::every_step::{Config, Prepared, RUN};
use support::random::Random;
use support::server::Kind;

const UPGRADES: usize = 2;

/// Whoever needs more does not get on.
const KILLS: usize = 500;

/// Chance may kill one step so often that it is not begun again by itself: that takes the operator's word.
const CEILING: &str = "it was begun again and again";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|n| n.parse().unwrap_or_else(|error| panic!("{name}={n}: {error}")))
}

fn seed() -> u64 {
    let nanos = std::time::UNIX_EPOCH.elapsed().expect("a time after 1970").subsec_nanos();
    number("STEPWELL_SEED").unwrap_or_else(|| u64::from(nanos))
}

fn soak(config: Config) {
    let seed = seed();
    let mut random = Random::of(seed);
    let Prepared { mut ledger, expected, points } = Prepared::on(config);
    let upgrades = number("STEPWELL_SOAK").map_or(UPGRADES, |n| usize::try_from(n).expect("a number"));
    let mut kills = 0;
    for upgrade in 1..=upgrades {
        ledger.reset();
        let mut told = format!("{config:?}, seed {seed}, upgrade {upgrade}, killed");
        for kill in 0.. {
            assert!(kill < KILLS, "{told}: it does not arrive");
            // Each second time soon, so that what goes on with a run is killed while it looks at what is there.
            let end = if random.below(2) == 0 { points.len() } else { points.len() / 8 };
            let at = random.below(end) + 1;
            let ran = ledger.run_with(RUN, &[("STEPWELL_KILL_AT", &at.to_string())]);
            if !ran.was_killed() {
                if ran.code() == 0 {
                    break;
                }
                assert!(ran.code() == 5 && ran.stdout().contains(CEILING), "{told}: {ran}");
                continue;
            }
            told += &format!(" at {at}");
            kills += 1;
            let status = ledger.run(["status"]);
            // Killed before its approval, it waits for one.
            let fits = match status.code() {
                5 => status.stdout().contains(CEILING),
                code => [0, 6, 9, 12].contains(&code),
            };
            assert!(fits, "{told}: {status}");
        }
        assert_same(&expected, &ledger.outcome(), &told);
    }
    println!("{config:?}, soak: {upgrades} upgrades, {kills} kills, seed {seed}, all equal");
}

#[test]
fn killed_at_random_on_sqlite_it_arrives() {
    soak(Config::Sqlite);
}

#[test]
fn killed_at_random_on_postgres_it_arrives() {
    soak(Config::Journal(Kind::Postgres));
}

#[test]
fn killed_at_random_on_mariadb_it_arrives() {
    soak(Config::Journal(Kind::Mariadb));
}
