//! The hours in which a run may begin steps.

use std::str::FromStr;

use jiff::civil::Time;
use jiff::tz::TimeZone;

/// From one time of day to another, in the host's own time. The end may be on the next day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    from: Time,
    to: Time,
    zone: TimeZone,
}

impl Window {
    /// A window in a time zone.
    pub fn new(from: Time, to: Time, zone: TimeZone) -> Window {
        Window { from, to, zone }
    }

    /// When it opens next; `None` while it is open.
    pub fn opens(&self, now: jiff::Timestamp) -> Option<jiff::Timestamp> {
        let here = now.to_zoned(self.zone.clone());
        let time = here.time();
        let open = if self.from <= self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        };
        if open {
            return None;
        }
        let today = here.date().to_datetime(self.from);
        let day = if time < self.from { Some(today) } else { today.checked_add(jiff::Span::new().days(1)).ok() };
        // A time that does not exist on the day the clocks change counts as the one after it.
        day.and_then(|day| day.to_zoned(self.zone.clone()).ok()).map(|at| at.timestamp())
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Window, String> {
        let malformed = || format!("`{text}` is no window; expected something like 22:00-04:00");
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| malformed());
        let (from, to) = text.split_once('-').ok_or_else(malformed)?;
        let (from, to) = (time(from)?, time(to)?);
        if from == to {
            return Err(format!("the window {text} is never open; its two ends are the same"));
        }
        Ok(Window::new(from, to, TimeZone::system()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(window: &str, now: &str) -> Option<String> {
        let window: Window = window.parse().expect(window);
        let window = Window { zone: TimeZone::UTC, ..window };
        window.opens(now.parse().expect(now)).map(|at| at.to_string())
    }

    #[test]
    fn it_may_reach_into_the_next_day() {
        for (window, now, next) in [
            ("22:00-04:00", "2026-03-01T23:00:00Z", None),
            ("22:00-04:00", "2026-03-02T03:59:59Z", None),
            ("22:00-04:00", "2026-03-02T04:00:00Z", Some("2026-03-02T22:00:00Z")),
            ("08:00-10:00", "2026-03-02T09:00:00Z", None),
            ("08:00-10:00", "2026-03-02T10:00:00Z", Some("2026-03-03T08:00:00Z")),
            ("08:00-10:00", "2026-03-02T07:00:00Z", Some("2026-03-02T08:00:00Z")),
        ] {
            assert_eq!(opens(window, now).as_deref(), next, "{window} at {now}");
        }
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for text in ["22:00", "22:00-25:00", "a-b", "08:00-08:00", ""] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }
}
