//! What keeps this hop from beginning, or would make it fail: each is told in a sentence, and nothing is changed.

use stepwell::model::Exit;

use crate::barbican::{Barbican, RUN};
use crate::support::database::execute;

/// Every command that leads to an upgrade ends with `exit` and says all of `says`; the deployment stays as it was.
#[track_caller]
fn refused(barbican: &Barbican, commands: &[&[&str]], exit: Exit, says: &[&str]) {
    let before = barbican.deployment.snapshot();
    for command in commands {
        let ran = barbican.deployment.run(command.iter().copied()).exit(exit.code().into());
        let said = format!("{}{}", ran.stdout(), ran.stderr());
        for text in says {
            assert!(said.contains(text), "`{text}` is not in what was said: {ran}");
        }
        before.assert_same(&barbican.deployment.snapshot(), command[0]);
    }
}

#[test]
fn consumers_without_a_project_are_shown_and_left_to_the_operator() {
    let barbican = Barbican::yoga();
    execute(
        &barbican.database(),
        "update secret_consumer_metadata set project_id = 'nobody'
         where id = (select min(id) from secret_consumer_metadata)",
    );
    let says = ["WARN orphan-consumers-sqlite", "1 row", "project_id=nobody", "Delete these rows"];
    refused(&barbican, &[&["check"], &RUN], Exit::CheckFailed, &says);

    // SQLite takes such rows, so the operator may go on, and none of them is lost.
    let accept = ["--accept", "orphan-consumers-sqlite=we stay with SQLite"];
    barbican.deployment.run(RUN.into_iter().chain(accept)).exit(0);
    barbican.assert_upgraded();
}

#[test]
fn a_configuration_of_another_database_is_noticed() {
    let barbican = Barbican::yoga();
    let url = "sqlite:////var/lib/barbican/other.sqlite";
    barbican.deployment.write("barbican.conf", &format!("[DEFAULT]\nsql_connection = {url}\n"));
    let says = ["WARN same-database", "another one, expected this database", "Compare barbican.conf"];
    refused(&barbican, &[&["check"], &RUN], Exit::CheckFailed, &says);
}

#[test]
fn a_database_without_a_version_needs_an_operator_who_says_it() {
    for statement in ["delete from alembic_version", "drop table alembic_version"] {
        let barbican = Barbican::yoga();
        execute(&barbican.database(), statement);
        let says = ["Nothing in the data records it", "--from VERSION"];
        refused(&barbican, &[&["check"], &["plan"], &["status"], &RUN], Exit::OperatorNeeded, &says);

        // Said or not, Barbican's own command would not know where to begin.
        let from = RUN.into_iter().chain(["--from", "14.0.2"]).collect::<Vec<_>>();
        refused(&barbican, &[&from], Exit::CheckFailed, &["FAIL versioned", "older than Ocata"]);
    }
}

#[test]
fn a_revision_that_the_catalogue_does_not_know_has_no_path() {
    let barbican = Barbican::yoga();
    execute(&barbican.database(), "update alembic_version set version_num = 'aaaaaaaaaaaa'");
    let says = ["says aaaaaaaaaaaa, which this catalogue does not know", "nothing was changed"];
    refused(&barbican, &[&["check"], &["plan"], &["status"], &RUN], Exit::NoPath, &says);
}

#[test]
fn data_of_a_newer_release_have_no_path() {
    let barbican = Barbican::yoga();
    execute(&barbican.database(), "update alembic_version set version_num = '8c74e2d7f1ff'");
    let newer = "#!/bin/sh\necho 24.0.0\n";
    barbican.deployment.write("running/python3", newer);
    let says = ["the data are at 24.0.0", "newer than 23.0.0", "nothing was changed"];
    refused(&barbican, &[&["check"], &["plan"], &["status"], &RUN], Exit::NoPath, &says);
}

#[test]
fn a_schema_change_that_can_never_succeed_is_not_tried_again() {
    let barbican = Barbican::yoga();
    // What a killed schema change would leave, were it not one transaction.
    execute(&barbican.database(), "create table _alembic_tmp_secret_consumer_metadata (id integer)");
    let ran = barbican.deployment.run(RUN).exit(Exit::StepFailed.code().into()).says("15.0.1/schema");
    assert!(!ran.stdout().contains("attempt 2"), "{ran}");
    assert_eq!(barbican.revision(), "0f8c192a061f");
}
