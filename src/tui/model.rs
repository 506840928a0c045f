//! What the screens are drawn from: the session's state and where the operator is in it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::notes::Reading;
use super::popup::Popup;
use super::replay::Replay;
use super::set_up::SetUp;
use super::theme::Theme;
use crate::model::{Actor, AtEnd, Decision, Need, Outcome, Plan, RunState, State};

/// The seven steps of the wizard, in order, and what comes after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
// The order matters: back and forward follow it.
pub enum Screen {
    Deployment,
    Notes,
    Checks,
    Maintenance,
    Plan,
    Run,
    Confirm,
    /// The session ended.
    End,
}

impl Screen {
    /// The steps that the header shows.
    pub const STEPS: [Screen; 7] = [
        Screen::Deployment,
        Screen::Notes,
        Screen::Checks,
        Screen::Maintenance,
        Screen::Plan,
        Screen::Run,
        Screen::Confirm,
    ];

    /// The one before it; the first has none.
    pub fn before(self) -> Option<Screen> {
        (self as usize).checked_sub(1).map(|i| Screen::STEPS[i])
    }

    /// The one after it.
    pub fn after(self) -> Screen {
        Screen::STEPS.get(self as usize + 1).copied().unwrap_or(Screen::End)
    }
}

/// How far the operator is in approving the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// The plan that is being approved; another one starts it afresh.
    pub hash: String,
    /// Questions that were shown; an answer of before can be changed.
    pub asked: Vec<String>,
    /// Points of no return that were typed.
    pub confirmed: Vec<String>,
    pub at_end: Option<AtEnd>,
}

/// Who drives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    pub yours: bool,
    pub driver: Option<Actor>,
    pub watchers: usize,
}

/// Everything that a frame depends on.
#[derive(Clone, Debug)]
pub struct Model {
    pub state: State,
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The clock as the last message told it.
    pub now: Option<Timestamp>,
    pub screen: Screen,
    /// The selected row of each screen.
    pub cursors: [usize; 8],
    /// Lines by which the screen's second pane is scrolled.
    pub scroll: usize,
    pub reading: Reading,
    /// Whether the selected step of the plan is open.
    pub detail: bool,
    pub search: Option<String>,
    pub popup: Option<Popup>,
    /// Lines by which the popup's text is scrolled.
    pub over: usize,
    pub approval: Option<Approval>,
    pub wheel: Wheel,
    /// The connection ended before the session did.
    pub gone: bool,
    /// Whether the steps run elsewhere, so that this process may end or be suspended.
    pub detachable: bool,
    /// Acknowledgements that were sent and have not come back yet.
    pub sent: BTreeSet<(String, Option<usize>)>,
    /// Something short to say once, until the next key.
    pub said: Option<String>,
    /// The version that was named beforehand, until the targets are known.
    pub to: Option<String>,
    /// The last decision, until something comes back.
    pub waiting: Option<Decision>,
    /// The questions that make a deployment file, in place of a session.
    pub set_up: Option<Box<SetUp>>,
    /// A run of the past, in place of one that goes on.
    pub replay: Option<Replay>,
}

impl Model {
    /// Before anything is known.
    pub fn new(theme: Theme, detachable: bool) -> Self {
        Model {
            state: State::default(),
            theme,
            size: (0, 0),
            now: None,
            screen: Screen::Deployment,
            cursors: [0; 8],
            scroll: 0,
            reading: Reading::default(),
            detail: false,
            search: None,
            popup: None,
            over: 0,
            approval: None,
            wheel: Wheel { yours: true, driver: None, watchers: 0 },
            gone: false,
            detachable,
            sent: BTreeSet::new(),
            said: None,
            to: None,
            waiting: None,
            set_up: None,
            replay: None,
        }
    }

    /// The selected row of this screen.
    pub fn cursor(&self) -> usize {
        self.cursors[self.screen as usize]
    }

