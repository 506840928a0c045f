//! Keyset batches over the primary key, inside the database.
//!
//! The upper bound is fixed at the start of a pass; each batch's checkpoint is in the transaction of its rows, so a kill
//! loses at most the batches that were open. The predicate is idempotent besides: a row that is done no longer matches.
//!
//! Rows that came or changed behind a pass are found by the count at its end, and done by another pass.

mod checkpoint;
mod crew;
mod limits;
mod patience;
mod ranges;
mod size;
mod statements;
mod wal;
mod worker;

use tokio::sync::watch;

use super::{Context, Control, Outcome, Report};
use crate::journal::Fenced;
use crate::model::Backfill;
use crate::store::{Connection, Engine, Location, StoreError};
use checkpoint::{Pass, Standing, begin, finish, first_bad, load};
use crew::Crew;
use limits::Watch;
use patience::Patience;
use ranges::Cut;
use statements::Statements;
use worker::MOST_ASIDE;

/// So many passes in a row may leave as many rows as they found, since users may be adding some.
const STALLED: u32 = 5;

/// So many of the rows that were set aside are named.
const NAMED: usize = 5;

/// Carries out one attempt. Killed, it ends at once, and the store rolls back what was open.
pub async fn run(spec: &Backfill, context: &Context) -> Outcome {
    tokio::select! {
        ended = attempt(spec, context) => match ended {
            Ok(outcome) | Err(outcome) => outcome,
        },
        () = killed(context) => Outcome::Stopped,
    }
}

async fn killed(context: &Context) {
    let mut control = context.control.clone();
    if control.wait_for(|c| *c == Control::Kill).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn attempt(spec: &Backfill, context: &Context) -> Result<Outcome, Outcome> {
    let store = context.site.store(spec.store.as_deref())?;
    let engine = store.1.engine();
    let statements = Statements::new(spec, engine).map_err(Outcome::permanent)?;
    let workers = if engine == Engine::Sqlite { 1 } else { u64::from(spec.workers.unwrap_or(1).max(1)) };
    let mut over = Over { context, store, statements: &statements, workers, nobody: watch::channel(false).0 };
    let mut connections = vec![over.connect().await?];
    let ended = over.all(spec, &mut connections).await;
    for connection in connections {
        // After an error it may be in the middle of anything.
        if ended.is_ok() {
            connection.close().await;
        }
    }
    ended
}

/// Passes over all rows.
struct Over<'a> {
    context: &'a Context,
    /// Its name and its place.
    store: (&'a str, &'a Location),
    statements: &'a Statements,
    workers: u64,
    nobody: watch::Sender<bool>,
}

