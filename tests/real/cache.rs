//! Programs of real systems, installed once and kept outside the repository.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

/// A Python environment that holds `packages` and what they need; the path of its programs.
///
/// Its name says what is in it, so other packages make another environment. It is made under its final name, since an
/// environment cannot be moved: its programs name their interpreter by path. A file that is written last tells a whole
/// one from what an interrupted test left.
pub fn python_environment(name: &str, packages: &[&str]) -> PathBuf {
    let cache = folder();
    fs::create_dir_all(&cache).unwrap_or_else(|error| panic!("{}: {error}", cache.display()));
    let python = output(Command::new("python3").arg("--version"));
    let key = Sha256::digest(format!("{python}\n{}", packages.join("\n")));
    let key: String = key.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let environment = cache.join(format!("{name}-{key}"));

    // Tests run beside each other, and each in a process of its own.
    let lock = File::create(cache.join(format!("{name}-{key}.lock"))).expect("a file for the lock");
    lock.lock().expect("the lock");
    let whole = environment.join("whole");
    if !whole.exists() {
        if environment.exists() {
            fs::remove_dir_all(&environment).expect("what an interrupted test left");
        }
        output(Command::new("python3").args(["-m", "venv"]).arg(&environment));
        output(
            Command::new(environment.join("bin/pip"))
                .args(["install", "--no-input", "--quiet", "--disable-pip-version-check"])
                .args(packages),
        );
        fs::write(&whole, packages.join("\n")).expect("the mark of a whole environment");
    }
    environment.join("bin")
}

fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("STEPWELL_TEST_CACHE") {
        return folder.into();
    }
    let home = std::env::var_os("HOME").expect("HOME, or STEPWELL_TEST_CACHE for the folder of the cache");
    Path::new(&home).join(".cache/stepwell-tests")
}

/// What a command prints. It fails the test with all its output when the command fails.
#[track_caller]
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{command:?} ({}):\n{out}\n{err}", output.status);
    out
}
