//! The shape of the source: which module may use which, how long a file may be, and what may stand in the repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "layers/scan.rs"]
mod scan;

use scan::{Scan, scan};

/// Each module uses those before it only.
const STACK: [&str; 11] =
    ["model", "words", "definition", "files", "store", "probe", "plan", "journal", "step", "engine", "link"];

/// Modules beside the stack, and all that each may use.
const BESIDE: [(&str, &[&str]); 9] = [
    ("interview", &["model", "words", "definition"]),
    ("pilot", &["model", "link", "words"]),
    ("tui", &["model", "link", "words", "interview"]),
    ("linear", &["model", "link", "words", "pilot", "interview"]),
    ("json", &["model", "link", "words", "pilot"]),
    ("demo", &["model", "definition", "store"]),
    ("import", &["model", "words", "definition"]),
    ("starter", &["model", "definition", "import"]),
    ("schema", &["model", "definition"]),
];

/// Modules that may use everything.
const TOP: [&str; 3] = ["record", "cli", "main"];

/// Crates that some modules never name, so that what they do could be done by another.
const NEVER: [(&str, &[&str]); 3] = [
    (
        "ratatui",
        &["model", "definition", "store", "probe", "plan", "journal", "step", "engine", "link", "interview", "json"],
    ),
    (
        "crossterm",
        &["model", "definition", "store", "probe", "plan", "journal", "step", "engine", "link", "interview", "json"],
    ),
    ("sqlx", &["model", "definition", "plan", "link", "words", "interview", "pilot", "tui", "linear", "json"]),
];

/// Above this a file probably does two things.
const LONGEST_FILE: usize = 400;

/// Files that are longer all the same, and why.
const LONGER: [(&str, &str); 0] = [];

/// What stands at the top, besides dotfiles.
const TOP_LEVEL: [&str; 8] = ["Cargo.toml", "Cargo.lock", "README.md", "LICENSE", "src", "assets", "tests", "upgrades"];

/// What `module` may use, or `None` for a module that no table here knows.
fn may_use(module: &str) -> Option<Vec<&'static str>> {
    if TOP.contains(&module) {
        let beside = BESIDE.iter().map(|(name, _)| *name);
        return Some(STACK.into_iter().chain(beside).chain(TOP).collect());
    }
    if let Some(place) = STACK.iter().position(|name| *name == module) {
        return Some(STACK[..place].to_vec());
    }
    BESIDE.iter().find(|(name, _)| *name == module).map(|(_, allowed)| allowed.to_vec())
}

/// What is wrong with a file of `module`, a line each.
fn offences(module: &str, file: &str, scan: &Scan) -> Vec<String> {
    let Some(allowed) = may_use(module) else {
        return vec![format!("{file}: `{module}` has no place among the layers; give it one in tests/layers.rs")];
    };
    let uses =
        scan.references.iter().filter(|used| used.module != module && !allowed.contains(&&*used.module)).map(|used| {
            match may_use(&used.module) {
                Some(_) => format!("{file}:{}: `{module}` may not use `{}`", used.line, used.module),
                None => format!("{file}:{}: name the module of `crate::{}`", used.line, used.module),
            }
        });
    let names = scan.names.iter().filter_map(|(name, line)| {
        let (_, shy) = NEVER.iter().find(|(krate, _)| krate == name)?;
        shy.contains(&module).then(|| format!("{file}:{line}: `{module}` may not name `{name}`"))
    });
    uses.chain(names).collect()
}

/// The module path of a file below `src`, and `None` for `lib.rs`, which only lists the modules.
fn module_path(below_src: &Path) -> Option<Vec<String>> {
    let mut path: Vec<String> =
        below_src.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if path == ["lib"] {
        return None;
    }
    if path.len() > 1 && path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }
    Some(path)
}

