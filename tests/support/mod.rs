//! What integration tests share: a deployment that reads like a sentence, a terminal, and a clean environment.
//!
//! Nothing here waits for time to pass. Tests wait for text, for an event or for an exit, with one patience for all.
#![allow(dead_code, reason = "each file of tests uses its own part of this")]

pub mod database;
pub mod deployment;
mod emulator;
pub mod every_step;
pub mod filling;
pub mod files;
pub mod gate;
mod keys;
pub mod ledger;
pub mod loader;
pub mod pooler;
pub mod process;
pub mod pty;
pub mod random;
pub mod recordings;
pub mod runner;
pub mod schema;
pub mod server;
pub mod sshd;
pub mod wallet;
pub mod wizard;

use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a test waits for what must happen. Generous, since a slow machine is no fault of the program; a test that
/// passes never waits this long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program under test.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stepwell"))
}

/// The program in a clean environment, with a home that is not the developer's.
pub fn stepwell() -> assert_cmd::Command {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home");
    std::fs::create_dir_all(&home).expect("a folder below the target directory");
    let mut command = assert_cmd::Command::new(program());
    command.env_clear().envs(environment(&home)).timeout(PATIENCE);
    command
}

/// All that a program in a test knows of the outside. `NO_COLOR`, `SSH_CONNECTION` and the like are not in it, and
/// `HOME` tells which deployment a process belongs to.
pub fn environment(home: &Path) -> Vec<(String, String)> {
    let path = std::env::var("PATH").expect("PATH is set");
    [
        ("PATH", path.as_str()),
        ("HOME", &home.to_string_lossy()),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
        ("USER", "operator"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The folder of sample files.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}
