//! An invented system, and a runner that answers decisions as the engine does, without doing anything.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;

use super::drawn::{buffer, drawn};
use super::model::Model;
use super::theme::Theme;
use super::update::{Effect, Msg, update};
use super::{Motion, Options, plan_fixture};
use crate::link::FromRunner;
use crate::model::*;

/// A wizard in front of the invented runner.
pub struct Wizard {
    pub model: Model,
    pub sent: Vec<Decision>,
    pub left: Option<bool>,
    /// What the runner has not answered yet; `None` while it answers at once.
    pub held: Option<Vec<Decision>>,
    seq: u64,
    second: i64,
}

pub fn options(ascii: bool, color: bool) -> Options {
    Options { ascii, color, motion: Motion::Reduced, sync_output: true, detachable: true, to: None, record: None }
}

impl Wizard {
    pub fn new(columns: u16, rows: u16) -> Self {
        Wizard::with(options(false, true), columns, rows)
    }

    pub fn with(options: Options, columns: u16, rows: u16) -> Self {
        let mut model = Model::new(Theme::new(&options), true);
        model.size = (columns, rows);
        Wizard { model, sent: Vec::new(), left: None, held: None, seq: 0, second: 1_700_000_000 }
    }

    /// Opened and surveyed.
    pub fn surveyed(self) -> Self {
        self.with_survey(survey())
    }

    pub fn with_survey(mut self, survey: Survey) -> Self {
        self.event(EventKind::Opened {
            system: "kiln".into(),
            title: "Kiln".into(),
            about: "Fires pots and remembers every one of them.".into(),
            deployment: "studio".into(),
            file: "/srv/kiln/stepwell.yaml".into(),
            state_dir: "/srv/kiln/.stepwell".into(),
            runner: actor(),
        });
        self.event(EventKind::Surveyed { survey });
        self
    }

    pub fn event(&mut self, kind: EventKind) {
        self.seq += 1;
        let event = Event { seq: self.seq, at: self.clock(), kind };
        self.take(Msg::FromRunner(Box::new(FromRunner::Event(event))));
    }

