//! `stepwell restore`: puts a run's backups back, and the records with them.
//!
//! The run is ended in the journal before anything is put back: it must never go on over data that are not its own any
//! more. Interrupted, this is done again from the start.

mod by_hand;
mod copies;

use super::args::Args;
use super::past::{self, Past};
use super::{Failure, load, report, session, typed};
use crate::engine::Setup;
use crate::journal::{BEAT, Journal, JournalError, Marks, Place, RunRecord, Write, me};
use crate::model::{Event, EventKind, Exit, RunState, State, StepState, Work};
use crate::probe::resolve;
use crate::step;
use crate::store::Connection;
use crate::words::format::visible;
use crate::words::plain::guide::quoted;
use copies::Copy;

pub async fn run(args: &Args, wanted: Option<&str>, yes: bool) -> Result<Exit, Failure> {
    let mut setup = load::setup(args, None)?;
    setup.lock = Some(session::lock(&setup.deployment.state_dir)?);
    let file = quoted(&setup.deployment.path.display().to_string());
    let site = resolve(&setup.catalogue, &setup.deployment, &setup.secrets).await.site;
    let place = load::place(&setup).await?;
    let past = chosen(&setup, wanted, &file).await?;
    let (run, state) = (&past.run, &past.state);
    let copies = copies::of(&past, &site).map_err(|text| {
        let text = format!("error: {text}; nothing was changed\nSee what there is with `stepwell history -d {file}`");
        Failure::new(Exit::Usage, text)
    })?;
    no_program_works(run, state, &setup, &file)?;
    report::print(copies::told(run, &copies, &site).join("\n"))?;
    typed::agreed(&setup, yes, &format!("restore {}", run.id))?;

    let mut journal = Journal::open(&place, &setup.deployment.id).await.map_err(load::unreadable)?;
    let taken = journal.take_lease(|text| eprintln!("{}", visible(&text))).await.map_err(|e| match e {
        JournalError::Held(holder) => Failure::new(Exit::LeaseHeld, session::held(&holder)),
        other => load::unreadable(other),
    })?;
    let _heart = Heart(tokio::spawn(beat(place, setup.deployment.id.clone(), taken.epoch)));
    let marks = Marks { deployment: setup.deployment.id.clone(), run: run.id.clone(), epoch: taken.epoch };
    let mut history = History::of(&mut journal, run).await.map_err(load::unreadable)?;
    history.tell(&mut journal, begun(&copies)).await.map_err(load::unreadable)?;
    for copy in &copies {
        let broken = |error: String| {
            let text = format!(
                "error: `{}` was not restored: {}\nThe run is ended, and the service is as it was. When the cause is \
                 mended: stepwell restore {} -d {file}",
                copy.store,
                visible(&site.secrets.mask(&error)),
                run.id
            );
            Failure::new(Exit::CouldNotAsk, text)
        };
        let kept = put_back(copy, &marks, run).await.map_err(broken)?;
        println!("  {} is as its backup has it.", copy.store);
        if let Some(kept) = kept {
            println!("    as it was before: {}", kept.display());
        }
    }
    let version = history.version(&mut journal, run).await.map_err(|e| {
        let text = format!("error: the data are restored, but the record of the version is not: {e}");
        Failure::new(Exit::CouldNotAsk, format!("{text}\nDo it again: stepwell restore {} -d {file}", run.id))
    })?;
    journal.close().await;
    let mut lines = vec![format!("Restored. The run {} is abandoned.", run.id)];
    lines.extend(version.map(|version| format!("  recorded  {}", visible(&version))));
    lines.extend(by_hand::left(&past, &copies, &setup, &site));
    lines.push(format!("  next      stepwell status -d {file}"));
    report::print(lines.join("\n"))?;
    Ok(Exit::Done)
}

