//! `pause`, `go`, `stop`, `abandon`: one decision to a session from another terminal.

use super::args::Args;
use super::{Failure, load, session};
use crate::link::{Client, FromRunner, ToRunner};
use crate::model::{Decision, Exit, Pace, RunState, State};

/// Sends a decision to the run that is going on, and waits for its effect.
pub async fn run(args: &Args, decision: Decision) -> Result<Exit, Failure> {
    let deployment = load::deployment(&args.deployment)?;
    match session::attached(&deployment, true).await {
        Some(client) => decide(client, decision).await,
        None => Err(session::nobody(&deployment)),
    }
}

/// Ends an unfinished run: the one that is going on, or the one that an earlier session left.
pub async fn abandon(args: &Args) -> Result<Exit, Failure> {
    let deployment = load::deployment(&args.deployment)?;
    if let Some(client) = session::attached(&deployment, true).await {
        return decide(client, Decision::Abandon).await;
    }
    let mut setup = load::setup(args, None)?;
    setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
    let (_, result) = session::foreground(setup, async |client| left_behind(client).await).await?;
    result
}

/// Takes up an unfinished run, only to end it.
async fn left_behind(mut client: Client) -> Result<Exit, Failure> {
    let mut state = State::default();
    let mut taken_up = false;
    while let Some(message) = client.events.recv().await {
        match take(message, &mut state)? {
            Told::Something => {}
            Told::Nothing => continue,
            Told::End => return Ok(Exit::Done),
            Told::Gone => break,
        }
        let Some(survey) = &state.survey else { continue };
        if survey.unfinished.is_none() {
            return Err(Failure::new(Exit::Usage, "error: there is no unfinished run to abandon; nothing was changed"));
        }
        if !taken_up {
            taken_up = true;
            let _ = client.decisions.send(ToRunner::Decide(Decision::Abandon));
        }
    }
    Err(Failure::new(Exit::Internal, "error: the session ended before the run was abandoned"))
}

async fn decide(mut client: Client, decision: Decision) -> Result<Exit, Failure> {
    let mut state = State::default();
    // What happened earlier is no answer.
    let refused = |reason: String| Failure::new(Exit::Usage, format!("error: {reason}"));
    session::catch_up(&mut client, &mut state).await.map_err(refused)?;
    if decision == Decision::Pause && state.run_state == Some(RunState::Paused) {
        return Err(Failure::new(Exit::Usage, "error: it is paused already; `stepwell go` lets it go on"));
    }
    let heard = state.notices.len();
    let _ = client.decisions.send(ToRunner::Decide(decision.clone()));
    while let Some(message) = client.events.recv().await {
        match take(message, &mut state)? {
            Told::Something => {}
            Told::Nothing => continue,
            Told::End => return Ok(Exit::Done),
            Told::Gone => break,
        }
        let there = match decision {
            Decision::Pause => state.run_state == Some(RunState::Paused),
            Decision::Go => state.run_state == Some(RunState::Running),
            Decision::Pace { pace } => state.paced == Some(pace),
            // It has been told; the step that runs may take its time.
            Decision::Stop => state.notices.len() > heard,
            _ => false,
        };
        if there {
            println!("{}", effect(&decision));
            return Ok(Exit::Done);
        }
    }
    Err(Failure::new(Exit::Internal, "error: the runner is gone; see `stepwell status`"))
}

/// What a decision has led to.
fn effect(decision: &Decision) -> &'static str {
    match decision {
        Decision::Pace { pace: Pace::Gentle } => "Its batches are short from now on, with a rest after each.",
        Decision::Pace { pace: Pace::Normal } => "Its batches take about 100 ms from now on.",
        Decision::Pace { pace: Pace::Full } => "Its batches take about 400 ms from now on: users may notice them.",
        Decision::Pause => "It pauses at the next safe point. Let it go on: stepwell go",
        Decision::Go => "It goes on. Follow it: stepwell attach",
        _ => "It stops at the next safe point. See when it has: stepwell status",
    }
}

/// What a message means for a command that waits for one effect.
enum Told {
    Something,
    Nothing,
    /// The session has ended, and what it says at its end is printed.
    End,
    Gone,
}

fn take(message: FromRunner, state: &mut State) -> Result<Told, Failure> {
    match message {
        FromRunner::Event(event) => state.apply(&event),
        FromRunner::Refused { reason } => return Err(Failure::new(Exit::Usage, format!("error: {reason}"))),
        FromRunner::Wheel { .. } => return Ok(Told::Nothing),
        FromRunner::Gone => return Ok(Told::Gone),
    }
    Ok(match &state.ended {
        Some((_, _, summary)) => {
            println!("{}", summary.text);
            Told::End
        }
        None => Told::Something,
    })
}
