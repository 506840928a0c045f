//! What no guide of Barbican says: each is provoked with the real programs, then handled or told by name.

use std::fs;
use std::process::Command;

use stepwell::model::Exit;

use crate::barbican;
use crate::barbican_path::{Barbican, RUN, release};

/// Asks the checks of the whole way, which have to end with `exit` and say all of `says`.
#[track_caller]
fn told(barbican: &Barbican, exit: Exit, says: &[&str]) {
    let before = barbican.deployment.snapshot();
    let ran = barbican.run(["check", "--to", "23.0.0"]).exit(exit.code().into());
    for text in says {
        assert!(ran.stdout().contains(text), "`{text}` is not in what was said: {ran}");
    }
    before.assert_same(&barbican.deployment.snapshot(), "check");
}

/// Changes what barbican.conf says.
fn reconfigure(barbican: &Barbican, old: &str, new: &str) {
    let conf = barbican.configured();
    assert!(conf.contains(old), "{conf}");
    barbican.configure(&conf.replacen(old, new, 1));
}

#[test]
fn the_command_that_builds_another_database_is_not_the_one_that_is_run() {
    let upgraded = barbican::Barbican::yoga();
    let astray = upgraded.deployment.home();
    let conf = upgraded.deployment.dir().join("barbican.conf").display().to_string();
    let ran = Command::new(release("15.0.1").join("barbican-manage"))
        .args(["--config-file", &conf, "db", "upgrade"])
        .current_dir(&astray)
        .env("HOME", "/nonexistent")
        .output()
        .expect("barbican-manage");
    assert!(ran.status.success(), "it says that all is well: {}", String::from_utf8_lossy(&ran.stderr));
    let built = astray.join("barbican.sqlite");
    assert!(built.exists(), "and built another database");
    assert_eq!(upgraded.revision(), "0f8c192a061f", "while the real one is as it was");

    fs::remove_file(&built).expect("what it built");
    upgraded.deployment.run(barbican::RUN).exit(0);
    upgraded.assert_upgraded();
    assert!(!built.exists());
}

#[test]
#[ignore = "long: an upgrade whose old name of the database goes unheard"]
fn a_database_under_its_old_name_is_not_heard_of_from_19_on() {
    let barbican = Barbican::on_sqlite();
    let folder = barbican.deployment.home();
    // With the old name alone 19 asks an empty database.
    let current = Command::new(release("19.0.0").join("barbican-db-manage"))
        .arg("current")
        .current_dir(&folder)
        .env("HOME", &folder)
        .output()
        .expect("barbican-db-manage");
    assert!(current.status.success(), "{}", String::from_utf8_lossy(&current.stdout));
    assert!(!String::from_utf8_lossy(&current.stdout).contains("0f8c192a061f"));
    fs::remove_file(folder.join("barbican.sqlite")).expect("what it built");

    let plan = barbican.run(["plan", "--to", "19.0.0"]).exit(0);
    assert!(
        plan.stdout().contains("  [DEFAULT]\n       - # where the secrets are\n       - sql_connection = "),
        "{plan}"
    );
    assert!(plan.stdout().contains("+ [database]\n       + # where the secrets are\n       + connection = "), "{plan}");

    // Both names, of which the new one would win, are told apart.
    reconfigure(
        &barbican,
        "[oslo_policy]",
        "[database]\nconnection = sqlite:////var/lib/other.sqlite\n\n[oslo_policy]",
    );
    told(&barbican, Exit::CheckFailed, &["FAIL one-database", "[database] connection names another database"]);
}

