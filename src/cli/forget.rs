//! `stepwell forget`: takes Stepwell's tables out of the stores of a deployment.

use super::args::Args;
use super::{Failure, load, report, session, typed};
use crate::engine::Setup;
use crate::journal::{Journal, JournalError, RunRecord, Write, forget};
use crate::model::{Exit, RunState};
use crate::probe::resolve;
use crate::store::Connection;
use crate::words::format::visible;
use crate::words::plain::guide::quoted;

pub async fn run(args: &Args, yes: bool) -> Result<Exit, Failure> {
    let mut setup = load::setup(args, None)?;
    setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
    let file = quoted(&setup.deployment.path.display().to_string());
    let site = resolve(&setup.catalogue, &setup.deployment, &setup.secrets).await.site;
    // All of them answer, or nothing is begun.
    let mut stores = Vec::new();
    for (name, location) in site.stores.iter() {
        let connection = Connection::open(location).await.map_err(|e| {
            let text = format!("error: `{name}` ({}) does not answer: {e}", visible(&location.shown()));
            Failure::new(Exit::CouldNotAsk, format!("{text}\nNothing was changed; type this again when it does."))
        })?;
        stores.push((name, location, connection));
    }
    let unfinished = unfinished(&setup).await?;
    if let Some(run) = unfinished.as_ref().filter(|_| !args.force) {
        let text = format!(
            "error: the run {} is not finished; nothing was changed\n\
             Finish it with `stepwell -d {file}`, or end it: stepwell abandon -d {file}",
            run.id
        );
        return Err(Failure::new(Exit::UpgradeNeeded, text));
    }
    let mut lines =
        vec![format!("What Stepwell knows of `{}` is to be removed from its stores:", visible(&setup.deployment.id))];
    lines.extend(stores.iter().map(|(name, location, _)| format!("  {name}     {}", visible(&location.shown()))));
    lines.push("  Tables that another deployment uses stay, without the rows of this one.".to_owned());
    lines.extend(unfinished.iter().map(|run| format!("  The run {} ends where it stands, and cannot go on.", run.id)));
    report::print(lines.join("\n"))?;
    typed::agreed(&setup, yes, "forget")?;

    let journal = close_journal(&setup, unfinished.as_ref()).await?;
    for (name, _, mut connection) in stores {
        let forgotten = forget(&mut connection, &setup.deployment.id).await.map_err(|e| {
            let text = format!("error: `{name}` could not be cleared: {e}");
            let next = format!("The data of the service are as they were. Type this again: stepwell forget -d {file}");
            Failure::new(Exit::CouldNotAsk, format!("{text}\n{next}"))
        })?;
        connection.close().await;
        match (forgotten.dropped.is_empty(), forgotten.shared.is_empty()) {
            (true, true) => println!("  {name}: there was nothing"),
            (_, true) => println!("  {name}: removed {}", forgotten.dropped.join(", ")),
            (_, false) => println!("  {name}: others still use {}", forgotten.shared.join(", ")),
        }
    }
    drop(journal);
    let folder = setup.deployment.state_dir.display();
    report::print(format_args!(
        "Forgotten. Backups, logs and a journal in a file stay in {folder}; remove that folder if you want."
    ))?;
    Ok(Exit::Done)
}

async fn unfinished(setup: &Setup) -> Result<Option<RunRecord>, Failure> {
    let Some(mut journal) = load::journal(setup).await? else { return Ok(None) };
    let latest = journal.latest_run().await.map_err(load::unreadable)?;
    journal.close().await;
    Ok(latest.filter(RunRecord::is_unfinished))
}

/// Keeps runners of other hosts out, and ends the run: without its marks it could only go wrong.
async fn close_journal(setup: &Setup, unfinished: Option<&RunRecord>) -> Result<Option<Journal>, Failure> {
    // There is nothing to keep out where there is no journal.
    let Some(there) = load::journal(setup).await? else { return Ok(None) };
    there.close().await;
    let place = load::place(setup).await?;
    let mut journal = Journal::open(&place, &setup.deployment.id).await.map_err(load::unreadable)?;
    journal.take_lease(|text| eprintln!("{}", visible(&text))).await.map_err(|e| match e {
        JournalError::Held(holder) => Failure::new(Exit::LeaseHeld, session::held(&holder)),
        other => load::unreadable(other),
    })?;
    if let Some(run) = unfinished {
        journal.continue_run(&run.id).await.map_err(load::unreadable)?;
        let write = Write { state: Some(RunState::Abandoned), ..Write::default() };
        journal.commit(&write).await.map_err(load::unreadable)?;
    }
    if place.is_shared() {
        return Ok(Some(journal));
    }
    // A file is let go of in good order; the tables of a store go themselves.
    journal.close().await;
    Ok(None)
}
