//! What a terminal shows outside its cells: the window's title and a task bar's progress.
//!
//! Written only when they change, the title at most once a second.

use std::time::Duration;

use tokio::time::Instant;

use super::model::Model;
use crate::model::RunState;
use crate::words::format::visible;
use crate::words::screens as words;

/// Between two titles.
const LEAST: Duration = Duration::from_secs(1);
const NO_PROGRESS: &str = "\x1b]9;4;0;0\x1b\\";

/// What was written last.
#[derive(Debug)]
pub struct Signs {
    title: String,
    progress: String,
    last: Option<Instant>,
}

impl Default for Signs {
    /// As a terminal is before anything was written.
    fn default() -> Self {
        Signs { title: String::new(), progress: NO_PROGRESS.to_owned(), last: None }
    }
}

impl Signs {
    /// The bytes that bring the terminal up to date; none when it is.
    pub fn bytes(&mut self, model: &Model, now: Instant) -> Vec<u8> {
        if self.last.is_some_and(|last| now < last + LEAST) {
            return Vec::new();
        }
        let mut out = Vec::new();
        let title = title(model);
        if title != self.title {
            out.extend_from_slice(format!("\x1b]2;{title}\x1b\\").as_bytes());
            self.title = title;
        }
        let progress = progress(model);
        if progress != self.progress {
            out.extend_from_slice(progress.as_bytes());
            self.progress = progress;
        }
        if !out.is_empty() {
            self.last = Some(now);
        }
        out
    }

    /// When what could not be written yet may be: nothing else may happen until then.
    pub fn due(&self, model: &Model) -> Option<Instant> {
        let behind = title(model) != self.title || progress(model) != self.progress;
        self.last.filter(|_| behind).map(|last| last + LEAST)
    }
}

fn title(model: &Model) -> String {
    let state = &model.state;
    let name = visible(&words::at(&state.system, &state.deployment));
    let what = match (&state.ended, state.run_state) {
        _ if model.gone => words::RUNNER_GONE.to_owned(),
        (Some((outcome, _, _)), _) => words::outcome(*outcome).to_owned(),
        (None, Some(run)) => words::run_state(run).to_owned(),
        (None, None) => words::screen(model.screen as usize).to_owned(),
    };
    // Before anything is known there is nothing to call the window after.
    if name.is_empty() { String::new() } else { format!("{what} - {name}") }
}

/// `OSC 9;4`: a share of the steps, red when the operator is needed, nothing outside a run.
fn progress(model: &Model) -> String {
    let state = &model.state;
    let (done, all) = state.steps_done();
    let percent = (100 * done).checked_div(all).unwrap_or(0);
    let kind = match state.run_state {
        _ if !model.under_way() => return NO_PROGRESS.to_owned(),
        Some(RunState::Failed | RunState::NeedsOperator) => 2,
        Some(RunState::Paused | RunState::Stopped) => 4,
        _ => 1,
    };
    format!("\x1b]9;4;{kind};{percent}\x1b\\")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::Wizard;

    #[test]
    fn the_title_changes_at_most_once_a_second_and_only_when_it_does() {
        let mut wizard = Wizard::new(80, 24).surveyed();
        let mut signs = Signs::default();
        let start = Instant::now();
        let first = String::from_utf8(signs.bytes(&wizard.model, start)).expect("is text");
        assert!(first.contains("Deployment - kiln at studio"), "{first:?}");
        wizard.enter();
        assert_eq!(signs.due(&wizard.model), Some(start + LEAST), "the last title is not lost");
        assert!(signs.bytes(&wizard.model, start + LEAST / 2).is_empty());
        assert!(!signs.bytes(&wizard.model, start + LEAST).is_empty());
        assert_eq!(signs.due(&wizard.model), None);
        assert!(signs.bytes(&wizard.model, start + 3 * LEAST).is_empty());
    }
}
