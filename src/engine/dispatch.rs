//! The loop around the machine: waits for whatever comes, and carries out what the machine wants.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::act::{Act, Began, Input, Outgoing, Port, Resumed};
use super::folder::{new_run, run_dir};
use super::keeper::{self, Acquired, Purpose, Record};
use super::machine::Machine;
use super::{checks, drift, executor, memory, survey};
use crate::definition::Deployment;
use crate::journal::{Journal, JournalError, Lock, Marks, Place, RunRecord, Taken, me};
use crate::model::{Catalogue, EventKind, Exit, Pace, PlannedStep, Severity, StepState, Window, Work};
use crate::probe::Site;
use crate::step::{Context, Control, Left, Report, left_behind};

/// What a session is opened with.
pub struct Setup {
    pub catalogue: Arc<Catalogue>,
    pub deployment: Deployment,
    /// Secrets that were handed over, by name.
    pub secrets: BTreeMap<String, String>,
    /// Proof that nobody else has this deployment. Without it a session can look, and begin nothing.
    pub lock: Option<Lock>,
    /// A version or a tag was named beforehand, so that the session goes on where no newer release is there.
    pub stays: bool,
    /// The hours in which steps may begin.
    pub window: Option<Window>,
    /// The pace of batches, where it was said beforehand.
    pub pace: Option<Pace>,
}

/// Why a session could not go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the state directory {} cannot be made: {error}", path.display())]
    StateDir { path: PathBuf, error: std::io::Error },
    #[error("signals cannot be watched: {0}")]
    Signals(std::io::Error),
}

/// Runs a session to its end and says how it ended.
///
/// # Errors
/// When it cannot even begin. Everything later is an event.
pub async fn run(setup: Setup, port: Port) -> Result<Exit, EngineError> {
    let (inputs, received) = mpsc::unbounded_channel();
    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    let [terminate, interrupt] = signals;
    let signals = [terminate.map_err(EngineError::Signals)?, interrupt.map_err(EngineError::Signals)?];
    let (acquisitions, mut acquired) = mpsc::unbounded_channel();
    let state_dir = setup.deployment.state_dir.clone();
    let mut dispatcher = Dispatcher {
        machine: Machine::new(setup.catalogue.clone(), setup.stays, jiff::Timestamp::now())
            .within(setup.window.clone(), setup.pace),
        journal: None,
        acquisitions,
        heart: None,
        signals,
        control: watch::channel(Control::Go).0,
        pace: watch::channel(Pace::Normal).0,
        fenced: Arc::default(),
        inputs,
        outgoing: port.outgoing,
        state_dir,
        setup,
        exit: None,
    };
    let mut incoming = port.incoming;
    let mut received = received;
    dispatcher.open().await;
    while dispatcher.exit.is_none() {
        let [terminate, interrupt] = &mut dispatcher.signals;
        let input = tokio::select! {
            // In this order: what is under way is taken in before anything new is decided.
            biased;
            Some(input) = received.recv() => input,
            Some((purpose, found)) = acquired.recv() => dispatcher.acquired(purpose, found).await,
            Some(from) = incoming.recv() => Input::From(from),
            _ = terminate.recv() => Input::Signal,
            _ = interrupt.recv() => Input::Signal,
        };
        dispatcher.take(input).await;
    }
    if let Some(heart) = dispatcher.heart {
        heart.abort();
    }
    if let Some(journal) = dispatcher.journal {
        journal.close().await;
    }
    Ok(dispatcher.exit.unwrap_or(Exit::Internal))
}

struct Dispatcher {
    machine: Machine,
    journal: Option<Journal>,
    acquisitions: mpsc::UnboundedSender<(Purpose, Result<Acquired, JournalError>)>,
    /// Shows other hosts that this runner lives.
    heart: Option<tokio::task::JoinHandle<()>>,
    signals: [Signal; 2],
    control: watch::Sender<Control>,
    pace: watch::Sender<Pace>,
    fenced: Arc<Mutex<std::collections::BTreeSet<String>>>,
    inputs: mpsc::UnboundedSender<Input>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    state_dir: PathBuf,
    setup: Setup,
    exit: Option<Exit>,
}

