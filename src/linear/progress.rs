//! How fast a step goes and how long it still takes, in words.

use crate::model::{State, StepRow, StepState};
use crate::words::format::no_progress;
use crate::words::plain::run;

/// The progress in words: of a step that works, also that there is none.
pub(super) fn text(row: &StepRow, state: &State) -> Option<String> {
    if row.is_told() {
        return Some(run::progress(row.done, row.total, &row.unit, row.rate(), row.left()));
    }
    let estimate = state.step(&row.key).and_then(|step| step.estimate);
    matches!(row.state, StepState::Running { .. }).then(|| no_progress(estimate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Speed;

    fn row(seconds: i64, done: u64, total: Option<u64>) -> StepRow {
        let at = |s| jiff::Timestamp::from_second(s).expect("a time");
        let mut speed = Speed::default();
        speed.reached(30_000, at(0));
        speed.reached(done, at(seconds));
        StepRow {
            key: "2.0.0/fill".to_owned(),
            state: StepState::Running { attempt: 1 },
            began: Some(at(0)),
            ended: None,
            heard: Some(at(seconds)),
            waits: None,
            done,
            total,
            unit: "rows".to_owned(),
            speed,
        }
    }

    #[test]
    fn what_was_done_before_a_resume_does_not_count_as_speed() {
        let row = row(2, 120_000, Some(200_000));
        assert_eq!(
            text(&row, &State::default()).as_deref(),
            Some("120,000 of 200,000 rows (60 %), 45,000/s, about 1 s left")
        );
    }

    #[test]
    fn an_estimate_that_was_passed_is_not_shown_as_a_total() {
        assert_eq!(text(&row(2, 130_000, Some(100_000)), &State::default()).as_deref(), Some("130,000 rows, 50,000/s"));
    }

    #[test]
    fn a_first_moment_has_no_rate() {
        assert_eq!(text(&row(0, 30_000, None), &State::default()).as_deref(), Some("30,000 rows"));
    }

    #[test]
    fn that_there_is_none_is_said_of_what_works() {
        let silent = StepRow { total: None, ..row(0, 0, None) };
        assert_eq!(text(&silent, &State::default()).as_deref(), Some("no progress available"));
        let over = StepRow { state: StepState::Done { adopted: false }, ..silent };
        assert_eq!(text(&over, &State::default()), None);
    }
}
