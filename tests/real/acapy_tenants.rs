//! Tenants of ACA-Py: each has a wallet of its own, and one that cannot be upgraded does not hold up the others.

use std::fs;

use stepwell::model::Exit;

use crate::acapy::{AcaPy, RUN, Records};
use crate::support::database::execute;

const IDS: [(&str, &str); 4] = [
    ("5d3ce2b1-0001-4c7a-9d6e-000000000001", "whole"),
    ("5d3ce2b1-0002-4c7a-9d6e-000000000002", "gone"),
    ("5d3ce2b1-0003-4c7a-9d6e-000000000003", "broken"),
    ("5d3ce2b1-0004-4c7a-9d6e-000000000004", "recorded"),
];

/// A base wallet with these tenants.
fn with_tenants(names: &[&str]) -> AcaPy {
    let acapy = AcaPy::with("wallet-075");
    for (id, name) in IDS.iter().filter(|(_, name)| names.contains(name)) {
        acapy.askar_in("w", &["tenant", id, name, "k1"]);
        acapy.place(name, if *name == "recorded" { "wallet-081" } else { "wallet-075" });
    }
    acapy
}

#[track_caller]
fn assert_renewed(records: &Records, of: &str) {
    assert_eq!(
        (records.versions(), records.without_state(), records.connection.len()),
        (vec!["v0.12.8"], 0, 3),
        "{of}"
    );
}

#[test]
fn bad_tenants_are_named_and_block_nobody() {
    let acapy = with_tenants(&["whole", "gone", "broken"]);
    fs::remove_file(acapy.wallet("gone")).expect("a wallet");
    execute(&acapy.wallet("broken"), "delete from config");
    acapy.askar_in("w", &["tenant", "5d3ce2b1-0005-4c7a-9d6e-000000000005", "keyless"]);

    let ran = acapy.run(RUN).exit(Exit::StepFailed.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    for text in [
        "the wallet of the tenant `gone` (5d3ce2b1-0002-4c7a-9d6e-000000000002) is not there",
        "the wallet of the tenant `broken` (5d3ce2b1-0003-4c7a-9d6e-000000000003) cannot be opened",
        "the key of the tenant `keyless` (5d3ce2b1-0005-4c7a-9d6e-000000000005) is not in the base wallet",
    ] {
        assert!(said.contains(text), "`{text}` is not in what was said: {ran}");
    }
    for name in ["w", "whole"] {
        assert_renewed(&acapy.records(name), name);
    }
    assert!(!acapy.wallet("gone").exists(), "nothing was made in its place");

    // Whoever knows these tenants lets them go, by name.
    let waived = ["gone/backup", "keyless/backup", "broken/upgrade"];
    let waived = waived.map(|step| format!("0.12.8/tenants/{step}=left the service"));
    let waived = waived.iter().flat_map(|waiver| ["--accept", waiver.as_str()]);
    acapy.run(RUN.into_iter().chain(waived)).exit(0);
    assert_eq!(acapy.deployment.status(), 0);
    assert_eq!(acapy.units.state("agent"), "active");
}

#[test]
#[ignore = "long: an upgrade that is killed at each step of its tenants"]
fn tenants_are_resumed_and_a_mended_one_is_upgraded() {
    let acapy = with_tenants(&["whole", "gone", "recorded"]);
    let recorded = acapy.records("recorded");
    let away = acapy.deployment.home().join("away");
    fs::rename(acapy.wallet("gone"), &away).expect("a wallet");
    for key in ["whole/backup", "whole/upgrade", "gone/backup", "0.8.1/resave-connections"] {
        let mut runner = acapy.start();
        runner.wait_step(key);
        acapy.deployment.lose_power();
        runner.kill();
    }
    acapy.run(RUN).exit(Exit::StepFailed.code().into());
    assert_renewed(&acapy.records("whole"), "whole");
    assert_eq!(acapy.units.state("agent"), "active", "nobody waits for the other one");

    fs::rename(&away, acapy.wallet("gone")).expect("a wallet");
    acapy.run(RUN).exit(0);
    assert_renewed(&acapy.records("gone"), "gone");
    assert_renewed(&acapy.records("recorded"), "recorded");
    assert_eq!(acapy.records("recorded").connection, recorded.connection, "0.8.1 had renewed them already");
    let copies = acapy.backups().into_iter().filter(|path| !path.to_string_lossy().contains("wallet-0.7.5"));
    let copies: Vec<Records> = copies.map(|path| acapy.records_at(&path.to_string_lossy())).collect();
    assert_eq!(copies.len(), 3, "one of each tenant");
    assert_eq!(copies.iter().filter(|records| records.without_state() == 3).count(), 2, "from before");
}
