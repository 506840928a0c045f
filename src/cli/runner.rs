//! The process that runs steps and owns no terminal.

use std::time::Duration;

use tokio::sync::watch;

use super::args::Args;
use super::witness::Witness;
use super::{Failure, load, session};
use crate::engine;
use crate::link::{self, hub};
use crate::model::Exit;

/// A runner to which nobody comes is not needed.
const FIRST_CLIENT: Duration = Duration::from_secs(30);
/// So long one that has ended waits for the first client.
const LAST_CLIENT: Duration = Duration::from_secs(5);

pub async fn run(args: &Args) -> Result<Exit, Failure> {
    // Its own session: a terminal's hang-up and Ctrl-C do not reach it. It fails only where it is one already.
    let _ = rustix::process::setsid();
    log();
    let mut setup = load::setup(args, None)?;
    let state_dir = setup.deployment.state_dir.clone();
    let lock = session::lock(&state_dir)?;
    setup.lock = Some(lock.clone());
    let (hub, port, switchboard) = hub(&setup.deployment.id);
    let (port, witness) = Witness::stand_by(port, &setup);
    let switchboard = tokio::spawn(switchboard);
    let listener = link::listen(&state_dir)
        .map_err(|e| Failure::new(Exit::Internal, format!("error: the socket cannot be made: {e}")))?;
    let (came, mut first) = watch::channel(false);
    let accepting = tokio::spawn(link::accept(listener, hub, Some(came)));
    let exit = tokio::select! {
        exit = engine::run(setup, port) => exit.map_err(|e| Failure::new(Exit::Internal, format!("error: {e}")))?,
        () = nobody(first.clone()) => Exit::Done,
    };
    // Where there is nothing to do, the end may come before whoever has started this runner and wants to hear of it.
    let _ = tokio::time::timeout(LAST_CLIENT, first.wait_for(|came| *came)).await;
    accepting.abort();
    session::close(&state_dir, lock);
    let _ = switchboard.await;
    if let Some(witness) = witness {
        witness.finish().await;
    }
    tracing::info!(code = exit.code(), "the session ended");
    Ok(exit)
}

/// Ends when nobody came in time, and never once somebody did.
async fn nobody(mut first: watch::Receiver<bool>) {
    if tokio::time::timeout(FIRST_CLIENT, first.wait_for(|came| *came)).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// Standard error is the runner's log file.
fn log() {
    let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_target(false).try_init();
    tracing::info!(pid = std::process::id(), "a runner starts");
}
