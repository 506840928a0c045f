//! A word that the operator types, so that nothing that matters happens by a single key.

use std::io::{BufRead, IsTerminal, Write};

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
