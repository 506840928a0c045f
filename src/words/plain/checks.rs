//! Checks, one by one and counted.

use super::block;
use crate::model::{CheckResult, CheckRow, CheckStatus};
use crate::words::format::{plural, visible};

/// Before the first one is asked.
pub fn began(n: usize) -> String {
    format!("Asking {}.", plural(n, "check", "checks"))
}

/// The word that a line of a check begins with.
pub fn word(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "PASS",
        CheckStatus::Warn => "WARN",
        CheckStatus::Fail => "FAIL",
        CheckStatus::Skip => "SKIP",
    }
}

/// A check and, where it did not pass, what was found and what to do.
pub fn result(result: &CheckResult) -> Vec<String> {
    let mut line = format!("{} {} {}", word(result.status), visible(&result.id), visible(&result.title));
    let passed = result.status == CheckStatus::Pass;
    if !passed && !result.found.is_empty() {
        line.push_str(&format!(": {}", visible(&result.found)));
    }
    let mut lines = vec![line];
    if matches!(result.status, CheckStatus::Warn | CheckStatus::Fail) {
        lines.extend(result.rows.iter().map(|row| block(row)));
        lines.extend(result.why.iter().map(|why| format!("    Why: {}", visible(why))));
        lines.extend(result.fix.iter().map(|fix| format!("    Fix: {}", visible(fix))));
    }
    lines
}

/// `Checks: 7 PASS, 1 WARN, 0 FAIL, 2 SKIP.`
pub fn counted(rows: &[CheckRow]) -> String {
    let of = |wanted| rows.iter().filter(|row| row.result.as_ref().map(|result| result.status) == Some(wanted)).count();
    let counts: Vec<_> = [CheckStatus::Pass, CheckStatus::Warn, CheckStatus::Fail, CheckStatus::Skip]
        .into_iter()
        .map(|status| format!("{} {}", of(status), word(status)))
        .collect();
    format!("Checks: {}.", counts.join(", "))
}

/// A warning was accepted.
pub fn accepted(check: &str, reason: &str) -> String {
    format!("Accepted: {}, because {}", visible(check), visible(reason))
}
