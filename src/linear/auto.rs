//! The plain front end with nobody there: the pilot decides.

use std::io::{self, Write};

use super::session::Session;
use crate::link::FromRunner;
use crate::model::Exit;
use crate::pilot::{Act, Captain, Ending, Policy};

pub(super) async fn run<W: Write>(mut session: Session<W>, policy: Policy) -> io::Result<Ending> {
    let mut captain = Captain::new(policy);
    loop {
        let plan = session.teller.plan(&session.state);
        session.say_all(plan)?;
        if let Some(exit) = act(&mut session, &mut captain)? {
            return Ok(session.end(exit));
        }
        let mut message = Some(session.next(false).await?);
        while let Some(now) = message {
            take(&mut session, &mut captain, now)?;
            message = session.next_ready();
        }
    }
}

fn act<W: Write>(session: &mut Session<W>, captain: &mut Captain) -> io::Result<Option<Exit>> {
    loop {
        match captain.act(&session.state) {
            Act::Wait => return Ok(None),
            Act::Send(decision) => session.decide(decision),
            Act::Say { text, .. } => session.reason = Some(text),
            Act::Leave(exit) => return Ok(Some(exit)),
        }
    }
}

fn take<W: Write>(session: &mut Session<W>, captain: &mut Captain, message: FromRunner) -> io::Result<()> {
    match message {
        FromRunner::Event(event) => {
            session.take(&event)?;
            captain.observe(&session.state);
        }
        FromRunner::Refused { reason } => captain.refused(&reason),
        FromRunner::Wheel { yours: false, driver, .. } => captain.displaced(driver.as_ref()),
        FromRunner::Wheel { yours: true, .. } => {}
        FromRunner::Gone => captain.gone(&session.state),
    }
    Ok(())
}
