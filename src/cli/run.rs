//! `run` and `attach`: a session with the plain or the JSON front end, or the run screen.

use std::io::{BufReader, IsTerminal};

use tokio::sync::mpsc::Receiver;

use super::args::{Args, Run};
use super::{Failure, farewell, load, report, session, wizard};
use crate::engine::Setup;
use crate::json;
use crate::linear::{self, Mode, lines};
use crate::link::Client;
use crate::model::{AtEnd, Exit};
use crate::pilot::{Ending, Policy};
use crate::words::plain::service;

/// `stepwell run`.
pub async fn run(args: &Args, run: &Run) -> Result<Exit, Failure> {
    let policy = policy(args, run);
    let mut setup = load::setup(args, None)?;
    setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
    let on_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if on_terminal && !args.foreground && !args.plain && !args.json {
        // The runner takes the lock itself. What was approved is sent to it by the pilot, then its screen is shown.
        setup.lock = None;
        let client = session::detached(args, &setup.deployment)?;
        return wizard::show(args, client, Some(policy)).await;
    }
    unattended(args, setup, policy).await
}

/// A whole upgrade in this process, as the policy decides.
pub async fn unattended(args: &Args, setup: Setup, policy: Policy) -> Result<Exit, Failure> {
    let json = args.json;
    let front_end = async |client: Client| -> std::io::Result<Ending> {
        if json {
            json::run(client, policy, std::io::stdout()).await
        } else {
            let (_keep, input) = tokio::sync::mpsc::channel(1);
            linear::run(client, Mode::Auto(policy), std::io::stdout(), input).await
        }
    };
    let (exit, ending) = session::foreground(setup, front_end).await?;
    let ending = heard(exit, ending)?;
    if let Some(reason) = &ending.reason {
        eprintln!("error: {reason}");
        // How it is now: what the run had changed may have been put back since the reason was there.
        if ending.state.run.is_some() {
            eprintln!("{}", service(ending.state.service));
        }
    }
    // Without an answer of its own the front end ends as the session did.
    Ok(if ending.detached { exit } else { ending.exit })
}

/// The plain front end with questions, in this process.
pub async fn plain(args: &Args, setup: Setup, input: Receiver<String>) -> Result<Exit, Failure> {
    let front_end = async |client: Client| linear::run(client, Mode::AskHere, std::io::stdout(), input).await;
    let (exit, ending) = session::foreground(setup, front_end).await?;
    let ending = heard(exit, ending)?;
    farewell::add(args, &ending).await;
    Ok(if ending.detached { exit } else { ending.exit })
}

/// Lines typed here. There is one reader for the whole command: a second one would not get what the first has read.
pub fn typed() -> Receiver<String> {
    lines(BufReader::new(std::io::stdin()))
}

/// How a front end ended. Where its reader went away, nobody decided and nobody knows: that is no success.
fn heard(exit: Exit, ending: std::io::Result<Ending>) -> Result<Ending, Failure> {
    ending.map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => {
            let exit = if exit == Exit::Done { Exit::HungUp } else { exit };
            Failure::new(
                exit,
                "error: nobody reads what is written any more\nSee what was done with `stepwell status`.",
            )
        }
        _ => error.into(),
    })
}

/// The plain front end as a client of a runner.
pub async fn plain_client(args: &Args, client: Client, input: Receiver<String>) -> Result<Exit, Failure> {
    let ending = linear::run(client, Mode::Ask, std::io::stdout(), input).await?;
    farewell::add(args, &ending).await;
    Ok(ending.exit)
}

/// `stepwell attach`.
pub async fn attach(args: &Args) -> Result<Exit, Failure> {
    let deployment = load::deployment(&args.deployment)?;
    let Some(client) = session::attached(&deployment, args.json).await else {
        return Err(session::nobody(&deployment));
    };
    if args.json {
        return Ok(json::watch(client, std::io::stdout()).await?.exit);
    }
    if args.plain || !report::has_screen() {
        return plain_client(args, client, typed()).await;
    }
    wizard::show(args, client, None).await
}

/// What the command line says in place of an operator.
pub fn policy(args: &Args, run: &Run) -> Policy {
    Policy {
        yes: run.yes,
        plan_hash: run.plan_hash.clone(),
        to: args.to.clone(),
        from: args.from.clone(),
        tags: args.tag.clone(),
        force: args.force,
        allow_irreversible: run.allow_irreversible,
        answers: run.answer.iter().cloned().collect(),
        defaults: run.defaults,
        accept: args.accepted(),
        skip_maintenance: run.skip_maintenance.clone(),
        at_end: AtEnd::Approved,
    }
}
