//! A step in a list: its sign, its word, its row.

use ratatui::style::Style;

use crate::model::StepState;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::words::format::{between, duration};
use crate::words::screens as words;

/// The sign of a state.
pub fn glyph(theme: Theme, state: &StepState) -> (&'static str, Style) {
    let g = theme.glyphs;
    match state {
        StepState::Pending => (g.todo, theme.quiet()),
        StepState::Running { .. } | StepState::Verifying { .. } => (g.now, theme.accent()),
        StepState::Waiting { .. } => (g.wait, theme.warn()),
        StepState::Done { .. } => (g.done, theme.good()),
        StepState::Failed { .. } => (g.fail, theme.bad()),
        StepState::Unknown { .. } => ("?", theme.bad()),
        StepState::Asking => ("?", theme.warn()),
        StepState::Skipped { .. } | StepState::Blocked { .. } => (g.skip, theme.quiet()),
        StepState::SetAside { .. } => (g.fail, theme.warn()),
    }
}

/// The state of the step with this number, and what it took.
pub fn word(model: &Model, number: usize) -> String {
    let Some(row) = model.state.steps.get(number) else { return String::new() };
    let took = match (row.began, row.ended) {
        (Some(began), Some(ended)) if between(began, ended) >= 100 => format!(" {}", duration(between(began, ended))),
        _ => String::new(),
    };
    format!("{}{took}", words::step_state(&row.state))
}