/// The run, which no other one has gone on from.
async fn chosen(setup: &Setup, wanted: Option<&str>, file: &str) -> Result<Past, Failure> {
    // Looking makes no journal where there is none.
    let Some(mut journal) = load::journal(setup).await? else { return Err(past::none(wanted, setup)) };
    let past = Past::named(&mut journal, wanted, setup).await?;
    let latest = journal.latest_run().await.map_err(load::unreadable)?;
    journal.close().await;
    if let Some(other) = latest.filter(|latest| latest.id != past.run.id && latest.is_unfinished()) {
        let text = format!(
            "error: a later run, {}, is not finished; nothing was changed\n\
             Restore that one, or end it first: stepwell abandon -d {file}",
            other.id
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    Ok(past)
}

/// A program that goes on would write into what was just restored.
fn no_program_works(run: &RunRecord, state: &State, setup: &Setup, file: &str) -> Result<(), Failure> {
    let folder = setup.deployment.state_dir.join("runs").join(&run.id);
    let works = state.steps.iter().find(|row| {
        let (StepState::Running { attempt } | StepState::Verifying { attempt }) = row.state else { return false };
        let runs = state.step(&row.key).is_some_and(|step| matches!(step.work, Work::Run(_)));
        runs && step::is_at_work(&folder, &row.key, attempt)
    });
    let Some(row) = works else { return Ok(()) };
    let text = format!(
        "error: the program of {} still works, without its runner; nothing was changed\n\
         Wait for its end or end it, then type this again. See how it stands: stepwell status -d {file}",
        row.key
    );
    Err(Failure::new(Exit::LeaseHeld, text))
}

/// Late writers are kept out before and after: a restored file has the fence of its own time.
async fn put_back(copy: &Copy, marks: &Marks, run: &RunRecord) -> Result<Option<std::path::PathBuf>, String> {
    // A database that cannot be opened has no writers.
    if let Ok(mut connection) = Connection::open(&copy.location).await {
        marks.raise(&mut connection).await.map_err(|e| e.to_string())?;
        connection.close().await;
    }
    let now = jiff::Timestamp::now();
    let name = format!("{}{:03}Z", now.strftime("%Y%m%dT%H%M%S"), now.subsec_millisecond());
    let restored = step::restore(&copy.location, &copy.file, &format!("{}-{name}", run.id)).await?;
    let mut connection = Connection::open(&copy.location).await.map_err(|e| e.to_string())?;
    marks.raise(&mut connection).await.map_err(|e| e.to_string())?;
    marks.clear(&mut connection).await.map_err(|e| e.to_string())?;
    connection.close().await;
    Ok(restored.kept)
}

/// Shows other hosts that the lease is held, as long as this lasts: a large copy takes its time.
async fn beat(place: Place, deployment: String, epoch: u64) {
    loop {
        if let Ok(mut journal) = Journal::open(&place, &deployment).await {
            while journal.beat(epoch).await.is_ok() {
                tokio::time::sleep(BEAT).await;
            }
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// Beats until it is dropped.
struct Heart(tokio::task::JoinHandle<()>);

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn begun(copies: &[Copy]) -> Vec<EventKind> {
    let files = copies.iter().map(|copy| copy.file.display().to_string()).collect();
    vec![EventKind::Restoring { files, by: me() }, EventKind::RunChanged { state: RunState::Abandoned }]
}

/// What is added to a run's history.
struct History {
    seq: u64,
}

impl History {
    async fn of(journal: &mut Journal, run: &RunRecord) -> Result<History, JournalError> {
        journal.continue_run(&run.id).await?;
        Ok(History { seq: journal.events(&run.id).await?.last().map_or(0, |event| event.seq) })
    }

    fn events(&mut self, kinds: Vec<EventKind>) -> Vec<Event> {
        let at = jiff::Timestamp::now();
        let event = |kind| {
            self.seq += 1;
            Event { seq: self.seq, at, kind }
        };
        kinds.into_iter().map(event).collect()
    }

    async fn tell(&mut self, journal: &mut Journal, kinds: Vec<EventKind>) -> Result<(), JournalError> {
        let events = self.events(kinds);
        journal.commit(&Write { state: Some(RunState::Abandoned), events, ..Write::default() }).await
    }

    /// Sets the record of the version back, where there is one that this changes.
    async fn version(&mut self, journal: &mut Journal, run: &RunRecord) -> Result<Option<String>, JournalError> {
        let mut kinds = vec![EventKind::Restored { by: me() }];
        let recorded = journal.version().await?.map(|recorded| recorded.version);
        let from = run.plan.from.clone();
        let changes = recorded.as_ref().is_some_and(|recorded| recorded != &from);
        let version = changes.then(|| (recorded, from.clone(), false));
        if changes {
            kinds.push(EventKind::Recorded { version: from.clone(), confirmed: false });
        }
        let events = self.events(kinds);
        journal.commit(&Write { version, events, ..Write::default() }).await?;
        Ok(changes.then_some(from))
    }
}
