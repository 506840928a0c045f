//! What an answer means: yes, no, or unknown. Unknown is not no.

use regex::Regex;

use super::answer::plain;
use super::{AskError, Site};
use crate::model::{Answer, AnswerSpec, Expect, Template, Value};

/// What an answer means. `No` and `Unknown` say what was found, as a sentence with secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No(String),
    Unknown(String),
}

/// Judges an answer. `before` is the digest of the answer to compare with, for `unchanged`.
///
/// # Errors
/// When an expectation cannot be filled in.
pub fn judge(answer: &Answer, spec: &AnswerSpec, site: &Site, before: Option<&str>) -> Result<Verdict, AskError> {
    // With nothing expected it is enough that the question was answered well.
    let fallback = Expect::default();
    let expect = spec.expect.as_ref().unwrap_or(&fallback);
    let Some(found) = unmet(answer, expect, site, before)? else { return Ok(Verdict::Yes) };
    let found = site.secrets.mask(&found);
    match &spec.otherwise {
        Some(otherwise) if unmet(answer, otherwise, site, before)?.is_some() => Ok(Verdict::Unknown(found)),
        _ => Ok(Verdict::No(found)),
    }
}

/// The first condition that does not hold, as what was found instead.
fn unmet(answer: &Answer, expect: &Expect, site: &Site, before: Option<&str>) -> Result<Option<String>, AskError> {
    let renderer = site.renderer();
    // A program that failed has answered nothing, unless its status is the question.
    if let Some(exit) = answer.exit {
        let wanted = expect.exit.as_deref().unwrap_or(&[0]);
        if !wanted.contains(&exit) {
            return Ok(Some(format!("{}, expected {}", answer.failure(exit), list(wanted))));
        }
    }
    if let Some(status) = answer.status {
        let good = expect.status.as_ref().map_or((200..300).contains(&status), |wanted| wanted.contains(&status));
        if !good {
            return Ok(Some(format!("HTTP status {status}")));
        }
    }
    if let Some(exists) = expect.exists
        && answer.exists != Some(exists)
    {
        return Ok(Some(if exists { "the file is not there".to_owned() } else { "the file is there".to_owned() }));
    }
    if let Some(rows) = expect.rows
        && (answer.count < rows.least || rows.most.is_some_and(|most| answer.count > most))
    {
        return Ok(Some(count(answer)));
    }
    if let Some(values) = &expect.value {
        let wanted =
            values.iter().map(|t| Ok(plain(&renderer.value(t)?))).collect::<Result<Vec<String>, AskError>>()?;
        let found: Vec<String> = answer.rows.iter().map(|r| r.first().map(plain).unwrap_or_default()).collect();
        if found != wanted || answer.count != found.len() as u64 {
            return Ok(Some(match found.as_slice() {
                [] => format!("no answer, expected {}", wanted.join(", ")),
                found => format!("{}, expected {}", found.join(", "), wanted.join(", ")),
            }));
        }
    }
    if let Some(pattern) = &expect.text
        && !any_line_matches(answer, pattern, site)?
    {
        return Ok(Some(format!("no line says what is expected: {}", said(answer))));
    }
    if let Some(pattern) = &expect.every {
        let others = others(answer, pattern, site)?;
        // Of a very long answer only the beginning is kept.
        if answer.count != answer.rows.len() as u64 {
            return Ok(Some(format!("{} are too many to look at each", count(answer))));
        }
        match others.as_slice() {
            [] => {}
            [row] => return Ok(Some(format!("one row does not say what is expected: {}", line(row)))),
            rows => return Ok(Some(format!("{} rows do not say what is expected", rows.len()))),
        }
    }
    if expect.unchanged {
        return Ok(match before {
            Some(before) if before == answer.digest => None,
            Some(_) => Some(format!("it is not what it was before: {} now", said(answer))),
            None => Some("there is no answer from before to compare with".to_owned()),
        });
    }
    Ok(None)
}

fn count(answer: &Answer) -> String {
    format!("{} {}", answer.count, if answer.count == 1 { "row" } else { "rows" })
}

/// The answer itself where it is short enough for a sentence.
fn said(answer: &Answer) -> String {
    match answer.rows.as_slice() {
        [] => "no answer".to_owned(),
        [row] if row.len() == 1 => plain(&row[0]),
        _ => count(answer),
    }
}