impl Over<'_> {
    async fn all(&mut self, spec: &Backfill, connections: &mut Vec<Connection>) -> Result<Outcome, Outcome> {
        let Some(mut standing) = load(self.context, &mut connections[0]).await? else { return Ok(Outcome::Adopted) };
        // A pass that was over before this attempt says nothing of what can be done now.
        let mut fresh = !standing.all_over();
        if standing.positions.is_empty() || standing.aside() >= MOST_ASIDE {
            standing = self.begin(&mut connections[0], &standing).await?;
            fresh = true;
        }
        let mut stalled = 0;
        loop {
            let watch = Watch::new(self.context, self.store.1, spec.only_while.as_deref(), self.workers);
            let crew = Crew::new(self.context, watch, self.store.1, self.statements, spec.set_aside, standing);
            self.open(connections, crew.wanted(self.workers)).await?;
            let ended;
            (standing, ended) = crew.work(connections, spec.batch.unwrap_or(size::FIRST)).await;
            if let Err(outcome) = ended {
                return if outcome == Outcome::Stopped { Ok(outcome) } else { Err(outcome) };
            }
            let main = &mut connections[0];
            self.context.report(Report::Verifying);
            let left = self.count(main).await?;
            if left == standing.aside() {
                return self.end(main, &standing).await;
            }
            let Pass { done, found, .. } = standing.pass;
            stalled = if left < found { 0 } else { stalled + 1 };
            if fresh && (standing.done() == done && left >= found || stalled == STALLED) {
                let pending = &spec.pending;
                return Err(Outcome::permanent(format!(
                    "{left} rows still match `{pending}` after all were gone through"
                )));
            }
            standing = self.begin(main, &standing).await?;
            fresh = true;
        }
    }

    async fn connect(&self) -> Result<Connection, Outcome> {
        let mut patience = self.patience();
        loop {
            match self.context.connect(self.store.0, self.store.1).await {
                Ok(connection) => return Ok(connection),
                Err(e) => self.wait(&mut patience, e).await?,
            }
        }
    }

    /// As many connections as there are workers, or as many as the server gives.
    async fn open(&self, connections: &mut Vec<Connection>, wanted: u64) -> Result<(), Outcome> {
        while (connections.len() as u64) < wanted {
            match self.context.connect(self.store.0, self.store.1).await {
                Ok(connection) => connections.push(connection),
                Err(Fenced::Store(e)) if e.is_transient() => {
                    let has = connections.len();
                    self.context.report(Report::Log(format!("goes on with {has} of {wanted} workers: {e}")));
                    break;
                }
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    /// Rows that are still to be changed.
    async fn count(&self, connection: &mut Connection) -> Result<u64, Outcome> {
        let mut patience = self.patience();
        loop {
            match count(self.statements, connection).await {
                Ok(left) => return Ok(left),
                Err(e) => self.wait(&mut patience, e.into()).await?,
            }
        }
    }

    /// Begins a pass: counts what is to do, fixes the upper bound, and cuts the keys into ranges.
    async fn begin(&self, connection: &mut Connection, last: &Standing) -> Result<Standing, Outcome> {
        let mut patience = self.patience();
        loop {
            match self.try_begin(connection, last).await {
                Ok(standing) => return Ok(standing),
                Err(e) => {
                    connection.rollback().await;
                    self.wait(&mut patience, e).await?;
                }
            }
        }
    }

    async fn try_begin(&self, connection: &mut Connection, last: &Standing) -> Result<Standing, Fenced> {
        let found = count(self.statements, connection).await?;
        let Cut { ranges, dense } = ranges::cut(self.statements, connection, self.workers, found).await?;
        let pass = Pass { done: last.done(), found, ranges, dense };
        begin(self.context, connection, last, pass).await
    }

    /// Nothing is left but what was set aside.
    async fn end(&self, connection: &mut Connection, standing: &Standing) -> Result<Outcome, Outcome> {
        let aside = standing.aside();
        if aside > 0 {
            let bad = first_bad(self.context, connection, standing, NAMED).await?;
            let named = bad.iter().map(|bad| format!("{}: {}", self.statements.named(&bad.key), bad.error));
            let more = if aside > NAMED as u64 { "; …" } else { "" };
            let what = if aside == 1 { "1 row was".to_owned() } else { format!("{aside} rows were") };
            let named = named.collect::<Vec<_>>().join("; ");
            return Ok(Outcome::SetAside { error: format!("{what} refused ({named}{more})") });
        }
        let mut patience = self.patience();
        while let Err(e) = finish(self.context, connection, standing).await {
            connection.rollback().await;
            self.wait(&mut patience, e).await?;
        }
        Ok(Outcome::Done)
    }

    fn patience(&self) -> Patience {
        Patience::new(self.nobody.subscribe())
    }

    async fn wait(&self, patience: &mut Patience, error: Fenced) -> Result<(), Outcome> {
        patience.after(error, "", self.context).await?;
        if self.context.safe_point().await { Err(Outcome::Stopped) } else { Ok(()) }
    }
}

async fn count(statements: &Statements, connection: &mut Connection) -> Result<u64, StoreError> {
    let left = connection.query(&statements.count, &[]).await?.number().unwrap_or(0);
    Ok(u64::try_from(left).unwrap_or(0))
}
