//! A run's name and its folder.

use std::path::{Path, PathBuf};

use crate::journal::JournalError;

/// A run's id, which sorts behind that of the `last` run, with a folder that no other run had: another deployment may
/// have its runs beside this one's, and a program's status that is not this run's must never be read as such.
pub fn new_run(state_dir: &Path, last: Option<&str>) -> Result<String, JournalError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.mode(0o700);
    let fail = |e: std::io::Error| JournalError::Folder(format!("a folder for the run cannot be made: {e}"));
    builder.recursive(true).create(state_dir.join("runs")).map_err(fail)?;
    builder.recursive(false);
    // To the millisecond, since a store remembers what a run did even where its folder and journal were lost.
    let at = stamp_after(jiff::Timestamp::now(), last);
    for n in 1u32.. {
        let run = if n == 1 { at.clone() } else { format!("{at}-{n}") };
        match builder.create(run_dir(state_dir, &run)) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| run).map_err(fail),
        }
    }
    Err(JournalError::LostLease)
}

/// The time as an id has it, and later than in `last`: the newest run is the one with the greatest id, also where the
/// clock went back.
fn stamp_after(now: jiff::Timestamp, last: Option<&str>) -> String {
    let next = last.and_then(time_of).and_then(|at| at.checked_add(jiff::SignedDuration::from_millis(1)).ok());
    let at = next.map_or(now, |next| next.max(now));
    format!("{}{:03}Z", at.strftime("%Y%m%dT%H%M%S"), at.subsec_millisecond())
}

/// The time in a run's id: `20261120T141449964Z`, and `-2` behind it where there was one already.
fn time_of(run: &str) -> Option<jiff::Timestamp> {
    let second = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", run.get(..15)?).ok()?;
    let millis = run.get(15..18)?.parse().ok()?;
    let second = second.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    second.checked_add(jiff::SignedDuration::from_millis(millis)).ok()
}

/// Where a run keeps what its programs write.
pub fn run_dir(state_dir: &Path, run: &str) -> PathBuf {
    state_dir.join("runs").join(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_sorts_behind_the_last_one_whatever_the_clock_says() {
        let now: jiff::Timestamp = "2026-11-20T14:14:49.964Z".parse().expect("a time");
        assert_eq!(stamp_after(now, None), "20261120T141449964Z");
        assert_eq!(stamp_after(now, Some("20261119T141449964Z")), "20261120T141449964Z");
        assert_eq!(stamp_after(now, Some("20261121T235959999Z-2")), "20261122T000000000Z");
        assert_eq!(stamp_after(now, Some("20261120T141449964Z")), "20261120T141449965Z");
        assert_eq!(stamp_after(now, Some("something else")), "20261120T141449964Z");
    }
}