#[test]
fn each_module_uses_only_the_layers_above_it() {
    let files: Vec<(PathBuf, Vec<String>, Scan)> = sources()
        .into_iter()
        .filter_map(|file| {
            let path = module_path(file.strip_prefix("src").expect("a source"))?;
            let scan = scan(&path, &read(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            Some((file, path, scan))
        })
        .collect();
    assert!(files.len() > 10, "only {} files were found", files.len());

    let test_modules: BTreeSet<&[String]> =
        files.iter().flat_map(|(_, _, scan)| &scan.test_modules).map(Vec::as_slice).collect();
    let wrong: Vec<String> = files
        .iter()
        .filter(|(_, path, _)| !(1..=path.len()).any(|depth| test_modules.contains(&path[..depth])))
        .flat_map(|(file, path, scan)| offences(&path[0], &file.display().to_string(), scan))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_forbidden_use_is_told_with_its_line() {
    let source = "use crate::model::Plan;\n\nuse crate::{link::Client, tui};\nuse crossterm::event;\n";
    let scan = scan(&["engine".into(), "retry".into()], source).expect("valid source");
    assert_eq!(
        offences("engine", "src/engine/retry.rs", &scan),
        [
            "src/engine/retry.rs:3: `engine` may not use `link`",
            "src/engine/retry.rs:3: `engine` may not use `tui`",
            "src/engine/retry.rs:4: `engine` may not name `crossterm`",
        ]
    );
    assert!(offences("cli", "src/cli/mod.rs", &scan).is_empty());
    assert_eq!(offences("helpers", "src/helpers.rs", &scan).len(), 1, "a module without a place is told");
}

#[test]
fn no_file_does_two_things() {
    let long: Vec<(String, usize)> = sources()
        .into_iter()
        .map(|file| (file.display().to_string(), read(&file).lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .collect();
    let unlisted: Vec<_> =
        long.iter().filter(|(file, _)| !LONGER.iter().any(|(listed, _): &(&str, &str)| listed == file)).collect();
    assert!(unlisted.is_empty(), "over {LONGEST_FILE} lines; what is the second thing in them? {unlisted:?}");
    for (listed, reason) in LONGER {
        assert!(!reason.is_empty(), "{listed} is listed without a reason");
        assert!(long.iter().any(|(file, _)| file == listed), "{listed} is short now; take it off the list");
    }
}

#[test]
fn the_top_level_holds_the_agreed_entries() {
    let strange: BTreeSet<String> = tracked()
        .iter()
        .filter_map(|file| file.iter().next())
        .map(|entry| entry.to_string_lossy().into_owned())
        .filter(|entry| !entry.starts_with('.') && !TOP_LEVEL.contains(&entry.as_str()))
        .collect();
    assert!(strange.is_empty(), "not in the agreed layout: {strange:?}");
}

/// A path or a host of one machine makes the repository work there only.
#[test]
fn nothing_names_a_machine() {
    // Put together here, so that this file does not name them.
    let paths = ["root", "home/runner", "Users"].map(|folder| format!("/{folder}/"));
    let hosts = [["index", "crates"], ["static", "crates"]].map(|[part, name]| format!("{part}.{name}.io"));
    let others = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb.debian", "org")]
        .map(|(name, end)| format!("{name}.{end}"));
    let shunned: Vec<&String> = paths.iter().chain(&hosts).chain(&others).collect();

    let mut found = Vec::new();
    for file in tracked() {
        // Cargo writes the registry's address there.
        if file == Path::new("Cargo.lock") {
            continue;
        }
        // What is not text, such as a sample database, is not read by people.
        let Ok(text) = std::fs::read_to_string(at_root(&file)) else { continue };
        for (number, line) in text.lines().enumerate() {
            for name in shunned.iter().filter(|name| line.contains(name.as_str())) {
                found.push(format!("{}:{}: {name}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn at_root(file: &Path) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(at_root(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files of the repository, those that are new and not ignored among them.
fn tracked() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("git is needed to tell which files belong to the repository");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let mut files: Vec<PathBuf> = output
        .stdout
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned()))
        // A file that was deleted and not yet committed as such.
        .filter(|file| at_root(file).exists())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "git knows no files here");
    files
}

/// Every Rust file of the program.
fn sources() -> Vec<PathBuf> {
    tracked()
        .into_iter()
        .filter(|file| file.starts_with("src") && file.extension().is_some_and(|end| end == "rs"))
        .collect()
}
