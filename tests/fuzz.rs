//! Whatever stands in a file, the loader ends, and says what is wrong if anything is.

mod support;

#[path = "fuzz/templates.rs"]
mod templates;
#[path = "fuzz/words.rs"]
mod words;

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use stepwell::definition::{Findings, load_deployment, load_dir};

use support::PATIENCE;

const SYSTEM: &str =
    "format: 1\nsystem: sample\ntitle: Sample\nabout: A sample.\nversions: { scheme: semver, path: direct }\n";

/// Does the work with the stack of a runner's thread, and does not wait for it for ever.
fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, done) = channel();
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || send.send(work()));
    worker.expect("a thread");
    done.recv_timeout(PATIENCE).expect("it neither panics nor hangs")
}

/// Every finding names a file and says what is wrong and what to do, in lines that a terminal can show.
fn judge<T>(read: Result<T, Findings>) {
    let Err(findings) = read else { return };
    assert!(findings.iter().count() > 0);
    for finding in findings.iter() {
        assert!(!findings.file(finding).is_empty() && !finding.message.is_empty() && !finding.help.is_empty());
    }
    let told = findings.to_string();
    assert!(told.contains("error: ") && told.contains("= help: "));
    assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{told:?}");
    serde_json::to_string(&findings).expect("findings are JSON");
}

