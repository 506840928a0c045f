//! One attempt of a step, with the questions around it: is it done already, may it begin, is it done now?

use std::time::Duration;

use super::drift;
use crate::definition::TemplateError;
use crate::model::{Answer, Ask, Check, Over, PlannedStep, Probe, Value, Work};
use crate::probe::{AskError, Site, Verdict, ask, in_the_way, judge};
use crate::step::{self, Context, Outcome, Report};
use crate::words::format::bytes;

/// How often `done_when` is asked for progress while a program runs.
const LOOK: Duration = Duration::from_millis(500);

/// Carries out one attempt. `take_up`: an earlier runner started it, and its program is waited for.
pub async fn attempt(planned: &PlannedStep, context: &Context, take_up: bool) -> Outcome {
    // What was found may be what a program printed.
    match unmasked(planned, context, take_up).await {
        Outcome::Failed(mut failure) => {
            failure.error = context.site.secrets.mask(&failure.error);
            Outcome::Failed(failure)
        }
        Outcome::Unknown { intent } => Outcome::Unknown { intent: context.site.secrets.mask(&intent) },
        Outcome::SetAside { error } => Outcome::SetAside { error: context.site.secrets.mask(&error) },
        other => other,
    }
}

async fn unmasked(planned: &PlannedStep, context: &Context, take_up: bool) -> Outcome {
    let mut to_do = None;
    if !take_up {
        match before(planned, context).await {
            // Against what there was at first, so that a second attempt does not start from nothing again.
            Ok(remaining) => {
                to_do = remaining.map(|left| context.total.unwrap_or(left).max(left));
                if let (Some(total), Some(left)) = (to_do, remaining) {
                    // What this attempt gets done counts from here.
                    context.progress(total - left, Some(total), "items");
                }
            }
            Err(outcome) => return outcome,
        }
    }
    let outcome = {
        let work = step::run(planned, context);
        tokio::pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                () = tokio::time::sleep(LOOK), if to_do.is_some() => {
                    progress(planned, context, to_do).await;
                }
            }
        }
    };
    let outcome = after(planned, context, outcome).await;
    if outcome == Outcome::Done && matches!(planned.work, Work::Sql(_) | Work::Run(_)) {
        drift::look(&context.site, &context.reports).await;
    }
    progress(planned, context, to_do).await;
    with_unless(planned, context, outcome)
}

/// Asks `done_when` and the step's own checks. What `done_when` counts is what remains to be done.
pub async fn before(planned: &PlannedStep, context: &Context) -> Result<Option<u64>, Outcome> {
    let mut remaining = None;
    if let Some(probe) = &planned.done_when {
        match ask(probe, &context.site).await {
            Ok(answer) => {
                remaining = left(probe, &answer);
                match judge(&answer, &probe.answer, &context.site, None).map_err(Outcome::from)? {
                    Verdict::Yes => return Err(Outcome::Adopted),
                    Verdict::No(_) => {}
                    Verdict::Unknown(_) if context.told_to_do || matches!(planned.work, Work::Ask(_)) => {}
                    Verdict::Unknown(found) => {
                        return Err(Outcome::Unknown { intent: format!("whether it is done is unclear: {found}") });
                    }
                }
            }
            // A program that the step installs is not there before it; nor what the operator is asked to make.
            Err(AskError::Command { .. }) => {}
            Err(e) if matches!(planned.work, Work::Ask(_)) => drop(e),
            // Nor is a database that it makes.
            Err(AskError::Store(_)) if is_still_to_be_made(probe, &context.site) => {}
            Err(e) => return Err(e.into()),
        }
    }
    if let Some(space) = &planned.needs_space {
        let room = step::room(space, &context.site).await.map_err(Outcome::permanent)?;
        if !room.is_enough() {
            let (needed, free) = (bytes(room.needed), bytes(room.free));
            return Err(Outcome::outside(format!(
                "{needed} must be free at {}, and only {free} is",
                room.at.display()
            )));
        }
    }
    for check in &planned.checks {
        for site in places(check, &context.site).map_err(|e| Outcome::permanent(e.to_string()))? {
            holds(check, &site, context).await?;
        }
    }
    Ok(remaining)
}

/// Whether the database that a probe asks is a file that is not there.
fn is_still_to_be_made(probe: &Probe, site: &Site) -> bool {
    let Ask::Sql { store, .. } = &probe.ask else { return false };
    let location = site.store(store.as_deref()).ok().map(|(_, location)| location);
    location.and_then(|location| location.file()).is_some_and(|file| matches!(file.try_exists(), Ok(false)))
}

