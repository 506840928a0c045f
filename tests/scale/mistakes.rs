//! Files of a megabyte with nothing but mistakes in them.

use std::fs;
use std::time::{Duration, Instant};

use stepwell::definition::lint_dir;

const SYSTEM: &str =
    "format: 1\nsystem: sample\ntitle: Sample\nabout: A sample.\nversions: { scheme: semver, path: direct }\n";

/// As much as a file may hold.
const LARGEST: usize = 1_000_000;

/// Hours would pass before it is over if every mistake were looked up by going through the whole file.
const LONGEST: Duration = Duration::from_secs(30);

/// A file that begins with `head`, goes on with `piece` of each number until it is large, and ends with `tail`.
fn filled(head: &str, tail: &str, piece: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for number in 0.. {
        let piece = piece(number);
        if text.len() + piece.len() + tail.len() > LARGEST {
            break;
        }
        text += &piece;
    }
    text + tail
}

/// Lints a system with these keys and a release, and tells how many findings there are.
fn lint(system: &str, release: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("releases")).expect("a folder");
    fs::write(folder.path().join("system.yaml"), [SYSTEM, system].concat()).expect("a file");
    fs::write(folder.path().join("releases/1.0.0.yaml"), release).expect("a file");
    let began = Instant::now();
    let findings = lint_dir(folder.path()).findings.expect("there are mistakes");
    let told = findings.to_string();
    assert!(began.elapsed() < LONGEST, "it took {:?}", began.elapsed());
    // Each is told, with its line.
    assert_eq!(told.matches(" --> ").count(), findings.iter().count());
    findings.iter().count()
}

const RELEASE: &str = "release: 1.0.0\n";

#[test]
fn unknown_keys_in_thousands_of_steps() {
    let step = |n| format!("- id: a{n}\n  title: A\n  file: {{ touch: a }}\n  wyh: b\n");
    assert!(lint("", &filled("release: 1.0.0\nsteps:\n", "", step)) > 15_000);
}

#[test]
fn unknown_keys_in_one_line() {
    let step = |n| format!("{{ id: a{n}, title: 日本, file: {{ touch: a }}, wyh: b }}, ");
    assert!(lint("", &filled("release: 1.0.0\nsteps: [ ", "]\n", step)) > 10_000);
}

#[test]
fn unknown_names_in_one_line() {
    let step = |n| format!("{{ id: a{n}, title: \"{{{{ facts.\\u0078{n} }}}}\", file: {{ touch: a }} }}, ");
    assert!(lint("", &filled("release: 1.0.0\nsteps: [ ", "]\n", step)) > 10_000);
}

#[test]
fn thousands_of_facts_that_name_others() {
    let fact = |n| format!("  f{n}: {{ ask: A, default: '{{{{ facts.g{n} }}}}' }}\n");
    assert!(lint(&filled("facts:\n", "", fact), RELEASE) > 15_000);
}

#[test]
fn a_way_through_thousands_of_actions() {
    let action = |n| format!("  a{n}: {{ title: a, use: a{} }}\n", n + 1);
    assert_eq!(lint(&filled("actions:\n", "", action), RELEASE), 1, "the last one uses what is not there");
    let action = |n| format!("  a{n}: {{ title: a, steps: [ {{ use: a{} }}, {{ use: a0 }} ] }}\n", n + 1);
    assert_eq!(lint(&filled("actions:\n", "", action), RELEASE), 2, "and all of them use themselves");
}
