//! The machine by itself: inputs in, acts out.

use std::fmt::Write as _;
use std::sync::Arc;

use super::act::{Act, Began, Due, Incoming, Input, Resumed};
use super::machine::Machine;
use super::survey::Surveyed;
use crate::definition::{Names, Templates, load_dir};
use crate::journal::RunRecord;
use crate::model::{
    Actor, AtEnd, Catalogue, Decision, Event, EventKind, MaintenanceChoice, RunState, Service, StepState, Survey,
};
use crate::plan::targets;
use crate::probe::{Site, Verdict};
use crate::step::{Control, Left, Outcome, Report};

mod ceiling;
mod leaving;
mod parallel;
mod parallel_ends;
mod resuming;
mod waiting;

/// A system with `maintenance` around one release with `steps`.
fn catalogue(maintenance: &str, steps: &str) -> Arc<Catalogue> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut system = String::from(
        "format: 1\nsystem: sample\ntitle: Sample\nabout: A sample.\n\
         versions: { scheme: semver, path: sequential, data: [ file: { path: version } ] }\n",
    );
    if !maintenance.is_empty() {
        let _ = write!(system, "offline: required\nmaintenance:\n{maintenance}");
    }
    std::fs::create_dir(folder.path().join("releases")).expect("a folder");
    std::fs::write(folder.path().join("system.yaml"), system).expect("a system");
    std::fs::write(folder.path().join("releases/1.0.0.yaml"), "release: 1.0.0\n").expect("a release");
    std::fs::write(folder.path().join("releases/2.0.0.yaml"), format!("release: 2.0.0\nsteps:\n{steps}"))
        .expect("a release");
    match load_dir(folder.path()) {
        Ok(catalogue) => Arc::new(catalogue),
        Err(findings) => panic!("{findings}"),
    }
}

fn site(catalogue: &Catalogue) -> Site {
    Site {
        deployment: "sample".to_owned(),
        dir: "/nowhere".into(),
        state_dir: "/nowhere/.stepwell".into(),
        scheme: catalogue.system.versions.scheme.clone(),
        names: Names::default(),
        secrets: Arc::default(),
        stores: Arc::default(),
        limits: crate::model::Limits::default(),
        replicas: Arc::default(),
        env: Arc::default(),
        templates: Templates::new(&catalogue.system.versions.scheme),
    }
}

/// A program that may be run again.
fn program(id: &str) -> String {
    format!("  - {{ id: {id}, title: {id}, resume: idempotent, run: {{ argv: [{id}] }} }}\n")
}

/// A step into maintenance that can tell whether it is there, and the steps that undo it.
fn gate(id: &str, undo: &[&str]) -> String {
    let mut text = format!(
        "  - id: {id}\n    title: {id}\n    run: {{ argv: [{id}] }}\n    done_when: {{ run: {{ argv: [is] }} }}\n    undo:\n"
    );
    for id in undo {
        let _ = writeln!(text, "      - {{ id: {id}, title: {id}, resume: idempotent, run: {{ argv: [{id}] }} }}");
    }
    text
}

/// A machine with what it told and wanted.
struct Session {
    catalogue: Arc<Catalogue>,
    machine: Machine,
    acts: Vec<Act>,
    /// What the journal holds.
    kept: Vec<Event>,
}

impl Session {
    fn new(catalogue: &Arc<Catalogue>) -> Session {
        let machine = Machine::new(catalogue.clone(), false, jiff::Timestamp::UNIX_EPOCH);
        Session { catalogue: catalogue.clone(), machine, acts: Vec::new(), kept: Vec::new() }
    }

    fn surveyed(mut self, unfinished: Option<RunRecord>) -> Session {
        let scheme = &self.catalogue.system.versions.scheme;
        let from = scheme.parse("1.0.0").expect("a version");
        let survey = Survey { targets: targets(&self.catalogue, &from), ..Survey::default() };
        let site = Some(Arc::new(site(&self.catalogue)));
        let found = Surveyed { survey, site, from: Some(from), unfinished, last_run: None, recorded: None };
        self.input(Input::Surveyed(Box::new(found)));
        self
    }

    /// A run that has begun and waits for its approval, or enters maintenance for it.
    fn begun(catalogue: &Arc<Catalogue>, choice: MaintenanceChoice) -> Session {
        let mut session = Session::new(catalogue).surveyed(None);
        session.input(Input::From(Incoming::Clients(1)));
        session.decide(Decision::ChooseTarget { version: "2.0.0".to_owned() });
        session.input(Input::ChecksBegan(Vec::new()));
        session.input(Input::ChecksEnded);
        session.decide(Decision::Maintenance { choice });
        session.input(Input::Began(Ok(Began { run: "r".to_owned(), epoch: 1, shapes: Vec::new(), recorded: None })));
        session
    }

    /// An approved run.
    fn approved(catalogue: &Arc<Catalogue>) -> Session {
        let mut session = Session::begun(catalogue, MaintenanceChoice::AtStep);
        session.approve();
        session
    }

    /// Ten minutes with nobody there have passed.
    fn alone(&mut self) {
        let due = self.acts.iter().rev().find_map(|act| match act {
            Act::Timer { due: due @ Due::Alone { .. }, .. } => Some(due.clone()),
            _ => None,
        });
        self.input(Input::Due(due.expect("a timer")));
    }