fn any_line_matches(answer: &Answer, pattern: &Template, site: &Site) -> Result<bool, AskError> {
    let regex = compiled(pattern, site)?;
    Ok(answer.rows.iter().any(|row| regex.is_match(&line(row))))
}

/// The rows in which a pattern is not found.
fn others(answer: &Answer, pattern: &Template, site: &Site) -> Result<Vec<Vec<Value>>, AskError> {
    let regex = compiled(pattern, site)?;
    Ok(answer.rows.iter().filter(|row| !regex.is_match(&line(row))).cloned().collect())
}

/// The rows that stand in the way: where each has to say something, those that do not.
pub fn in_the_way(answer: Answer, spec: &AnswerSpec, site: &Site) -> Answer {
    let every = spec.expect.as_ref().and_then(|expect| expect.every.as_ref());
    let Some(Ok(rows)) = every.map(|pattern| others(&answer, pattern, site)) else { return answer };
    Answer { rows, ..answer }
}

fn compiled(pattern: &Template, site: &Site) -> Result<Regex, AskError> {
    let pattern = site.renderer().regex(pattern)?;
    Regex::new(&pattern).map_err(|e| AskError::Definition(format!("`{pattern}` is not a regular expression: {e}")))
}

fn line(row: &[Value]) -> String {
    row.iter().map(plain).collect::<Vec<_>>().join(" ")
}

fn list(numbers: &[i32]) -> String {
    numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::definition::{Names, Secrets, Templates};
    use crate::model::Scheme;

    fn site() -> Site {
        Site {
            deployment: "here".to_owned(),
            dir: "/".into(),
            state_dir: "/".into(),
            scheme: Scheme::Semver,
            names: Names::default(),
            secrets: Arc::new(Secrets::from_iter([("token".to_owned(), "hunter2".to_owned())])),
            stores: Default::default(),
            limits: crate::model::Limits::default(),
            replicas: Arc::default(),
            env: Arc::default(),
            templates: Templates::new(&Scheme::Semver),
        }
    }

    #[test]
    fn every_row_says_so_or_those_that_do_not_are_told() {
        let rows = |lines: &[&str]| {
            let rows: Vec<_> = lines.iter().map(|line| vec![Value::from(*line)]).collect();
            Answer { count: rows.len() as u64, rows, ..Answer::default() }
        };
        let every = Expect { every: Some(Template::new("\\bid\\b".to_owned())), ..Expect::default() };
        let spec = AnswerSpec { expect: Some(every), ..AnswerSpec::default() };
        let told = |answer: &Answer| judge(answer, &spec, &site(), None).expect("a verdict");
        assert_eq!(told(&rows(&["cors id app", "id"])), Verdict::Yes);
        assert_eq!(told(&rows(&[])), Verdict::Yes);
        let one = rows(&["cors app", "id app"]);
        assert_eq!(told(&one), Verdict::No("one row does not say what is expected: cors app".to_owned()));
        assert_eq!(in_the_way(one, &spec, &site()).rows, [[Value::from("cors app")]]);
        assert_eq!(told(&rows(&["app", "x", "id"])), Verdict::No("2 rows do not say what is expected".to_owned()));
        let long = Answer { count: 101, ..rows(&["id"]) };
        assert_eq!(told(&long), Verdict::No("101 rows are too many to look at each".to_owned()));
    }

    #[test]
    fn what_was_found_is_told_without_secrets() {
        let site = site();
        let answer = Answer { rows: vec![vec![Value::from("it is hunter2")]], count: 1, ..Answer::default() };
        let text = Expect { text: Some(Template::new("ready".to_owned())), ..Expect::default() };
        let value = Expect { value: Some(vec![Template::new("ready".to_owned())]), ..Expect::default() };
        for (expect, found) in [
            (text, "no line says what is expected: it is {{ secret:token }}"),
            (value, "it is {{ secret:token }}, expected ready"),
        ] {
            let spec = AnswerSpec { expect: Some(expect), ..AnswerSpec::default() };
            assert_eq!(judge(&answer, &spec, &site, None).expect("a verdict"), Verdict::No(found.to_owned()));
        }
    }
}
