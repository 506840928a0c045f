//! A runner for tests: it answers decisions with the events of a small upgrade, and fails where it is told to.

use std::collections::BTreeMap;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::link::{Client, FromRunner, ToRunner};
use crate::model::*;

/// The upgrade of one deployment, and what goes wrong in it.
pub(crate) struct Fake {
    pub survey: Survey,
    pub notes: Vec<NotePage>,
    pub checks: Vec<CheckResult>,
    pub plan: Plan,
    /// What becomes of a step at each attempt; *done* when nothing is said.
    pub fate: BTreeMap<String, Vec<StepState>>,
    pub log: Vec<String>,
    /// Decisions of which these are the names are refused.
    pub refuse: Vec<&'static str>,
    pub decisions: Vec<Decision>,
    seq: u64,
    at: usize,
    /// The steps have begun.
    running: bool,
}

pub(crate) fn step(key: &str, work: Work) -> PlannedStep {
    PlannedStep {
        key: key.to_owned(),
        phase: Phase::Steps,
        hop: Some(0),
        title: format!("Title of {key}"),
        why: None,
        work,
        scope: Scope::default(),
        offline: Offline::No,
        resume: ResumeClass::Idempotent,
        done_when: None,
        retry: None,
        checks: Vec::new(),
        floor: None,
        point_of_no_return: false,
        optional: false,
        set_aside: None,
        parallel: None,
        as_user: None,
        needs_space: None,
        ask_first: false,
        undoes: None,
        estimate: Some(3000),
        estimate_each: None,
        touches: "secrets".to_owned(),
        detail: vec![format!("detail of {key}")],
        proof: Vec::new(),
    }
}

pub(crate) fn ask(key: &str, choices: &[&str], default: Option<&str>) -> PlannedStep {
    let spec = AskSpec {
        text: Template::new(format!("What about {key}?")),
        choices: choices.iter().map(|choice| Template::new(*choice)).collect(),
        typed: None,
        default: default.map(Template::new),
    };
    PlannedStep { ask_first: true, ..step(key, Work::Ask(spec)) }
}

pub(crate) fn check(id: &str, status: CheckStatus) -> CheckResult {
    CheckResult {
        id: id.to_owned(),
        title: format!("Title of {id}"),
        status,
        found: "2 rows".to_owned(),
        rows: vec!["row one".to_owned(), "row two".to_owned()],
        fix: Some("Delete them.".to_owned()),
        why: None,
    }
}

pub(crate) fn unfinished(to: &str) -> Box<Unfinished> {
    Box::new(Unfinished {
        tags: Vec::new(),
        run: "r1".to_owned(),
        from: "1.0.0".to_owned(),
        to: to.to_owned(),
        state: RunState::Stopped,
        began: jiff::Timestamp::UNIX_EPOCH,
        last: jiff::Timestamp::UNIX_EPOCH,
        done: 1,
        total: 3,
        at: Some("2.0.0/fill".to_owned()),
        error: None,
        approved: true,
        service: Service::Maintenance,
    })
}

impl Fake {
    /// From 1.0.0 to 2.0.0 in one hop of three steps, one page of notes with one breaking item, one check.
    pub fn new() -> Self {
        let hop = Hop {
            from: "1.0.0".to_owned(),
            to: "2.0.0".to_owned(),
            from_label: "1.0.0".to_owned(),
            to_label: "2.0.0".to_owned(),
            releases: vec!["2.0.0".to_owned()],
        };
        let target = |version: &str| Target { version: version.to_owned(), label: version.to_owned(), hops: 1 };
        let run = || Work::Run(Command::default());
        let steps = ["2.0.0/add", "2.0.0/fill", "2.0.0/drop"];
        Fake {
            survey: Survey {
                version: VersionFound {
                    deployed: Some("1.0.0".to_owned()),
                    label: "1.0.0 old".to_owned(),
                    ..VersionFound::default()
                },
                targets: vec![target("1.5.0"), target("2.0.0")],
                ..Survey::default()
            },
            notes: vec![NotePage {
                release: "2.0.0".to_owned(),
                label: "2.0.0 new".to_owned(),
                text: "## Breaking changes\n\n- The key is gone.\n".to_owned(),
                hash: "notes-hash".to_owned(),
                items: vec![NoteItem {
                    number: 0,
                    heading: "Breaking changes".to_owned(),
                    text: "The key is gone.".to_owned(),
                }],
            }],
            checks: vec![check("space", CheckStatus::Pass)],
            plan: Plan {
                format: 1,
                system: "demo".to_owned(),
                title: "Demo".to_owned(),
                deployment: "here".to_owned(),
                from: "1.0.0".to_owned(),
                to: "2.0.0".to_owned(),
                tags: Vec::new(),
                hops: vec![hop],
                steps: steps.iter().map(|key| step(key, run())).collect(),
                hash: "c0ffee".to_owned(),
                ..Plan::default()
            },
            fate: BTreeMap::new(),
            log: Vec::new(),
            refuse: Vec::new(),
            decisions: Vec::new(),
            seq: 0,
            at: 0,
            running: false,
        }
    }

