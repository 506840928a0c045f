//! The synchronous heart: inputs in, acts out. No I/O, no clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::act::{Act, Due, Incoming, Input};
use crate::journal::{RunRecord, Write};
use crate::model::{
    Actor, Catalogue, Event, EventKind, Exit, Outcome, Pace, RunState, Severity, State, StepState, Summary, Value,
    Version, Window,
};
use crate::probe::Site;
use crate::step::{Control, Left};

/// Everything the engine decides from.
pub struct Machine {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) site: Option<Arc<Site>>,
    pub(super) state: State,
    pub(super) from: Option<Version>,
    /// Actions that are to run alone instead of an upgrade.
    pub(super) tags: Vec<String>,
    /// There may be something to do although no newer release is there: an earlier version or a tag was named.
    pub(super) stays: bool,
    pub(super) unfinished: Option<RunRecord>,
    /// The id of the newest run when the deployment was looked at.
    pub(super) last_run: Option<String>,
    /// The lease is being taken; that may be a while where its holder's life has to be watched.
    pub(super) beginning: bool,
    /// What was acknowledged, overridden and answered before the run: its first events.
    pub(super) preamble: Vec<Event>,
    /// The number of each step's last attempt. It only grows: an attempt's output stands under its number.
    pub(super) attempts: BTreeMap<String, u32>,
    /// Attempts of a step since it last got anywhere, the one under way among them.
    pub(super) fruitless: BTreeMap<String, u32>,
    /// How often a step was over and is to be done anew.
    pub(super) rounds: BTreeMap<String, u32>,
    /// Steps of which the operator says that they are not done, although their own question cannot tell.
    pub(super) told_to_do: BTreeSet<String>,
    /// The first that a running attempt told of its progress, and whether it got beyond that.
    pub(super) progress: BTreeMap<String, (u64, bool)>,
    /// The steps with an attempt under way, in the order in which they began: one, or several items of a `repeat`.
    pub(super) running: Vec<String>,
    pub(super) left: BTreeMap<String, Left>,
    /// Maintenance steps that this run changed something with, and the attempt that did so first.
    pub(super) entered: BTreeMap<String, u32>,
    /// For which items a step is to be done, by the key of what lists them.
    pub(super) items: BTreeMap<String, Vec<Value>>,
    /// The last known schema of each store.
    pub(super) shapes: BTreeMap<String, Vec<String>>,
    /// Digests of answers from before the hop, by the verification's key.
    pub(super) baseline: BTreeMap<String, String>,
    /// Stepwell's record of the version, as it was last read or written.
    pub(super) recorded: Option<String>,
    pub(super) control: Control,
    /// What is done once all that runs has ended: the session's end.
    pub(super) stopping: Option<Ending>,
    /// Maintenance is being left because the session ends.
    pub(super) leaving: Option<Ending>,
    /// An earlier run is taken up only to be ended.
    pub(super) abandoning: bool,
    /// The hours in which steps may begin.
    pub(super) window: Option<Window>,
    /// The pace that was said beforehand.
    pub(super) pace: Option<Pace>,
    pub(super) clients: usize,
    /// Counts changes of who is there, so that an old timer means nothing.
    pub(super) presence: u64,
    pub(super) now: jiff::Timestamp,
    acts: Vec<Act>,
    pending: (Vec<Event>, Write),
    pub(super) ended: bool,
}

/// How a session is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub outcome: Outcome,
    pub exit: Exit,
    pub text: String,
    pub next: Option<String>,
}

impl Machine {
    /// A machine that knows nothing yet but the catalogue, and whether it `stays` although no newer release is there.
    pub fn new(catalogue: Arc<Catalogue>, stays: bool, now: jiff::Timestamp) -> Machine {
        Machine {
            catalogue,
            site: None,
            state: State::default(),
            from: None,
            tags: Vec::new(),
            stays,
            unfinished: None,
            last_run: None,
            beginning: false,
            preamble: Vec::new(),
            attempts: BTreeMap::new(),
            fruitless: BTreeMap::new(),
            rounds: BTreeMap::new(),
            told_to_do: BTreeSet::new(),
            progress: BTreeMap::new(),
            running: Vec::new(),
            left: BTreeMap::new(),
            entered: BTreeMap::new(),
            items: BTreeMap::new(),
            shapes: BTreeMap::new(),
            baseline: BTreeMap::new(),
            recorded: None,
            control: Control::Go,
            stopping: None,
            leaving: None,
            abandoning: false,
            window: None,
            pace: None,
            clients: 0,
            presence: 0,
            now,
            acts: Vec::new(),
            pending: (Vec::new(), Write::default()),
            ended: false,
        }
    }

