//! How fast a backfill is, against what its user would use instead: `tests/run bench`.
//!
//! Each figure is a ratio of whole processes, measured in turn in one run, and the median of several pairs. The servers
//! have their own defaults, above all for durability. Everything else on the machine counts, so leave it alone.
//!
//! `STEPWELL_BENCH_ROWS=N,N` (1,000,000 and 10,000,000), `STEPWELL_BENCH_PAIRS=N` (5), and
//! `STEPWELL_BENCH_ON=sqlite,postgres,mariadb` make it shorter. The last word is a table, as Markdown and as JSON.

#[path = "../real/cache.rs"]
mod cache;
mod contender;
mod measure;
mod place;
#[path = "../support/mod.rs"]
mod support;
mod table;

use contender::Contender;
use measure::{Measured, measure};
use place::{Engine, Place};
use table::Row;

fn numbers(name: &str, default: &str) -> Vec<u64> {
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    text.split(',').map(|n| n.trim().parse().unwrap_or_else(|error| panic!("{name}={text}: {error}"))).collect()
}

fn engines() -> Vec<Engine> {
    let text = std::env::var("STEPWELL_BENCH_ON").unwrap_or_else(|_| "sqlite,postgres,mariadb".to_owned());
    text.split(',').map(Engine::named).collect()
}

fn main() {
    let pairs = numbers("STEPWELL_BENCH_PAIRS", "5")[0];
    let mut rows = Vec::new();
    for engine in engines() {
        for count in numbers("STEPWELL_BENCH_ROWS", "1000000,10000000") {
            let place = Place::with(engine, count);
            for (stepwell, other) in contender::pairs(engine, count) {
                rows.push(duel(&place, &stepwell, &other, pairs));
            }
        }
    }
    println!("\n{}", table::markdown(&rows));
    println!("{}", table::json(&rows));
}

/// Both in turn, so that a machine that becomes slower is slower for both.
fn duel(place: &Place, stepwell: &Contender, other: &Contender, pairs: u64) -> Row {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..pairs {
        for (contender, measured) in [(other, &mut theirs), (stepwell, &mut ours)] {
            place.fresh();
            let once: Measured = measure(place, contender);
            place.assert_done(contender);
            eprintln!(
                "{:?}, {} rows, {}: {:.2} s, {} MB, log {} MB",
                place.engine,
                place.rows,
                contender.name(),
                once.seconds,
                once.memory >> 20,
                once.log >> 20
            );
            measured.push(once);
        }
    }
    Row::of(place, stepwell, other, &ours, &theirs)
}
