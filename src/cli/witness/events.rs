//! Which of all that happens somebody has to hear of who is not there: `done`, `failed`, `needed`.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::model::{AtEnd, EventKind, Exit, Need, Outcome, RunState, State, Work};
use crate::words::plain::guide::quoted;

/// Whoever decides is often there, and needs no word of what is over in a moment.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the program of `on_event` gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News {
    schema: u32,
    event: What,
    at: jiff::Timestamp,
    system: String,
    deployment: String,
    run: Option<String>,
    from: Option<String>,
    to: Option<String>,
    text: String,
    /// The next command to type.
    next: String,
}

/// The kinds of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Done,
    Failed,
    Needed,
}

/// What is to be told when it still is so after a moment.
#[derive(Debug, Default)]
pub struct Watch {
    waiting: Option<(What, Instant)>,
    /// The state that was told of last, until it changes.
    told: Option<What>,
}

impl Watch {
    /// Takes in an event that is news.
    pub fn heard(&mut self, kind: &EventKind, state: &State) {
        if !matches!(kind, EventKind::RunChanged { .. }) {
            return;
        }
        self.told = None;
        self.waiting = standing(state).map(|what| (what, Instant::now() + PATIENCE));
    }

    /// When there may be something to tell.
    pub fn due(&self) -> Option<Instant> {
        self.waiting.map(|(_, due)| due)
    }

    /// What has been so for long enough.
    pub fn overdue(&mut self, state: &State) -> Option<News> {
        let (what, _) = self.waiting.take_if(|(_, due)| *due <= Instant::now())?;
        self.told = Some(what);
        Some(news(what, state))
    }

    /// What the session's end means.
    pub fn end(&mut self, state: &State) -> Option<News> {
        state.run.as_ref()?;
        let what = match state.ended.as_ref()? {
            (Outcome::Done, ..) => What::Done,
            (Outcome::Failed | Outcome::Refused, ..) => What::Failed,
            (Outcome::NeedsOperator, ..) | (Outcome::Abandoned, Exit::OperatorNeeded, _) => What::Needed,
            _ => return None,
        };
        (self.told != Some(what)).then(|| news(what, state))
    }
}

/// What the state of the run means for somebody who is away.
fn standing(state: &State) -> Option<What> {
    match state.run_state? {
        RunState::Failed => Some(What::Failed),
        RunState::NeedsOperator | RunState::AwaitingConfirmation => Some(What::Needed),
        // Nobody was there at the end, as it was chosen.
        RunState::Paused if state.at_end == AtEnd::Wait && state.is_verified() => Some(What::Needed),
        _ => None,
    }
}

fn news(what: What, state: &State) -> News {
    let plan = state.plan.as_ref();
    let file = quoted(&state.file);
    let (text, next) = match (&state.ended, state.need()) {
        (Some((_, _, summary)), _) => {
            let failed = state.steps.iter().find_map(|row| match &row.state {
                crate::model::StepState::Failed { error, .. } => Some(format!("{}: {error}. ", row.key)),
                _ => None,
            });
            (format!("{}{}", failed.unwrap_or_default(), summary.text), summary.next.clone())
        }
        (None, need) => (needed(need, state), None),
    };
    News {
        schema: 1,
        event: what,
        at: jiff::Timestamp::now(),
        system: state.system.clone(),
        deployment: state.deployment.clone(),
        run: state.run.clone(),
        from: plan.map(|plan| plan.from.clone()),
        to: plan.map(|plan| plan.to.clone()),
        text,
        next: next.unwrap_or_else(|| match what {
            What::Done => format!("stepwell status -d {file}"),
            What::Failed | What::Needed => format!("stepwell attach -d {file}"),
        }),
    }
}

fn needed(need: Option<Need>, state: &State) -> String {
    match need {
        Some(Need::Failed { key, error }) => format!("{key} failed: {error}"),
        Some(Need::Settle { key, intent }) => format!("{key}: nobody knows whether it happened: {intent}"),
        Some(Need::Answer { key }) => {
            let text = state.step(&key).and_then(|step| match &step.work {
                Work::Ask(ask) => Some(ask.text.text.clone()),
                _ => None,
            });
            format!("{key} asks: {}", text.unwrap_or_default())
        }
        Some(Need::Confirm) => "everything is done; the version waits to be confirmed".to_owned(),
        _ => "everything is verified; the service is brought back when somebody is there".to_owned(),
    }
}
