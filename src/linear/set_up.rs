//! The guided set-up in plain lines: one question at a time, answered by a number or a line.

use std::io::{self, Write};
use std::time::Duration;

use tokio::sync::mpsc;

use super::lines::Lines;
use crate::interview::{Interview, Kind, Outside, Question, Reply, Written};
use crate::words::format::visible;
use crate::words::plain::ask;
use crate::words::setup as words;

/// After so long without an answer a line says what is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the set-up ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetUp {
    Written(Written),
    /// The operator left; nothing was written.
    Left,
    /// There is no more input.
    Silent,
}

/// Asks until the file is written or the operator leaves. `echo` turns off what the terminal shows of typing, for
/// what is secret, and on again.
///
/// # Errors
/// When `out` cannot be written to.
pub async fn set_up(
    mut interview: Interview,
    mut outside: Outside,
    out: impl Write,
    input: &mut mpsc::Receiver<String>,
    echo: impl Fn(bool),
) -> io::Result<SetUp> {
    let mut out = Lines::new(out);
    out.say(words::WELCOME)?;
    let mut told = 0;
    let mut last_asked = None;
    loop {
        if let Some(written) = interview.written() {
            return Ok(SetUp::Written(written.clone()));
        }
        told = tell(&interview, told, &mut out)?;
        let Some(question) = interview.question() else {
            let news = match tokio::time::timeout(PATIENCE, outside.news.recv()).await {
                Ok(news) => news,
                Err(_) => {
                    out.say(interview.waiting().unwrap_or_default())?;
                    continue;
                }
            };
            let Some((ticket, news)) = news else { return Ok(SetUp::Silent) };
            let errand = interview.hear(ticket, news);
            errand.into_iter().for_each(|errand| drop(outside.errands.send(errand)));
            last_asked = None;
            continue;
        };
        if last_asked.as_ref() != Some(&question) {
            out.say_all(lines(&question))?;
        }
        last_asked = Some(question.clone());
        let hidden = matches!(question.kind, Kind::Line { hidden: true, .. });
        if hidden {
            echo(false);
        }
        let line = input.recv().await;
        if hidden {
            echo(true);
        }
        let Some(line) = line else {
            out.say(words::END_OF_INPUT)?;
            return Ok(SetUp::Silent);
        };
        let errand = match line.trim() {
            words::QUIT_WORD => {
                out.say(words::LEFT)?;
                return Ok(SetUp::Left);
            }
            words::BACK_WORD => {
                last_asked = None;
                if !interview.can_go_back() {
                    out.say(words::FIRST)?;
                }
                interview.back()
            }
            words::HELP_WORD => {
                out.say(&question.help)?;
                None
            }
            text => match reply(&question, text, &line) {
                Some(reply) => {
                    last_asked = None;
                    interview.answer(reply)
                }
                None => {
                    out.say(words::NOT_A_CHOICE)?;
                    None
                }
            },
        };
        errand.into_iter().for_each(|errand| drop(outside.errands.send(errand)));
    }
}

/// Says what was found by the last answers, once.
fn tell(interview: &Interview, told: usize, out: &mut Lines<impl Write>) -> io::Result<usize> {
    let so_far = interview.so_far();
    for line in so_far.iter().skip(told) {
        out.say(&words::noted(line))?;
    }
    Ok(so_far.len())
}

fn reply(question: &Question, text: &str, line: &str) -> Option<Reply> {
    match &question.kind {
        Kind::Choice { choices, .. } => {
            let number = text.parse::<usize>().ok()?.checked_sub(1)?;
            (number < choices.len()).then_some(Reply::Pick(number))
        }
        Kind::Line { proposed: true, .. } if text.is_empty() => Some(Reply::Take),
        // A secret may begin or end with spaces.
        Kind::Line { .. } => Some(Reply::Text(line.to_owned())),
    }
}

fn lines(question: &Question) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(question.trouble.iter().map(|trouble| words::trouble(trouble)));
    if let Some(file) = &question.file {
        lines.push(crate::words::plain::block(file));
    }
    let number = question.number.map(|(number, of)| format!("{}: ", words::number(number, of)));
    lines.push(format!("{}{}", number.unwrap_or_default(), visible(&question.ask)));
    lines.extend(question.known.iter().cloned());
    match &question.kind {
        Kind::Choice { choices, .. } => {
            lines.extend(choices.iter().enumerate().map(|(n, choice)| ask::choice(n + 1, &visible(choice))));
            lines.push(words::TYPE_NUMBER.to_owned());
        }
        Kind::Line { preset, proposed, .. } => {
            lines.push(words::type_line(proposed.then_some(preset.as_str())));
        }
    }
    lines
}
