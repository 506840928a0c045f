//! One worker: batch after batch along a range, smaller where somebody holds a lock, down to the one row where a row
//! is refused.

use std::time::{Duration, Instant};

use super::checkpoint::{Bad, Position, save, save_bad};
use super::convert::Converter;
use super::crew::{Crew, Hand, Taken};
use super::patience::Patience;
use super::program::Broke;
use super::ranges::{further, is_behind};
use super::size::{Size, rest};
use super::statements::Key;
use super::travel::Travel;
use super::wal::Log;
use super::{Outcome, Report};
use crate::journal::Fenced;
use crate::model::Value;
use crate::step::Control;
use crate::store::{Connection, StoreError, Trouble};

/// More rows than this are not set aside: then something is wrong with more than some rows.
pub const MOST_ASIDE: u64 = 1_000;

/// Of an error that is kept, so many characters.
pub const KEPT: usize = 300;

/// So often a program may end over the same row before that is to blame, and over one row after the other before the
/// program is.
const DEATHS: u32 = 3;

#[derive(Debug)]
pub struct Worker<'a, 'c> {
    pub(super) crew: &'a Crew<'a>,
    pub(super) connection: &'a mut Connection,
    pub(super) converter: Option<&'a mut Converter<'c>>,
    pub(super) size: Size,
    patience: Patience,
    log: Option<Log>,
    /// The statement is known to be accepted where it finds no rows: what is refused is a row.
    sound: bool,
    /// How often the program ended over the row that it is at, and over how many rows since it last gave one.
    deaths: u32,
    deadly: u32,
}

/// What a batch came to.
#[derive(Debug)]
pub struct Batch {
    pub to: Position,
    /// Rows that were refused on their way: all of them are set aside, or the batch ends before the only one.
    pub refused: Vec<Bad>,
}

/// Why a batch was rolled back.
#[derive(Debug)]
pub enum Why {
    Store(Fenced),
    Program(Broke),
}

impl From<Fenced> for Why {
    fn from(error: Fenced) -> Self {
        Why::Store(error)
    }
}

impl From<StoreError> for Why {
    fn from(error: StoreError) -> Self {
        Why::Store(error.into())
    }
}

impl From<Broke> for Why {
    fn from(error: Broke) -> Self {
        Why::Program(error)
    }
}

/// A batch that was rolled back, with the key of its last row where that is known.
struct Undone {
    why: Why,
    end: Option<Key>,
}

impl<'a, 'c> Worker<'a, 'c> {
    pub fn new(crew: &'a Crew<'a>, hand: &'a mut Hand<'c>, size: Size, patience: Patience) -> Worker<'a, 'c> {
        let Hand { connection, converter } = hand;
        let converter = converter.as_mut();
        Worker { crew, connection, converter, size, patience, log: None, sound: false, deaths: 0, deadly: 0 }
    }

    /// Does ranges until none is left.
    ///
    /// # Errors
    /// How the attempt ends before that.
    pub async fn work(mut self) -> Result<(), Outcome> {
        self.log = Log::open(self.crew.location, self.connection).await;
        while let Some(mut taken) = self.crew.take() {
            while taken.at.last.as_ref() != Some(&taken.upto) {
                self.crew.watch.passed().await;
                if self.crew.is_halted() || self.crew.context.safe_point().await {
                    return Err(Outcome::Stopped);
                }
                self.step(&mut taken).await?;
            }
        }
        if let Some(mut log) = self.log {
            log.copy().await;
        }
        Ok(())
    }

