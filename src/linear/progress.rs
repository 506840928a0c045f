//! How fast a step goes and how long it still takes.

use crate::model::StepRow;
use crate::words::format::between;
use crate::words::plain::run;

/// Progress of less than this, in milliseconds, says nothing about a rate yet.
const TOO_SHORT: u64 = 500;

/// Units a second since the first progress, once that means something.
pub(super) fn rate(row: &StepRow) -> Option<u64> {
    let (since, first) = row.first?;
    let took = between(since, row.heard?);
    let rate = u128::from(row.done.saturating_sub(first)) * 1000 / u128::from(took.max(1));
    u64::try_from(rate).ok().filter(|rate| took >= TOO_SHORT && *rate > 0)
}

/// Milliseconds until the rest is done at that rate. Unknown where the total is, or has been passed.
pub(super) fn left(row: &StepRow) -> Option<u64> {
    let rest = row.total?.checked_sub(row.done)?;
    Some(rest.saturating_mul(1000) / rate(row)?)
}

/// The progress in words, if there is any.
pub(super) fn text(row: &StepRow) -> Option<String> {
    row.first.is_some().then(|| run::progress(row.done, row.total, &row.unit, rate(row), left(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StepState;

    fn row(seconds: i64, done: u64, total: Option<u64>) -> StepRow {
        let at = |s| jiff::Timestamp::from_second(s).ok();
        StepRow {
            key: "2.0.0/fill".to_owned(),
            state: StepState::Running { attempt: 1 },
            began: at(0),
            ended: None,
            heard: at(seconds),
            waits: None,
            done,
            total,
            unit: "rows".to_owned(),
            first: at(0).map(|at| (at, 30_000)),
        }
    }

    #[test]
    fn what_was_done_before_a_resume_does_not_count_as_speed() {
        let row = row(2, 120_000, Some(200_000));
        assert_eq!(text(&row).as_deref(), Some("120,000 of 200,000 rows (60 %), 45,000/s, about 1 s left"));
    }

    #[test]
    fn an_estimate_that_was_passed_is_not_shown_as_a_total() {
        assert_eq!(text(&row(2, 130_000, Some(100_000))).as_deref(), Some("130,000 rows, 50,000/s"));
    }

    #[test]
    fn a_first_moment_has_no_rate() {
        assert_eq!(text(&row(0, 30_000, None)).as_deref(), Some("30,000 rows"));
    }
}
