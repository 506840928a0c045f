//! Two runners at once: one carries out each step, the other one is told who does.
//!
//! `STEPWELL_RACES=N` is how many rounds there are on each kind of database; `tests/run soak` has a thousand.

mod support;

use stepwell::model::Exit;
use support::ledger::{Ledger, LedgerDeployment};
use support::server::Kind;

const ROUNDS: usize = 10;

/// A statement that leaves a trace each time that it is carried out.
const STEPS: &str = r#"
  - id: once
    title: Leave a trace
    sql: { statements: [ "insert into entries (id, amount) select 1000 + count(*), 1 from entries" ] }
"#;

fn race(ledger: &mut LedgerDeployment, second: &[&str]) {
    let rounds = std::env::var("STEPWELL_RACES").map_or(ROUNDS, |n| n.parse().expect("a number"));
    let mut refused = 0;
    for round in 0..rounds {
        ledger.reset();
        ledger.write("elsewhere.yaml", &format!("{}state_dir: elsewhere\n", ledger.yaml()));
        let runners = [ledger.start(["run", "--yes", "--json"]), {
            let command = ["run", "--yes", "--json"].into_iter().chain(second.iter().copied());
            ledger.start(command)
        }];
        let ends = runners.map(support::runner::Runner::finish);
        let codes = [ends[0].0, ends[1].0];
        let held = i32::from(Exit::LeaseHeld.code());
        // Whoever comes when all is done has nothing to do.
        assert!(
            codes.contains(&0) && codes.iter().all(|code| [0, held].contains(code)),
            "round {round}: {codes:?}: {ends:#?}"
        );
        refused += usize::from(codes.contains(&held));
        assert_eq!(ledger.ask("select count(*) from entries"), "101", "round {round}: {codes:?}");
        assert_eq!(ledger.ask("select count(*) from entries where cents = amount * 100"), "101", "round {round}");
        assert_eq!(ledger.version(), "2.0.0");
    }
    println!("{rounds} races, in {refused} of them the second one was refused, each step was carried out once");
}

#[test]
fn of_two_runners_on_a_file_one_works() {
    let mut ledger = Ledger::new().with_steps(STEPS).build();
    race(&mut ledger, &[]);
}

#[test]
fn of_two_runners_on_postgres_one_works() {
    let mut ledger = Ledger::new().with_steps(STEPS).with_journal_on(Kind::Postgres).build();
    race(&mut ledger, &["-d", "elsewhere.yaml"]);
}

#[test]
fn of_two_runners_on_mariadb_one_works() {
    let mut ledger = Ledger::new().with_steps(STEPS).with_journal_on(Kind::Mariadb).build();
    race(&mut ledger, &["-d", "elsewhere.yaml"]);
}
