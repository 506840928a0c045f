//! How many rows a batch takes: as many as fit into the time that is aimed at, and fewer and fewer where one is bad.

use std::time::Duration;

use crate::model::Pace;

/// Rows of the first batch, unless the definition says.
pub const FIRST: u64 = 2_000;
/// Where rows leave the database: nobody knows yet how long one takes.
pub const FIRST_CONVERTED: u64 = 100;
/// Batches never grow beyond this, so that the write-ahead log stays bounded.
pub const MOST: u64 = 100_000;

/// How long a batch takes, about.
fn aim(pace: Pace) -> Duration {
    Duration::from_millis(match pace {
        Pace::Gentle => 50,
        Pace::Normal => 100,
        Pace::Full => 400,
    })
}

/// How long one of so many workers rests after a batch: together they take half of the time of one.
pub fn rest(pace: Pace, took: Duration, workers: u32) -> Duration {
    match pace {
        Pace::Gentle => took * (2 * workers).saturating_sub(1),
        Pace::Normal | Pace::Full => Duration::ZERO,
    }
}

/// The size of one worker's next batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Of batches that are not looked into.
    rows: u64,
    /// So many rows from here on hold one that is refused.
    suspect: Option<u64>,
}

impl Size {
    pub fn new(first: u64) -> Size {
        Size { rows: first.clamp(1, MOST), suspect: None }
    }

    /// Rows of the next batch.
    pub fn rows(&self) -> u64 {
        // Where one row is left of them, it is that one.
        self.suspect.map_or(self.rows, |n| (n / 2).clamp(1, self.rows))
    }

    /// The batch was done in this time.
    pub fn fitted(&mut self, took: Duration, pace: Pace) {
        match self.suspect {
            // The bad one is among the rest.
            Some(n) => self.suspect = n.checked_sub(self.rows()).filter(|rest| *rest > 0),
            None => self.rows = next(self.rows, took, aim(pace)),
        }
    }

    /// Only so many rows fit into the batch.
    pub fn cut(&mut self, rows: u64) {
        self.rows = self.rows.min(rows).max(1);
    }

    /// The batch came up against somebody else, or took too long.
    pub fn held_up(&mut self) {
        self.rows = (self.rows() / 2).max(1);
    }

    /// The batch was refused. True when it was a single row: then it is that one, and the next batch is another one.
    pub fn refused(&mut self) -> bool {
        let rows = self.rows();
        if rows > 1 {
            self.suspect = Some(rows);
            return false;
        }
        if self.suspect.take().is_some() {
            // Where there is one there may be more, and the smaller a batch is, the sooner one is found.
            self.rows = (self.rows / 2).max(1);
        }
        true
    }
}

/// Grows by half at most, shrinks at once.
fn next(rows: u64, took: Duration, target: Duration) -> u64 {
    let factor = target.as_secs_f64() / took.as_secs_f64().max(0.001);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a number of rows within the bounds below"
    )]
    let wanted = (rows as f64 * factor.min(1.5)).ceil() as u64;
    wanted.clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_by_half_at_most_and_shrink_at_once() {
        let target = Duration::from_millis(100);
        assert_eq!(next(1000, Duration::from_millis(10), target), 1500);
        assert_eq!(next(1000, Duration::from_millis(1000), target), 100);
        assert_eq!(next(90_000, Duration::from_millis(10), target), MOST);
        assert_eq!(next(1, Duration::from_secs(60), target), 1);
        assert_eq!(next(1, Duration::from_millis(1), target), 2, "one row does not stay one row for ever");
    }

    #[test]
    fn gently_all_workers_together_take_half_of_the_time_of_one() {
        let batch = aim(Pace::Gentle);
        for workers in [1, 2, 8] {
            let round = batch + rest(Pace::Gentle, batch, workers);
            assert_eq!(batch * workers * 2, round, "{workers} workers");
        }
        assert_eq!(rest(Pace::Full, batch, 2), Duration::ZERO);
    }

    #[test]
    fn a_lock_halves_the_next_batch() {
        let mut size = Size::new(1000);
        size.held_up();
        assert_eq!(size.rows(), 500);
        for _ in 0..20 {
            size.held_up();
        }
        assert_eq!(size.rows(), 1);
    }

    #[test]
    fn the_bad_one_of_any_number_of_rows_is_found_and_the_others_are_done() {
        for (rows, bad) in [(1, 0), (2, 0), (2, 1), (7, 3), (1000, 0), (1000, 999), (1000, 500), (100_000, 77_777)] {
            let (mut size, mut at, mut refusals) = (Size::new(rows), 0, 0);
            let found = loop {
                let batch = at..at + size.rows();
                if !batch.contains(&bad) {
                    size.fitted(Duration::from_millis(100), Pace::Normal);
                    at = batch.end;
                } else if size.refused() {
                    break at;
                } else {
                    refusals += 1;
                }
            };
            assert_eq!(found, bad, "of {rows}");
            assert!(refusals <= 20, "{refusals} for {rows}");
            assert!(size.suspect.is_none() && size.rows() >= rows / 2, "the next batch is a full one again");
        }
    }
}
