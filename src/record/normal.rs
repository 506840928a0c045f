//! Takes everything out of a run that was kept that tells where and by whom: folders, times, names and numbers of
//! processes. What is left is the same wherever it was kept, but for how long things took.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use regex::{Captures, Regex};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::entry::Entries;
use super::kept::{began, each_text, later, time};

/// Who made every recording, where.
const LOGIN: &str = "operator";
const HOST: &str = "db1";
/// The first process of every recording.
const PID: u64 = 4200;
/// What every disk has to spare.
const FREE: &str = "38 GiB free";

/// A run's id, a day with a time, a time of day.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"\b(?<run>\d{8}T\d{6})(?<fraction>\d{0,3})Z\b|\b(?<day>\d{4}-\d\d-\d\d \d\d:\d\d(?<seconds>:\d\d)?)|\b(?<hour>\d\d):(?<minute>\d\d) UTC",
    )
});
static PLAN: LazyLock<Regex> = LazyLock::new(|| expression(r"--plan-hash [0-9a-f]{64}"));
static SPACE: LazyLock<Regex> = LazyLock::new(|| expression(r"\b[\d.]+ [KMGTP]?i?B free"));

#[expect(clippy::expect_used, reason = "the expressions are constants, which the tests use")]
fn expression(text: &str) -> Regex {
    Regex::new(text).expect("a regular expression")
}

/// Texts of this machine, and what stands for them. Longer ones come first.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Vec<(String, String)>);

/// What was kept, as it could have been kept anywhere. `at` is when it began.
///
/// # Errors
/// When it is no JSON any more: a name stood for something that is no text.
pub fn normal(entries: &Entries, at: Timestamp, names: &Names) -> serde_json::Result<Entries> {
    let moved = began().as_millisecond() - at.as_millisecond();
    let mut values = entries.0.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    let mut known = Known::default();
    values.iter().for_each(|value| known.look(value));
    let pids = (PID..).zip(&known.pids).map(|(new, old)| (*old, new)).collect::<BTreeMap<u64, u64>>();
    let plans = (1..).zip(&known.plans).map(|(n, old)| (old.clone(), digest(n))).collect::<BTreeMap<String, String>>();
    for value in &mut values {
        each_field(value, &mut |name, value| match (name, value) {
            ("login", Value::String(text)) => LOGIN.clone_into(text),
            ("host", Value::String(text)) => HOST.clone_into(text),
            ("sudo_user", value) => *value = Value::Null,
            ("pid", value) => {
                if let Some(pid) = value.as_u64().and_then(|pid| pids.get(&pid)) {
                    *value = (*pid).into();
                }
            }
            // A lease's number begins as a time.
            ("epoch", value) => {
                if let Some(epoch) = value.as_i64() {
                    *value = (epoch + moved).into();
                }
            }
            _ => {}
        });
        each_text(value, &mut |text| {
            for (old, new) in &names.0 {
                *text = text.replace(old, new);
            }
            if let Some(plan) = plans.get(text) {
                text.clone_from(plan);
            } else if let Some(at) = time(text) {
                *text = cut(later(at, moved)).to_string();
            } else {
                *text = times(text, moved);
                *text = SPACE.replace_all(text, FREE).into_owned();
                *text = PLAN.replace_all(text, format!("--plan-hash {}", digest(1))).into_owned();
                for (old, new) in &plans {
                    *text = text.replace(old, new);
                }
            }
        });
    }
    values.into_iter().map(serde_json::from_value).collect::<Result<_, _>>().map(Entries)
}

/// What is known by names and numbers of its own.
#[derive(Default)]
struct Known {
    pids: Vec<u64>,
    plans: Vec<String>,
    seen: BTreeSet<u64>,
}

impl Known {
    fn look(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.look(value)),
            Value::Object(fields) => {
                if let Some(pid) = fields.get("pid").and_then(Value::as_u64).filter(|pid| self.seen.insert(*pid)) {
                    self.pids.push(pid);
                }
                if let (Some(Value::String(hash)), Some(_)) = (fields.get("hash"), fields.get("steps"))
                    && !self.plans.contains(hash)
                {
                    self.plans.push(hash.clone());
                }
                fields.values().for_each(|value| self.look(value));
            }
            _ => {}
        }
    }
}

/// Every named field in a JSON document.
fn each_field(value: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| each_field(value, change)),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                change(name, value);
                each_field(value, change);
            }
        }
        _ => {}
    }
}

/// The times in a text, moved by milliseconds.
fn times(text: &str, ms: i64) -> String {
    let moved = |text: &str, form: &str| {
        let at = DateTime::strptime(form, text).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Some(later(at, ms).strftime(form).to_string())
    };
    let time = |found: &Captures<'_>| {
        if let Some(run) = found.name("run") {
            // Of a second there are as many digits as there were.
            let zeros = "0".repeat(found["fraction"].len());
            return moved(run.as_str(), "%Y%m%dT%H%M%S").map(|run| format!("{run}{zeros}Z"));
        }
        if let Some(day) = found.name("day") {
            let seconds = found.name("seconds").is_some();
            return moved(day.as_str(), if seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" });
        }
        let number = |name: &str| found[name].parse::<i64>().unwrap_or(0);
        let at = (number("hour") * 60 + number("minute") + ms.div_euclid(60_000)).rem_euclid(24 * 60);
        Some(format!("{:02}:{:02} UTC", at / 60, at % 60))
    };
    TIME.replace_all(text, |found: &Captures<'_>| time(found).unwrap_or_else(|| found[0].to_owned())).into_owned()
}

/// Without what is finer than a millisecond.
fn cut(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// What stands for the hash of the plan with this number.
fn digest(number: u32) -> String {
    Sha256::digest(format!("plan {number}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_texts_are_moved_with_the_others() {
        let day = 24 * 3600 * 1000;
        assert_eq!(times("run 20261120T190349976Z", day), "run 20261121T190349000Z");
        assert_eq!(times("began 2026-11-20 23:59 UTC", 60_000), "began 2026-11-21 00:00 UTC");
        assert_eq!(times("since 23:59 UTC", 120_000), "since 00:01 UTC");
        assert_eq!(times("at 22:04", day), "at 22:04", "this says nothing of its place");
    }
}