#[test]
#[ignore = "long: payloads with and without the key that was built in"]
fn payloads_are_lost_without_the_key_that_was_built_in_and_with_a_wrong_one() {
    let barbican = Barbican::on_sqlite();
    barbican.run(RUN).exit(0);
    barbican.assert_upgraded();
    // What 21 and later would have done by themselves.
    let conf = barbican.configured();
    let (without, _) = conf.split_once("[simple_crypto_plugin]").expect("the key");
    barbican.configure(without);
    assert_eq!(barbican.read("23.0.0"), "200 500 req- -", "metadata is there, the payload is not");

    let barbican = Barbican::on_sqlite();
    let other = "[simple_crypto_plugin]\nkek = bm90LXRoZS1rZXktbm90LXRoZS1rZXktbm90LXRoZSE=\n";
    barbican.configure(&format!("{}{other}", barbican.configured()));
    told(&barbican, Exit::CheckFailed, &["FAIL keys-open", "of project proj-ext-1: no key in barbican.conf opens it"]);
}

#[test]
#[ignore = "long: a pipeline without the id of requests"]
fn replies_have_no_id_unless_each_pipeline_gives_one() {
    let barbican = Barbican::on_sqlite();
    let old = fs::read_to_string(barbican.paste()).expect("paste.ini");
    barbican.run(RUN).exit(0);
    let new = fs::read_to_string(barbican.paste()).expect("paste.ini");
    for pipeline in new.lines().filter(|line| line.starts_with("pipeline")) {
        assert!(pipeline.contains(" request_id "), "{new}");
    }
    assert!(new.contains("[filter:request_id]\n") && new.contains("[filter:microversion]\n"), "{new}");
    assert_eq!(barbican.read("23.0.0"), "200 200 req- not to be lost");
    fs::write(barbican.paste(), old).expect("paste.ini");
    assert_eq!(barbican.read("23.0.0"), "200 200 - not to be lost", "with the file of 14");
}

#[test]
#[ignore = "long: checks of the way to 23"]
fn a_web_server_that_starts_the_api_by_a_script_that_is_gone_is_named() {
    let barbican = Barbican::on_sqlite();
    barbican.deployment.write("web/barbican.ini", "wsgi-file = /usr/bin/barbican-wsgi-api\n");
    told(&barbican, Exit::CheckFailed, &["WARN no-wsgi-script", "web/barbican.ini"]);
    assert!(
        release("22.0.0").join("barbican-wsgi-api").exists() && !release("23.0.0").join("barbican-wsgi-api").exists()
    );
}

#[test]
#[ignore = "long: consumers without a project in PostgreSQL"]
fn consumers_without_a_project_stop_the_upgrade_of_a_server_before_it_begins() {
    let barbican = Barbican::on_postgres();
    barbican.sql("update secret_consumer_metadata set project_id = 'nobody' where id = (select min(id) from secret_consumer_metadata)");
    told(&barbican, Exit::CheckFailed, &["FAIL orphan-consumers ", "1 row", "project_id=nobody", "Delete these rows"]);
    // Barbican's own command fails on them, and takes everything back.
    let upgrade = Command::new(release("15.0.1").join("barbican-db-manage"))
        .args(["-d", barbican.url(), "upgrade"])
        .current_dir(barbican.deployment.home())
        .output()
        .expect("barbican-db-manage");
    assert_eq!(upgrade.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&upgrade.stdout).contains("violates foreign key constraint"));
    assert_eq!(barbican.revision("14.0.2"), "0f8c192a061f (head)");
}

#[test]
#[ignore = "long: a payload of the simple crypto plug-in in PostgreSQL"]
fn what_barbican_itself_cannot_read_in_postgres_is_named_and_can_be_accepted() {
    let barbican = Barbican::on_postgres();
    let secret = barbican.api("14.0.2", &["put", "lost at once"]);
    assert_eq!(barbican.api("14.0.2", &["get", &secret]), "200 500 req- -");
    told(&barbican, Exit::CheckFailed, &["PASS keys-open", "WARN keys-whole", "it was stored as hexadecimal text"]);
}

