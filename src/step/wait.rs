//! Waiting for something that happens by itself: jobs that end, a process that becomes healthy.

use std::time::{Duration, Instant};

use super::{Context, Control, Outcome, Report};
use crate::model::Wait;
use crate::probe::{Verdict, ask, judge};

pub async fn run(wait: &Wait, context: &Context) -> Outcome {
    let began = Instant::now();
    let mut control = context.control.clone();
    let mut said = String::new();
    loop {
        let found = match ask(&wait.until, &context.site).await {
            Ok(answer) => match judge(&answer, &wait.until.answer, &context.site, None) {
                Ok(Verdict::Yes) => return Outcome::Done,
                Ok(Verdict::No(found) | Verdict::Unknown(found)) => found,
                Err(e) => return e.into(),
            },
            // What is not there yet is what is waited for.
            Err(e) => e.to_string(),
        };
        if wait.timeout.is_some_and(|ms| began.elapsed() >= Duration::from_millis(ms)) {
            return Outcome::permanent(format!("waited long enough, and still: {found}"));
        }
        if found != said {
            context.report(Report::Log(format!("waits: {found}")));
            said = found;
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(wait.every)) => {}
            // Between two questions is a safe point.
            _ = control.wait_for(|c| *c >= Control::Stop) => return Outcome::Stopped,
        }
    }
}
