//! A front end's way to a session: in a runner that outlives it, or in this process.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use tokio::net::UnixStream;

use super::Failure;
use super::args::Args;
use super::witness::Witness;
use crate::definition::Deployment;
use crate::engine::{self, Setup};
use crate::journal::{Holder, Lock, Locked};
use crate::link::{self, Client, FromRunner, Socket, hub};
use crate::model::{Exit, State};

/// How long a runner may take to listen.
const START: Duration = Duration::from_secs(10);
/// How long an open session may take to tell what it knows.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes the state directory, for its owner alone.
pub fn state_dir(path: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| {
        Failure::new(
            Exit::Usage,
            format!(
                "error: {} cannot be made: {e}; nothing was changed. Set `state_dir` in the deployment file",
                path.display()
            ),
        )
    })
}

/// Takes the deployment's lock.
pub fn lock(path: &Path) -> Result<Lock, Failure> {
    state_dir(path)?;
    Lock::take(path).map_err(|e| match e {
        Locked::Held(holder) => Failure::new(Exit::LeaseHeld, held(&holder)),
        Locked::Io(e) => Failure::new(Exit::Internal, format!("error: {} cannot be locked: {e}", path.display())),
    })
}

/// Takes in all that an open session has told so far.
///
/// # Errors
/// With the runner's reason, when it does not talk to this client at all.
pub async fn catch_up(client: &mut Client, state: &mut State) -> Result<(), String> {
    let all = async {
        while let Some(message) = client.events.recv().await {
            match message {
                FromRunner::Event(event) => state.apply(&event),
                FromRunner::Refused { reason } => return Err(reason),
                FromRunner::Wheel { .. } | FromRunner::Gone => break,
            }
        }
        Ok(())
    };
    // A runner that does not get to it is told by what it has said so far.
    tokio::time::timeout(PATIENCE, all).await.unwrap_or(Ok(()))
}