    /// Tries one batch, and learns from it how large the next one may be.
    async fn step(&mut self, taken: &mut Taken) -> Result<(), Outcome> {
        let mut log = self.log.take();
        let batch = async {
            let began = Instant::now();
            (self.batch(taken).await, began.elapsed())
        };
        let (ended, took) = match &mut log {
            Some(log) => {
                let (ended, ()) = tokio::join!(batch, log.copy_some());
                log.written(ended.1);
                log.bound().await;
                ended
            }
            None => batch.await,
        };
        self.log = log;
        match ended {
            Ok(Batch { to, refused }) => {
                let pace = *self.crew.context.pace.borrow();
                self.size.fitted(took, pace);
                self.patience.reset();
                (self.deaths, self.deadly) = (0, 0);
                self.moved(taken, to);
                self.told(&refused)?;
                self.rest(rest(pace, took, self.crew.workers)).await;
                Ok(())
            }
            Err(Undone { why: Why::Store(Fenced::Store(error)), end: Some(end) })
                if error.trouble == Trouble::Refused =>
            {
                self.refused(taken, &error, end).await
            }
            Err(Undone { why: Why::Store(error), .. }) => {
                self.size.held_up();
                let next = format!(" with {} rows", self.size.rows());
                self.patience.after(error, &next, self.crew.context).await
            }
            Err(Undone { why: Why::Program(Broke::Died(how)), end: Some(end) }) => self.died(taken, how, end).await,
            Err(Undone { why: Why::Program(Broke::Died(how) | Broke::Wrong(how)), .. }) => Err(Outcome::permanent(how)),
        }
    }

    /// Names the rows that were refused on their way.
    ///
    /// # Errors
    /// Where the step ends at the first one.
    fn told(&self, refused: &[Bad]) -> Result<(), Outcome> {
        for bad in refused {
            let named = self.crew.refused(bad);
            if !self.crew.sets_aside {
                return Err(Outcome::permanent(format!("a row is refused: {named}")));
            }
            self.crew.context.report(Report::Log(format!("set aside {named}")));
        }
        Ok(())
    }

