//! Finds out for which items a step is to be done. It changes nothing; the steps themselves are made by the plan.

use super::{Context, Outcome, Report};
use crate::model::{Listed, Over, Value};
use crate::probe::{MOST_ROWS, Verdict, ask_all, judge};

pub async fn run(listed: &Listed, context: &Context) -> Outcome {
    let Some(Over::Probe(probe)) = listed.step.repeat.as_ref().map(|r| &r.over) else {
        return Outcome::permanent("there is nothing that says which items there are");
    };
    let answer = match ask_all(probe, &context.site).await {
        Ok(answer) => answer,
        Err(e) => return e.into(),
    };
    match judge(&answer, &probe.answer, &context.site, None) {
        Ok(Verdict::Yes) => {}
        Ok(Verdict::No(found) | Verdict::Unknown(found)) => {
            return Outcome::transient(format!("the items could not be listed: {found}"));
        }
        Err(e) => return e.into(),
    }
    if answer.count > answer.rows.len() as u64 {
        let count = answer.count;
        return Outcome::permanent(format!("{count} items are more than the {MOST_ROWS} that can be done one by one"));
    }
    let columns = &answer.columns;
    let items = answer.rows.into_iter().map(|mut row| match row.len() {
        1 => row.pop().unwrap_or_default(),
        _ => Value::from(columns.iter().cloned().zip(row).collect::<serde_json::Map<_, _>>()),
    });
    context.report(Report::Items(items.collect()));
    Outcome::Done
}
