//! When to draw: at once for a key, otherwise as seldom as the connection deserves, and never without a change.

use std::time::Duration;

use tokio::time::Instant;

/// Coalesces requests for a frame into one at the earliest moment that is allowed.
#[derive(Debug)]
pub struct Pace {
    least: Duration,
    last: Option<Instant>,
    due: Option<Instant>,
}

impl Pace {
    /// At most 10 frames a second, 4 over SSH.
    pub fn new(over_ssh: bool) -> Self {
        Pace { least: Duration::from_millis(if over_ssh { 250 } else { 100 }), last: None, due: None }
    }

    /// Something changed.
    pub fn request(&mut self, now: Instant) {
        let earliest = self.last.map_or(now, |last| last + self.least).max(now);
        self.due.get_or_insert(earliest);
    }

    /// The operator pressed a key and looks for the answer.
    pub fn request_now(&mut self, now: Instant) {
        self.due = Some(now);
    }

    /// When the next frame is due.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.last = Some(now);
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_changes_are_one_frame_and_a_key_does_not_wait() {
        let start = Instant::now();
        let mut pace = Pace::new(true);
        pace.request(start);
        assert_eq!(pace.due(), Some(start));
        pace.drawn(start);
        for ms in [10, 20, 30] {
            pace.request(start + Duration::from_millis(ms));
        }
        assert_eq!(pace.due(), Some(start + Duration::from_millis(250)));
        pace.request_now(start + Duration::from_millis(40));
        assert_eq!(pace.due(), Some(start + Duration::from_millis(40)));
    }
}
