//! What backy2's own commands do wrong, or take without a word: each is refused with its reason, or handled.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use stepwell::model::Exit;

use crate::backy2::{Backy2, RUN, TIMER};
use crate::support::database::execute;
use crate::units::executable;

/// Every command that leads to an upgrade ends with `exit` and says all of `says`; the database stays as it was.
#[track_caller]
fn refused(backy2: &Backy2, commands: &[&[&str]], exit: Exit, says: &[&str]) {
    let before = fs::read(backy2.database()).expect("the database");
    for command in commands {
        let ran = backy2.run(command.iter().copied()).exit(exit.code().into());
        let said = format!("{}{}", ran.stdout(), ran.stderr());
        for text in says {
            assert!(said.contains(text), "`{text}` is not in what was said: {ran}");
        }
        assert!(fs::read(backy2.database()).expect("the database") == before, "{command:?}");
    }
    assert_eq!(backy2.units.state(TIMER), "active", "nobody was left in maintenance");
}

#[test]
fn an_initdb_that_failed_in_the_middle_is_told() {
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    execute(&backy2.database(), "drop table alembic_version");
    let says = ["FAIL half-made", "leaves tables without a revision", "remove the database"];
    refused(&backy2, &[&["check"], &RUN], Exit::CheckFailed, &says);
}

#[test]
fn a_migration_of_sqlite_that_was_cut_off_is_told() {
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    execute(&backy2.database(), "alter table versions add column expire date");
    let says = ["FAIL half-migrated", "duplicate column name", "Put back the copy"];
    refused(&backy2, &[&["check"], &["run", "--yes", "--to", "2.13.8"]], Exit::CheckFailed, &says);
}

#[test]
fn a_job_that_runs_is_waited_for() {
    let backy2 = Backy2::with("backy-pre-2.9.9.sqlite");
    // While it works, backy2 calls its process so.
    let job = backy2.deployment.dir().join("job");
    executable(&job, "#!/bin/sh\nread -r line <gate\n");
    rustix::fs::mkfifoat(rustix::fs::CWD, backy2.deployment.dir().join("gate"), rustix::fs::Mode::RWXU)
        .expect("a pipe");
    let mut shell = Command::new("bash");
    let mut child = shell
        .args(["-c", "exec -a 'backy2 [Backup]' /bin/sh ./job"])
        .current_dir(backy2.deployment.dir())
        .spawn()
        .expect("a job");
    let mut runner = backy2.deployment.start(RUN.into_iter().chain(["--json"]));
    runner.wait_step("first/drained");
    runner.kill();
    assert_eq!(backy2.all("select count(*) from sqlite_schema where name = 'alembic_version'"), "0");
    fs::write(backy2.deployment.dir().join("gate"), "go\n").expect("the pipe");
    child.wait().expect("the job");
    backy2.run(RUN).exit(0);
    backy2.assert_upgraded();
}

/// Stands in for releases that are not in the package index: a program that says its version and can do nothing else.
fn installed(backy2: &Backy2, version: &str) -> PathBuf {
    let folder = backy2.deployment.dir().join(version);
    fs::create_dir(&folder).expect("a folder");
    executable(&folder.join("backy2"), &format!("#!/bin/sh\n[ \"$*\" = -V ] && echo {version}\n"));
    folder
}

#[test]
fn releases_that_cannot_migrate_blocks_are_refused() {
    for version in ["2.13.3", "2.13.8"] {
        let backy2 = Backy2::with("backy-2.9.17.sqlite");
        execute(&backy2.database(), "update alembic_version set version_num = '30349b678801'");
        let running = installed(&backy2, version);
        let yaml = fs::read_to_string(backy2.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
        let bin = format!("running: {}", backy2.bin.display());
        backy2.deployment.write("stepwell.yaml", &yaml.replace(&bin, &format!("running: {}", running.display())));
        let tag = ["run", "--yes", "--tag", "encrypt-blocks", "--force"];
        let says = ["This release can migrate blocks", version, "2.12.7"];
        refused(&backy2, &[&tag], Exit::StepFailed, &says);
        let conf = fs::read_to_string(backy2.deployment.dir().join("backy.cfg")).expect("backy.cfg");
        assert!(!conf.contains("encryption"), "{conf}");
    }
}

#[test]
fn the_key_of_encrypted_blocks_has_to_be_configured() {
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    execute(&backy2.database(), "update alembic_version set version_num = '30349b678801'");
    let running = installed(&backy2, "2.12.7");
    let yaml = fs::read_to_string(backy2.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    let bin = format!("running: {}", backy2.bin.display());
    backy2.deployment.write("stepwell.yaml", &yaml.replace(&bin, &format!("running: {}", running.display())));
    let says = ["WARN key", "ends with 6", "encryption_key"];
    refused(&backy2, &[&["check", "--to", "2.13.8"]], Exit::CheckFailed, &says);
    let conf = fs::read_to_string(backy2.deployment.dir().join("backy.cfg")).expect("backy.cfg");
    let key = format!("[DEFAULTS]\nencryption_key: {}\n", "0a".repeat(32));
    backy2.deployment.write("backy.cfg", &conf.replace("[DEFAULTS]\n", &key));
    backy2.run(["check", "--to", "2.13.8"]).exit(0).prints("PASS key");
}

#[test]
fn the_way_to_2_13_8_is_planned_with_each_trap_on_it() {
    let backy2 = Backy2::with("backy-2.9.17.sqlite");
    let scripts = backy2.deployment.dir().join("scripts");
    fs::create_dir(&scripts).expect("a folder");
    fs::write(scripts.join("oldest"), "#!/bin/sh\nbacky2 -m ls | cut -d'|' -f7\n").expect("a script");
    let yaml = fs::read_to_string(backy2.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    backy2.deployment.write("stepwell.yaml", &format!("{yaml}  scripts: [{}, /nowhere]\n", scripts.display()));
    let says = ["WARN ls-columns", "oldest", "move by one"];
    refused(&backy2, &[&["check", "--to", "2.13.8"]], Exit::CheckFailed, &says);
    let plan = backy2.run(["plan", "--to", "2.13.8"]).exit(0);
    for text in ["+ encryption_version = 0", "migrate-encryption` is broken", "Put the tags back", "2.12.1"] {
        let notes = backy2.run(["notes", "--to", "2.13.8"]).exit(0);
        let said = format!("{}{}", plan.stdout(), notes.stdout());
        assert!(said.contains(text), "`{text}`: {said}");
    }
}
