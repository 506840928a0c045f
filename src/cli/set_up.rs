//! `stepwell` where there is no deployment file: asks for what one holds, writes it, and goes on to the wizard.

use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};

use super::args::Args;
use super::{Failure, load, report, run, surveyor, wizard};
use crate::interview::{Interview, Written};
use crate::linear::{self, SetUp};
use crate::model::Exit;
use crate::tui;
use crate::words::setup as words;

/// Whether there is nothing to open, and no other file was meant.
pub fn is_needed(args: &Args) -> bool {
    args.deployment == Path::new("stepwell.yaml") && !args.deployment.exists()
}

/// Asks, writes, and goes on.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    if !report::has_operator() || args.json {
        return Err(load::missing(&args.deployment));
    }
    let folder = args.catalogue.as_deref();
    if let Some(system) = &args.system {
        load::known_system(system, folder)?;
    }
    let path = std::path::absolute(&args.deployment)?;
    let interview = Interview::new(path, load::offers(folder), args.system.as_deref());
    if wizard::is_plain(args) {
        return in_lines(args, interview).await;
    }
    wizard::large_enough()?;
    let (exit, written) = tui::set_up(interview, surveyor::begin(), wizard::options(args, true)).await?;
    let Some(written) = written else {
        println!("{}", words::LEFT);
        return Ok(exit);
    };
    tell(&written);
    wizard::screens(args).await
}

async fn in_lines(args: &Args, interview: Interview) -> Result<Exit, Failure> {
    let mut input = run::typed();
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let ended = tokio::select! {
        ended = linear::set_up(interview, surveyor::begin(), std::io::stdout(), &mut input, echo) => ended?,
        // What is typed is shown again, whatever ends the question.
        _ = interrupted.recv() => {
            echo(true);
            return Ok(Exit::Interrupted);
        }
        _ = terminated.recv() => {
            echo(true);
            return Ok(Exit::Terminated);
        }
    };
    match ended {
        SetUp::Written(written) => {
            tell(&written);
            wizard::plain(args, input).await
        }
        SetUp::Left => Ok(Exit::Done),
        SetUp::Silent => Ok(Exit::OperatorNeeded),
    }
}

fn tell(written: &Written) {
    for path in written.secrets.iter().chain([&written.path]) {
        println!("{}", words::written(&path.display().to_string()));
    }
}

/// Whether the terminal shows what is typed. One that cannot be asked shows nothing anyway.
fn echo(on: bool) {
    let terminal = std::io::stdin();
    if let Ok(mut modes) = tcgetattr(&terminal) {
        modes.local_modes.set(LocalModes::ECHO, on);
        // The line break is shown all the same, so that the next line begins below.
        modes.local_modes.set(LocalModes::ECHONL, !on);
        let _ = tcsetattr(&terminal, OptionalActions::Now, &modes);
    }
}
