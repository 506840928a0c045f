//! What is secret, or hostile, or nobody else's to read.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use support::ledger::{Ledger, LedgerDeployment};

const CANARY: &str = "canary-5ecr3t-of-this-test";

/// A ledger with a secret fact, and a step that prints it and the store's URL wherever it can.
fn told(exit: u8) -> LedgerDeployment {
    let ledger = Ledger::new().build();
    let system = ledger.catalogue().join("ledger");
    let text = fs::read_to_string(system.join("system.yaml")).expect("system.yaml");
    let text = text.replace("facts:\n", "facts:\n  token: { ask: A token, secret: true }\n");
    fs::write(system.join("system.yaml"), text).expect("system.yaml");
    let release = format!(
        r#"release: 2.0.0
steps:
  - id: tell
    title: Tell everything
    run:
      argv: [sh, -c, 'cat; cat >&2 /dev/null; env | grep -e TOKEN -e DB; echo "$TOKEN" >&2; exit {exit}']
      env: {{ TOKEN: "{{{{ facts.token }}}}", DB: "{{{{ stores.db.url }}}}" }}
      stdin: "from stdin: {{{{ facts.token }}}} {{{{ stores.db.url }}}}"
    resume: idempotent
  - id: version
    title: Write the version
    sql: {{ statements: [ update about set version = '2.0.0' ] }}
    done_when: {{ run: {{ argv: [sh, -c, 'echo $TOKEN'], env: {{ TOKEN: "{{{{ facts.token }}}}" }}, expect: {{ value: x }} }} }}
"#
    );
    fs::write(system.join("releases/2.0.0.yaml"), release).expect("a release");
    ledger.write("token", &format!("{CANARY}\n"));
    let yaml = ledger.yaml().replace("facts:\n", "facts:\n  token: { file: token }\n");
    ledger.write("stepwell.yaml", &yaml.replace("ledger.sqlite\"", &format!("ledger.sqlite?password={CANARY}\"")));
    ledger
}

/// Every file and folder below `folder`.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        if path.is_dir() {
            found.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        }
    }
    found
}

#[test]
fn a_secret_is_found_nowhere() {
    for exit in [0, 3] {
        for args in [&["run", "--yes"][..], &["run", "--yes", "--json"], &["status"], &["history"], &["plan"]] {
            let ledger = told(exit);
            if !args.contains(&"run") {
                ledger.run(["run", "--yes"]);
            }
            let ran = ledger.run(args.iter().copied());
            assert!(!ran.to_string().contains(CANARY), "{ran}");
            let state = ledger.dir().join(".stepwell");
            for path in below(&state).iter().filter(|path| path.is_file()) {
                let bytes = fs::read(path).expect("a file");
                let told = bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes());
                assert!(!told, "{} holds the secret", path.display());
            }
            let printed = below(&state).into_iter().find(|path| path.ends_with("stdout")).expect("an output");
            let printed = fs::read_to_string(printed).expect("an output");
            assert!(printed.contains("from stdin: {{ secret:token }} {{ secret:stores.db.url }}"), "{printed}");
        }
    }
}

#[test]
fn what_the_state_directory_holds_is_its_owners_alone() {
    let ledger = told(0);
    fs::create_dir(ledger.dir().join(".stepwell")).expect("a folder");
    ledger.run(["run", "--yes"]);
    for path in below(&ledger.dir().join(".stepwell")).iter().skip(1) {
        let mode = fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode & !wanted, 0, "{} has mode {mode:o}", path.display());
    }
}

#[test]
fn what_a_program_prints_cannot_command_the_terminal() {
    let ledger = Ledger::new().build();
    let release = r#"release: 2.0.0
steps:
  - id: shout
    title: Shout
    run: { argv: [printf, 'a\033]0;title\007b\rc\302\2332Jd\033[2Je\342\200\256f\n'], expect: { exit: 9 } }
    resume: idempotent
"#;
    fs::write(ledger.catalogue().join("ledger/releases/2.0.0.yaml"), release).expect("a release");
    for args in [&["run", "--yes"][..], &["status"], &["history"]] {
        let ran = ledger.run(args.iter().copied());
        for text in [ran.stdout(), ran.stderr()] {
            let hostile = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(hostile), "{text:?}");
        }
    }
}