    /// With the hours in which steps may begin, and the pace of batches, where they were said beforehand.
    pub fn within(mut self, window: Option<Window>, pace: Option<Pace>) -> Machine {
        (self.window, self.pace) = (window, pace);
        self
    }

    /// The newest run when the deployment was looked at.
    pub fn last_run(&self) -> Option<&str> {
        self.last_run.as_deref()
    }

    /// The state as all clients see it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The deployment as it was resolved.
    pub fn site(&self) -> Option<Arc<Site>> {
        self.site.clone()
    }

    /// Turns one input into acts.
    pub fn handle(&mut self, input: Input, now: jiff::Timestamp) -> Vec<Act> {
        self.now = now;
        // An end that could not be written down is none.
        if !self.ended || matches!(input, Input::JournalFailed(_)) {
            self.take(input);
        }
        self.flush();
        std::mem::take(&mut self.acts)
    }

    /// The session's first event.
    pub fn open(&mut self, opened: EventKind) -> Vec<Act> {
        self.say(opened);
        self.act(Act::Survey);
        self.flush();
        std::mem::take(&mut self.acts)
    }

    fn take(&mut self, input: Input) {
        self.beginning &= !matches!(input, Input::Began(_) | Input::Resumed(_));
        match input {
            Input::From(Incoming::Decide { client, by, decision }) => {
                if let Err(reason) = self.decide(decision, by) {
                    self.act(Act::Refuse { client, reason });
                }
            }
            Input::From(Incoming::Clients(count)) => self.clients_changed(count),
            Input::Surveyed(found) => self.surveyed(*found),
            Input::ChecksBegan(ids) => self.say(EventKind::ChecksBegan { ids }),
            Input::Checked(result) => self.say(EventKind::Checked { result }),
            Input::ChecksEnded => self.say(EventKind::ChecksEnded),
            Input::Began(Ok(began)) => self.began(began),
            Input::Resumed(Ok(resumed)) => self.resumed(*resumed),
            Input::Began(Err(e)) | Input::Resumed(Err(e)) | Input::JournalFailed(e) => self.journal_failed(&e),
            Input::Asked { key, answer } => self.asked(&key, answer),
            Input::Report { key, report } => self.reported(key, report),
            Input::Finished { key, outcome } => self.finished(&key, outcome),
            Input::Due(Due::Retry { key, attempt }) if self.attempts.get(&key) == Some(&attempt) => {
                self.retry_due(&key);
            }
            Input::Due(Due::Retry { .. }) => {}
            Input::Due(Due::Window) => self.advance(),
            Input::Due(Due::Alone { since }) if since == self.presence && self.clients == 0 => self.alone(),
            Input::Due(Due::Alone { .. }) => {}
            Input::Signal => self.signalled(),
            Input::Notice(severity, text) => self.say(EventKind::Notice { severity, text }),
        }
    }

    /// Tells something that is not kept.
    pub(super) fn say(&mut self, kind: EventKind) {
        let event = self.event(kind);
        self.pending.0.push(event);
    }

    /// Tells something and keeps it in the journal.
    pub(super) fn record(&mut self, kind: EventKind) {
        self.track(&kind);
        match &kind {
            EventKind::RunChanged { state } => self.pending.1.state = Some(*state),
            EventKind::Planned { plan } => self.pending.1.plan = Some(plan.clone()),
            EventKind::StepChanged { key, state } => {
                let attempt = self.attempts.get(key).copied().unwrap_or(0);
                self.pending.1.steps.retain(|(k, _, _)| k != key);
                self.pending.1.steps.push((key.clone(), state.clone(), attempt));
            }
            EventKind::Recorded { version, confirmed } => {
                let before = self.recorded.replace(version.clone());
                // Two in one write are one change: from what the first one expects.
                let expected = self.pending.1.version.take().map_or(before, |(expected, _, _)| expected);
                self.pending.1.version = Some((expected, version.clone(), *confirmed));
            }
            _ => {}
        }
        // The run keeps its plan itself; told again with every list of items it would fill the journal.
        let kept = !matches!(kind, EventKind::Planned { .. });
        let event = self.event(kind);
        self.track_maintenance(&event.kind);
        if kept {
            self.pending.1.events.push(event.clone());
        }
        self.pending.0.push(event);
    }