impl Dispatcher {
    async fn open(&mut self) {
        let system = &self.setup.catalogue.system;
        let absolute =
            |p: &std::path::Path| std::path::absolute(p).unwrap_or_else(|_| p.to_owned()).display().to_string();
        let acts = self.machine.open(EventKind::Opened {
            system: system.name.clone(),
            title: system.title.clone(),
            about: system.about.clone(),
            deployment: self.setup.deployment.id.clone(),
            file: absolute(&self.setup.deployment.path),
            state_dir: absolute(&self.state_dir),
            runner: me(),
        });
        self.carry_out(acts).await;
    }

    async fn take(&mut self, input: Input) {
        let acts = self.machine.handle(input, jiff::Timestamp::now());
        self.carry_out(acts).await;
    }

    async fn carry_out(&mut self, acts: Vec<Act>) {
        let pace = self.machine.state().pace();
        self.pace.send_if_modified(|before| std::mem::replace(before, pace) != pace);
        for act in acts {
            if let Err(e) = self.one(act).await {
                // What was to follow the write must not happen.
                let acts = self.machine.handle(Input::JournalFailed(e), jiff::Timestamp::now());
                Box::pin(self.carry_out(acts)).await;
                return;
            }
        }
    }

    async fn one(&mut self, act: Act) -> Result<(), JournalError> {
        match act {
            Act::Publish { events, write } => {
                if !write.is_empty() {
                    self.keep(Record::Change(&write)).await?;
                }
                for event in events {
                    let _ = self.outgoing.send(Outgoing::Event(Box::new(event)));
                }
            }
            Act::BeginRun { run, plan, events } => {
                self.keep(Record::Begin { run: &run, plan: &plan, events: &events }).await?;
            }
            Act::Refuse { client, reason } => drop(self.outgoing.send(Outgoing::Refused { client, reason })),
            Act::Survey => self.survey(),
            Act::Check => self.check(),
            Act::Begin => self.acquire(Purpose::Begin),
            Act::Resume => self.acquire(Purpose::Resume),
            Act::Ask { key } => self.ask(key),
            act @ Act::Start { .. } => self.start(act),
            Act::Control(control) => drop(self.control.send_replace(control)),
            Act::Timer { after, due } => {
                let inputs = self.inputs.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    let _ = inputs.send(Input::Due(due));
                });
            }
            Act::End(exit) => self.exit = Some(exit),
        }
        Ok(())
    }

    fn survey(&self) {
        let (inputs, catalogue) = (self.inputs.clone(), self.setup.catalogue.clone());
        let (deployment, secrets) = (self.setup.deployment.clone(), self.setup.secrets.clone());
        tokio::spawn(async move {
            let found = survey::survey(&catalogue, &deployment, &secrets).await;
            let _ = inputs.send(Input::Surveyed(Box::new(found)));
        });
    }

    fn check(&mut self) {
        let (Some(site), Some(plan)) = (self.site(), self.machine.state().plan.clone()) else { return };
        let items = checks::items(&plan, &site);
        let _ = self.inputs.send(Input::ChecksBegan(items.iter().map(|(id, _)| id.clone()).collect()));
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            for (id, item) in items {
                let result = checks::check(id, item, &site).await;
                let _ = inputs.send(Input::Checked(result));
            }
            let _ = inputs.send(Input::ChecksEnded);
        });
    }

    /// Writes to the journal; clients hear where it has to be waited for.
    async fn keep(&mut self, record: Record<'_>) -> Result<(), JournalError> {
        let Dispatcher { journal: Some(journal), machine, outgoing, signals, .. } = self else { return Ok(()) };
        let tell = async |text: String| {
            // What is only said leads to nothing but an event.
            for act in machine.handle(Input::Notice(Severity::Warning, text), jiff::Timestamp::now()) {
                if let Act::Publish { events, .. } = act {
                    events.into_iter().for_each(|event| drop(outgoing.send(Outgoing::Event(Box::new(event)))));
                }
            }
        };
        keeper::write(journal, record, signals, tell).await
    }

    /// Takes the lease beside everything else, since it may have to be watched first.
    fn acquire(&self, purpose: Purpose) {
        let (inputs, acquisitions) = (self.inputs.clone(), self.acquisitions.clone());
        let place = match &self.setup.lock {
            Some(_) => Place::of(&self.setup.deployment, self.site().as_deref()),
            None => Err(JournalError::LostLease),
        };
        let deployment = self.setup.deployment.id.clone();
        tokio::spawn(async move {
            let acquired = match place {
                Ok(place) => keeper::acquire(&place, &deployment, &inputs).await,
                Err(e) => Err(e),
            };
            let _ = acquisitions.send((purpose, acquired));
        });
    }

    async fn acquired(&mut self, purpose: Purpose, acquired: Result<Acquired, JournalError>) -> Input {
        let Acquired { journal, taken, recorded } = match (purpose, acquired) {
            (_, Ok(acquired)) => acquired,
            (Purpose::Begin, Err(e)) => return Input::Began(Err(e)),
            (Purpose::Resume, Err(e)) => return Input::Resumed(Err(e)),
        };
        self.journal = Some(journal);
        if let Ok(place) = Place::of(&self.setup.deployment, self.site().as_deref())
            && place.is_shared()
        {
            let (deployment, inputs) = (self.setup.deployment.id.clone(), self.inputs.clone());
            self.heart = Some(tokio::spawn(keeper::beat(place, deployment, taken.epoch, inputs)));
        }
        match purpose {
            Purpose::Begin => Input::Began(self.begun(taken.epoch, recorded).await),
            Purpose::Resume => Input::Resumed(self.resumed(taken, recorded).await.map(Box::new)),
        }
    }

    /// Only the lease says that nobody else is at work: what was found before it may have been overtaken.
    async fn begun(&mut self, epoch: u64, recorded: Option<String>) -> Result<Began, JournalError> {
        let journal = self.journal.as_mut().ok_or(JournalError::LostLease)?;
        let latest = journal.latest_run().await?;
        if latest.as_ref().map(|run| run.id.as_str()) != self.machine.last_run() || recorded != self.machine.recorded {
            return Err(JournalError::Overtaken);
        }
        let shapes = self.shapes().await;
        let last = latest.as_ref().map(|run| run.id.as_str());
        new_run(&self.state_dir, last).map(|run| Began { run, epoch, shapes, recorded })
    }

    async fn resumed(&mut self, taken: Taken, recorded: Option<String>) -> Result<Resumed, JournalError> {
        let journal = self.journal.as_mut().ok_or(JournalError::LostLease)?;
        // Somebody else may have brought it to its end before the lease was free.
        let record = journal.latest_run().await?.filter(RunRecord::is_unfinished).ok_or(JournalError::Overtaken)?;
        journal.continue_run(&record.id).await?;
        let steps = journal.steps(&record.id).await?;
        let events = journal.events(&record.id).await?;
        let run_dir = run_dir(&self.state_dir, &record.id);
        // What a program of another host did, or still does, cannot be seen from here.
        let elsewhere = !run_dir.exists();
        let left: std::collections::BTreeMap<String, Left> = steps
            .iter()
            .filter(|(_, state, _)| matches!(state, StepState::Running { .. } | StepState::Verifying { .. }))
            .map(|(key, _, attempt)| {
                let work = record.plan.steps.iter().find(|s| &s.key == key).map(|s| &s.work);
                let left = match work {
                    Some(Work::Run(_) | Work::Http(_)) if elsewhere => Left::Elsewhere,
                    Some(Work::Run(_)) => left_behind(&run_dir, key, *attempt),
                    // A request leaves nothing behind that could be looked at.
                    Some(Work::Http(_)) => Left::Unknown,
                    _ => Left::Nothing,
                };
                (key.clone(), left)
            })
            .collect();
        if elsewhere {
            use std::os::unix::fs::DirBuilderExt;
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&run_dir);
            made.map_err(|e| JournalError::Folder(format!("{} cannot be made: {e}", run_dir.display())))?;
        }
        let marks = self.marks(&record.id);
        let forgotten = match self.site() {
            Some(site) => memory::forgotten(&site, &marks, &record.plan, &steps).await,
            None => Vec::new(),
        };
        let shapes = self.shapes().await;
        Ok(Resumed { record, taken, forgotten, shapes, steps, events, recorded, left })
    }

    fn site(&self) -> Option<Arc<Site>> {
        self.machine.site()
    }

    /// Asks what is to be known before a step may change anything: is it done already, may it begin?
    fn ask(&self, key: String) {
        let (reports, mut reported) = mpsc::unbounded_channel();
        let Some((step, context)) = self.context(&key, 0, 0, false, reports) else { return };
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            let answer = executor::before(&step, &context).await.map(drop);
            while let Ok(report) = reported.try_recv() {
                let _ = inputs.send(Input::Report { key: key.clone(), report });
            }
            let _ = inputs.send(Input::Asked { key, answer });
        });
    }

    async fn shapes(&self) -> Vec<(String, Vec<String>)> {
        match self.site() {
            Some(site) => drift::shapes(&site).await,
            None => Vec::new(),
        }
    }

    fn marks(&self, run: &str) -> Marks {
        let epoch = self.journal.as_ref().map_or(0, Journal::epoch);
        Marks { deployment: self.setup.deployment.id.clone(), run: run.to_owned(), epoch }
    }

    /// A step with everything that an attempt of it may use.
    fn context(
        &self,
        key: &str,
        attempt: u32,
        round: u32,
        told_to_do: bool,
        reports: mpsc::UnboundedSender<Report>,
    ) -> Option<(PlannedStep, Context)> {
        let state = self.machine.state();
        let (site, step, run) = (self.site()?, state.step(key)?.clone(), state.run.clone()?);
        let mut answers = state.answers.clone();
        if round > 0 && !step.ask_first {
            answers.remove(key);
        }
        let context = Context {
            key: key.to_owned(),
            mark: if round == 0 { key.to_owned() } else { format!("{key}#{round}") },
            told_to_do,
            attempt,
            site: Arc::new(site.scoped(&step.scope, &state.answers)),
            marks: self.marks(&run),
            fenced: self.fenced.clone(),
            run_dir: run_dir(&self.state_dir, &run),
            answers,
            baseline: self.machine.baseline(),
            overrides: self.machine.overrides(),
            total: state.steps.iter().find(|row| row.key == key).and_then(|row| row.total),
            pace: self.pace.subscribe(),
            reports,
            control: self.control.subscribe(),
        };
        Some((step, context))
    }

    fn start(&self, act: Act) {
        let Act::Start { key, attempt, take_up, round, told_to_do } = act else { return };
        let (reports, mut reported) = mpsc::unbounded_channel();
        let Some((step, context)) = self.context(&key, attempt, round, told_to_do, reports) else { return };
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            let work = executor::attempt(&step, &context, take_up);
            tokio::pin!(work);
            let outcome = loop {
                tokio::select! {
                    biased;
                    Some(report) = reported.recv() => drop(inputs.send(Input::Report { key: key.clone(), report })),
                    outcome = &mut work => break outcome,
                }
            };
            while let Ok(report) = reported.try_recv() {
                let _ = inputs.send(Input::Report { key: key.clone(), report });
            }
            let _ = inputs.send(Input::Finished { key, outcome });
        });
    }
}
