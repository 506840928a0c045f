//! What is written for shells, for `man` and for service managers.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use support::{program, stepwell};

/// The file of each shell, where its users put it.
const COMPLETIONS: [(&str, &str); 3] = [("bash", "stepwell.bash"), ("zsh", "_stepwell"), ("fish", "stepwell.fish")];

fn blesses() -> bool {
    std::env::var_os("STEPWELL_BLESS").is_some()
}

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let named = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("text"))
    };
    paths.map(named).collect()
}

#[test]
fn the_completions_of_the_repository_are_those_that_the_program_prints() {
    for (shell, file) in COMPLETIONS {
        let output = stepwell().args(["completions", shell]).output().expect("it runs");
        assert!(output.status.success());
        let printed = String::from_utf8(output.stdout).expect("text");
        for word in ["takeover", "plan-hash", "record"] {
            assert!(printed.contains(word), "{shell} does not know {word}");
        }
        for hidden in ["keepsake", "shim"] {
            assert!(!printed.contains(hidden), "{shell} knows {hidden}");
        }
        let path = Path::new("assets/completions").join(file);
        if blesses() {
            fs::write(&path, &printed).expect("it can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == printed, "{}: set STEPWELL_BLESS=1 to write it anew", path.display());
    }
    stepwell().args(["completions", "tcsh"]).assert().code(2);
}

#[test]
fn bash_takes_its_completions() {
    let script = "source assets/completions/stepwell.bash\n\
                  COMP_WORDS=(stepwell repo) COMP_CWORD=1\n\
                  _stepwell stepwell repo stepwell\n\
                  echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["--norc", "-c", script]).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "report", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_manual_of_the_repository_is_the_one_that_the_program_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    stepwell().arg("man").arg(folder.path()).assert().success();
    let written = contents(folder.path());
    assert!(written.contains_key("stepwell.1") && written.contains_key("stepwell-import-acapy.1"));
    assert!(!written.keys().any(|name| name.contains("shim") || name.contains("keepsake")), "{:?}", written.keys());
    let kept = Path::new("assets/man");
    if blesses() {
        fs::remove_dir_all(kept).expect("it was there");
        fs::create_dir(kept).expect("a folder");
        for (name, text) in &written {
            fs::write(kept.join(name), text).expect("it can be written");
        }
    }
    assert!(contents(kept) == written, "set STEPWELL_BLESS=1 to write assets/man anew");
}

/// systemd reads the example without a word, once its programs are there.
#[test]
fn systemd_takes_the_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string("assets/systemd/myservice.service").expect("is there");
    let unit = folder.path().join("myservice.service");
    let text =
        text.replace("/usr/bin/stepwell", &program().display().to_string()).replace("/usr/bin/myservice", "/bin/true");
    fs::write(&unit, text).expect("it can be written");
    match Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let of_it: Vec<&str> = said.lines().filter(|line| line.contains("myservice.service")).collect();
            assert!(output.status.success() && of_it.is_empty(), "{said}");
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => println!("systemd-analyze is not here"),
        Err(e) => panic!("{e}"),
    }
}
