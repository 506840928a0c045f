//! The same systems with their data in PostgreSQL.

use std::fs;

use stepwell::model::Exit;

use crate::acapy::{AcaPy, RUN};
use crate::backy2::{self, Backy2};
use crate::support::server::{Kind, PASSWORD, Server};

#[test]
#[ignore = "long: a wallet of ACA-Py in PostgreSQL"]
fn a_wallet_on_a_server_is_upgraded_by_one_at_a_time_while_nobody_is_connected() {
    let server = Server::start_listening(Kind::Postgres);
    // ACA-Py quotes no slash in a password, and this test no backslash.
    server.sql("alter role secretive password 'p@ss:w%rd'");
    let url = server.network_url("").replace(PASSWORD, "p%40ss%3Aw%25rd");
    let mut acapy = AcaPy::with("wallet-075");
    acapy.tried.database = "PostgreSQL";
    acapy.askar_in("w", &["copy_to", url.trim_end_matches('?')]);
    let at = url.trim_end_matches('?').to_owned();
    let before = acapy.records_at(&at);
    assert_eq!((before.versions().len(), before.without_state()), (0, 3));
    acapy.deployment.write("url", &at);
    acapy.configure("stores: { wallet: { url: { file: url } } }\njournal: { store: wallet }\n");

    // The database is called `app`, and ACA-Py opens one that is called like the wallet.
    acapy.run(RUN).exit(Exit::CheckFailed.code().into()).prints("FAIL same-wallet");
    let yaml = fs::read_to_string(acapy.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    acapy.deployment.write("stepwell.yaml", &yaml.replace("wallet: w\n", "wallet: app\n"));

    let agent = acapy.held_at(&at);
    let ran = acapy.run(RUN).exit(Exit::StepFailed.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains("Nobody else is connected to the wallet") && said.contains("secretive"), "{ran}");
    assert_eq!(acapy.records_at(&at), before);
    drop(agent);

    let mut first = acapy.start();
    first.wait_step("0.8.1/resave-connections");
    acapy.run(RUN).exit(Exit::LeaseHeld.code().into());
    assert_eq!(first.finish().0, 0);
    let after = acapy.records_at(&at);
    assert_eq!((after.versions(), after.without_state(), after.names()), (vec!["v0.12.8"], 0, before.names()));
    let dump =
        fs::read_dir(acapy.deployment.dir().join("backups")).expect("backups").flatten().next().expect("a backup");
    assert!(fs::read(dump.path()).expect("the dump").starts_with(b"PGDMP"), "{dump:?}");
}

#[test]
#[ignore = "long: a database of backy2 in PostgreSQL"]
fn backy2_on_a_server_is_migrated_in_place_and_a_kill_changes_nothing_about_it() {
    let server = Server::start(Kind::Postgres);
    let backy2 = Backy2::on(&server.url());
    for name in ["vm1", "vm2"] {
        let source = backy2.deployment.dir().join("backy.cfg");
        backy2.backy2(&["backup", &format!("file://{}", source.display()), name]);
    }
    // Back to the schema of before 2.9.9.
    server.sql("drop table tags; drop table alembic_version; alter table versions drop column snapshot_name");
    let versions = server.sql("select uid, name from versions order by 1");

    let mut runner = backy2.deployment.start(backy2::RUN.into_iter().chain(["--json"]));
    runner.wait_step("2.9.9/migrate");
    backy2.deployment.lose_power();
    runner.kill();
    backy2.run(backy2::RUN).exit(0);
    assert_eq!(server.sql("select version_num from alembic_version"), "29c655b78818");
    assert_eq!(server.sql("select uid, name from versions order by 1"), versions);
    let uid = server.sql("select uid from versions where name = 'vm1'");
    let target = backy2.deployment.home().join("restored");
    backy2.backy2(&["restore", &uid, &format!("file://{}", target.display())]);
    let source = fs::read(backy2.deployment.dir().join("backy.cfg")).expect("what was backed up");
    assert!(fs::read(&target).expect("what was restored").starts_with(&source));
}