    /// Leaves the database to others for a while, unless somebody wants something else meanwhile.
    async fn rest(&self, time: Duration) {
        if time.is_zero() {
            return;
        }
        let context = self.crew.context;
        let (mut control, mut pace) = (context.control.clone(), context.pace.clone());
        pace.mark_unchanged();
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            _ = control.wait_for(|c| *c >= Control::Stop) => {}
            _ = pace.changed() => {}
            () = self.crew.halted() => {}
        }
    }

    fn moved(&self, taken: &mut Taken, to: Position) {
        taken.after.clone_from(&to.last);
        taken.at = to.clone();
        self.crew.moved(taken.range, to);
    }

    /// The rows and the checkpoint behind them, in one transaction.
    async fn batch(&mut self, taken: &Taken) -> Result<Batch, Undone> {
        let mut end = None;
        let result = self.batch_up_to(taken, &mut end).await;
        if result.is_err() {
            self.connection.rollback().await;
        }
        result.map_err(|why| Undone { why, end })
    }

    async fn batch_up_to(&mut self, taken: &Taken, found: &mut Option<Key>) -> Result<Batch, Why> {
        let Crew { context, statements, .. } = self.crew;
        context.marks.begin(self.connection).await?;
        let (after, from_start) = (taken.after.as_ref(), taken.after.is_none());
        let end = match self.reckoned(taken) {
            Some(end) => end,
            None => {
                let sql = statements.end(from_start);
                let binds = sql.binds(after, &taken.upto, self.size.rows() - 1);
                let end = self.connection.query(&sql.text, &binds).await?.rows.into_iter().next();
                // Fewer rows than a batch are left: this is the last one.
                end.unwrap_or_else(|| taken.upto.clone())
            }
        };
        let end = found.insert(end);
        let batch = if let Some(travel) = &statements.travel {
            self.travel(taken, travel, end).await?
        } else {
            let sql = statements.change(from_start);
            let changed = self.connection.execute(&sql.text, &sql.binds(after, end, 0)).await?;
            let to = Position { last: Some(end.clone()), done: taken.at.done + changed, aside: taken.at.aside };
            Batch { to, refused: Vec::new() }
        };
        let over = batch.to.last.as_ref() == Some(&taken.upto);
        save(context, self.connection, taken.range, &batch.to, over).await?;
        self.connection.commit().await?;
        Ok(batch)
    }

    /// The last key of the next batch, where it need not be looked up: that takes longer than one would think.
    fn reckoned(&self, taken: &Taken) -> Option<Key> {
        let ([after], [upto], true) = (taken.after.as_deref()?, taken.upto.as_slice(), taken.dense) else {
            return None;
        };
        let end = further(after, self.size.rows())?;
        Some(if is_behind(&end, upto) { taken.upto.clone() } else { vec![end] })
    }

    /// A permanent error: the batch is halved until the one row is found that it comes from.
    async fn refused(&mut self, taken: &mut Taken, error: &StoreError, end: Key) -> Result<(), Outcome> {
        if !self.sound {
            self.is_sound(&end).await?;
            self.sound = true;
        }
        if !self.size.refused() {
            return Ok(());
        }
        let error = error.message.chars().take(KEPT).collect();
        self.alone(taken, Bad { key: end, error }).await
    }

    /// The program ended: it is started again with half of the rows, until the one is found over which it ends.
    async fn died(&mut self, taken: &mut Taken, how: String, end: Key) -> Result<(), Outcome> {
        let context = self.crew.context;
        let one = self.size.rows() == 1;
        self.deaths += u32::from(one);
        if one && self.deaths < DEATHS {
            context.report(Report::Log(format!("{how}; it is started again with the same row")));
            self.patience.pause(context).await;
            return Ok(());
        }
        if !self.size.refused() {
            context.report(Report::Log(format!("{how}; it is started again with {} rows", self.size.rows())));
            return Ok(());
        }
        (self.deaths, self.deadly) = (0, self.deadly + 1);
        self.patience.reset();
        if self.deadly > DEATHS {
            return Err(Outcome::permanent(format!("one row after the other: {how}")));
        }
        self.alone(taken, Bad { key: end, error: how.chars().take(KEPT).collect() }).await
    }

    /// The one row that is refused.
    async fn alone(&mut self, taken: &mut Taken, bad: Bad) -> Result<(), Outcome> {
        let crew = self.crew;
        let named = crew.refused(&bad);
        if !crew.sets_aside {
            return Err(Outcome::permanent(format!("a row is refused: {named}")));
        }
        if crew.aside() >= MOST_ASIDE {
            return Err(Outcome::permanent(crew.too_many_aside(&bad)));
        }
        match self.set_aside(taken, &bad).await {
            Ok(to) => {
                crew.context.report(Report::Log(format!("set aside {named}")));
                self.moved(taken, to);
                Ok(())
            }
            // It is found again.
            Err(error) => {
                self.connection.rollback().await;
                self.patience.after(error, "", crew.context).await
            }
        }
    }

    /// Whether the statement is accepted where it finds no rows.
    async fn is_sound(&mut self, end: &Key) -> Result<(), Outcome> {
        let Crew { context, statements, .. } = self.crew;
        context.marks.begin(self.connection).await?;
        let answer = match &statements.travel {
            // No row has nothing as its key.
            Some(Travel { form, write, .. }) => {
                let nothing = vec![Value::Null; form.write.len() + form.keys];
                self.connection.execute(write, &nothing).await
            }
            None => {
                let sql = statements.change(false);
                self.connection.execute(&sql.text, &sql.binds(Some(end), end, 0)).await
            }
        };
        self.connection.rollback().await;
        match answer {
            // Whoever holds a lock is met again by the next batch.
            Err(error) if error.trouble != Trouble::Locked => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn set_aside(&mut self, taken: &Taken, bad: &Bad) -> Result<Position, Fenced> {
        let context = self.crew.context;
        context.marks.begin(self.connection).await?;
        let at = &taken.at;
        save_bad(context, self.connection, taken.range, at.aside, bad).await?;
        let to = Position { last: Some(bad.key.clone()), done: at.done, aside: at.aside + 1 };
        save(context, self.connection, taken.range, &to, bad.key == taken.upto).await?;
        self.connection.commit().await?;
        Ok(to)
    }
}
