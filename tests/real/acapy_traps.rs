//! What ACA-Py's own commands do wrong, or take without a word: each is refused with its reason, or handled.

use std::fs;

use serde_json::json;
use stepwell::model::Exit;

use crate::acapy::{AcaPy, RUN};
use crate::support::fixtures;

/// Every command that leads to an upgrade ends with `exit` and says all of `says`; the wallet stays as it was.
#[track_caller]
fn refused(acapy: &AcaPy, commands: &[&[&str]], exit: Exit, says: &[&str]) {
    let before = acapy.records("w");
    for command in commands {
        let ran = acapy.run(command.iter().copied()).exit(exit.code().into());
        let said = format!("{}{}", ran.stdout(), ran.stderr());
        for text in says {
            assert!(said.contains(text), "`{text}` is not in what was said: {ran}");
        }
        assert_eq!(acapy.records("w"), before, "{command:?}");
    }
    for unit in ["agent", "mediator"] {
        assert_eq!(acapy.units.state(unit), "active", "nobody was left in maintenance");
    }
}

#[test]
fn what_two_upgrades_at_once_left_is_told_before_anything_is_changed() {
    let acapy = AcaPy::with("wallet-075");
    acapy.askar_in("w", &["record", "v0.12.8", "v0.8.1"]);
    let says = ["2 version records (v0.12.8, v0.8.1)", "two upgrades ran at once", "Delete all but the lowest"];
    refused(&acapy, &[&["status"], &["check"], &RUN], Exit::CouldNotAsk, &says);
}

#[test]
fn an_agent_that_nobody_listed_stops_the_upgrade_and_is_named() {
    let acapy = AcaPy::with("wallet-075");
    let before = acapy.records("w");
    let agent = acapy.held("w");
    let ran = acapy.run(RUN).exit(Exit::StepFailed.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains(&agent.pid()) && said.contains("name the agents among them"), "{ran}");
    assert_eq!(acapy.records("w"), before, "nothing was saved again");

    // As is the program of a Stepwell with a deployment file of its own.
    let mut helper = std::process::Command::new(acapy.bin.join("python"));
    helper.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/upgrades/acapy/bin/wallet.py")).args(["run", "true"]);
    let path = acapy.wallet("w");
    let file = fs::File::open(&path).expect("the wallet");
    file.lock().expect("a lock");
    helper.env("HOME", acapy.deployment.home()).env("WALLET_URL", format!("sqlite:///{}", path.display()));
    let refused = helper.env("ACAPY_WALLET_NAME", "w").env("ACAPY_WALLET_KEY", "k1").output().expect("the helper");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("another upgrade of the wallet `w` is going on"), "{said}");
}

#[test]
#[ignore = "long: a wallet that was marked and never upgraded"]
fn a_wallet_that_a_tag_marked_as_upgraded_is_upgraded_all_the_same() {
    let acapy = AcaPy::with("wallet-075");
    let before = acapy.records("w");
    let tag = ["run", "--yes", "--tag", "fix_issue_rev_reg", "--force"];
    refused(&acapy, &[&tag], Exit::Usage, &["no version is recorded"]);

    // What ACA-Py's own command does there: it records its version, and renews nothing.
    let upgrade = ["upgrade", "--wallet-type", "askar", "--wallet-name", "w", "--force-upgrade"];
    let mut command = std::process::Command::new(acapy.bin.join("aca-py"));
    command.args(upgrade).args(["--named-tag", "fix_issue_rev_reg"]);
    command.env("HOME", acapy.deployment.home()).env("ACAPY_WALLET_KEY", "k1");
    assert!(command.status().expect("aca-py").success());
    let marked = acapy.records("w");
    assert_eq!((marked.versions(), marked.without_state()), (vec!["v0.12.8"], 3));

    let ran = acapy.run(["status"]).exit(Exit::UpgradeNeeded.code().into());
    assert!(ran.stdout().contains("0.7.5"), "{ran}");
    acapy.run(RUN).exit(0);
    assert_eq!(acapy.records("w").without_state(), 0);
    assert_eq!(acapy.records("w").names(), before.names());
}

#[test]
#[ignore = "long: a named tag"]
fn the_tag_for_old_revocation_registries_runs_alone() {
    let acapy = AcaPy::with("wallet-081");
    acapy.askar_in("w", &["record", "v0.12.8"]);
    acapy.askar_in("w", &["registry"]);
    let before = acapy.records("w");
    let tag = ["--tag", "fix_issue_rev_reg"];
    refused(&acapy, &[&["run", "--yes", tag[0], tag[1]]], Exit::Usage, &["--force"]);
    acapy.run(["run", "--yes", "--force"].into_iter().chain(tag)).exit(0);
    let after = acapy.records("w");
    assert_eq!((after.versions(), &after.connection), (before.versions(), &before.connection));
    let registry = &after.issuer_rev_reg[0].2;
    assert!(!registry.contains("issuance_type") && registry.contains("max_cred_num"), "{registry}");
}

#[test]
fn data_of_a_newer_release_have_no_path() {
    let acapy = AcaPy::with("wallet-081");
    acapy.askar_in("w", &["record", "v1.3.0"]);
    let says = ["the data are at 1.3.0", "newer than 0.12.8", "nothing was changed"];
    refused(&acapy, &[&["check"], &["plan"], &["status"], &RUN], Exit::NoPath, &says);
}

