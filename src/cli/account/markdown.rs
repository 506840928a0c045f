//! A run as Markdown. What stands in it came from outside: it can neither draw nor mark up anything.

use super::gather::{Account, Decision, Step, What};
use crate::model::{AtEnd, MaintenanceChoice, Phase, Severity, StepState, Versions};
use crate::words::format::{bytes, duration, visible};
use crate::words::plain::run::who;
use crate::words::run::{run_state, step_state};

/// The whole account.
pub fn text(account: &Account<'_>, versions: &Versions) -> String {
    let mut lines = head(account, versions);
    section(&mut lines, "Steps", steps(&account.steps));
    section(&mut lines, "Verification", account.steps.iter().filter(|step| proves(step)).map(proof).collect());
    section(&mut lines, "Skipped or set aside", account.steps.iter().filter_map(left_out).collect());
    section(&mut lines, "Decisions", account.decisions.iter().map(decision).collect());
    let overridden = account.decisions.iter().filter_map(overridden).collect();
    section(&mut lines, "Checks overridden", overridden);
    let backups = account.backups.iter().map(|backup| {
        format!("- {}, {}, at {} ({})", code(backup.file), bytes(backup.size), time(backup.at), code(backup.key))
    });
    section(&mut lines, "Backups", backups.collect());
    let notices = account.notices.iter().map(|notice| {
        let word = match notice.severity {
            Severity::Info => "",
            Severity::Warning => "warning: ",
            Severity::Error => "error: ",
        };
        format!("- {}: {word}{}", time(notice.at), plain(notice.text))
    });
    section(&mut lines, "Notices", notices.collect());
    lines.join("\n")
}

fn head(account: &Account<'_>, versions: &Versions) -> Vec<String> {
    let path = if account.tags.is_empty() {
        format!("{} → {}", plain(&versions.label(account.from)), plain(&versions.label(account.to)))
    } else {
        account.tags.iter().map(|tag| plain(tag)).collect::<Vec<_>>().join(", ")
    };
    let began = account.decisions.iter().find(|decision| matches!(decision.what, What::Began));
    let by = began.map(|decision| format!(", by {}", plain(&who(decision.by)))).unwrap_or_default();
    let mut lines = vec![
        format!("# {}: {path}", plain(account.system)),
        String::new(),
        "| | |".to_owned(),
        "|---|---|".to_owned(),
        format!("| deployment | {} |", plain(account.deployment)),
        format!("| run | {} |", code(account.run)),
        format!("| state | {} |", run_state(account.state).to_lowercase()),
        format!("| began | {}{by} |", time(account.began)),
        format!("| last word | {} |", time(account.last)),
        format!("| took | {} |", duration(account.duration)),
        format!("| in maintenance | {} |", duration(account.maintenance)),
        format!("| plan | {} |", code(account.plan_hash)),
    ];
    lines.extend(
        account.floor.map(|floor| format!("| way back | {} or later; below that only the backup |", plain(floor))),
    );
    lines
}

/// Nothing is said of what there is nothing of.
fn section(lines: &mut Vec<String>, title: &str, content: Vec<String>) {
    if !content.is_empty() {
        lines.extend([String::new(), format!("## {title}"), String::new()]);
        lines.extend(content);
    }
}

fn steps(steps: &[Step<'_>]) -> Vec<String> {
    let head = ["| | step | kind | state | took | attempts |", "|---:|---|---|---|---:|---:|"].map(str::to_owned);
    let rows = steps.iter().enumerate().map(|(n, step)| {
        let took = step.duration.map(duration).unwrap_or_default();
        let attempts = if step.attempts == 0 { String::new() } else { step.attempts.to_string() };
        let (title, key) = (plain(step.title), code(step.key));
        format!("| {} | {title}<br>{key} | {} | {} | {took} | {attempts} |", n + 1, step.kind, step_state(step.state))
    });
    head.into_iter().chain(rows).collect()
}

fn proves(step: &&Step<'_>) -> bool {
    matches!(step.phase, Phase::Verify | Phase::Health)
}

fn proof(step: &Step<'_>) -> String {
    let word = match step.state {
        StepState::Done { .. } => "holds".to_owned(),
        StepState::Failed { error, .. } => format!("does not hold: {}", plain(error)),
        other => step_state(other),
    };
    format!("- {} ({}): {word}", plain(step.title), code(step.key))
}

fn left_out(step: &Step<'_>) -> Option<String> {
    let why = match step.state {
        StepState::Skipped { reason } => format!("skipped: {}", plain(reason)),
        StepState::SetAside { error } => format!("set aside: {}", plain(error)),
        StepState::Blocked { by } => format!("left out, since {} was set aside", code(by)),
        _ => return None,
    };
    Some(format!("- {} ({}): {why}", plain(step.title), code(step.key)))
}

fn overridden(decision: &Decision<'_>) -> Option<String> {
    let What::Overrode { check, reason } = &decision.what else { return None };
    Some(format!("- {}: {} ({})", code(check), plain(reason), plain(&who(decision.by))))
}

fn decision(decision: &Decision<'_>) -> String {
    let what = match &decision.what {
        What::Began => "began the run".to_owned(),
        What::WentOn => "went on with the run".to_owned(),
        What::Acknowledged { release, item: None } => format!("read the notes of {} to their end", plain(release)),
        What::Acknowledged { release, item: Some(item) } => {
            format!("acknowledged item {} of the notes of {}", item + 1, plain(release))
        }
        What::Overrode { check, .. } => format!("accepted that the check {} warns", code(check)),
        What::Maintenance { choice: MaintenanceChoice::Now } => "entered maintenance at once".to_owned(),
        What::Maintenance { choice: MaintenanceChoice::AtStep } => {
            "chose maintenance before the first step that needs it".to_owned()
        }
        What::Maintenance { choice: MaintenanceChoice::Skip { reason } } => {
            format!("left maintenance out, because {}", plain(reason))
        }
        What::Paced { pace } => format!("set the pace of batches to {pace}"),
        What::Answered { key, value } => format!("answered {} with {}", code(key), code(value)),
        What::Restored { files } => {
            format!("put the backup back: {}", files.iter().map(|file| code(file)).collect::<Vec<_>>().join(", "))
        }
        What::Approved { hash, irreversible, at_end } => {
            let points = match irreversible {
                [] => String::new(),
                keys => format!(", past {}", keys.iter().map(|key| code(key)).collect::<Vec<_>>().join(", ")),
            };
            let end = match at_end {
                AtEnd::Record => "; with nobody there the version is recorded",
                AtEnd::Wait => "; with nobody there it waits",
                AtEnd::Approved => " and the version",
            };
            format!("approved the plan {}{points}{end}", code(hash))
        }
    };
    format!("- {}: {} {what}", time(decision.at), plain(&who(decision.by)))
}

fn time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Text that marks up nothing.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        if "\\`*_[]<>|&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as it is, which ends neither itself nor a table's cell.
fn code(text: &str) -> String {
    format!("`{}`", visible(text).replace('`', "'").replace('|', "\\|"))
}
