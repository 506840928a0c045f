//! What is printed on the normal screen.

use std::io::IsTerminal;

use crate::model::{Exit, Outcome};
use crate::tui;
use crate::words::format::{duration, visible};

/// Whether screens can be drawn here.
pub fn has_screen() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let dumb = std::env::var("TERM").map_or(true, |t| t == "dumb" || t.is_empty());
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !dumb && !set("ACCESSIBLE")
}

/// What the operator keeps after the wizard.
pub fn farewell(ending: &tui::Ending) -> Exit {
    let state = &ending.state;
    if ending.detached {
        println!("The upgrade goes on without this terminal. Come back with: stepwell attach -d {}", state.file);
        return ending.exit;
    }
    let Some((outcome, _, summary)) = &state.ended else {
        return ending.exit;
    };
    println!("{}", visible(&summary.text));
    if *outcome == Outcome::Done {
        println!("  from      {}", summary.from);
        println!("  to        {}", summary.to);
        println!("  took      {}, of which {} in maintenance", duration(summary.duration), duration(summary.downtime));
        println!("  by hand   stepwell run -d {} --yes --to {}{}", state.file, plain_target(state), extra(state));
    }
    for backup in &summary.backups {
        println!("  backup    {}", visible(backup));
    }
    if let Some(next) = &summary.next {
        println!("  next      {}", visible(next));
    }
    ending.exit
}

fn plain_target(state: &crate::model::State) -> String {
    state.plan.as_ref().map(|p| p.to.clone()).unwrap_or_default()
}

/// The options with which the same upgrade runs without the wizard.
fn extra(state: &crate::model::State) -> String {
    let mut extra = String::new();
    if !state.irreversible().is_empty() {
        extra.push_str(" --allow-irreversible");
    }
    for (key, value) in &state.answers {
        extra.push_str(&format!(" --answer {key}={value}"));
    }
    extra
}