    pub fn clock(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.second).expect("is a time")
    }

    /// Time passes.
    pub fn wait(&mut self, seconds: i64) {
        self.second += seconds;
        let now = self.clock();
        self.take(Msg::Tick(now));
    }

    pub fn take(&mut self, msg: Msg) {
        for effect in update(&mut self.model, msg) {
            match effect {
                Effect::Send(decision) => {
                    self.sent.push(decision.clone());
                    match &mut self.held {
                        Some(held) => held.push(decision),
                        None => self.answer(decision),
                    }
                }
                Effect::Quit { detached } => self.left = Some(detached),
                _ => {}
            }
        }
    }

    pub fn key(&mut self, code: KeyCode) {
        self.take(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    pub fn enter(&mut self) {
        self.key(KeyCode::Enter);
    }

    pub fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(KeyCode::Char(c));
        }
    }

    /// Types a line.
    pub fn line(&mut self, text: &str) {
        self.press(text);
        self.enter();
    }

    pub fn step(&mut self, key: &str, state: StepState) {
        self.event(EventKind::StepChanged { key: key.into(), state });
    }

    pub fn state(&mut self, state: RunState) {
        self.event(EventKind::RunChanged { state });
    }

    /// The screen as lines of text.
    pub fn screen(&self) -> String {
        drawn(&self.model)
    }

    pub fn buffer(&self) -> Buffer {
        buffer(&self.model)
    }

    /// Reads all notes.
    pub fn at_checks(mut self) -> Self {
        self.enter();
        for _ in 0..40 {
            if self.model.state.checks_ended {
                return self;
            }
            self.enter();
        }
        panic!("the notes have no end:\n{}", self.screen());
    }

    pub fn at_maintenance(self) -> Self {
        let mut at = self.at_checks();
        at.enter();
        at.line("the night batch may wait");
        at.enter();
        at
    }

    pub fn at_plan(self) -> Self {
        let mut at = self.at_maintenance();
        at.enter();
        at
    }

    pub fn at_run(self) -> Self {
        let mut at = self.at_plan();
        at.press("Ga");
        at.enter();
        at.line("yes");
        at.enter();
        at.line("3.0.0");
        assert!(at.model.state.approved, "{}", at.screen());
        at
    }

    pub fn at_backfill(self) -> Self {
        let mut at = self.at_run();
        for key in ["first/backup", "2.9.0/column"] {
            at.step(key, StepState::Running { attempt: 1 });
            at.wait(12);
            at.step(key, StepState::Done { adopted: false });
        }
        at.step("2.9.0/sign", StepState::Running { attempt: 1 });
        at.progress(1_000, Some(1_100_000));
        at.wait(60);
        at.progress(591_000, Some(1_100_000));
        for n in 588..592 {
            at.event(EventKind::Log { key: "2.9.0/sign".into(), line: format!("batch {n}: 1,000 rows in 96 ms") });
        }
        at.wait(2);
        at
    }

    /// Three of four items are under way at the same time.
    pub fn at_items(self) -> Self {
        let mut at = self.at_run();
        at.event(EventKind::Planned { plan: plan_fixture::plan_with_items().into() });
        for key in ["first/backup", "2.9.0/column"] {
            at.step(key, StepState::Done { adopted: false });
        }
        for house in ["north", "south", "east"] {
            let key = format!("2.9.0/sign/{house}");
            at.step(&key, StepState::Running { attempt: 1 });
            at.wait(1);
            at.event(EventKind::Log { key, line: "signing".into() });
        }
        at
    }

    pub fn progress(&mut self, done: u64, total: Option<u64>) {
        self.event(EventKind::Progress { key: "2.9.0/sign".into(), done, total, unit: "rows".into() });
    }

    pub fn at_confirm(self) -> Self {
        let mut at = self.at_backfill();
        let keys: Vec<String> = at.model.state.steps.iter().map(|row| row.key.clone()).collect();
        for key in keys.iter().filter(|key| !key.starts_with("first/enter")) {
            at.step(key, StepState::Done { adopted: false });
        }
        at.event(EventKind::BackedUp { key: "first/backup".into(), file: "/srv/kiln/backup-1.db".into(), size: 9 });
        at.event(EventKind::FloorRaised { floor: "3.0.0".into() });
        at.event(EventKind::ServiceChanged { service: Service::Up });
        at.state(RunState::AwaitingConfirmation);
        at
    }

    fn close_service(&mut self) {
        self.event(EventKind::ServiceChanged { service: Service::Maintenance });
        self.step("first/enter/stop", StepState::Running { attempt: 1 });
        self.step("first/enter/stop", StepState::Done { adopted: false });
    }

    /// What the engine would say.
    pub fn answer(&mut self, decision: Decision) {
        let by = actor();
        match decision {
            Decision::ChooseTarget { .. } => {
                self.event(EventKind::Routed { route: route() });
                self.event(EventKind::Planned { plan: plan_fixture::plan().into() });
            }
            Decision::Acknowledge { release, item, hash } => {
                self.event(EventKind::Acknowledged { release, item, hash, by });
            }
            Decision::RunChecks => {
                let results = checks();
                self.event(EventKind::ChecksBegan { ids: results.iter().map(|r| r.id.clone()).collect() });
                for result in results {
                    self.event(EventKind::Checked { result });
                }
                self.event(EventKind::ChecksEnded);
            }
            Decision::Override { check, reason } => self.event(EventKind::Overridden { check, reason, by }),
            Decision::Maintenance { choice } => {
                let now = choice == MaintenanceChoice::Now;
                self.event(EventKind::MaintenanceChosen { choice, by: by.clone() });
                self.event(EventKind::RunBegan { run: "r1".into(), epoch: 1, resumed: false, by });
                self.state(RunState::Preparing);
                if now {
                    self.close_service();
                }
                self.state(RunState::AwaitingApproval);
            }
            Decision::Answer { key, value } => self.event(EventKind::Answered { key, value, by }),
            Decision::Approve { hash, irreversible, at_end, .. } => {
                self.event(EventKind::Approved { hash, irreversible, at_end, by });
                self.state(RunState::Running);
                if self.model.state.service == Service::Up {
                    self.close_service();
                }
            }
            Decision::Pause => self.state(RunState::Paused),
            Decision::Go | Decision::Retry { .. } => self.state(RunState::Running),
            Decision::Confirm { version } => {
                self.event(EventKind::Recorded { version, confirmed: true });
                self.event(EventKind::Ended { outcome: Outcome::Done, exit: Exit::Done, summary: summary() });
            }
            _ => {}
        }
    }
}

fn actor() -> Actor {
    Actor { login: "mira".into(), sudo_user: None, host: "studio".into(), pid: 41 }
}

