//! `stepwell takeover`: the lease of a holder that is gone, where nothing but the operator can know that.

use super::args::Args;
use super::{Failure, load, report, typed};
use crate::engine::Setup;
use crate::journal::{Holder, Journal, Lease, Lock, RunRecord, Write, me};
use crate::model::{Event, EventKind, Exit, Severity};
use crate::words::format::{between, duration, visible};
use crate::words::plain::guide::quoted;
use crate::words::plain::run::who;

pub async fn run(args: &Args, named: Option<&str>) -> Result<Exit, Failure> {
    let setup = load::setup(args, None)?;
    let place = load::place(&setup).await?;
    let file = quoted(&setup.deployment.path.display().to_string());
    if !place.is_shared() {
        return in_file(&setup, &file);
    }
    let seen = match load::journal(&setup).await? {
        Some(mut journal) => journal.lease().await.map_err(load::unreadable)?,
        None => Lease::default(),
    };
    let Some(holder) = seen.holder.clone() else {
        report::print("Nobody holds the lease; there is nothing to take over.")?;
        return Ok(Exit::Done);
    };
    let mut journal = Journal::open(&place, &setup.deployment.id).await.map_err(load::unreadable)?;
    let unfinished = journal.latest_run().await.map_err(load::unreadable)?.filter(RunRecord::is_unfinished);
    let alive = journal.shows_life(&seen).await.map_err(load::unreadable)?;
    report::print(told(&holder, unfinished.as_ref(), alive).join("\n"))?;
    let question = format!("To take the lease from it, type the name of its host ({}):", visible(&holder.actor.host));
    let Some(name) = named.map(str::to_owned).or_else(|| typed::ask(&question)) else {
        let text = format!(
            "error: the name of the holder's host was not given; nothing was changed\n\
             If you know that it is gone: stepwell takeover {} -d {file}",
            quoted(&visible(&holder.actor.host))
        );
        return Err(Failure::new(Exit::OperatorNeeded, text));
    };
    if name != holder.actor.host {
        let text = format!(
            "error: the lease is held on {}, not on {}; nothing was changed\nSee it again: stepwell takeover -d {file}",
            visible(&holder.actor.host),
            visible(&name)
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    if !journal.revoke(&seen).await.map_err(load::unreadable)? {
        let text = format!(
            "error: somebody else has taken the lease meanwhile; this command changed nothing\n\
             See what goes on: stepwell status -d {file}"
        );
        return Err(Failure::new(Exit::LeaseHeld, text));
    }
    if let Some(run) = &unfinished {
        note(&mut journal, run, &holder).await.map_err(|e| {
            let text = format!("error: the lease is free, but the run's history does not say so: {e}");
            Failure::new(Exit::CouldNotAsk, format!("{text}\nGo on with it: stepwell -d {file}"))
        })?;
    }
    journal.close().await;
    let mut lines = vec!["The lease is free, and its former holder can write nothing more.".to_owned()];
    if let Some(near) = Lock::holder(&setup.deployment.state_dir) {
        lines.push(format!("  but       {} still has the lock here; it ends by itself if it lives", near.named()));
        lines.extend(stopped(&near));
    }
    lines.push(match unfinished {
        Some(_) => format!("  next      stepwell -d {file}: goes on with the run"),
        None => format!("  next      stepwell status -d {file}"),
    });
    report::print(lines.join("\n"))?;
    Ok(Exit::Done)
}

/// Who has it, since when, and whether it lives.
fn told(holder: &Holder, run: Option<&RunRecord>, alive: bool) -> Vec<String> {
    let now = jiff::Timestamp::now();
    let mut lines = vec![format!("The lease is held by {}.", visible(&holder.named()))];
    if let Some(since) = holder.since {
        let ago = duration(between(since, now));
        lines.push(format!("  since     {}, {ago} ago", since.strftime("%Y-%m-%d %H:%M:%S UTC")));
    }
    lines.push(match alive {
        true => {
            "  heartbeat comes: it lives. Taken over, it can write nothing more, but a program that it has started \
                 goes on"
                .to_owned()
        }
        false => "  heartbeat none while it was watched for 4 s".to_owned(),
    });
    if let Some(run) = run {
        lines.push(format!("  run       {}, {} to {}", run.id, visible(&run.plan.from), visible(&run.plan.to)));
        lines.push(format!("  last      {} ago it wrote to the journal", duration(between(run.last, now))));
    }
    lines
}

/// Makes it part of the run's history.
async fn note(journal: &mut Journal, run: &RunRecord, from: &Holder) -> Result<(), crate::journal::JournalError> {
    journal.continue_run(&run.id).await?;
    let seq = journal.events(&run.id).await?.last().map_or(1, |event| event.seq + 1);
    let text = format!("{} took the lease from {} (stepwell takeover)", who(&me()), from.named());
    let kind = EventKind::Notice { severity: Severity::Warning, text };
    let events = vec![Event { seq, at: jiff::Timestamp::now(), kind }];
    journal.commit(&Write { events, ..Write::default() }).await
}

/// Beside a journal in a file the kernel lets the lock go the moment its holder ends.
fn in_file(setup: &Setup, file: &str) -> Result<Exit, Failure> {
    let Some(holder) = Lock::holder(&setup.deployment.state_dir) else {
        report::print("Nobody has this deployment; there is nothing to take over.")?;
        return Ok(Exit::Done);
    };
    let mut lines = vec![
        format!("{} has this deployment.", visible(&holder.named())),
        "Its journal is a file, so the operating system keeps the lock, and lets it go the moment that process ends. \
         There is nothing to take over."
            .to_owned(),
    ];
    match holder.is_stopped() {
        true => lines.extend(stopped(&holder)),
        false => {
            lines.push(format!("  next      stepwell attach -d {file}: shows it"));
            lines.push(format!("  or        stepwell stop -d {file}: ends it at a safe point"));
        }
    }
    report::print(lines.join("\n"))?;
    Ok(Exit::LeaseHeld)
}

fn stopped(holder: &Holder) -> Vec<String> {
    if !holder.is_stopped() {
        return Vec::new();
    }
    let pid = holder.actor.pid;
    vec![
        "  state     stopped by a signal; it neither works nor ends".to_owned(),
        format!("  next      kill -CONT {pid}: lets it go on"),
        format!("  or        kill {pid} && kill -CONT {pid}: ends it at a safe point"),
    ]
}
