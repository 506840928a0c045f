//! How fast a step gets on, and how long it still takes: from the time in which it worked, not the time in which it
//! waited.

use std::collections::VecDeque;

/// Less work than this, in milliseconds, tells no speed yet.
const TOO_SHORT: u64 = 500;
/// What counts as the speed of now: the last so many milliseconds of work.
const RECENT: u64 = 30_000;
/// Milliseconds between two marks within that time.
const BETWEEN: u64 = 1_000;
/// After so much work, in milliseconds, or a hundredth of everything, the time that is left can be told.
const ENOUGH: u64 = 30_000;

/// Units that were done, and the milliseconds of work that they took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Work {
    units: u64,
    ms: u64,
}

/// The speed of one step in this session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speed {
    all: Work,
    /// Where the work stood now and then, of the last while.
    marks: VecDeque<Work>,
    /// The last report while it works.
    last: Option<(jiff::Timestamp, u64)>,
}

/// The shortest and the longest time that is to be expected, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub least: u64,
    pub most: u64,
}

impl Speed {
    /// So much is done in all.
    pub fn reached(&mut self, done: u64, at: jiff::Timestamp) {
        if let Some((since, before)) = self.last.replace((at, done)) {
            self.all.ms += u64::try_from(at.as_millisecond() - since.as_millisecond()).unwrap_or(0);
            self.all.units += done.saturating_sub(before);
        }
        if self.marks.back().is_none_or(|mark| self.all.ms >= mark.ms + BETWEEN) {
            self.marks.push_back(self.all);
        }
        while self.marks.len() > 1 && self.marks[1].ms + RECENT <= self.all.ms {
            self.marks.pop_front();
        }
    }

    /// It waits, or begins anew: what passes until its next report is no work.
    pub fn rests(&mut self) {
        self.last = None;
    }

    /// Units a second, of late.
    pub fn rate(&self) -> Option<u64> {
        let from = self.marks.front().copied().unwrap_or_default();
        per_second(Work { units: self.all.units - from.units, ms: self.all.ms - from.ms })
    }

    /// How long `rest` units take, if so many of all were done already.
    pub fn left(&self, rest: u64, total: u64) -> Option<Left> {
        let enough = self.all.ms >= ENOUGH || self.all.units.saturating_mul(100) >= total;
        let rates = [self.rate()?, per_second(self.all)?];
        let time = |rate: u64| rest.saturating_mul(1000) / rate;
        let [a, b] = rates.map(time);
        enough.then_some(Left { least: a.min(b), most: a.max(b) })
    }
}

fn per_second(work: Work) -> Option<u64> {
    let rate = u128::from(work.units) * 1000 / u128::from(work.ms.max(1));
    u64::try_from(rate).ok().filter(|rate| work.ms >= TOO_SHORT && *rate > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(ms).expect("a time")
    }

    #[test]
    fn what_was_done_earlier_and_the_time_of_a_wait_do_not_count() {
        let mut speed = Speed::default();
        speed.reached(5_000, at(0));
        assert_eq!(speed.rate(), None);
        speed.reached(6_000, at(1_000));
        assert_eq!(speed.rate(), Some(1_000));
        speed.rests();
        speed.reached(6_000, at(900_000));
        speed.reached(7_000, at(901_000));
        assert_eq!(speed.rate(), Some(1_000));
        assert_eq!(speed.left(3_000, 10_000), Some(Left { least: 3_000, most: 3_000 }));
    }

    #[test]
    fn a_speed_that_changes_makes_a_band_and_is_forgotten_after_a_while() {
        let mut speed = Speed::default();
        let mut done = 0;
        for second in 0..=60 {
            speed.reached(done, at(second * 1_000));
            done += 1_000;
        }
        let fast = done - 1_000;
        for second in 61..=80 {
            speed.reached(fast + 100 * u64::try_from(second - 60).expect("small"), at(second * 1_000));
        }
        let rate = speed.rate().expect("a rate");
        assert!((350..450).contains(&rate), "10 s fast and 20 s slow: {rate}");
        let left = speed.left(1_000, 100_000).expect("a time");
        assert!(left.least < left.most);
        for second in 81..=120 {
            speed.reached(fast + 100 * u64::try_from(second - 60).expect("small"), at(second * 1_000));
        }
        assert_eq!(speed.rate(), Some(100));
    }

    #[test]
    fn too_little_tells_no_time() {
        let mut speed = Speed::default();
        speed.reached(0, at(0));
        speed.reached(10, at(1_000));
        assert_eq!(speed.left(999_990, 1_000_000), None);
        speed.reached(300, at(30_000));
        assert!(speed.left(999_700, 1_000_000).is_some());
    }
}
