//! Keyset batches over the primary key, inside the database.
//!
//! The upper bound is fixed at the start of a pass; each batch's checkpoint is in the transaction of its rows, so a kill
//! loses at most the batches that were open. The predicate is idempotent besides: a row that is done no longer matches.
//!
//! Rows that came or changed behind a pass are found by the count at its end, and done by another pass.

mod answer;
mod checkpoint;
mod convert;
mod crew;
mod left;
mod limits;
mod patience;
mod program;
mod ranges;
mod size;
mod statements;
mod travel;
mod wal;
mod worker;

use tokio::sync::watch;

use super::{Context, Control, Outcome, Report};
use crate::journal::Fenced;
use crate::model::{Backfill, Template};
use crate::store::{Connection, Engine, Location};
use checkpoint::{Pass, Standing, begin, finish, first_bad, load};
use convert::Converter;
use crew::{Crew, Hand};
use left::count;
use limits::Watch;
use patience::Patience;
use program::Broke;
use ranges::Cut;
use statements::Statements;
use worker::MOST_ASIDE;

/// So many passes in a row may leave as many rows as they found, since users may be adding some.
const STALLED: u32 = 5;

/// So many of the rows that were set aside are named.
const NAMED: usize = 5;

/// Carries out one attempt. Killed, it ends at once, and the store rolls back what was open.
pub async fn run(spec: &Backfill, as_user: Option<&Template>, context: &Context) -> Outcome {
    tokio::select! {
        ended = attempt(spec, as_user, context) => match ended {
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

async fn attempt(spec: &Backfill, as_user: Option<&Template>, context: &Context) -> Result<Outcome, Outcome> {
    let store = context.site.store(spec.store.as_deref())?;
    let engine = store.1.engine();
    let statements = Statements::new(spec, engine).map_err(Outcome::permanent)?;
    let workers = if engine == Engine::Sqlite { 1 } else { u64::from(spec.workers.unwrap_or(1).max(1)) };
    let mut over =
        Over { context, store, spec, as_user, statements: &statements, workers, nobody: watch::channel(false).0 };
    let mut hands = vec![over.hand(over.connect().await?)];
    let ended = over.all(&mut hands).await;
    for hand in hands {
        // After an error it may be in the middle of anything.
        if ended.is_ok() {
            hand.connection.close().await;
        }
    }
    ended
}

/// Passes over all rows.
struct Over<'a> {
    context: &'a Context,
    /// Its name and its place.
    store: (&'a str, &'a Location),
    spec: &'a Backfill,
    as_user: Option<&'a Template>,
    statements: &'a Statements,
    workers: u64,
    nobody: watch::Sender<bool>,
}

impl<'a> Over<'a> {
    async fn all(&mut self, hands: &mut Vec<Hand<'a>>) -> Result<Outcome, Outcome> {
        let spec = self.spec;
        let Some(mut standing) = load(self.context, &mut hands[0].connection).await? else {
            return Ok(Outcome::Adopted);
        };
        // A pass that was over before this attempt says nothing of what can be done now.
        let mut fresh = !standing.all_over();
        if standing.positions.is_empty() || standing.aside() >= MOST_ASIDE {
            standing = self.begin(&mut hands[0].connection, &standing).await?;
            fresh = true;
        }
        let mut stalled = 0;
        let first = if spec.convert.is_some() { size::FIRST_CONVERTED } else { size::FIRST };
        loop {
            let watch = Watch::new(self.context, self.store.1, spec.only_while.as_deref(), self.workers);
            let crew = Crew::new(self.context, watch, self.store.1, self.statements, spec.set_aside, standing);
            self.open(hands, crew.wanted(self.workers)).await?;
            let ended;
            (standing, ended) = crew.work(hands, spec.batch.unwrap_or(first)).await;
            if let Err(outcome) = ended {
                return if outcome == Outcome::Stopped { Ok(outcome) } else { Err(outcome) };
            }
            let main = &mut hands[0].connection;
            self.context.report(Report::Verifying);
            let left = self.count(main).await?;
            if left == standing.aside() {
                let outcome = self.end(main, &standing).await?;
                return dismiss(hands).await.map(|()| outcome);
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

    fn hand(&self, connection: Connection) -> Hand<'a> {
        let converter = self.spec.convert.as_deref().map(|convert| Converter::new(convert, self.as_user, self.context));
        Hand { connection, converter }
    }

    /// As many connections as there are workers, or as many as the server gives.
    async fn open(&self, hands: &mut Vec<Hand<'a>>, wanted: u64) -> Result<(), Outcome> {
        while (hands.len() as u64) < wanted {
            match self.context.connect(self.store.0, self.store.1).await {
                Ok(connection) => hands.push(self.hand(connection)),
                Err(Fenced::Store(e)) if e.is_transient() => {
                    let has = hands.len();
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
            match count(self.statements, self.store.1, connection).await {
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
        let found = count(self.statements, self.store.1, connection).await?;
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

/// Lets the programs end that converted rows.
async fn dismiss(hands: &mut [Hand<'_>]) -> Result<(), Outcome> {
    for converter in hands.iter_mut().filter_map(|hand| hand.converter.as_mut()) {
        converter.finish().await.map_err(|(Broke::Died(how) | Broke::Wrong(how))| Outcome::permanent(how))?;
    }
    Ok(())
}
