//! Scripts with mistakes, and runs that were kept and are damaged: each is told by its line, and nothing panics.
//!
//! `STEPWELL_BLESS=1` writes the messages anew; read them.

mod support;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use stepwell::record::{Entries, Script};
use support::recordings::{blesses, files, made, read};
use support::stepwell;

#[test]
fn mistakes_are_told_by_their_line() {
    let scripts = files(Path::new("tests/recordings/invalid"), "script");
    assert!(scripts.len() >= 15, "only {} scripts", scripts.len());
    let mut wrong = Vec::new();
    for script in scripts {
        let found = made(&script, &read(&script)).err().unwrap_or_else(|| "accepted".to_owned()) + "\n";
        let expected = script.with_extension("expected");
        if blesses() {
            fs::write(&expected, &found).expect("it can be written");
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", script.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_command_tells_mistakes_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("a.svg").display().to_string();
    let script = "tests/recordings/invalid/unknown-command.script";
    let told = |args: &[&str], code: i32, text: &str| {
        let output = stepwell().args(args).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && said.contains(text), "{args:?}: {said}");
    };
    told(&["record", script, "--out", &out], 3, "unknown-command.script:4:1");
    told(&["record", "none.script", "--out", &out], 2, "none.script cannot be read");
    told(&["record", script, "--out", "a.gif"], 2, "its name ends with .cast, .svg or .txt");
    told(&["record", script], 2, "--out");
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none());
}

#[test]
fn a_run_that_was_cut_off_or_damaged_is_told_by_its_line() {
    let path = Path::new("assets/recordings/upgrade.jsonl");
    let text = read(path);
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    for cut in (0..text.len()).step_by(401).filter(|cut| text.is_char_boundary(*cut)) {
        let read = Entries::read(path, &text[..cut]);
        // The last line break may be missing.
        if lines.contains(&cut) || lines.contains(&(cut + 1)) {
            read.unwrap_or_else(|findings| panic!("whole lines are a run that ended sooner: {findings}"));
            continue;
        }
        let line = text[..cut].matches('\n').count() + 1;
        let told = read.expect_err("it is cut off").to_string();
        assert!(told.contains(&format!("upgrade.jsonl:{line}:")), "{told}");
    }
    let wheel = text.find("\"wheel\"").map(|at| text[..at].matches('\n').count() + 1).expect("is told who drives");
    for (damage, line, said) in [
        (text.replacen("\"wheel\"", "\"wheels\"", 1), wheel, "unknown variant `wheels`"),
        (text.replacen("{\"stepwell_recording\":1}", "{\"stepwell_recording\":7}", 1), 1, "format 7"),
        (format!("x{text}"), 1, "no file of a run that was kept"),
    ] {
        let told = Entries::read(path, &damage).expect_err(said).to_string();
        assert!(told.contains(said) && told.contains(&format!(":{line}:")), "{told}");
    }
    // Whole lines up to somewhere: the script waits for what never comes.
    let folder = tempfile::tempdir().expect("a folder");
    let script = read(Path::new("assets/recordings/upgrade.script"));
    for lines in [1, 3, 20, 60, 200] {
        let kept: String = text.split_inclusive('\n').take(lines).collect();
        fs::write(folder.path().join("upgrade.jsonl"), kept).expect("it can be written");
        let told = made(&folder.path().join("short.script"), &script).expect_err("it ends too soon");
        assert!(told.contains("short.script:") && told.contains("the run that was kept"), "{told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Anything may stand in the files.
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", lines in proptest::collection::vec(any_line(), 0..12)) {
        let path = Path::new("any");
        for text in [text, lines.join("\n")] {
            for text in [text.clone(), format!("{{\"stepwell_recording\":1}}\n{text}")] {
                if let Err(findings) = Entries::read(path, &text) {
                    prop_assert!(findings.to_string().contains("any"));
                }
            }
            if let Err(findings) = Script::read(path, &text) {
                prop_assert!(findings.to_string().contains("any"));
            }
            // Over a real run: it is a recording, or a mistake by its line.
            let script = format!("events upgrade.jsonl\nstart \"stepwell\"\nwait \"enter Next\"\n{text}");
            let path = Path::new("assets/recordings/any.script");
            if let Err(told) = made(path, &script) {
                prop_assert!(told.contains("any.script:"), "{}", told);
            }
        }
    }
}

/// A line that is nearly one of a script.
fn any_line() -> impl Strategy<Value = String> {
    let words = [
        "wait",
        "press",
        "type",
        "pause",
        "marker",
        "kill",
        "show",
        "start",
        "size",
        "title",
        "#",
        "\"Mark as read\"",
        "\"3.0.0\"",
        "\"stepwell status\"",
        "enter",
        "down*3",
        "q",
        "esc",
        "?",
        "2s",
        "400ms",
        "80x24",
        "\"",
        "\\",
        "ctrl-c",
        "{\"at\":1}",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 1..4).prop_map(|words| words.join(" "))
}
