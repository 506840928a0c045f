//! The wizard: screens on a terminal, plain lines elsewhere.

use super::args::Args;
use super::{Failure, load, report, run, session};
use crate::link::Client;
use crate::model::Exit;
use crate::pilot::Policy;
use crate::tui;

/// Less than this cannot hold a screen: columns, rows.
const SMALLEST: (u16, u16) = (60, 16);

/// `stepwell`.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let mut setup = load::setup(args, None)?;
    let state_dir = setup.deployment.state_dir.clone();
    if args.plain || !report::has_screen() {
        if let Some(client) = session::attached(&setup.deployment, false).await {
            return run::plain_client(client).await;
        }
        setup.lock = Some(session::lock(&state_dir)?);
        return run::plain(setup).await;
    }
    if args.foreground {
        large_enough()?;
        setup.lock = Some(session::lock(&state_dir)?);
        let options = options(args, false);
        let (_, ending) =
            session::foreground(setup, async |client| tui::run(client, options, args.to.clone()).await).await?;
        return Ok(report::farewell(&ending?));
    }
    large_enough()?;
    let client = session::detached(args, &setup.deployment)?;
    show(args, client, None).await
}

/// Shows a session on the terminal. With a policy the pilot decides until somebody takes over.
pub async fn show(args: &Args, client: Client, policy: Option<Policy>) -> Result<Exit, Failure> {
    large_enough()?;
    let client = match policy {
        Some(policy) => crate::pilot::steer(client, policy),
        None => client,
    };
    let ending = tui::run(client, options(args, true), args.to.clone()).await?;
    Ok(report::farewell(&ending))
}

fn large_enough() -> Result<(), Failure> {
    let (columns, rows) = crossterm::terminal::size().unwrap_or(SMALLEST);
    // 0×0 is a terminal that does not say.
    if (columns, rows) != (0, 0) && (columns < SMALLEST.0 || rows < SMALLEST.1) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "error: the terminal is {columns}×{rows}, the wizard needs {}×{}; make it larger, or use --plain",
                SMALLEST.0, SMALLEST.1
            ),
        ));
    }
    Ok(())
}

fn options(args: &Args, detachable: bool) -> tui::Options {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .is_some_and(|v| v.to_ascii_lowercase().contains("utf-8") || v.to_ascii_lowercase().contains("utf8"));
    tui::Options {
        ascii: args.ascii || !utf8,
        color: !set("NO_COLOR"),
        over_ssh: set("SSH_CONNECTION") || set("SSH_TTY"),
        sync_output: std::env::var("STEPWELL_SYNC_OUTPUT").map_or(true, |v| v != "0"),
        detachable,
    }
}
