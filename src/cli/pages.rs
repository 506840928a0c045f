//! `completions` and `man`: what shells and `man` know of the commands and options, from the same table as they are.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::Args;
use super::{Failure, report};
use crate::model::Exit;
use crate::words::record as words;

const NAME: &str = "stepwell";

/// The commands that are meant for people.
fn visible() -> clap::Command {
    let whole = Args::command();
    let shown: Vec<clap::Command> = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned().collect();
    let mut command = clap::Command::new(NAME).version(env!("CARGO_PKG_VERSION"));
    if let Some(about) = whole.get_about() {
        command = command.about(about.clone());
    }
    command.args(whole.get_arguments().cloned()).subcommands(shown)
}

/// Prints the script for a shell.
pub fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut visible(), NAME, &mut script);
    report::print(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}

/// Writes the pages into a folder.
pub fn manual(dir: &Path) -> Result<Exit, Failure> {
    let wrong =
        |e: std::io::Error| Failure::new(Exit::Usage, words::cannot_write(&dir.display().to_string(), &e.to_string()));
    std::fs::create_dir_all(dir).map_err(wrong)?;
    clap_mangen::generate_to(Args::command(), dir).map_err(wrong)?;
    Ok(Exit::Done)
}
