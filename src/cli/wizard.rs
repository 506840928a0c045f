//! The wizard: screens on a terminal, plain lines elsewhere.

use tokio::sync::mpsc::Receiver;

use super::args::{Args, Color, Motion};
use super::{Failure, farewell, load, report, run, session, set_up};
use crate::link::Client;
use crate::model::Exit;
use crate::pilot::Policy;
use crate::tui;

/// Less than this cannot hold a screen: columns, rows.
const SMALLEST: (u16, u16) = (60, 16);

/// `stepwell`.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    if set_up::is_needed(args) {
        return set_up::run(args).await;
    }
    if is_plain(args) {
        return plain(args, run::typed()).await;
    }
    screens(args).await
}

/// Whether the wizard asks in plain lines here.
pub fn is_plain(args: &Args) -> bool {
    args.plain || !report::has_screen()
}

/// The wizard in plain lines, with answers from `input`.
pub async fn plain(args: &Args, input: Receiver<String>) -> Result<Exit, Failure> {
    let mut setup = load::setup(args, None)?;
    if let Some(client) = session::attached(&setup.deployment, false).await {
        return run::plain_client(args, client, input).await;
    }
    setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
    run::plain(args, setup, input).await
}

/// The wizard on screens.
pub async fn screens(args: &Args) -> Result<Exit, Failure> {
    let mut setup = load::setup(args, None)?;
    if args.foreground {
        large_enough()?;
        setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
        let options = options(args, false);
        let (_, ending) = session::foreground(setup, async |client| tui::run(client, options).await).await?;
        return Ok(farewell::say(args, &ending?).await);
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
    let ending = tui::run(client, options(args, true)).await?;
    Ok(farewell::say(args, &ending).await)
}

pub fn large_enough() -> Result<(), Failure> {
    let (columns, rows) = crossterm::terminal::size().unwrap_or(SMALLEST);
    // 0×0 is a terminal that does not say.
    if (columns, rows) != (0, 0) && (columns < SMALLEST.0 || rows < SMALLEST.1) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "error: the terminal is {columns}x{rows}, the wizard needs {}x{}; make it larger, or use --plain",
                SMALLEST.0, SMALLEST.1
            ),
        ));
    }
    Ok(())
}

pub fn options(args: &Args, detachable: bool) -> tui::Options {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .is_some_and(|v| v.to_ascii_lowercase().contains("utf-8") || v.to_ascii_lowercase().contains("utf8"));
    tui::Options {
        ascii: args.ascii || !utf8,
        color: match args.color {
            Color::Auto => !set("NO_COLOR"),
            Color::Never => false,
            Color::Sixteen => true,
        },
        motion: match args.motion {
            Some(Motion::Full) => tui::Motion::Full,
            Some(Motion::Off) => tui::Motion::Off,
            None if !set("SSH_CONNECTION") && !set("SSH_TTY") => tui::Motion::Full,
            Some(Motion::Reduced) | None => tui::Motion::Reduced,
        },
        sync_output: std::env::var("STEPWELL_SYNC_OUTPUT").map_or(true, |v| v != "0"),
        detachable,
        to: args.to.clone(),
        record: args.tape.clone().map(|tape| tape as _),
    }
}
