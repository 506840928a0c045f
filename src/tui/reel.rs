//! Events of the past, and how far they were played. No clock: it is told how much time has passed.

use jiff::{SignedDuration, Timestamp};

use crate::model::Event;

/// The fastest that a run is played, in times of its own speed.
pub const FASTEST: u32 = 1_024;
/// Milliseconds on the screen in which nothing happens, at most: a night that a run waited is not waited for again.
const LULL: i64 = 2_000;

/// The events, and where in their own time the playback is.
#[derive(Clone, Debug)]
pub struct Reel {
    events: Vec<Event>,
    next: usize,
    at: Timestamp,
}

impl Reel {
    /// Before the first event.
    pub fn new(events: Vec<Event>) -> Reel {
        let at = events.first().map(|event| event.at).unwrap_or_default();
        Reel { events, next: 0, at }
    }

    /// The time in the run.
    pub fn now(&self) -> Timestamp {
        self.at
    }

    /// Whether all of it was played.
    pub fn is_over(&self) -> bool {
        self.next == self.events.len()
    }

    /// So many milliseconds pass on the screen: what happened meanwhile.
    pub fn pass(&mut self, ms: u32, speed: u32) -> &[Event] {
        let speed = i64::from(speed.clamp(1, FASTEST));
        let later = |at: Timestamp, ms: i64| at.checked_add(SignedDuration::from_millis(ms)).unwrap_or(at);
        let first = self.next;
        if let Some(event) = self.events.get(first) {
            // Never back, whatever the clock of that host did.
            let soon = later(event.at, -LULL * speed);
            self.at = later(self.at.max(soon), i64::from(ms) * speed);
        }
        let due = self.events[first..].iter().take_while(|event| event.at <= self.at).count();
        self.next = first + due;
        &self.events[first..self.next]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventKind, RunState};

    fn reel(seconds: &[i64]) -> Reel {
        let event = |(seq, second): (u64, &i64)| Event {
            seq,
            at: Timestamp::from_second(*second).expect("is a time"),
            kind: EventKind::RunChanged { state: RunState::Running },
        };
        Reel::new((1..).zip(seconds).map(event).collect())
    }

    #[test]
    fn events_come_after_as_much_time_as_then_or_a_share_of_it() {
        for (speed, ms) in [(1, 1_000), (4, 250)] {
            let mut reel = reel(&[100, 101, 102]);
            assert_eq!(reel.pass(0, speed).len(), 1);
            assert_eq!(reel.pass(ms - 1, speed).len(), 0);
            assert_eq!(reel.pass(1, speed).len(), 1);
            assert_eq!(reel.pass(ms, speed).len(), 1);
            assert!(reel.is_over());
        }
    }

    #[test]
    fn a_night_is_not_waited_for_and_a_clock_that_goes_back_stops_nothing() {
        let mut reel = reel(&[100, 30_000, 200]);
        assert_eq!(reel.pass(0, 1).len(), 1);
        assert_eq!(reel.pass(1_999, 1).len(), 0);
        assert_eq!(reel.now().as_second(), 29_999);
        assert_eq!(reel.pass(1, 1).len(), 2);
        assert!(reel.is_over() && reel.pass(50, 1).is_empty());
    }
}