    /// What becomes of `key`, attempt by attempt.
    pub fn fate(mut self, key: &str, states: Vec<StepState>) -> Self {
        self.fate.insert(key.to_owned(), states);
        self
    }

    /// Runs as a task on a link. The handle gives the fake back when the client is gone or the session has ended.
    pub fn connect(mut self) -> (Client, JoinHandle<Fake>) {
        let (send, events) = mpsc::unbounded_channel();
        let (decisions, mut receive) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            for message in self.open() {
                let _ = send.send(message);
            }
            while let Some(sent) = receive.recv().await {
                let ToRunner::Decide(decision) = sent else { continue };
                for message in self.decide(decision) {
                    let _ = send.send(message);
                }
            }
            self
        });
        (Client { events, decisions }, task)
    }

    pub fn open(&mut self) -> Vec<FromRunner> {
        let opened = EventKind::Opened {
            system: "demo".to_owned(),
            title: "Demo".to_owned(),
            about: String::new(),
            deployment: "here".to_owned(),
            file: "stepwell.yaml".to_owned(),
            state_dir: ".stepwell".to_owned(),
            runner: Actor::default(),
        };
        let surveyed = self.surveyed();
        self.number(vec![opened, surveyed])
    }

    pub fn decide(&mut self, decision: Decision) -> Vec<FromRunner> {
        let name = serde_json::to_value(&decision).ok().and_then(|value| Some(value["decision"].as_str()?.to_owned()));
        self.decisions.push(decision.clone());
        if self.refuse.iter().any(|refused| Some(*refused) == name.as_deref()) {
            return vec![FromRunner::Refused { reason: "That cannot be.".to_owned() }];
        }
        let kinds = self.react(decision);
        self.number(kinds)
    }

    fn react(&mut self, decision: Decision) -> Vec<EventKind> {
        let by = actor();
        match decision {
            Decision::SetFrom { version, force } => {
                self.survey.version.deployed = Some(version);
                self.survey.version.said = true;
                self.survey.version.forced = force;
                vec![self.surveyed()]
            }
            Decision::ChooseTarget { version } => {
                let route = Route {
                    from: "1.0.0".to_owned(),
                    from_label: "1.0.0".to_owned(),
                    to_label: version.clone(),
                    to: version,
                    hops: self.plan.hops.clone(),
                    notes: self.notes.clone(),
                };
                vec![EventKind::Routed { route }]
            }
            Decision::RunTags { tags, .. } => {
                self.plan = Plan { to: self.plan.from.clone(), hops: Vec::new(), tags, ..self.plan.clone() };
                vec![EventKind::Planned { plan: self.plan.clone().into() }]
            }
            Decision::Acknowledge { release, item, hash } => vec![EventKind::Acknowledged { release, item, hash, by }],
            Decision::RunChecks => {
                let ids = self.checks.iter().map(|result| result.id.clone()).collect();
                let checked = self.checks.iter().map(|result| EventKind::Checked { result: result.clone() });
                [EventKind::ChecksBegan { ids }].into_iter().chain(checked).chain([EventKind::ChecksEnded]).collect()
            }
            Decision::Override { check, reason } => vec![EventKind::Overridden { check, reason, by }],
            Decision::Maintenance { choice } => vec![
                self.began(false),
                EventKind::RunChanged { state: RunState::Preparing },
                EventKind::MaintenanceChosen { choice, by },
                EventKind::Planned { plan: self.plan.clone().into() },
                EventKind::RunChanged { state: RunState::AwaitingApproval },
            ],
            Decision::Resume => {
                let planned = EventKind::Planned { plan: self.plan.clone().into() };
                self.go_on(vec![self.began(true), planned])
            }
            Decision::Answer { key, value } => {
                let answered = EventKind::Answered { key: key.clone(), value, by };
                if self.running && self.current() == Some(key) { self.go_on(vec![answered]) } else { vec![answered] }
            }
            Decision::Approve { hash, irreversible, at_end, .. } => {
                self.go_on(vec![EventKind::Approved { hash, irreversible, at_end, by }])
            }
            Decision::Retry { .. } | Decision::Settle { done: false, .. } => self.go_on(Vec::new()),
            Decision::Settle { key, .. } => self.past(key, StepState::Done { adopted: true }),
            Decision::Skip { key, reason } => self.past(key, StepState::Skipped { reason }),
            Decision::Confirm { version } => vec![
                EventKind::Recorded { version, confirmed: true },
                EventKind::RunChanged { state: RunState::Done },
                Self::ended(Outcome::Done, Exit::Done),
            ],
            Decision::Stop => {
                vec![EventKind::RunChanged { state: RunState::Stopped }, Self::ended(Outcome::Stopped, Exit::Stopped)]
            }
            Decision::Pause | Decision::Go | Decision::Pace { .. } | Decision::Abandon => Vec::new(),
        }
    }

    fn past(&mut self, key: String, state: StepState) -> Vec<EventKind> {
        self.at += 1;
        self.go_on(vec![EventKind::StepChanged { key, state }])
    }

    fn current(&self) -> Option<String> {
        self.plan.steps.get(self.at).filter(|step| matches!(step.work, Work::Ask(_))).map(|step| step.key.clone())
    }

    fn go_on(&mut self, mut kinds: Vec<EventKind>) -> Vec<EventKind> {
        self.running = true;
        kinds.push(EventKind::RunChanged { state: RunState::Running });
        while let Some(step) = self.plan.steps.get(self.at) {
            let key = step.key.clone();
            kinds.push(EventKind::StepChanged { key: key.clone(), state: StepState::Running { attempt: 1 } });
            kinds.extend(self.log.iter().map(|line| EventKind::Log { key: key.clone(), line: line.clone() }));
            let fate = self.fate.get_mut(&key).filter(|states| !states.is_empty()).map(|states| states.remove(0));
            let state = fate.unwrap_or(StepState::Done { adopted: false });
            let stopped = match state {
                StepState::Failed { .. } => Some(RunState::Failed),
                StepState::Unknown { .. } | StepState::Asking => Some(RunState::NeedsOperator),
                // Under way for good: a test looks at it there.
                StepState::Running { .. } => return kinds,
                _ => None,
            };
            kinds.push(EventKind::StepChanged { key, state });
            if let Some(state) = stopped {
                kinds.push(EventKind::RunChanged { state });
                return kinds;
            }
            self.at += 1;
        }
        kinds.push(EventKind::RunChanged { state: RunState::AwaitingConfirmation });
        kinds
    }

    fn began(&self, resumed: bool) -> EventKind {
        EventKind::RunBegan { run: "r1".to_owned(), epoch: 1, resumed, by: actor() }
    }

    fn surveyed(&self) -> EventKind {
        EventKind::Surveyed { survey: self.survey.clone() }
    }

    fn ended(outcome: Outcome, exit: Exit) -> EventKind {
        let next = (outcome != Outcome::Done).then(|| "stepwell run".to_owned());
        let summary = Summary { text: "Demo is 2.0.0.".to_owned(), next, ..Summary::default() };
        EventKind::Ended { outcome, exit, summary }
    }

    fn number(&mut self, kinds: Vec<EventKind>) -> Vec<FromRunner> {
        kinds
            .into_iter()
            .map(|kind| {
                self.seq += 1;
                let at = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(self.seq.cast_signed());
                FromRunner::Event(Event { seq: self.seq, at, kind })
            })
            .collect()
    }
}

fn actor() -> Actor {
    Actor { login: "root".to_owned(), sudo_user: Some("anna".to_owned()), host: "db1".to_owned(), pid: 7 }
}