    /// Tells and keeps a step's new state.
    pub(super) fn step_is(&mut self, key: &str, state: StepState) {
        self.record(EventKind::StepChanged { key: key.to_owned(), state });
    }

    /// Tells and keeps the run's new state.
    pub(super) fn run_is(&mut self, state: RunState) {
        if self.state.run_state != Some(state) {
            self.record(EventKind::RunChanged { state });
        }
    }

    /// Tells and keeps something for the operator to read.
    pub(super) fn notice(&mut self, severity: Severity, text: impl Into<String>) {
        let kind = EventKind::Notice { severity, text: text.into() };
        if self.state.run.is_some() { self.record(kind) } else { self.say(kind) }
    }

    /// Tells something that was journaled earlier, at its own time.
    pub(super) fn replay(&mut self, mut event: Event) {
        event.seq = self.state.seq + 1;
        self.track(&event.kind);
        self.state.apply(&event);
        self.track_maintenance(&event.kind);
        self.pending.0.push(event);
    }

    fn event(&mut self, kind: EventKind) -> Event {
        let event = Event { seq: self.state.seq + 1, at: self.now, kind };
        self.state.apply(&event);
        event
    }

    /// Wants something done, after all that was told before.
    pub(super) fn act(&mut self, act: Act) {
        self.flush();
        self.acts.push(act);
    }

    fn flush(&mut self) {
        let (events, write) = std::mem::take(&mut self.pending);
        if !events.is_empty() {
            self.acts.push(Act::Publish { events, write });
        }
    }

    /// Versions whose answers differ are one thing; a name for people another.
    pub(super) fn label(&self, version: &str) -> String {
        self.catalogue.system.versions.label(version)
    }

    /// Takes what is to be kept out of the way of a run that begins.
    pub(super) fn before_run(&mut self, kind: EventKind) {
        if self.state.run.is_some() {
            self.record(kind);
        } else {
            let event = self.event(kind);
            self.preamble.push(event.clone());
            self.pending.0.push(event);
        }
    }

    /// Checks that the operator overrides, by id.
    pub fn overrides(&self) -> BTreeSet<String> {
        self.state.checks.iter().filter(|c| c.overridden.is_some()).map(|c| c.id.clone()).collect()
    }

    /// Answers from before the hop, by the verification's key.
    pub fn baseline(&self) -> BTreeMap<String, String> {
        self.baseline.clone()
    }

    /// Ends the session now.
    pub(super) fn end(&mut self, ending: Ending) {
        if self.ended {
            return;
        }
        let summary = self.summary(&ending);
        let kind = EventKind::Ended { outcome: ending.outcome, exit: ending.exit, summary };
        if self.state.run.is_some() {
            self.record(kind)
        } else {
            self.say(kind)
        }
        self.act(Act::End(ending.exit));
        self.ended = true;
    }

    fn summary(&self, ending: &Ending) -> Summary {
        let (from, to) = match (&self.state.plan, &self.state.route) {
            (Some(plan), _) => (plan.from.clone(), plan.to.clone()),
            (None, Some(route)) => (route.from.clone(), route.to.clone()),
            (None, None) => (String::new(), String::new()),
        };
        let since = |at: Option<jiff::Timestamp>| at.map_or(0, |at| crate::words::format::between(at, self.now));
        Summary {
            text: ending.text.clone(),
            from: self.label(&from),
            to: self.label(&to),
            run: self.state.run.clone(),
            duration: since(self.state.run_began),
            downtime: self.state.downtime(self.now),
            backups: self.state.backups.clone(),
            next: ending.next.clone(),
        }
    }

    /// Who acts when nobody decided: the engine itself.
    pub(super) fn itself(&self) -> Actor {
        self.state.runner.clone()
    }
}
