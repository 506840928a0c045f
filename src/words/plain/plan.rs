//! The plan as a list, by hop.

use crate::model::{Offline, Phase, Plan, PlannedStep, Work};
use crate::words::format::{duration, plural, visible};
use crate::words::screens;

/// Above the list.
pub fn head(plan: &Plan) -> String {
    let what = match plan.tags.as_slice() {
        [] => format!("from {} to {}", visible(&plan.from), visible(&plan.to)),
        tags => format!("for {} at {}, which stays as it is", visible(&tags.join(", ")), visible(&plan.to)),
    };
    let steps = plural(plan.steps.len(), "step", "steps");
    format!("The plan {what}: {steps}. Its hash is {}.", visible(&plan.hash))
}

/// Above the steps of one part.
pub fn part(plan: &Plan, step: &PlannedStep) -> String {
    if let Some((n, hop)) = step.hop.and_then(|n| Some((n, plan.hops.get(n)?))) {
        let (from, to) = (visible(&hop.from_label), visible(&hop.to_label));
        return format!("Hop {} of {}, from {from} to {to}:", n + 1, plan.hops.len());
    }
    match step.phase {
        Phase::First => "First:",
        Phase::Enter => "Into maintenance:",
        Phase::Gate | Phase::Before | Phase::Hop | Phase::Steps => "Then:",
        Phase::Verify => "Verification:",
        Phase::Last => "Last:",
        Phase::Leave => "Out of maintenance:",
        Phase::Health => "Does the service answer?",
    }
    .to_owned()
}

/// The line across the list, before the step after which there is no return.
pub fn no_return(plan: &Plan) -> String {
    format!(
        "  ---- Point of no return: after the next step only the backup leads back to {}. ----",
        visible(&plan.from)
    )
}

/// `[3/17] backfill 2.0.0/fill Fill the lookup column (touches secrets; in maintenance; about 3 s)`
pub fn step(number: usize, of: usize, step: &PlannedStep) -> String {
    let mut notes = Vec::new();
    if !step.touches.is_empty() {
        notes.push(format!("touches {}", visible(&step.touches)));
    }
    match step.offline {
        Offline::Required => notes.push("needs maintenance".to_owned()),
        Offline::Advised => notes.push("maintenance is advised".to_owned()),
        Offline::No => {}
    }
    if step.optional {
        notes.push("may be skipped".to_owned());
    }
    if let Some(estimate) = step.estimate {
        notes.push(format!("about {}", duration(estimate)));
    }
    if let Some(floor) = &step.floor {
        notes.push(format!("from here on only {} or later can read the data", visible(floor)));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("  [{number}/{of}] {} {} {}{notes}", step.work.word(), visible(&step.key), visible(&step.title))
}

/// What is expected of the whole, as far as the definitions say.
pub fn total(plan: &Plan) -> Option<String> {
    let known = plan.steps.iter().filter(|step| step.estimate.is_some()).count();
    let sum: u64 = plan.steps.iter().filter_map(|step| step.estimate).sum();
    // A check takes a moment, and nobody can say how long a question does.
    let looks = |step: &&PlannedStep| {
        step.estimate.is_none() && matches!(step.work, Work::Check(_) | Work::Baseline(_) | Work::Ask(_))
    };
    match plan.steps.len() - known - plan.steps.iter().filter(looks).count() {
        _ if known == 0 => None,
        0 => Some(format!("Together about {}.", duration(sum))),
        rest => Some(format!(
            "Together about {}, besides {} without an estimate.",
            duration(sum),
            plural(rest, "step", "steps")
        )),
    }
}

/// The very SQL, argument list or file change of a step, and what happens after a crash.
pub fn detail(step: &PlannedStep) -> Vec<String> {
    let mut lines = vec![format!("{} {}:", visible(&step.key), visible(&step.title))];
    lines.extend(step.why.iter().map(|why| format!("  Why: {}", visible(why))));
    lines.extend(step.detail.iter().map(|line| super::block(line)));
    if !step.proof.is_empty() {
        lines.push(format!("  {}:", screens::DONE_WHEN));
        lines.extend(step.proof.iter().map(|line| super::block(line)));
    }
    if !matches!(step.work, Work::Ask(_) | Work::Check(_) | Work::Baseline(_)) {
        lines.push(format!("  {}", screens::resume(step.resume)));
    }
    lines
}