/// Who holds the lease, and what to do about it.
pub fn held(holder: &Holder) -> String {
    let since = holder.since.map(|t| format!(" since {}", t.strftime("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
    format!(
        "error: another runner has this deployment: {}{since}\n\
         Nothing was changed by this command. See what it does with `stepwell status`, or follow it with `stepwell attach`.",
        holder.named()
    )
}

/// Nobody comes to the session any more. Its socket goes before its lock: afterwards it would be the next runner's.
pub fn close(state_dir: &Path, lock: Lock) {
    let _ = std::fs::remove_file(state_dir.join("socket"));
    drop(lock);
}

/// What there is to say where nobody listens.
pub fn nobody(deployment: &Deployment) -> Failure {
    let Some(holder) = Lock::holder(&deployment.state_dir) else {
        return Failure::new(
            Exit::Usage,
            "error: nothing is running here\nSee what there is with `stepwell status`; `stepwell run` goes on with an unfinished run.",
        );
    };
    let (socket, pid) = (deployment.state_dir.join("socket"), holder.actor.pid);
    let end = if pid == 0 { String::new() } else { format!("; `kill {pid}` ends it at a safe point") };
    Failure::new(
        Exit::LeaseHeld,
        format!(
            "error: {} has this deployment and cannot be reached: it does not listen at {}\n\
             Nothing was changed by this command. A runner that began just now listens in a moment. If its socket was deleted it \
             works on, and can be followed with `stepwell status`{end}; `stepwell run` goes on with an unfinished run.",
            holder.named(),
            socket.display()
        ),
    )
}

/// Runs the engine and a front end in this process. Others may attach to it all the same.
pub async fn foreground<T>(setup: Setup, front_end: impl AsyncFnOnce(Client) -> T) -> Result<(Exit, T), Failure> {
    let state_dir = setup.deployment.state_dir.clone();
    let lock = setup.lock.clone();
    let (hub, port, switchboard) = hub(&setup.deployment.id);
    let (client, socket) = link::client(&setup.deployment.id, false);
    let near = hub.clone();
    tokio::spawn(async move { near.host(0, socket).await });
    let (port, witness) = Witness::stand_by(port, &setup);
    let switchboard = tokio::spawn(switchboard);
    if lock.is_some() {
        let listener = link::listen(&state_dir)
            .map_err(|e| Failure::new(Exit::Internal, format!("error: the socket cannot be made: {e}")))?;
        tokio::spawn(link::accept(listener, hub.clone(), None));
    }
    let front_end = async {
        let result = front_end(client).await;
        hub.recount();
        result
    };
    let engine = async {
        let exit = engine::run(setup, port).await;
        if let Some(lock) = lock {
            close(&state_dir, lock);
        }
        exit
    };
    let (exit, result) = tokio::join!(engine, front_end);
    let exit = exit.map_err(|e| Failure::new(Exit::Internal, format!("error: {e}")))?;
    let _ = switchboard.await;
    if let Some(witness) = witness {
        witness.finish().await;
    }
    Ok((exit, result))
}

/// A client of the runner, which is started if there is none. Returns at once; the connection is made meanwhile.
pub fn detached(args: &Args, deployment: &Deployment) -> Result<Client, Failure> {
    self::state_dir(&deployment.state_dir)?;
    let (client, socket) = link::client(&deployment.id, false);
    let (args, state_dir) = (args.clone(), deployment.state_dir.clone());
    tokio::spawn(async move {
        match reach(&args, &state_dir).await {
            Ok(stream) => socket.connect(stream).await,
            Err(reason) => socket.refused(reason),
        }
    });
    Ok(client)
}

/// A client of a runner that is there already; `None` when there is none.
pub async fn attached(deployment: &Deployment, observer: bool) -> Option<Client> {
    let stream = link::connect(&deployment.state_dir).await.ok()?;
    let (client, socket): (Client, Socket) = link::client(&deployment.id, observer);
    tokio::spawn(socket.connect(stream));
    Some(client)
}

async fn reach(args: &Args, state_dir: &Path) -> Result<UnixStream, String> {
    if let Ok(stream) = link::connect(state_dir).await {
        return Ok(stream);
    }
    let mut runner = start_runner(args, state_dir).map_err(|e| format!("the runner cannot be started: {e}"))?;
    let deadline = tokio::time::Instant::now() + START;
    loop {
        if let Ok(stream) = link::connect(state_dir).await {
            return Ok(stream);
        }
        if let Ok(Some(status)) = runner.try_wait() {
            // Somebody else's runner was faster, and is about to listen.
            if status.code() != Some(i32::from(Exit::LeaseHeld.code())) {
                let log = std::fs::read_to_string(log_path(state_dir)).unwrap_or_default();
                let last =
                    log.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n");
                return Err(format!("the runner ended at once ({status}): {last}"));
            }
        }
        if tokio::time::Instant::now() > deadline {
            return Err(format!("the runner does not answer; its log is {}", log_path(state_dir).display()));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn log_path(state_dir: &Path) -> std::path::PathBuf {
    state_dir.join("runner.log")
}

/// Starts the runner: a process without a terminal, which makes a session of its own first thing.
fn start_runner(args: &Args, state_dir: &Path) -> std::io::Result<tokio::process::Child> {
    use std::os::unix::fs::OpenOptionsExt;
    use std::process::Stdio;
    let log = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(log_path(state_dir))?;
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.arg("runner").arg("--deployment").arg(std::path::absolute(&args.deployment)?);
    if let Some(catalogue) = &args.catalogue {
        command.arg("--catalogue").arg(std::path::absolute(catalogue)?);
    }
    // Decisions reach the runner by the link. Only that there will be some, it has to know beforehand.
    if args.names_work() {
        command.args(args.from.iter().map(|from| format!("--from={from}")));
        command.args(args.force.then_some("--force")).args(args.tag.iter().map(|tag| format!("--tag={tag}")));
    }
    command.args(args.pace.iter().map(|pace| format!("--pace={pace}")));
    command.args(args.window.iter().map(|window| format!("--window={window}")));
    for (name, source) in &args.secret {
        let path = source.strip_prefix('@').unwrap_or(source);
        command.arg("--secret").arg(format!("{name}=@{}", std::path::absolute(path)?.display()));
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()
}