#[test]
#[ignore = "long: checks of the way to 23"]
fn a_service_that_would_change_the_schema_by_itself_is_told() {
    let barbican = Barbican::on_sqlite();
    told(&barbican, Exit::Done, &["PASS no-auto-create"]);
    reconfigure(&barbican, "[DEFAULT]\n", "[DEFAULT]\ndb_auto_create = True\n");
    told(&barbican, Exit::CheckFailed, &["WARN no-auto-create", "True", "Remove `db_auto_create`"]);

    // Up to 10 it is on where nothing is said, so the way there turns it off.
    barbican.sql("update alembic_version set version_num = '39cf2e645cba'");
    running(&barbican, "9.0.1");
    let plan = barbican.run(["plan", "--to", "10.1.0"]).exit(0);
    assert!(plan.stdout().contains("- db_auto_create = True\n       + db_auto_create = false\n"), "{plan}");
}

#[test]
#[ignore = "long: checks of the way to 23"]
fn a_url_that_means_another_driver_from_18_on_is_told() {
    let barbican = Barbican::on_postgres();
    let url = barbican.url().replace("+psycopg2", "");
    reconfigure(&barbican, barbican.url(), &url);
    barbican.deployment.write("url", &url);
    told(&barbican, Exit::CheckFailed, &["WARN driver", "postgresql: names no driver", "postgresql+psycopg2://"]);
    let current = Command::new(release("18.0.0").join("barbican-db-manage"))
        .args(["-d", &url, "current"])
        .current_dir(barbican.deployment.home())
        .output()
        .expect("barbican-db-manage");
    assert_eq!(current.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&current.stderr).contains("No module named 'psycopg'"));
}

/// Another release runs than was installed.
fn running(barbican: &Barbican, version: &str) {
    let folder = barbican.deployment.dir().join("older");
    fs::create_dir_all(&folder).expect("a folder");
    crate::units::executable(&folder.join("python3"), &format!("#!/bin/sh\necho {version}\n"));
    let yaml = fs::read_to_string(barbican.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    let lines = yaml.lines().map(|line| match line.trim_start().starts_with("running:") {
        true => format!("  running: {}\n", folder.display()),
        false => format!("{line}\n"),
    });
    barbican.deployment.write("stepwell.yaml", &lines.collect::<String>());
}

#[test]
#[ignore = "long: the way from Liberty"]
fn the_script_for_keys_of_an_hsm_is_asked_about_between_liberty_and_mitaka_alone() {
    let barbican = Barbican::on_sqlite();
    barbican.sql("update alembic_version set version_num = '4ecde3a3a72a'");
    running(&barbican, "1.0.0");
    let question = "pkcs11_migrate_kek_signatures.py";
    for (crypto, asked) in [("simple_crypto", 0), ("p11_crypto", 1)] {
        let yaml = fs::read_to_string(barbican.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
        barbican
            .deployment
            .write("stepwell.yaml", &yaml.replace("crypto: [simple_crypto]", &format!("crypto: [{crypto}]")));
        let plan = barbican.run(["plan", "--to", "23.0.0"]).exit(0);
        assert_eq!(plan.stdout().matches(question).count(), asked, "{plan}");
        assert!(plan.stdout().contains("from 1.0.0 liberty to 2.0.0 mitaka"), "{plan}");
        assert!(plan.stdout().contains("Upgrade to Barbican 7.0.0 by hand"), "{plan}");
    }
    barbican.sql("update alembic_version set version_num = 'd2780d5aa510'");
    running(&barbican, "2.0.0");
    let plan = barbican.run(["plan", "--to", "23.0.0"]).exit(0);
    assert!(!plan.stdout().contains(question), "{plan}");
}

#[test]
#[ignore = "long: checks of the way to 23"]
fn settings_of_an_hsm_are_renamed_before_the_release_that_forgets_them() {
    let barbican = Barbican::on_postgres();
    let plan = barbican.run(["plan", "--to", "23.0.0"]).exit(0);
    for difference in [
        "- token_label = of 17\n       + token_labels = of 17\n",
        "- algorithm = CKM_AES_GCM\n       + encryption_mechanism = CKM_AES_GCM\n",
    ] {
        assert!(plan.stdout().contains(difference), "{plan}");
    }
    assert!(!plan.stdout().contains("p%40ss"), "no secret is in the plan: {plan}");
}
