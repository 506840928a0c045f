//! Definitions that are accepted, and others with the message that is expected beside them.
//!
//! A folder is a catalogue, a file is a `stepwell.yaml`, a folder with a `stepwell.yaml` is both. `STEPWELL_BLESS=1` writes the messages anew; read them.

use std::path::{Path, PathBuf};

use stepwell::definition::{check_journal, lint_dir, load_deployment, load_dir};

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new("tests/definitions").join(folder);
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    cases.sort();
    cases
}

fn load(case: &Path) -> Result<(), String> {
    let file = case.join("stepwell.yaml");
    if file.exists() {
        let system = load_dir(case).map_err(|findings| findings.to_string())?.system;
        let deployment = load_deployment(&file).map_err(|findings| findings.to_string())?;
        check_journal(&deployment, &system).map_err(|findings| findings.to_string())
    } else if case.is_dir() {
        lint_dir(case).findings.map_or(Ok(()), |findings| Err(findings.to_string()))
    } else {
        load_deployment(case).map(drop).map_err(|findings| findings.to_string())
    }
}

#[test]
fn every_invalid_definition_says_what_is_wrong_and_what_to_do() {
    let cases = cases("invalid");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let found = load(&case).err().map(|text| text + "\n").unwrap_or_else(|| "accepted\n".to_owned());
        let beside = case.with_extension("expected");
        if std::env::var_os("STEPWELL_BLESS").is_some() {
            std::fs::write(&beside, &found).expect("it can be written");
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        if found != expected || found == "accepted\n" {
            wrong.push(format!("{}\n--- expected\n{expected}\n--- found\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_valid_definition_is_accepted() {
    let cases = cases("valid");
    assert!(cases.len() >= 15, "only {} cases", cases.len());
    for case in cases {
        if let Err(findings) = load(&case) {
            panic!("{}:\n{findings}", case.display());
        }
    }
}

#[test]
fn a_run_is_not_kept_from_a_definition_by_warnings() {
    let doubtful: Vec<_> =
        cases("invalid").into_iter().filter(|case| case.to_string_lossy().contains("/warns-")).collect();
    assert!(doubtful.len() >= 8, "only {} cases", doubtful.len());
    for case in doubtful {
        if let Err(findings) = load_dir(&case) {
            panic!("{}:\n{findings}", case.display());
        }
    }
}

#[test]
fn shipped_definitions_have_no_findings() {
    for system in cases("../../upgrades") {
        if let Some(findings) = lint_dir(&system).findings {
            panic!("{}:\n{findings}", system.display());
        }
    }
}

#[test]
fn a_typo_five_levels_deep_is_reported_at_its_own_line() {
    let findings = load_dir(Path::new("tests/definitions/invalid/typo-five-levels-deep")).expect_err("it has a typo");
    let places: Vec<_> = findings.iter().map(|f| (f.place.line, f.place.column, f.message.as_str())).collect();
    assert_eq!(places, [(24, 25, "a command has no key `timout`")]);
}
