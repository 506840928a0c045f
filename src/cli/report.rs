//! What is printed on the normal screen.

use std::fmt::Display;
use std::io::{BufWriter, IsTerminal, Write as _};

use serde::Serialize;

use super::Failure;
use crate::model::{Exit, MaintenanceChoice, Outcome, RunState, State};
use crate::tui;
use crate::words::format::{duration, visible};
use crate::words::plain::guide::quoted;

const GONE: &str = "The process that does the work is gone. Everything up to the last safe point is recorded.";

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

/// What the operator keeps after the wizard.
pub fn farewell(ending: &tui::Ending, ascii: bool) -> Exit {
    let state = &ending.state;
    for line in told(ending, state, if ascii { "->" } else { "→" }) {
        println!("{line}");
    }
    ending.exit
}

fn told(ending: &tui::Ending, state: &State, arrow: &str) -> Vec<String> {
    let file = quoted(&state.file);
    if ending.detached {
        let moves = matches!(state.run_state, Some(RunState::Preparing | RunState::Running));
        let text = if moves { "The upgrade goes on without this terminal." } else { "The upgrade waits for you." };
        return vec![text.to_owned(), format!("  return    stepwell attach -d {file}")];
    }
    let Some((outcome, _, summary)) = &state.ended else {
        return if ending.gone { vec![GONE.to_owned(), format!("  next      stepwell -d {file}")] } else { Vec::new() };
    };
    let mut lines = vec![visible(&summary.text)];
    if summary.run.is_some() {
        let times = format!("{}, {} of it in maintenance", duration(summary.duration), duration(summary.downtime));
        lines.push(format!("  versions  {} {arrow} {}", visible(&summary.from), visible(&summary.to)));
        lines.push(format!("  took      {times}"));
    }
    lines.extend(summary.backups.iter().map(|backup| format!("  backup    {}", visible(backup))));
    lines.extend(summary.next.iter().map(|next| format!("  next      {}", visible(next))));
    if *outcome == Outcome::Done {
        lines.push(format!("  the same upgrade without questions:\n    {}", visible(&same(state, &file))));
    }
    lines
}

/// The command line that does the same upgrade without the wizard.
fn same(state: &State, file: &str) -> String {
    let mut words = vec![format!("stepwell run -d {file} --yes")];
    words.extend(state.plan.iter().map(|plan| format!("--to {}", quoted(&plan.to))));
    if !state.irreversible().is_empty() {
        words.push("--allow-irreversible".to_owned());
    }
    if let Some(MaintenanceChoice::Skip { reason }) = &state.maintenance {
        words.push(format!("--skip-maintenance {}", quoted(reason)));
    }
    for row in &state.checks {
        words.extend(
            row.overridden.iter().map(|reason| format!("--accept {}", quoted(&format!("{}={reason}", row.id)))),
        );
    }
    words.extend(state.answers.iter().map(|(key, value)| format!("--answer {}", quoted(&format!("{key}={value}")))));
    words.join(" ")
}
