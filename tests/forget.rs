//! `stepwell forget`: Stepwell's tables are taken out of the stores.

mod support;

use support::ledger::{Ledger, LedgerDeployment};
use support::server::Kind;

fn own_tables(ledger: &LedgerDeployment) -> String {
    let sqlite = "select count(*) from sqlite_master where name like 'stepwell%' and type = 'table'";
    let server = "select count(*) from information_schema.tables where table_name like 'stepwell%'";
    ledger.ask(if ledger.server.is_some() { server } else { sqlite })
}

#[test]
fn nothing_of_stepwell_is_left_in_the_stores() {
    let servers = [Kind::Postgres, Kind::Mariadb];
    let beside = std::iter::once(Ledger::new()).chain(servers.map(|kind| Ledger::new().on(kind)));
    let within = servers.map(|kind| Ledger::new().with_journal_on(kind));
    for (ledger, tables) in beside.map(|ledger| (ledger, "2")).chain(within.map(|ledger| (ledger, "9"))) {
        let ledger = ledger.build();
        ledger.run(["forget", "--yes"]).exit(0).prints("there was nothing");
        ledger.finish().exit(0);
        let contents = ledger.contents();
        assert_eq!(own_tables(&ledger), tables);
        ledger.run(["forget"]).exit(6).says("nothing was changed").says("stepwell forget --yes");
        assert_eq!(own_tables(&ledger), tables);
        ledger.run(["forget", "--yes"]).exit(0).prints("removed stepwell_fence, stepwell_mark");
        assert_eq!((own_tables(&ledger).as_str(), ledger.contents()), ("0", contents));
        ledger.run(["status"]).exit(0);
    }
}

#[test]
fn rows_of_other_deployments_stay() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let ledger = Ledger::new().with_journal_on(kind).build();
        ledger.write(
            "other.yaml",
            &format!("{}state_dir: other\n", ledger.yaml().replace("ledger-test", "ledger-other")),
        );
        ledger.finish().exit(0);
        ledger.set_version("1.0.0");
        ledger.run(["run", "--yes", "-d", "other.yaml"]).exit(0);
        ledger.run(["forget", "--yes"]).exit(0).prints("others still use stepwell_fence");
        assert_eq!(own_tables(&ledger), "9");
        for table in stepwell::journal::TABLES.iter().filter(|table| **table != "stepwell_format") {
            let left = ledger.ask(&format!("select count(*) from {table} where deployment = 'ledger-test'"));
            assert_eq!(left, "0", "{table}");
        }
        ledger.run(["history", "-d", "other.yaml"]).exit(0).prints("1.0.0 to 2.0.0");
        ledger.run(["history"]).exit(0).prints("There were no runs here");
        ledger.run(["forget", "--yes", "-d", "other.yaml"]).exit(0);
        assert_eq!(own_tables(&ledger), "0");
    }
}

#[test]
fn an_unfinished_run_is_not_forgotten_by_the_way() {
    for ledger in [Ledger::new(), Ledger::new().with_journal_on(Kind::Postgres)] {
        let ledger = ledger.with_failing_step().build();
        ledger.finish().exit(5);
        let before = own_tables(&ledger);
        ledger.run(["forget", "--yes"]).exit(9).says("is not finished; nothing was changed").says("stepwell abandon");
        assert_eq!((own_tables(&ledger), ledger.status()), (before, 5));
        ledger.run(["forget", "--yes", "--force"]).exit(0).prints("ends where it stands");
        assert_eq!((own_tables(&ledger).as_str(), ledger.status()), ("0", 9), "it cannot go on without its marks");
    }
}

#[test]
fn nothing_is_forgotten_while_a_runner_is_at_work() {
    let ledger = Ledger::new().with_gate().build();
    let runner = ledger.start_runner();
    let waiting = ledger.gate.reached();
    ledger.run(["forget", "--yes", "--force"]).exit(7);
    drop(waiting);
    assert_eq!(runner.finish().0, 0);
}
