//! `stepwell demo`: a sample deployment that an upgrade can be tried on.

use std::path::PathBuf;

use super::args::{Args, Demo};
use super::{Failure, load, report, run, session, wizard};
use crate::demo;
use crate::model::Exit;
use crate::pilot::Policy;

pub async fn run(args: &Args, options: &Demo) -> Result<Exit, Failure> {
    let dir = options.dir.clone().unwrap_or_else(scratch);
    let program = std::env::current_exe()?;
    let file = demo::build(&dir, options.rows, &program)
        .await
        .map_err(|e| Failure::new(Exit::Usage, format!("error: the sample deployment cannot be made: {e}")))?;
    if options.build_only {
        println!("{}", file.display());
        return Ok(Exit::Done);
    }
    let args = Args { deployment: file.clone(), ..args.clone() };
    eprintln!(
        "The sample deployment is {}. It can be interrupted and continued: stepwell demo --dir {}",
        file.display(),
        dir.display()
    );
    // A terminal without screens has an operator all the same: the wizard asks in plain lines there.
    if report::has_operator() && !args.json {
        return wizard::run(&args).await;
    }
    eprintln!("There is no terminal here, so the whole sample upgrade runs by itself.");
    let mut setup = load::setup(&args, None)?;
    setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
    run::unattended(&args, setup, Policy { to: args.to.clone(), ..Policy::everything() }).await
}

/// A folder of this user's own, the same each time, so that an interrupted demo is found again.
fn scratch() -> PathBuf {
    let user = rustix::process::getuid().as_raw();
    std::env::temp_dir().join(format!("stepwell-demo-{user}"))
}
