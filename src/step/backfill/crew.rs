//! Workers that take the ranges of a pass one after the other, each on a connection of its own.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::watch;

use super::checkpoint::{Bad, Position, Standing};
use super::convert::Converter;
use super::limits::Watch;
use super::patience::Patience;
use super::size::Size;
use super::statements::{Key, Statements};
use super::worker::{MOST_ASIDE, Worker};
use super::{Context, Outcome};
use crate::store::{Connection, Location};

/// What a worker works with, from one pass to the next.
#[derive(Debug)]
pub struct Hand<'a> {
    pub connection: Connection,
    /// Where rows leave the database.
    pub converter: Option<Converter<'a>>,
}

/// What the workers of a pass share.
#[derive(Debug)]
pub struct Crew<'a> {
    pub context: &'a Context,
    /// What is waited for before a batch.
    pub watch: Watch<'a>,
    pub location: &'a Location,
    pub statements: &'a Statements,
    /// Whether a row that is refused is set aside.
    pub sets_aside: bool,
    standing: Mutex<Standing>,
    /// The ranges that were not over when the pass was taken up, and the next one of them.
    open: Vec<usize>,
    next: AtomicUsize,
    /// Rows changed, and rows set aside, by all workers.
    done: AtomicU64,
    aside: AtomicU64,
    total: u64,
    /// How many there are.
    pub workers: u32,
    /// Turns true when one worker ends before the work does.
    halt: watch::Sender<bool>,
}

impl<'a> Crew<'a> {
    pub fn new(
        context: &'a Context,
        watch: Watch<'a>,
        location: &'a Location,
        statements: &'a Statements,
        sets_aside: bool,
        standing: Standing,
    ) -> Crew<'a> {
        Crew {
            context,
            watch,
            location,
            statements,
            sets_aside,
            open: (0..standing.positions.len()).filter(|range| !standing.is_over(*range)).collect(),
            next: AtomicUsize::new(0),
            done: AtomicU64::new(standing.done()),
            aside: AtomicU64::new(standing.aside()),
            total: standing.total(),
            standing: Mutex::new(standing),
            workers: 1,
            halt: watch::channel(false).0,
        }
    }

    /// How many workers find something to do.
    pub fn wanted(&self, workers: u64) -> u64 {
        workers.min(self.open.len() as u64)
    }

    /// Does all that is left of the pass, with a worker for each hand. Gives back where that ended.
    pub async fn work(mut self, hands: &mut [Hand<'_>], first: u64) -> (Standing, Result<(), Outcome>) {
        self.workers = u32::try_from(hands.len()).unwrap_or(u32::MAX);
        self.tell();
        let workers = hands.iter_mut().map(|hand| {
            let size = Size::new(first);
            let worker = Worker::new(&self, hand, size, Patience::new(self.halt.subscribe()));
            async {
                let ended = worker.work().await;
                if ended.is_err() {
                    self.halt.send_replace(true);
                }
                ended
            }
        });
        let ended = join_all(workers).await.into_iter().filter_map(Result::err).max_by_key(weight);
        let standing = self.standing.into_inner().unwrap_or_else(PoisonError::into_inner);
        (standing, ended.map_or(Ok(()), Err))
    }

    /// The next range that nobody has taken: behind which key it goes on, where it ends, and how far it is.
    pub fn take(&self) -> Option<Taken> {
        let range = *self.open.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Taken {
            range,
            after: standing.after(range).cloned(),
            upto: standing.pass.ranges[range].upto.clone(),
            at: standing.positions[range].clone(),
            dense: standing.pass.dense,
        })
    }

    /// A range got on, and that is committed.
    pub fn moved(&self, range: usize, to: Position) {
        let (done, aside) = {
            let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
            let at = &mut standing.positions[range];
            let moved = (to.done - at.done, to.aside - at.aside);
            *at = to;
            moved
        };
        self.done.fetch_add(done, Ordering::Relaxed);
        self.aside.fetch_add(aside, Ordering::Relaxed);
        self.tell();
    }

    /// Rows set aside so far.
    pub fn aside(&self) -> u64 {
        self.aside.load(Ordering::Relaxed)
    }

    /// A row that is refused, and why.
    pub fn refused(&self, bad: &Bad) -> String {
        format!("{}: {}", self.statements.named(&bad.key), bad.error)
    }

    /// Why another row is not set aside.
    pub fn too_many_aside(&self, bad: &Bad) -> String {
        let named = self.refused(bad);
        format!("more than {MOST_ASIDE} rows are refused, which are too many to set aside; {named}")
    }

    fn tell(&self) {
        self.context.progress(self.done.load(Ordering::Relaxed), Some(self.total), "rows");
    }

    /// Waits until another worker has ended before the work did.
    pub async fn halted(&self) {
        // Its sender lives as long as this does.
        let _ = self.halt.subscribe().wait_for(|halt| *halt).await;
    }

    /// Whether another worker has ended before the work did.
    pub fn is_halted(&self) -> bool {
        *self.halt.borrow()
    }
}

/// A range as a worker takes it.
#[derive(Debug)]
pub struct Taken {
    pub range: usize,
    pub after: Option<Key>,
    pub upto: Key,
    pub at: Position,
    /// Whether the end of a batch is reckoned.
    pub dense: bool,
}

/// Of several ends, the one that counts: one worker's failure stops the others.
fn weight(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::LostLease => 3,
        Outcome::Failed(failure) if !failure.transient => 2,
        Outcome::Failed(_) => 1,
        _ => 0,
    }
}
