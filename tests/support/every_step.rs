//! An upgrade with every kind of step, and all that it leaves: what a disturbed one is compared with.

use std::fs;

use super::ledger::{Ledger, LedgerDeployment};
use super::server::Kind;

/// Two batches of rows that a command converts.
pub const CONVERT: &str = r#"
  - id: convert
    title: Convert three rows
    backfill:
      table: entries
      key: id
      where: id <= 3 and amount < 100000
      batch: 2
      convert:
        read: amount
        run:
          argv:
            - sh
            - -c
            - |
              while IFS= read -r row; do
                amount=${row##*:} amount=${amount%?}
                echo "${row%%,*},\"amount\":$((amount + 100000))}"
              done
        write: amount
"#;

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

/// What carries it out without questions.
pub const RUN: [&str; 4] = ["run", "--yes", "--allow-irreversible", "--defaults"];

/// Where its database and its journal are.
#[derive(Clone, Copy, Debug)]
pub enum Config {
    Sqlite,
    Server(Kind),
    Journal(Kind),
}

impl Config {
    fn build(self) -> LedgerDeployment {
        let ledger = Ledger::new().with_steps(&format!("{}{STEPS}", CONVERT.trim_end()));
        match self {
            Config::Sqlite => ledger.build(),
            Config::Server(kind) => ledger.on(kind).build(),
            Config::Journal(kind) => ledger.with_journal_on(kind).build(),
        }
    }
}

/// A deployment, and what an upgrade of it passes and leaves when nobody disturbs it.
#[derive(Debug)]
pub struct Prepared {
    pub ledger: LedgerDeployment,
    pub expected: String,
    /// The names of the points at which it can be killed.
    pub points: Vec<String>,
}

impl Prepared {
    #[track_caller]
    pub fn on(config: Config) -> Prepared {
        let ledger = config.build();
        let list = ledger.home().join("points");
        ledger.run_with(RUN, &[("STEPWELL_KILL_POINTS", &list.to_string_lossy())]).exit(0);
        let expected = ledger.outcome();
        let points: Vec<String> = fs::read_to_string(&list).expect("the points").lines().map(str::to_owned).collect();
        assert!(points.len() > 100, "{config:?} passes its points: {}", points.len());
        Prepared { ledger, expected, points }
    }
}