/// Reads a catalogue with these files.
fn catalogue(files: Vec<(&'static str, Vec<u8>)>) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in &files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let path = folder.path().to_owned();
    bounded(move || judge(load_dir(&path)));
}

/// Reads the text as each of the files that people write.
fn everywhere(text: &[u8]) {
    let system = || ("system.yaml", SYSTEM.as_bytes().to_vec());
    catalogue(vec![("system.yaml", text.to_vec())]);
    catalogue(vec![("system.yaml", [SYSTEM.as_bytes(), text].concat())]);
    catalogue(vec![system(), ("releases/1.0.0.yaml", text.to_vec())]);
    catalogue(vec![system(), ("releases/1.0.0.yaml", [b"release: 1.0.0\n", text].concat())]);
    catalogue(vec![system(), ("releases/1.0.0.md", text.to_vec())]);
    deployment(text);
}

fn deployment(text: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stepwell.yaml");
    fs::write(&path, text).expect("a file");
    bounded(move || judge(load_deployment(&path)));
}

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("upgrades").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const DEPLOYMENT: &str = "format: 1\nsystem: keepsake\ndeployment: here\nstores:\n  db: { url: { env: DB } }\nfacts:\n  \
    nodes: [a, b]\n  token: { file: /x }\n  bin: { 1.0.0: /a, 2.0.0: { run: [b] } }\njournal: { store: db }\non_event: [x]\n";

/// What happens to a file in an editor.
fn mutated(text: &str, changes: &[(u8, prop::sample::Index, prop::sample::Index, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (kind, line, other, word) in changes {
        if lines.is_empty() {
            break;
        }
        let (at, other) = (line.index(lines.len()), other.index(lines.len()));
        match kind {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => lines[at].insert_str(0, "  "),
            4 => lines[at] = lines[at].strip_prefix("  ").unwrap_or(&lines[at]).to_owned(),
            5 => lines[at] += word,
            6 => lines[at] = lines[at].chars().take(other % 40).collect(),
            _ => {
                let tokens: Vec<&str> = lines[at].split_inclusive([' ', ':', ',']).collect();
                let out = other % tokens.len().max(1);
                let kept = tokens.iter().enumerate();
                lines[at] = kept.map(|(n, token)| if n == out { word.as_str() } else { token }).collect();
            }
        }
    }
    lines.join("\n")
}

fn changes() -> impl Strategy<Value = Vec<(u8, prop::sample::Index, prop::sample::Index, String)>> {
    prop::collection::vec((0_u8..10, any::<prop::sample::Index>(), any::<prop::sample::Index>(), words::token()), 1..6)
}

proptest! {
    // The same inputs each time, so that a change is judged by what it changes; `PROPTEST_RNG_SEED` tries others.
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: std::env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok()).map_or(RngSeed::Fixed(7), RngSeed::Fixed),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        everywhere(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(\\PC|[\\s:{}\\[\\]\\-'\"|>&*!%#]){0,300}") {
        everywhere(text.as_bytes());
    }

    #[test]
    fn the_words_of_the_grammar_in_any_order_are_read_or_refused(text in words::mapping()) {
        everywhere(text.as_bytes());
    }

    #[test]
    fn a_shipped_system_with_slips_is_read_or_refused(name in prop::sample::select(vec!["acapy", "backy2", "barbican", "keepsake"]), changes in changes()) {
        catalogue(vec![("system.yaml", mutated(&shipped(&format!("{name}/system.yaml")), &changes).into_bytes())]);
    }

    #[test]
    fn a_shipped_release_with_slips_is_read_or_refused(
        (system, release) in prop::sample::select(vec![
            ("acapy", "0.8.1"), ("backy2", "2.12.1"), ("barbican", "15.0.1"), ("keepsake", "2.0.0"), ("keepsake", "2.1.0"), ("keepsake", "3.0.0"),
        ]),
        changes in changes(),
    ) {
        catalogue(vec![
            ("system.yaml", shipped(&format!("{system}/system.yaml")).into_bytes()),
            ("releases/3.0.0.yaml", mutated(&shipped(&format!("{system}/releases/{release}.yaml")), &changes).into_bytes()),
        ]);
    }

    #[test]
    fn a_deployment_with_slips_is_read_or_refused(changes in changes()) {
        deployment(mutated(DEPLOYMENT, &changes).as_bytes());
    }
}

#[test]
fn nothing_is_nested_too_deep() {
    let nested =
        |open: &str, close: &str, depth: usize| format!("about: {}x{}", open.repeat(depth), close.repeat(depth));
    let blocks =
        |key: &str, depth: usize| (0..depth).map(|n| format!("{}{key}\n", " ".repeat(2 * n))).collect::<String>();
    for depth in [20, 63, 64, 65, 400] {
        everywhere(nested("[", "]", depth).as_bytes());
        everywhere(nested("{ steps: ", " }", depth).as_bytes());
        everywhere(blocks("steps:", depth).as_bytes());
        everywhere(blocks("- id: a\n  steps:", depth).as_bytes());
        everywhere(format!("about: \"{{{{ {}a{} }}}}\"", "(".repeat(depth), ")".repeat(depth)).as_bytes());
        everywhere(format!("about: \"{{{{ {}a }}}}\"", "not ".repeat(depth)).as_bytes());
    }
    for depth in [10_000, 300_000] {
        everywhere(nested("[", "]", depth).as_bytes());
        everywhere(nested("{ a: ", " }", depth).as_bytes());
        everywhere(format!("about:\n  {}x", "- ".repeat(depth)).as_bytes());
        everywhere(
            format!("first: [ {{ id: a, title: \"{{{{ {} }}}}\", file: {{ touch: a }} }} ]", "[".repeat(depth))
                .as_bytes(),
        );
        everywhere(
            format!("first: [ {{ id: a, title: a, when: \"{}a\", file: {{ touch: a }} }} ]", "not ".repeat(depth))
                .as_bytes(),
        );
        everywhere(
            format!("first: [ {{ id: a, title: a, when: \"a{}\", file: {{ touch: a }} }} ]", ".a".repeat(depth))
                .as_bytes(),
        );
    }
}

#[test]
fn an_alias_never_grows() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, last) in ('b'..='z').zip('a'..='y') {
        bomb += &format!("{name}: &{name} [{}]\n", vec![format!("*{last}"); 8].join(", "));
    }
    for text in [&bomb, "a: &a [*a]\n", "a: *a\n", "&a a: *a\n", "<<: *a\n", "<<: { a: b }\n"] {
        everywhere(text.as_bytes());
    }
}

#[test]
fn a_huge_file_is_refused_at_once() {
    for piece in ["a", "a: b\n", "- ", "\n", "[", "{{ a }} ", "- id: a\n", "\u{feff}", "日"] {
        everywhere(piece.repeat((10 << 20) / piece.len()).as_bytes());
    }
}
