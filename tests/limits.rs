//! A backfill lives with others: where a limit is passed it waits, says why, and goes on by itself.

mod support;

use std::process::{Child, Stdio};

use support::ledger::{Ledger, LedgerDeployment};
use support::server::{Kind, Server};

const FILL: &str = "2.0.0/fill";

fn limit(ledger: &LedgerDeployment, limits: &str) {
    ledger.write("stepwell.yaml", &format!("{}limits: {limits}\n", ledger.yaml()));
}

/// Statements of somebody else, each of which runs until its client is killed.
fn sleepers(server: &Server, count: usize) -> Vec<Child> {
    let (sleep, seen) = match server.kind {
        Kind::Postgres => {
            ("select pg_sleep(1000)", "select count(*) from pg_stat_activity where query = 'select pg_sleep(1000)'")
        }
        Kind::Mariadb => (
            "select sleep(1000)",
            "select count(*) from information_schema.processlist where info = 'select sleep(1000)'",
        ),
    };
    let start = || server.client("app", sleep).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let all = (0..count).map(|_| start().expect("a client")).collect();
    while server.sql(seen) != count.to_string() {
        std::thread::yield_now();
    }
    all
}

fn wake(server: &Server, sleepers: Vec<Child>) {
    match server.kind {
        Kind::Postgres => drop(
            server.sql("select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(1000)'"),
        ),
        Kind::Mariadb => {
            let ids = "select id from information_schema.processlist where info = 'select sleep(1000)'";
            for id in server.sql(ids).lines() {
                server.sql(&format!("kill {id}"));
            }
        }
    }
    for mut sleeper in sleepers {
        sleeper.wait().expect("an end");
    }
}

#[test]
fn what_others_run_is_waited_for_where_it_is_too_much() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let ledger = Ledger::new().on(kind).build();
        limit(&ledger, "{ running: 2 }");
        let server = ledger.server.as_ref().expect("a server");
        let others = sleepers(server, 4);
        let mut runner = ledger.start_runner();
        let found = if kind == Kind::Postgres { "is 4" } else { "is 3" };
        runner.wait_outside(FILL, &format!("the number of running statements {found}, the limit is 2"));
        assert_eq!(ledger.ask("select count(*) from entries where cents is not null"), "0");
        wake(server, others);
        runner.arrives();
        assert_eq!(ledger.version(), "2.0.0");
    }
}

#[test]
fn a_log_that_is_not_archived_is_waited_for() {
    let mut ledger = Ledger::new().on(Kind::Postgres).build();
    limit(&ledger, "{ archive_backlog: 1, replica_lag: 5s }");
    let server = ledger.server.as_mut().expect("a server");
    server.sql("alter system set archive_mode = on");
    server.sql("alter system set archive_command = 'false'");
    server.kill();
    server.run();
    for _ in 0..3 {
        server.sql("create table if not exists turn (n int); insert into turn values (1); select pg_switch_wal()");
    }
    server.sql("drop table turn");
    let mut runner = ledger.start_runner();
    runner.wait_outside(FILL, "the number of log segments to be archived is 3, the limit is 1");
    ledger.sql("alter system set archive_command = 'true'");
    ledger.sql("select pg_reload_conf()");
    runner.arrives();
}

/// A replica that falls behind while rows are changed, and catches up.
#[test]
fn a_replica_that_is_behind_is_waited_for() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let ledger = Ledger::new().on_server(Server::start_followed(kind)).build();
        let server = ledger.server.as_ref().expect("a server");
        let replica = server.replica();
        let followed = || replica.sql("select count(*) from information_schema.tables where table_name = 'entries'");
        while followed() != "1" {
            std::thread::yield_now();
        }
        let replicas = match kind {
            Kind::Postgres => String::new(),
            Kind::Mariadb => format!(", replicas: [ \"{}\" ]", replica.url()),
        };
        limit(&ledger, &format!("{{ replica_lag: 2s{replicas} }}"));
        replica.fall_behind();
        ledger.sql("update entries set amount = amount + 1");
        while server.behind(&replica) < 3 {
            std::thread::yield_now();
        }
        let mut runner = ledger.start_runner();
        runner.wait_outside(FILL, "the lag of the replicas is ");
        ledger
            .run(["status"])
            .exit(7)
            .prints("waiting: for others: the lag of the replicas is")
            .prints("the limit is 2 s");
        assert_eq!(ledger.ask("select count(*) from entries where cents is not null"), "0", "{kind:?}");
        replica.catch_up();
        runner.arrives();
        assert_eq!(ledger.version(), "2.0.0");
        let same = "select count(*) from entries where cents = amount * 100";
        while replica.sql(same) != "100" {
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_limit_that_cannot_be_asked_is_not_kept_by_looking_away() {
    let ledger = Ledger::new().on(Kind::Mariadb).build();
    let url = ledger.server.as_ref().expect("a server").url();
    limit(&ledger, &format!("{{ replica_lag: 10s, replicas: [ \"{url}\" ] }}"));
    let mut runner = ledger.start_runner();
    runner.wait_outside(FILL, "the lag of the replicas cannot be asked");
    runner.kill();
    ledger.write("stepwell.yaml", &ledger.yaml());
    ledger.finish().exit(0);
}

#[test]
fn space_on_the_disk_is_waited_for() {
    let ledger = Ledger::new().build();
    limit(&ledger, "{ free_space: 9999TiB }");
    let mut runner = ledger.start_runner();
    runner.wait_outside(FILL, "the limit is 9.7 PiB");
    ledger.run(["status"]).exit(7).prints("waiting: for space");
    ledger.run(["stop"]).exit(0);
    assert_eq!(runner.finish().0, 12, "it can be stopped while it waits");
    limit(&ledger, "{ free_space: 1MiB }");
    ledger.finish().exit(0);
}

#[test]
fn what_the_definition_asks_is_waited_for() {
    let ledger = Ledger::new().build();
    ledger.define(
        "releases/2.0.0.yaml",
        "batch: 10 }",
        "batch: 10, only_while: { sql: { query: select count(*) from about where version like '1%', expect: { value: 0 } } } }",
    );
    ledger.run(["plan"]).exit(0).prints("only while this is so, and waiting otherwise:");
    let mut runner = ledger.start_runner();
    runner.wait_outside(FILL, "`only_while`");
    ledger.sql("update about set version = '0.0.0'");
    runner.arrives();
}