fn summary() -> Summary {
    Summary {
        text: "Kiln at studio is at 3.0.0 quince.".into(),
        from: "2.8.1".into(),
        to: "3.0.0".into(),
        run: Some("r1".into()),
        duration: 730_000,
        downtime: 542_000,
        backups: vec!["/srv/kiln/backup-1.db".into()],
        next: Some("stepwell run --to 3.0.0 --yes --allow-irreversible".into()),
    }
}

pub fn survey() -> Survey {
    Survey {
        stores: vec![StoreFound {
            name: "main".into(),
            title: "Pots".into(),
            engine: "SQLite 3.46".into(),
            location: "/srv/kiln/pots.db".into(),
            error: None,
            size: Some(25_165_824),
        }],
        facts: vec![
            FactFound {
                name: "service".into(),
                ask: "What is the service called?".into(),
                value: "kiln.service".into(),
                source: FactSource::Detected,
            },
            FactFound {
                name: "bin".into(),
                ask: "Where is the program?".into(),
                value: "/opt/kiln/bin/kiln".into(),
                source: FactSource::File,
            },
        ],
        version: VersionFound {
            deployed: Some("2.8.1".into()),
            label: "2.8.1 plum".into(),
            range: None,
            program: None,
            sources: vec![SourceAnswer { source: "table meta".into(), answer: "2.8.1".into(), failed: false }],
            assumed: false,
            said: false,
            forced: false,
        },
        targets: vec![
            Target { version: "2.9.0".into(), label: "2.9.0 pear".into(), hops: 1 },
            Target { version: "3.0.0".into(), label: "3.0.0 quince".into(), hops: 2 },
        ],
        service: Service::Up,
        unfinished: None,
        last: None,
        problem: None,
    }
}

fn route() -> Route {
    let item = |number, heading: &str, text: &str| NoteItem { number, heading: heading.into(), text: text.into() };
    Route {
        from: "2.8.1".into(),
        from_label: "2.8.1 plum".into(),
        to: "3.0.0".into(),
        to_label: "3.0.0 quince".into(),
        hops: plan_fixture::hops(),
        notes: vec![
            NotePage {
                release: "2.9.0".into(),
                label: "2.9.0 pear".into(),
                text: NOTES_290.into(),
                hash: "h290".into(),
                items: vec![
                    item(0, "Breaking changes", "The colour column"),
                    item(1, "Breaking changes", "Signatures"),
                    item(2, "Security", "CVE"),
                ],
            },
            NotePage {
                release: "3.0.0".into(),
                label: "3.0.0 quince".into(),
                text: "# Kiln 3.0.0\n\nFaster firing. Nothing to do.\n".into(),
                hash: "h300".into(),
                items: Vec::new(),
            },
        ],
    }
}

const NOTES_290: &str = "# Kiln 2.9.0\n\nPots are *signed* now. See [the guide](https://kiln.example/guide).\n\n\
## Breaking changes\n\n- The `colour` column of `pots` is gone. Glazes take its place, and every report that read the \
column has to read the table `glazes` instead.\n- Signatures are made anew for **every** pot.\n  - This takes minutes \
for a million pots.\n\n## Security\n\n1. A pot's name could hold a terminal \u{1b}[2J escape. It is refused now.\n\n\
## Settings\n\n| setting | before | now |\n|---|---|---|\n| `heat` | 900 | 1100 |\n| `cool` | slow | slow |\n\n\
```ini\n[kiln]\nheat = 1100\n```\n";

fn checks() -> Vec<CheckResult> {
    let check = |id: &str, title: &str, status, found: &str| CheckResult {
        id: id.into(),
        title: title.into(),
        status,
        found: found.into(),
        rows: Vec::new(),
        fix: None,
        why: None,
    };
    vec![
        check("space", "There is space for a copy", CheckStatus::Pass, "1.2 GiB are free, 30 MiB are needed."),
        CheckResult {
            rows: vec!["id=17  since 02:11  SELECT * FROM pots".into(), "id=21  since 02:12  idle".into()],
            fix: Some("Wait for them, or end them with `kiln sessions --end`.".into()),
            why: Some("They hold locks that the new column has to wait for.".into()),
            ..check("sessions", "Nobody else is working", CheckStatus::Warn, "2 sessions are older than a minute.")
        },
        check("owners", "Every pot has an owner", CheckStatus::Skip, "Asked before hop 2."),
    ]
}
