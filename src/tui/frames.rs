//! When to draw: at once for a key, otherwise as seldom as the connection deserves, and never without a change.

use std::time::Duration;

use tokio::time::Instant;

use super::Motion;

/// Bytes a second on average that frames may take for which nobody waits.
const RATE: u64 = 1_500;
/// The longest rest after a frame.
const LONGEST: Duration = Duration::from_secs(1);

/// Coalesces requests for a frame into one at the earliest moment that is allowed.
#[derive(Debug)]
pub struct Frames {
    least: Duration,
    /// When the next frame may come that nobody waits for.
    next: Option<Instant>,
    due: Option<Instant>,
}

impl Frames {
    /// Before the first frame.
    pub fn new(motion: Motion) -> Self {
        let least = match motion {
            Motion::Full => 100,
            Motion::Reduced => 250,
            Motion::Off => 1_000,
        };
        Frames { least: Duration::from_millis(least), next: None, due: None }
    }

    /// Something changed.
    pub fn request(&mut self, now: Instant) {
        self.request_at(self.next.map_or(now, |next| next.max(now)));
    }

    /// Something is to be drawn at that time, or with a frame before it.
    pub fn request_at(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// The operator pressed a key and looks for the answer.
    pub fn request_now(&mut self, now: Instant) {
        self.due = Some(now);
    }

    /// When the next frame is due.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// A frame was drawn and took so many bytes. What moves by itself never fills the line: a large frame is followed
    /// by a longer rest.
    pub fn drawn(&mut self, now: Instant, bytes: usize) {
        let worth = Duration::from_millis(u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000) / RATE);
        self.next = Some(now + worth.min(LONGEST).max(self.least));
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_changes_are_one_frame_and_a_key_does_not_wait() {
        let start = Instant::now();
        let mut frames = Frames::new(Motion::Reduced);
        frames.request(start);
        assert_eq!(frames.due(), Some(start));
        frames.drawn(start, 0);
        for ms in [10, 20, 30] {
            frames.request(start + Duration::from_millis(ms));
        }
        assert_eq!(frames.due(), Some(start + Duration::from_millis(250)));
        frames.request_now(start + Duration::from_millis(40));
        assert_eq!(frames.due(), Some(start + Duration::from_millis(40)));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_large_frame_comes_a_rest() {
        let start = Instant::now();
        let mut frames = Frames::new(Motion::Full);
        for (bytes, rest) in [(60, 100), (450, 300), (4_000, 1_000)] {
            frames.drawn(start, bytes);
            frames.request(start);
            assert_eq!(frames.due(), Some(start + Duration::from_millis(rest)), "{bytes} bytes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn frames_come_as_often_as_the_motion_allows() {
        for (motion, most) in [(Motion::Full, 10), (Motion::Reduced, 4), (Motion::Off, 1)] {
            let start = Instant::now();
            let mut frames = Frames::new(motion);
            let mut drawn = 0;
            for ms in 0..10_000 {
                let now = start + Duration::from_millis(ms);
                frames.request(now);
                // What is due later does not hold up what is due before.
                frames.request_at(now + Duration::from_secs(60));
                if frames.due().is_some_and(|due| due <= now) {
                    frames.drawn(now, 0);
                    drawn += 1;
                }
            }
            assert_eq!(drawn, 10 * most, "{motion:?}");
        }
    }
}
