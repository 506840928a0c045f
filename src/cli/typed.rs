//! A word that the operator types, so that nothing that matters happens by a single key.

use std::io::{BufRead, IsTerminal, Write};

use super::Failure;
use crate::engine::Setup;
use crate::model::Exit;
use crate::words::plain::guide::quoted;

/// Asks on the terminal; `None` where there is none, or nothing was typed.
pub fn ask(question: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    eprint!("{question} ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    Some(line.trim().to_owned()).filter(|word| !word.is_empty())
}

/// Goes on only where the operator means it: by `--yes`, or with the deployment's id typed.
///
/// # Errors
/// Where it was not confirmed, with the command that asks nothing.
pub fn agreed(setup: &Setup, yes: bool, command: &str) -> Result<(), Failure> {
    let id = &setup.deployment.id;
    if yes
        || ask(&format!("To go on, type the deployment's name ({id}); anything else changes nothing:")).as_ref()
            == Some(id)
    {
        return Ok(());
    }
    let mut text = "error: it was not confirmed; nothing was changed".to_owned();
    // Who was asked, and refused, is not told how to go on all the same.
    if !std::io::stdin().is_terminal() {
        let file = quoted(&setup.deployment.path.display().to_string());
        text += &format!("\nWithout a question: stepwell {command} --yes -d {file}");
    }
    Err(Failure::new(Exit::OperatorNeeded, text))
}
