//! How far steps are, and what follows from it.

use super::{Left, RunState, Speed, State, StepState};

/// A step and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRow {
    pub key: String,
    pub state: StepState,
    pub began: Option<jiff::Timestamp>,
    pub ended: Option<jiff::Timestamp>,
    /// The last sign of life.
    pub heard: Option<jiff::Timestamp>,
    /// Since when attempts have got nowhere.
    pub waits: Option<jiff::Timestamp>,
    pub done: u64,
    pub total: Option<u64>,
    pub unit: String,
    pub speed: Speed,
}

impl StepRow {
    /// Whether anything was told of how far it is.
    pub fn is_told(&self) -> bool {
        self.done > 0 || self.total.is_some()
    }

    /// Units done in a second, of late; `None` before that can be told.
    pub fn rate(&self) -> Option<u64> {
        self.speed.rate()
    }

    /// How long it still takes; `None` before that can be told, and where the total is not known or was passed.
    pub fn left(&self) -> Option<Left> {
        let total = self.total?;
        self.speed.left(total.checked_sub(self.done)?, total)
    }

    /// Hundredths of the total, never more than 99 while an estimated total is passed.
    pub fn percent(&self) -> Option<u8> {
        let total = self.total.filter(|total| *total > 0)?;
        if self.done > total {
            return Some(99);
        }
        u8::try_from(u128::from(self.done) * 100 / u128::from(total)).ok()
    }
}

impl State {
    /// The steps with an attempt under way or awaited, in the order in which they began. There are several where items
    /// are done at the same time.
    pub fn under_way(&self) -> Vec<&StepRow> {
        let active = |row: &&StepRow| row.state.is_active() && row.state != StepState::Asking;
        let mut rows: Vec<&StepRow> = self.steps.iter().filter(active).collect();
        rows.sort_by_key(|row| row.began);
        rows
    }

    /// The step that is looked at: the one that is to be decided about, the first one under way, or the next one.
    pub fn at(&self) -> Option<&StepRow> {
        let stands = matches!(self.run_state, Some(RunState::Failed | RunState::NeedsOperator));
        let needs = |row: &&StepRow| {
            matches!(row.state, StepState::Failed { .. } | StepState::Unknown { .. } | StepState::Asking)
        };
        let needed = self.steps.iter().find(needs).filter(|_| stands);
        let next = || self.current().and_then(|at| self.steps.get(at));
        needed.or_else(|| self.under_way().first().copied()).or_else(next)
    }

    /// The steps that are under way beside the one that is looked at.
    pub fn beside(&self) -> Vec<&StepRow> {
        let at = self.at().map(|row| &row.key);
        self.under_way().into_iter().filter(|row| Some(&row.key) != at).collect()
    }

    /// The item that a step is about, of a `repeat` whose items are done at the same time.
    pub fn item_of(&self, key: &str) -> Option<&str> {
        let parallel = self.step(key)?.parallel.as_ref()?;
        parallel.item.strip_prefix(&parallel.repeat).map(|item| item.trim_start_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(done: u64, total: Option<u64>) -> StepRow {
        let at = |second| jiff::Timestamp::from_second(second).expect("is a time");
        let mut speed = Speed::default();
        speed.reached(100, at(10));
        speed.reached(done, at(20));
        StepRow {
            key: "a".into(),
            state: StepState::Running { attempt: 1 },
            began: Some(at(0)),
            ended: None,
            heard: Some(at(20)),
            waits: None,
            done,
            total,
            unit: "rows".into(),
            speed,
        }
    }

    #[test]
    fn a_rate_counts_from_the_first_progress_of_this_attempt() {
        let row = row(1_100, Some(2_100));
        assert_eq!((row.rate(), row.percent()), (Some(100), Some(52)));
        assert_eq!(row.left(), Some(Left { least: 10_000, most: 10_000 }));
    }

    #[test]
    fn nothing_is_claimed_that_is_not_known() {
        assert_eq!(row(100, Some(200)).rate(), None, "a resumed step has done nothing yet");
        assert_eq!(row(1_100, None).left(), None);
        let passed = row(3_000, Some(2_000));
        assert_eq!((passed.left(), passed.percent()), (None, Some(99)));
        assert_eq!(row(0, Some(0)).percent(), None);
    }
}