    fn approve(&mut self) {
        let hash = self.machine.state().plan.as_ref().expect("a plan").hash.clone();
        let version = "2.0.0".to_owned();
        self.decide(Decision::Approve { hash, version, irreversible: Vec::new(), at_end: AtEnd::Record });
    }

    /// The runner was killed: another one goes on with what the journal holds.
    fn killed(&self, left: &[(&str, Left)]) -> Session {
        self.again(left, Decision::Resume)
    }

    fn again(&self, left: &[(&str, Left)], decision: Decision) -> Session {
        let plan = self.machine.state().plan.clone().expect("a plan");
        let record = RunRecord {
            id: "r".to_owned(),
            state: RunState::Running,
            plan,
            began: jiff::Timestamp::UNIX_EPOCH,
            last: jiff::Timestamp::UNIX_EPOCH,
        };
        let mut steps: Vec<(String, StepState, u32)> = Vec::new();
        let mut attempts = std::collections::BTreeMap::new();
        for event in &self.kept {
            if let EventKind::StepChanged { key, state } = &event.kind {
                if let StepState::Running { attempt } = state {
                    attempts.insert(key.clone(), *attempt);
                }
                steps.retain(|(k, ..)| k != key);
                steps.push((key.clone(), state.clone(), attempts.get(key).copied().unwrap_or(0)));
            }
        }
        let mut session = Session::new(&self.catalogue).surveyed(Some(record.clone()));
        session.kept.clone_from(&self.kept);
        session.input(Input::From(Incoming::Clients(1)));
        session.decide(decision);
        let left = left.iter().map(|(key, left)| ((*key).to_owned(), left.clone())).collect();
        let events = self.kept.clone();
        let resumed = Resumed {
            record,
            taken: crate::journal::Taken { epoch: 2, from: None },
            forgotten: Vec::new(),
            shapes: Vec::new(),
            steps,
            events,
            recorded: None,
            left,
        };
        session.input(Input::Resumed(Ok(Box::new(resumed))));
        session
    }

    fn input(&mut self, input: Input) {
        let acts = self.machine.handle(input, jiff::Timestamp::UNIX_EPOCH);
        self.take(acts);
    }

    fn take(&mut self, acts: Vec<Act>) {
        for act in &acts {
            match act {
                Act::Publish { write, .. } => self.kept.extend(write.events.iter().cloned()),
                Act::BeginRun { events, .. } => self.kept.extend(events.iter().cloned()),
                _ => {}
            }
        }
        self.acts.extend(acts);
    }

    /// Sends a decision; the reason when it is refused.
    fn decide(&mut self, decision: Decision) -> Option<String> {
        let begin = self.acts.len();
        let by = Actor::default();
        self.input(Input::From(Incoming::Decide { client: 1, by, decision }));
        self.acts[begin..].iter().find_map(|act| match act {
            Act::Refuse { reason, .. } => Some(reason.clone()),
            _ => None,
        })
    }

    fn finished(&mut self, key: &str, outcome: Outcome) {
        assert!(self.runs_now().contains(&key), "{}", self.story());
        self.input(Input::Finished { key: key.to_owned(), outcome });
    }

    fn done(&mut self, key: &str) {
        self.finished(key, Outcome::Done);
    }

    fn asked(&mut self, key: &str, verdict: Verdict) {
        assert!(self.runs_now().contains(&key), "{}", self.story());
        let answer = match verdict {
            Verdict::Yes => Err(Outcome::Adopted),
            Verdict::No(_) => Ok(()),
            Verdict::Unknown(intent) => Err(Outcome::Unknown { intent }),
        };
        self.input(Input::Asked { key: key.to_owned(), answer });
    }

    /// A step into maintenance that was not done yet.
    fn enters(&mut self, key: &str) {
        self.asked(key, Verdict::No(String::new()));
        self.done(key);
    }

    /// Keys of the attempts that were started, in order.
    fn started(&self) -> Vec<&str> {
        let started = self.acts.iter().filter_map(|act| match act {
            Act::Start { key, .. } => Some(key.as_str()),
            _ => None,
        });
        started.collect()
    }

    /// The only step with an attempt under way.
    fn runs(&self) -> Option<&str> {
        let now = self.runs_now();
        assert!(now.len() < 2, "{}", self.story());
        now.first().copied()
    }

    /// The steps with an attempt under way, in the order in which they began.
    fn runs_now(&self) -> Vec<&str> {
        self.machine.running.iter().map(String::as_str).collect()
    }

    fn step(&self, key: &str) -> &StepState {
        &self.machine.state().steps.iter().find(|row| row.key == key).expect(key).state
    }

    fn run_state(&self) -> Option<RunState> {
        self.machine.state().run_state
    }

    fn service(&self) -> Service {
        self.machine.state().service
    }

    fn has_ended(&self) -> bool {
        self.machine.state().ended.is_some()
    }

    fn story(&self) -> String {
        let told = self.machine.state().steps.iter().map(|row| format!("{} {:?}", row.key, row.state));
        told.collect::<Vec<_>>().join("\n")
    }
}
