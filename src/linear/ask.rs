//! The plain front end with an operator: one question at a time.

use std::io::{self, Write};

use tokio::sync::mpsc;

use super::desk::Desk;
use super::prompt;
use super::question::Question;
use super::reply::{self, Reply};
use super::session::Session;
use crate::link::FromRunner;
use crate::model::{Actor, Decision, Exit, RunState};
use crate::pilot::Ending;
use crate::words::plain::{ask, give, run as words};

/// Why the front end ends.
enum Way {
    Out(Exit),
    Detached,
}

/// `here`: the steps run in this process.
pub(super) async fn run<W: Write>(
    session: Session<W>,
    input: mpsc::Receiver<String>,
    here: bool,
) -> io::Result<Ending> {
    let mut asking = Asking { session, input, here, left: false, desk: Desk::new(), shown: None };
    let way = asking.until_over().await?;
    Ok(match way {
        Way::Out(exit) => asking.session.end(exit),
        Way::Detached => asking.session.detach(),
    })
}

struct Asking<W> {
    session: Session<W>,
    input: mpsc::Receiver<String>,
    here: bool,
    /// The operator has left; what runs here comes to its end.
    left: bool,
    desk: Desk,
    /// The question whose lines were written last, as long as it is open.
    shown: Option<Question>,
}

impl<W: Write> Asking<W> {
    async fn until_over(&mut self) -> io::Result<Way> {
        loop {
            if let Some(way) = self.over()? {
                return Ok(way);
            }
            let open = self.desk.open(&self.session.state).filter(|_| !self.left);
            if open == Some(Question::Checks) {
                self.send(Decision::RunChecks);
                continue;
            }
            self.show(open.as_ref())?;
            let way = tokio::select! {
                message = self.session.next(open.is_some()) => self.hear(message?)?,
                line = self.input.recv(), if open.is_some() => match open {
                    Some(question) => self.answer(&question, line)?,
                    None => None,
                },
            };
            if let Some(way) = way {
                return Ok(way);
            }
        }
    }

    fn over(&mut self) -> io::Result<Option<Way>> {
        if let Some((_, exit, _)) = &self.session.state.ended {
            return Ok(Some(Way::Out(*exit)));
        }
        let problem = self.session.state.survey.as_ref().and_then(|survey| survey.problem.clone());
        match problem {
            Some((exit, text)) if self.session.state.run.is_none() => {
                self.session.say(&text)?;
                Ok(Some(Way::Out(exit)))
            }
            _ => Ok(None),
        }
    }

    /// Writes what is asked, once, and before it what has to be read for an answer.
    fn show(&mut self, open: Option<&Question>) -> io::Result<()> {
        let plan = self.session.teller.plan(&self.session.state);
        self.session.say_all(plan)?;
        if self.shown.as_ref() == open {
            return Ok(());
        }
        self.shown = open.cloned();
        let Some(question) = open else { return Ok(()) };
        if let Question::Read { release, .. } = question {
            let page = self.session.teller.page(&self.session.state, release);
            self.session.say_all(page)?;
        }
        self.session.say_all(prompt::lines(question, &self.session.state))
    }

    /// Takes in what the runner said, and all that is there behind it: a question may be over before it is asked.
    fn hear(&mut self, first: FromRunner) -> io::Result<Option<Way>> {
        let mut message = Some(first);
        while let Some(now) = message {
            match now {
                FromRunner::Event(event) => {
                    self.session.take(&event)?;
                    self.desk.observe(&self.session.state);
                }
                FromRunner::Refused { reason } => {
                    self.desk.refused();
                    self.shown = None;
                    self.session.say(&ask::refused(&reason))?;
                }
                FromRunner::Wheel { yours, driver, .. } => self.wheel(yours, driver.as_ref())?,
                FromRunner::Gone => return self.gone().map(Some),
            }
            message = self.session.next_ready();
        }
        Ok(None)
    }

    fn wheel(&mut self, yours: bool, driver: Option<&Actor>) -> io::Result<()> {
        if self.desk.driving != yours {
            let text = if yours { words::DRIVING.to_owned() } else { words::watching(driver) };
            self.session.say(&text)?;
        }
        self.desk.wheel(yours);
        Ok(())
    }

    fn gone(&mut self) -> io::Result<Way> {
        if let Some((_, exit, _)) = &self.session.state.ended {
            return Ok(Way::Out(*exit));
        }
        self.session.say(give::GONE)?;
        Ok(Way::Out(Exit::Internal))
    }

    fn answer(&mut self, question: &Question, line: Option<String>) -> io::Result<Option<Way>> {
        let Some(line) = line else { return self.end_of_input(question) };
        match reply::read(question, &line, &self.session.state, &mut self.desk) {
            Reply::Decide(decision) => self.send(decision),
            Reply::TakeWheel => {
                self.session.take_wheel();
                self.desk.sent(&self.session.state);
            }
            Reply::Noted => {}
            Reply::Again(lines) => {
                self.session.say_all(lines)?;
                self.shown = None;
            }
            Reply::Leave => return self.leave(),
        }
        Ok(None)
    }

    fn send(&mut self, decision: Decision) {
        self.session.decide(decision);
        self.desk.sent(&self.session.state);
    }

    fn leave(&mut self) -> io::Result<Option<Way>> {
        if self.here && self.session.state.run.is_some() {
            self.left = true;
            self.session.say(words::LEFT_HERE)?;
            self.send(Decision::Stop);
            return Ok(None);
        }
        let (run, run_state) = (&self.session.state.run, self.session.state.run_state);
        if run.is_some() {
            let begun = !self.session.state.changes.is_empty();
            let unapproved = run_state == Some(RunState::AwaitingApproval) && !begun;
            self.session.say(if unapproved { words::DETACHED_UNAPPROVED } else { words::DETACHED })?;
            return Ok(Some(Way::Detached));
        }
        self.session.say(ask::LEFT)?;
        Ok(Some(Way::Out(Exit::Done)))
    }

    fn end_of_input(&mut self, question: &Question) -> io::Result<Option<Way>> {
        // Somebody else decides; to watch takes no input.
        if *question == Question::Wheel {
            self.desk.watches = true;
            return Ok(None);
        }
        if self.session.state.run.is_some() {
            return self.leave();
        }
        let asked = prompt::sentence(question, &self.session.state);
        self.session.say(&ask::unanswered(&asked))?;
        Ok(Some(Way::Out(Exit::OperatorNeeded)))
    }
}