    /// Where the session itself is. Before a run that is wherever the operator is.
    pub fn stage(&self) -> Screen {
        let state = &self.state;
        if state.ended.is_some() {
            return Screen::End;
        }
        if state.run.is_none() {
            return self.screen.min(Screen::Maintenance);
        }
        match state.run_state {
            None | Some(RunState::Preparing) => Screen::Maintenance,
            Some(RunState::AwaitingApproval) => Screen::Plan,
            Some(RunState::AwaitingConfirmation) => Screen::Confirm,
            Some(
                RunState::Running
                | RunState::Paused
                | RunState::Stopped
                | RunState::Failed
                | RunState::NeedsOperator
                | RunState::Done
                | RunState::Abandoned,
            ) => Screen::Run,
        }
    }

    /// How far the session came.
    pub fn reached(&self) -> Screen {
        let state = &self.state;
        match &state.ended {
            Some((Outcome::Done, _, _)) | None => self.stage(),
            Some(_) if state.run.is_none() => self.screen.min(Screen::Maintenance),
            Some(_) if !state.approved => Screen::Plan,
            Some(_) if state.steps.iter().all(|row| row.state.is_over()) => Screen::Confirm,
            Some(_) => Screen::Run,
        }
    }

    /// Whether a run exists that has not ended: leaving is a question then.
    pub fn under_way(&self) -> bool {
        self.state.run.is_some() && self.state.ended.is_none() && !self.gone
    }

    /// Whether the run goes on without anybody's decision.
    pub fn moves(&self) -> bool {
        match self.state.run_state {
            Some(RunState::Preparing | RunState::Running) => true,
            Some(RunState::AwaitingConfirmation) => self.state.at_end != AtEnd::Wait,
            _ => false,
        }
    }

    /// Whether a decision made here counts.
    pub fn drives(&self) -> bool {
        self.wheel.yours && !self.gone && self.state.ended.is_none()
    }

    /// Whether something on the screen changes with the clock alone.
    pub fn ticks(&self) -> bool {
        self.under_way()
            && self.state.run_state.is_none_or(|state| matches!(state, RunState::Preparing | RunState::Running))
    }

    /// Whether somebody looks for what comes next: what a decision brings about is the answer to a key, and so is the
    /// first thing there is to see.
    pub fn is_awaited(&self) -> bool {
        self.waiting.is_some() || self.state.survey.is_none()
    }

    /// Whether a decision that leads on is on its way. Nothing that it decides is asked for again.
    pub fn decided(&self) -> bool {
        !matches!(
            self.waiting,
            None | Some(
                Decision::Acknowledge { .. }
                    | Decision::Pause
                    | Decision::Go
                    | Decision::Pace { .. }
                    | Decision::Stop
                    | Decision::Abandon
            )
        )
    }

    /// What only the operator can bring forward, and has not yet.
    pub fn need(&self) -> Option<Need> {
        self.state.need().filter(|_| !self.decided())
    }

    /// The plan, while it waits to be approved.
    pub fn approvable(&self) -> Option<&Plan> {
        match self.state.run_state {
            Some(RunState::AwaitingApproval) if !self.decided() && self.state.ended.is_none() => {
                self.state.plan.as_deref()
            }
            _ => None,
        }
    }

    /// Note items and pages that are neither acknowledged nor about to be.
    pub fn unread(&self) -> Vec<(String, Option<usize>)> {
        self.state.unread().into_iter().filter(|key| !self.sent.contains(key)).collect()
    }

    /// Whether this item of a page, or with `None` the page's end, was read.
    pub fn is_read(&self, release: &str, item: Option<usize>) -> bool {
        let key = (release.to_owned(), item);
        self.state.acknowledged.contains(&key) || self.sent.contains(&key)
    }

    /// Rows and columns between header and bar.
    pub fn body(&self) -> (usize, usize) {
        let (columns, rows) = self.size;
        (usize::from(rows.saturating_sub(super::view::AROUND)), usize::from(columns))
    }
}