/// Where a check is asked: once, or once for each item.
fn places(check: &Check, site: &Site) -> Result<Vec<Site>, TemplateError> {
    let Some(repeat) = &check.repeat else { return Ok(vec![site.clone()]) };
    let renderer = site.renderer();
    let items = match &repeat.over {
        Over::Expression(expression) => renderer.items(expression)?,
        Over::List(items) => items.iter().map(|item| renderer.value(item)).collect::<Result<_, _>>()?,
        // The loader takes none for a check.
        Over::Probe(_) => Vec::new(),
    };
    let with = |item| {
        let mut site = site.clone();
        site.names.items.insert(repeat.name.clone(), item);
        site
    };
    Ok(items.into_iter().map(with).collect())
}

/// A step is not begun where a check of its own says no.
async fn holds(check: &Check, site: &Site, context: &Context) -> Result<(), Outcome> {
    let answer = ask(&check.probe, site).await.map_err(Outcome::from)?;
    match judge(&answer, &check.probe.answer, site, None).map_err(Outcome::from)? {
        Verdict::Yes => Ok(()),
        Verdict::No(found) | Verdict::Unknown(found) => {
            let answer = in_the_way(answer, &check.probe.answer, site);
            for line in step::rows_as_lines(&answer).into_iter().take(20) {
                context.report(Report::Log(site.secrets.mask(&line)));
            }
            let title = site.renderer().text(&check.title).map(|t| t.to_string()).unwrap_or_default();
            let fix = check.fix.as_ref().and_then(|f| site.renderer().text(f).ok());
            let fix = fix.map(|f| format!(". {f}")).unwrap_or_default();
            Err(Outcome::permanent(format!("the check \"{title}\" says no: {found}{fix}")))
        }
    }
}

/// Asks `done_when` again: it counts, whatever the attempt itself says.
async fn after(planned: &PlannedStep, context: &Context, outcome: Outcome) -> Outcome {
    let (Some(probe), Outcome::Done | Outcome::Failed(_)) = (&planned.done_when, &outcome) else { return outcome };
    context.report(Report::Verifying);
    let verdict = match ask(probe, &context.site).await {
        Ok(answer) => judge(&answer, &probe.answer, &context.site, None),
        Err(e) => Err(e),
    };
    match (verdict, outcome) {
        (Ok(Verdict::Yes), Outcome::Failed(failure)) => {
            context.report(Report::Log(format!("it is done, although: {}", context.site.secrets.mask(&failure.error))));
            Outcome::Done
        }
        (Ok(Verdict::Yes), outcome) => outcome,
        (_, Outcome::Failed(failure)) => Outcome::Failed(failure),
        (Ok(Verdict::No(found)), _) => Outcome::transient(format!("it is not done yet: {found}")),
        (Ok(Verdict::Unknown(found)), _) => {
            Outcome::Unknown { intent: format!("it ended well, but whether it is done is unclear: {found}") }
        }
        (Err(e), _) => e.into(),
    }
}

/// Tells how much less there is to do than when the step was first begun.
async fn progress(planned: &PlannedStep, context: &Context, at_first: Option<u64>) {
    let (Some(total), Some(probe)) = (at_first, &planned.done_when) else { return };
    if let Ok(answer) = ask(probe, &context.site).await
        && let Some(left) = left(probe, &answer)
    {
        context.report(Report::Progress {
            done: total.saturating_sub(left),
            total: Some(total),
            unit: "items".to_owned(),
        });
    }
}

/// How much is left to do, where the answer counts down to nothing: a number that is to be 0, or rows of which there
/// are to be none.
fn left(probe: &Probe, answer: &Answer) -> Option<u64> {
    let expect = probe.answer.expect.as_ref()?;
    if expect.rows.is_some_and(|rows| rows.least == 0 && rows.most == Some(0)) {
        return Some(answer.count);
    }
    let down = expect.value.as_ref().is_some_and(|value| matches!(value.as_slice(), [zero] if zero.text.trim() == "0"));
    match answer.rows.as_slice() {
        [row] if down && row.len() == 1 => match &row[0] {
            Value::Number(n) => n.as_u64(),
            Value::String(s) => s.trim().parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A failure that `retry.unless` names is never tried again.
fn with_unless(planned: &PlannedStep, context: &Context, outcome: Outcome) -> Outcome {
    let Outcome::Failed(mut failure) = outcome else { return outcome };
    let unless = planned.retry.as_ref().and_then(|r| r.unless.clone());
    if let (Some(unless), Some(answer)) = (unless, &failure.answer) {
        // An exit status that is not named must not stand in the way of a text that is.
        let exit = unless.exit.clone().or_else(|| answer.exit.map(|e| vec![e]));
        let spec = crate::model::AnswerSpec {
            expect: Some(crate::model::Expect { exit, ..unless }),
            ..crate::model::AnswerSpec::default()
        };
        if matches!(judge(answer, &spec, &context.site, None), Ok(Verdict::Yes)) {
            failure.transient = false;
        }
    }
    Outcome::Failed(failure)
}
