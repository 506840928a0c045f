//! What is printed on the normal screen.

use std::fmt::Display;
use std::io::{BufWriter, IsTerminal, Write as _};

use serde::Serialize;

use super::Failure;

/// Whether somebody can be asked here.
pub fn has_operator() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Whether screens can be drawn here.
pub fn has_screen() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let dumb = std::env::var("TERM").map_or(true, |t| t == "dumb" || t.is_empty());
    has_operator() && !dumb && !set("ACCESSIBLE")
}

/// Writes a result to standard output.
///
/// # Errors
/// When it cannot be written; a reader that went away ends the command without a word.
pub fn print(text: impl Display) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Writes a result to standard output as one JSON document.
///
/// # Errors
/// As [`print`].
pub fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer(&mut out, document).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}
