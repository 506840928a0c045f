//! A runner that says again what one said before.
//!
//! What the operator does has to be what was done then, in that order. What the runner said after it comes again after
//! as much time as then; the times in it are moved to the recording's own clock.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::act::{Act, Next};
use super::entry::{Entries, Entry, Said, What};
use crate::words::record as words;

/// A recording begins at this time: 2026-01-15 22:00 UTC.
const BEGAN: i64 = 1_768_514_400;

/// When every recording begins.
pub fn began() -> Timestamp {
    Timestamp::from_second(BEGAN).unwrap_or_default()
}

/// A time moved by milliseconds; unmoved beyond the end of all calendars.
pub fn later(at: Timestamp, ms: i64) -> Timestamp {
    let moved = jiff::SignedDuration::from_millis(ms);
    at.checked_add(moved).unwrap_or(at)
}

/// What was kept of a run, and how far it was told.
#[derive(Debug)]
pub struct Kept {
    entries: Vec<Entry>,
    /// The next thing to be said.
    said: usize,
    /// The next thing to be done; everything before it that was done then was done again.
    done: usize,
    /// By the place among the entries of what was done again: when it was done then, and now.
    anchors: Vec<(usize, (u64, u64))>,
    /// When something was said last.
    last: u64,
}

impl Kept {
    /// From the beginning.
    pub fn new(entries: Entries) -> Kept {
        Kept { entries: entries.0, said: 0, done: 0, anchors: Vec::new(), last: 0 }
    }

    /// The next thing to be said, when, and when it was then.
    fn coming(&self) -> Option<(u64, u64, &Said)> {
        let (index, entry, said) = self.entries.iter().enumerate().skip(self.said).find_map(|(index, entry)| {
            let What::Said(said) = &entry.what else { return None };
            Some((index, entry, said))
        })?;
        // Something has to be done before it.
        if self.next_act(self.done).is_some_and(|(act, _)| act < index) {
            return None;
        }
        let anchors = self.anchors.iter().rev();
        let (then, now) = anchors.clone().find(|(act, _)| *act < index).map_or((0, 0), |(_, anchor)| *anchor);
        Some((self.last.max(now + entry.at.saturating_sub(then)), entry.at, said))
    }

    fn next_act(&self, from: usize) -> Option<(usize, &Act)> {
        self.entries.iter().enumerate().skip(from).find_map(|(index, entry)| match &entry.what {
            What::Did(act) => Some((index, act)),
            What::Said(_) => None,
        })
    }

    pub fn awaited(&self) -> Option<&Act> {
        self.next_act(self.done).map(|(_, act)| act)
    }

    pub fn is_dry(&self) -> bool {
        self.coming().is_none()
    }

    pub fn next(&mut self, now: u64, until: Option<u64>) -> Next {
        let Some((due, then, said)) = self.coming() else { return until.map_or(Next::Never, Next::Until) };
        if let Some(until) = until.filter(|until| *until < due) {
            return Next::Until(until);
        }
        let at = due.max(now);
        let moved = i64::try_from(at).unwrap_or(i64::MAX) - i64::try_from(then).unwrap_or(i64::MAX);
        let said = moved_by(said, moved);
        self.last = at;
        let place = self.entries.iter().skip(self.said).position(|entry| matches!(entry.what, What::Said(_)));
        self.said += place.unwrap_or(0) + 1;
        Next::Said(at, Box::new(said.into()))
    }

    pub fn act(&mut self, now: u64, act: &Act) -> Result<Vec<String>, String> {
        let Some((index, kept)) = self.next_act(self.done).filter(|(_, kept)| kept.is_same(act)) else {
            return Err(words::differs(&act.named(), self.awaited().map(Act::named).as_deref()));
        };
        let lines = match kept {
            Act::Showed { lines, .. } => lines.clone(),
            _ => Vec::new(),
        };
        self.anchors.push((index, (self.entries[index].at, now)));
        self.done = index + 1;
        // What a wizard that is gone would have been told is told to nobody.
        if matches!(act, Act::Started | Act::Left | Act::Killed) {
            self.said = self.said.max(index);
            self.last = now;
        }
        Ok(lines)
    }
}

/// What was said, with its times moved by milliseconds.
fn moved_by(said: &Said, ms: i64) -> Said {
    if ms == 0 {
        return said.clone();
    }
    let Ok(mut value) = serde_json::to_value(said) else { return said.clone() };
    each_text(&mut value, &mut |text| {
        if let Some(at) = time(text) {
            *text = later(at, ms).to_string();
        }
    });
    serde_json::from_value(value).unwrap_or_else(|_| said.clone())
}

/// The time that a text is, as JSON documents hold it.
pub fn time(text: &str) -> Option<Timestamp> {
    let looks = text.len() >= "2026-01-15T22:00:00Z".len() && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    text.parse().ok().filter(|_| looks)
}

/// Every text in a JSON document.
pub fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// As whole milliseconds.
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