#[test]
fn a_page_size_that_would_save_nothing_is_refused() {
    let acapy = AcaPy::with("wallet-075");
    acapy.configure("  page_size: -5\n");
    refused(&acapy, &[&["check"], &RUN], Exit::Invalid, &["page_size", "ACA-Py saves nothing"]);
}

#[test]
fn a_wrong_key_is_told_in_a_sentence() {
    let acapy = AcaPy::with("wallet-075");
    acapy.deployment.write("key", "k2\n");
    let says = ["the wallet `w` cannot be opened"];
    refused(&acapy, &[&["status"], &RUN], Exit::CouldNotAsk, &says);
    let said = acapy.run(["status"]).stderr();
    assert!(!said.contains("Traceback"), "{said}");
}

#[test]
fn another_wallet_than_the_agents_have_is_noticed() {
    let acapy = AcaPy::with("wallet-075");
    acapy.place("other", "wallet-080");
    let url = format!("stores: {{ wallet: {{ url: \"sqlite:///{}\" }} }}\n", acapy.wallet("other").display());
    acapy.configure(&url);
    refused(&acapy, &[&["check"], &RUN], Exit::CheckFailed, &["FAIL same-wallet", "another one", "Correct `home`"]);
}

#[test]
fn a_program_of_another_release_is_found_before_anything_is_changed() {
    let acapy = AcaPy::with("wallet-075");
    acapy.deployment.write("stepwell.yaml", &{
        let yaml = fs::read_to_string(acapy.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
        yaml.replace("/aca-py }", "/aca-py, 0.13.0: /opt/nowhere/aca-py }").replace("0.12.8: ", "0.12.7: ")
    });
    let to = ["run", "--yes", "--to", "0.12.7", "--allow-irreversible", "--answer", "last/switch=SWITCHED"];
    refused(&acapy, &[&to], Exit::CheckFailed, &["FAIL program", "aca-py of 0.12.7 is installed", "pip install"]);
}

#[test]
#[ignore = "long: a wallet that was just made"]
fn a_wallet_that_was_just_made_gets_its_version_once() {
    let acapy = AcaPy::without_wallet();
    let mut command = std::process::Command::new(acapy.bin.join("aca-py"));
    command.args(["provision", "--wallet-type", "askar", "--wallet-name", "w", "-e", "http://127.0.0.1"]);
    command.env("HOME", acapy.deployment.home()).env("ACAPY_WALLET_KEY", "k1");
    let made = command.arg("--no-ledger").output().expect("aca-py");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let before = acapy.records("w");
    assert_eq!((before.versions().len(), before.connection.len()), (0, 0));
    acapy.run(RUN).exit(0);
    acapy.assert_upgraded(&before);
}

#[test]
#[ignore = "long: an agent that lowers the record"]
fn an_old_agent_that_starts_afterwards_is_noticed() {
    let acapy = AcaPy::with("wallet-075");
    // An agent of 0.8.1 that starts on a newer wallet lowers the record and goes on.
    let lower = format!(
        "#!/bin/sh\ncase $1 in\nstart) {python} {askar} {wallet} record v0.8.1 ;;\nesac\nexec {systemctl} \"$@\"\n",
        python = acapy.bin.join("python").display(),
        askar = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/askar.py"),
        wallet = acapy.wallet("w").display(),
        systemctl = acapy.units.systemctl().display(),
    );
    let own = acapy.deployment.dir().join("old-systemctl");
    crate::units::executable(&own, &lower);
    let yaml = fs::read_to_string(acapy.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    let systemctl = acapy.units.systemctl().display().to_string();
    acapy.deployment.write("stepwell.yaml", &yaml.replace(&systemctl, &own.display().to_string()));
    let ran = acapy.run(RUN);
    assert_ne!(ran.code(), 0, "{ran}");
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(
        said.contains("still records 0.12.8, once") && said.contains("A unit still starts the old aca-py"),
        "{ran}"
    );
}

/// A list in which a release is marked as critical makes `aca-py upgrade` refuse and name itself as the way out.
#[test]
#[ignore = "long: a second catalogue with the real program"]
fn the_mark_critical_is_a_question_and_no_dead_end() {
    let acapy = AcaPy::with("wallet-081");
    let list = fixtures().join("acapy/marked.yml").to_string_lossy().into_owned();
    let out = acapy.deployment.catalogue().join("acapy").to_string_lossy().into_owned();
    let only_connections = fs::read_to_string(&list).expect("the list");
    assert!(only_connections.contains("critical"), "{only_connections}");
    acapy.run(["import", "acapy", &list, "--to", "0.12.8", "--out", &out]).exit(0);
    let yaml = fs::read_to_string(acapy.deployment.dir().join("stepwell.yaml")).expect("the deployment file");
    let without: String = yaml.lines().filter(|line| !line.contains("backup_dir")).map(|l| format!("{l}\n")).collect();
    acapy.deployment.write("stepwell.yaml", &without);
    let answer = ["--answer", "0.9.0/explicit-upgrade=upgrade"];
    let before = acapy.records("w");
    acapy.run(RUN).exit(Exit::OperatorNeeded.code().into());
    assert_eq!(acapy.records("w"), before);
    acapy.run(RUN.into_iter().chain(answer)).exit(0);
    let after = acapy.records("w");
    assert_eq!(after.versions(), ["v0.12.8"]);
    assert_ne!(after.connection, before.connection, "they were saved again");
    let runs = acapy.run(["history", "--json"]).exit(0).json();
    assert_ne!(runs, json!([]));
}
