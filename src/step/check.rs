//! Checks as steps: gates before a hop, proofs after it, the service's health; and the answers that are kept to be
//! compared with.

use super::{Context, Outcome, Report};
use crate::model::{Answer, Check, Level, Noted, Value};
use crate::probe::{Verdict, ask, in_the_way, judge};

pub async fn run(check: &Check, context: &Context) -> Outcome {
    let site = &context.site;
    let answer = match ask(&check.probe, site).await {
        Ok(answer) => answer,
        Err(e) => return e.into(),
    };
    let before = context.baseline.get(&context.key).map(String::as_str);
    let found = match judge(&answer, &check.probe.answer, site, before) {
        Ok(Verdict::Yes) => return Outcome::Done,
        Ok(Verdict::No(found) | Verdict::Unknown(found)) => found,
        Err(e) => return e.into(),
    };
    let name = context.key.rsplit_once("/check/").map_or(context.key.as_str(), |(_, id)| id);
    if check.level == Level::Should && context.overrides.contains(name) {
        return Outcome::Done;
    }
    let answer = in_the_way(answer, &check.probe.answer, site);
    for line in rows_as_lines(&answer).into_iter().take(20) {
        context.report(Report::Log(site.secrets.mask(&line)));
    }
    let fix = check.fix.as_ref().and_then(|f| site.renderer().text(f).ok());
    Outcome::permanent(match fix {
        Some(fix) => format!("{found}. {fix}"),
        None => found,
    })
}

pub async fn baseline(noted: &[Noted], context: &Context) -> Outcome {
    let mut answers = Vec::new();
    for Noted { key, probe, scope } in noted {
        match ask(probe, &context.site.scoped(scope, &context.answers)).await {
            Ok(answer) => answers.push((key.clone(), answer.digest.clone(), Value::from(answer.count))),
            Err(e) => return e.into(),
        }
    }
    context.report(Report::Baseline(answers));
    Outcome::Done
}

/// An answer's rows for reading: `name=value` where there are several columns.
pub fn rows_as_lines(answer: &Answer) -> Vec<String> {
    let plain = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    answer
        .rows
        .iter()
        .map(|row| match row.as_slice() {
            [one] => plain(one),
            many => answer
                .columns
                .iter()
                .zip(many)
                .map(|(name, value)| format!("{name}={}", plain(value)))
                .collect::<Vec<_>>()
                .join("  "),
        })
        .collect()
}
