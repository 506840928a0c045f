//! Living with others: before each batch it is known whether a limit is passed, and asked anew each second.
//!
//! A limit that is passed never ends the work: it waits, says what for, and goes on by itself.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Context, Report};
use crate::model::Probe;
use crate::probe::{Verdict, ask, judge};
use crate::step::Control;
use crate::store::{Connection, Engine, Location, load};
use crate::words::format::{bytes, duration};

/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(1);

/// What all workers of an attempt look at together.
#[derive(Debug)]
pub struct Watch<'a> {
    context: &'a Context,
    location: &'a Location,
    /// What the definition wants to be so while batches are done.
    only_while: Option<&'a Probe>,
    /// How many statements may be this step's own, where the server cannot tell them from others.
    own: u64,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    at: Option<Instant>,
    /// Why nothing is to be done now.
    reason: Option<String>,
    /// To the store; made when it is first needed.
    connection: Option<Connection>,
}

impl<'a> Watch<'a> {
    pub fn new(context: &'a Context, location: &'a Location, only_while: Option<&'a Probe>, workers: u64) -> Watch<'a> {
        let own = if location.engine() == Engine::Mysql { workers } else { 0 };
        Watch { context, location, only_while, own, seen: Mutex::default() }
    }

    /// Waits while a limit is passed. Ends early when the operator wants the step to end.
    pub async fn passed(&self) {
        if self.only_while.is_none() && self.context.site.limits.is_empty() {
            return;
        }
        while let Some(reason) = self.reason().await {
            self.context.report(Report::Waiting(reason));
            let mut control = self.context.control.clone();
            tokio::select! {
                () = tokio::time::sleep(FRESH) => {}
                _ = control.wait_for(|c| *c >= Control::Stop) => return,
            }
        }
    }

    async fn reason(&self) -> Option<String> {
        let mut seen = self.seen.lock().await;
        if seen.at.is_none_or(|at| at.elapsed() >= FRESH) {
            seen.reason = self.asked(&mut seen.connection).await;
            seen.at = Some(Instant::now());
        }
        seen.reason.clone()
    }

    async fn asked(&self, connection: &mut Option<Connection>) -> Option<String> {
        if let Some(reason) = self.no_space() {
            return Some(reason);
        }
        if let Some(reason) = self.load(connection).await {
            return Some(reason);
        }
        self.not_while().await
    }

    fn no_space(&self) -> Option<String> {
        let (limit, file) = (self.context.site.limits.free_space?, self.location.file()?);
        let folder = file.parent()?;
        match rustix::fs::statvfs(folder) {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize);
                (free < limit).then(|| {
                    format!("for space: {} is free at {}, the limit is {}", bytes(free), folder.display(), bytes(limit))
                })
            }
            Err(error) => Some(format!("for space: {} cannot be looked at: {error}", folder.display())),
        }
    }

    async fn load(&self, connection: &mut Option<Connection>) -> Option<String> {
        let limits = &self.context.site.limits;
        for (limit, what) in [
            (limits.replica_lag, load::Load::ReplicaLag),
            (limits.running, load::Load::Running),
            (limits.archive_backlog, load::Load::ArchiveBacklog),
        ] {
            let Some(limit) = limit else { continue };
            let found = load::ask(what, self.location, connection, &self.context.site.replicas).await;
            let found = match what {
                load::Load::Running => found.map(|n| n.map(|n| n.saturating_sub(self.own))),
                _ => found,
            };
            let shown = |n: u64| if what == load::Load::ReplicaLag { duration(n) } else { n.to_string() };
            match found {
                Ok(Some(value)) if value > limit => {
                    return Some(format!(
                        "for others: {} is {}, the limit is {}",
                        name(what),
                        shown(value),
                        shown(limit)
                    ));
                }
                Ok(_) => {}
                // A limit that nobody can look at is not kept by looking away.
                Err(error) => {
                    *connection = None;
                    return Some(format!("for others: {} cannot be asked: {error}", name(what)));
                }
            }
        }
        None
    }

    async fn not_while(&self) -> Option<String> {
        let (probe, site) = (self.only_while?, &self.context.site);
        let verdict = match ask(probe, site).await {
            Ok(answer) => judge(&answer, &probe.answer, site, None),
            Err(error) => Err(error),
        };
        match verdict {
            Ok(Verdict::Yes) => None,
            Ok(Verdict::No(found) | Verdict::Unknown(found)) => Some(format!("for what `only_while` asks: {found}")),
            Err(error) => Some(format!("for what `only_while` asks, which cannot be asked: {error}")),
        }
    }
}

fn name(what: load::Load) -> &'static str {
    match what {
        load::Load::ReplicaLag => "the lag of the replicas",
        load::Load::Running => "the number of running statements",
        load::Load::ArchiveBacklog => "the number of log segments to be archived",
    }
}
