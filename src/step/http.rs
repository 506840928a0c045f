//! A request as a step.

use super::{Context, Outcome, Report};
use crate::model::{AnswerSpec, Http};
use crate::probe::{Verdict, judge, lines_answer, request, text_lines};

pub async fn run(http: &Http, context: &Context) -> Outcome {
    let site = &context.site;
    let (status, body) = match request(site, http).await {
        Ok(answered) => answered,
        Err(e) => return e.into(),
    };
    for line in text_lines(&body).iter().take(20) {
        context.report(Report::Log(site.secrets.mask(line)));
    }
    let mut answer = lines_answer(text_lines(&body));
    answer.status = Some(status);
    let spec = AnswerSpec { expect: http.expect.clone(), ..AnswerSpec::default() };
    match judge(&answer, &spec, site, None) {
        Ok(Verdict::Yes) => Outcome::Done,
        Ok(Verdict::No(found) | Verdict::Unknown(found)) => Outcome::failed(found, true, Some(answer)),
        Err(e) => e.into(),
    }
}
