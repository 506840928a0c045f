//! Everything that front ends show, as a fold over events. A front end counts nothing itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Actor, AtEnd, CheckResult, Event, EventKind, Exit, MaintenanceChoice, Outcome, Pace, Phase, Plan, PlannedStep,
    Route, RunState, Service, Severity, Speed, StepRow, StepState, Summary, Survey,
};

/// Lines of output that are kept for showing; files hold the rest.
pub const LOG_LINES: usize = 500;

/// The state of a session.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The last event that is in it.
    pub seq: u64,
    /// When that was.
    pub now: Option<jiff::Timestamp>,
    pub system: String,
    pub title: String,
    pub about: String,
    pub deployment: String,
    /// The deployment file.
    pub file: String,
    pub state_dir: String,
    pub runner: Actor,
    pub survey: Option<Survey>,
    pub route: Option<Route>,
    /// Release and item; `None` stands for the page read to its end.
    pub acknowledged: BTreeSet<(String, Option<usize>)>,
    pub checks: Vec<CheckRow>,
    pub checks_ended: bool,
    pub maintenance: Option<MaintenanceChoice>,
    pub plan: Option<Arc<Plan>>,
    pub answers: BTreeMap<String, String>,
    pub run: Option<String>,
    pub run_began: Option<jiff::Timestamp>,
    pub resumed: bool,
    /// What an earlier session did is being told, up to the `RunBegan` of this epoch.
    pub history: Option<u64>,
    pub run_state: Option<RunState>,
    pub approved: bool,
    /// How the plan differs from the one that was approved earlier. Empty once it is approved anew.
    pub changes: Vec<String>,
    pub at_end: AtEnd,
    /// One for each step of the plan, in its order.
    pub steps: Vec<StepRow>,
    pub service: Service,
    /// Maintenance began, as far as this run knows.
    pub down_since: Option<jiff::Timestamp>,
    /// Milliseconds of earlier times in maintenance.
    pub down_before: u64,
    pub floor: Option<String>,
    /// The pace that somebody wants.
    pub paced: Option<Pace>,
    pub recorded: Option<String>,
    pub confirmed: bool,
    pub backups: Vec<String>,
    pub log: VecDeque<(String, String)>,
    pub notices: Vec<(jiff::Timestamp, Severity, String)>,
    pub ended: Option<(Outcome, Exit, Summary)>,
}

/// A check and how it went so far.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRow {
    pub id: String,
    pub result: Option<CheckResult>,
    pub overridden: Option<String>,
}

/// What only the operator can bring forward.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Need {
    /// Which version is deployed.
    From {
        range: String,
    },
    /// A question of the plan.
    Answer {
        key: String,
    },
    Approve,
    /// A step failed.
    Failed {
        key: String,
        error: String,
    },
    /// Nobody knows whether a step happened.
    Settle {
        key: String,
        intent: String,
    },
    Confirm,
}

impl State {
    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.now = Some(event.at);
        match &event.kind {
            EventKind::Opened { system, title, about, deployment, file, state_dir, runner } => {
                self.system.clone_from(system);
                self.title.clone_from(title);
                self.about.clone_from(about);
                self.deployment.clone_from(deployment);
                self.file.clone_from(file);
                self.state_dir.clone_from(state_dir);
                self.runner.clone_from(runner);
            }
            EventKind::Surveyed { survey } => {
                if self.run.is_none() {
                    self.service = survey.service;
                }
                self.survey = Some(survey.clone());
            }
            EventKind::Routed { route } => {
                self.route = Some(route.clone());
                self.checks.clear();
                self.checks_ended = false;
                self.plan = None;
            }
            EventKind::Acknowledged { release, item, .. } => {
                self.acknowledged.insert((release.clone(), *item));
            }
            EventKind::ChecksBegan { ids } => {
                let kept: BTreeMap<_, _> =
                    self.checks.drain(..).filter_map(|row| row.overridden.map(|reason| (row.id, reason))).collect();
                self.checks = ids
                    .iter()
                    .map(|id| CheckRow { id: id.clone(), result: None, overridden: kept.get(id).cloned() })
                    .collect();
                self.checks_ended = false;
            }
            EventKind::Checked { result } => {
                if let Some(row) = self.checks.iter_mut().find(|row| row.id == result.id) {
                    row.result = Some(result.clone());
                }
            }
            EventKind::ChecksEnded => self.checks_ended = true,
            EventKind::Overridden { check, reason, .. } => {
                if let Some(row) = self.checks.iter_mut().find(|row| &row.id == check) {
                    row.overridden = Some(reason.clone());
                }
            }
            EventKind::MaintenanceChosen { choice, .. } => self.maintenance = Some(choice.clone()),
            EventKind::Planned { plan } => self.plan_changed(plan),
            EventKind::Answered { key, value, .. } => {
                self.answers.insert(key.clone(), value.clone());
            }
            EventKind::RunBegan { run, epoch, resumed, .. } => {
                self.history.take_if(|wanted| wanted == epoch);
                self.run = Some(run.clone());
                self.run_began.get_or_insert(event.at);
                self.resumed = *resumed;
                // How fast it was in another session says little about this one.
                self.steps.iter_mut().for_each(|row| row.speed = Speed::default());
                self.ended = None;
            }
            EventKind::History { epoch } => self.history = Some(*epoch),
            EventKind::RunChanged { state } => {
                self.run_state = Some(*state);
                if *state == RunState::Paused {
                    self.steps.iter_mut().for_each(|row| row.speed.rests());
                }
            }
            EventKind::PlanChanged { differences } => {
                self.approved = false;
                self.changes.clone_from(differences);
            }
            EventKind::Approved { at_end, .. } => {
                self.approved = true;
                self.changes.clear();
                self.at_end = *at_end;
            }
            EventKind::StepChanged { key, state } => self.step_changed(key, state, event.at),
            EventKind::Progress { key, done, total, unit } => {
                if let Some(row) = self.row_mut(key) {
                    if row.unit != *unit {
                        // Another part of the step, which is counted in something else.
                        row.speed = Speed::default();
                    }
                    row.speed.reached(*done, event.at);
                    row.done = *done;
                    row.total = *total;
                    row.unit.clone_from(unit);
                    row.heard = Some(event.at);
                    row.waits = None;
                }
            }
            EventKind::Log { key, line } => {
                if let Some(row) = self.row_mut(key) {
                    row.heard = Some(event.at);
                }
                if self.log.len() == LOG_LINES {
                    self.log.pop_front();
                }
                self.log.push_back((key.clone(), line.clone()));
            }
            EventKind::Shape { .. }
            | EventKind::Baseline { .. }
            | EventKind::Entered { .. }
            | EventKind::Restoring { .. }
            | EventKind::Restored { .. } => {}
            EventKind::ServiceChanged { service } => {
                self.service = *service;
                match service {
                    Service::Up => {
                        self.down_before = self.downtime(event.at);
                        self.down_since = None;
                    }
                    Service::Maintenance | Service::Down => {
                        self.down_since.get_or_insert(event.at);
                    }
                }
            }
            EventKind::BackedUp { file, .. } => self.backups.push(file.clone()),
            EventKind::PaceChanged { pace, .. } => self.paced = Some(*pace),
            EventKind::FloorRaised { floor } => self.floor = Some(floor.clone()),
            EventKind::Recorded { version, confirmed } => {
                self.recorded = Some(version.clone());
                self.confirmed = *confirmed;
            }
            // What an earlier session had to say is over.
            EventKind::Notice { .. } if self.is_history() => {}
            EventKind::Notice { severity, text } => self.notices.push((event.at, *severity, text.clone())),
            EventKind::Ended { outcome, exit, summary } => self.ended = Some((*outcome, *exit, summary.clone())),
        }
    }

    fn plan_changed(&mut self, plan: &Arc<Plan>) {
        let mut old: BTreeMap<String, StepRow> = self.steps.drain(..).map(|row| (row.key.clone(), row)).collect();
        self.steps = plan
            .steps
            .iter()
            .map(|step| {
                old.remove(&step.key).unwrap_or_else(|| StepRow {
                    key: step.key.clone(),
                    state: StepState::Pending,
                    began: None,
                    ended: None,
                    heard: None,
                    waits: None,
                    done: 0,
                    total: None,
                    unit: String::new(),
                    speed: Speed::default(),
                })
            })
            .collect();
        self.plan = Some(plan.clone());
    }

    fn step_changed(&mut self, key: &str, state: &StepState, at: jiff::Timestamp) {
        let Some(row) = self.row_mut(key) else { return };
        row.heard = Some(at);
        if matches!(state, StepState::Running { .. }) {
            row.began.get_or_insert(at);
        }
        match state {
            StepState::Waiting { .. } => drop(row.waits.get_or_insert(at)),
            // An attempt that gets nowhere does not end the wait.
            StepState::Running { .. } | StepState::Verifying { .. } => {}
            _ => row.waits = None,
        }
        // Whatever it is now, it has not worked since its last report.
        row.speed.rests();
        if state.is_over() {
            row.ended = Some(at);
        }
        row.state = state.clone();
    }

    fn row_mut(&mut self, key: &str) -> Option<&mut StepRow> {
        self.steps.iter_mut().find(|row| row.key == key)
    }

    /// Milliseconds in maintenance until `now`, over all sessions of the run.
    pub fn downtime(&self, now: jiff::Timestamp) -> u64 {
        let current = self.down_since.map_or(0, |since| now.as_millisecond() - since.as_millisecond());
        self.down_before + u64::try_from(current).unwrap_or(0)
    }

    /// Keys of the steps that were set aside and are neither done nor waived.
    pub fn set_aside(&self) -> Vec<String> {
        let aside = |row: &&StepRow| matches!(row.state, StepState::SetAside { .. });
        self.steps.iter().filter(aside).map(|row| row.key.clone()).collect()
    }

    /// Whether all work is over but for what was set aside.
    pub(super) fn only_set_aside(&self) -> bool {
        let next = self.current().and_then(|at| self.plan.as_ref()?.steps.get(at));
        next.is_none_or(|step| step.phase >= Phase::Leave) && !self.set_aside().is_empty()
    }

    /// The first step that was set aside, with how many there are.
    pub(super) fn set_aside_need(&self) -> Option<Need> {
        let keys = self.set_aside();
        let row = self.steps.iter().find(|row| Some(&row.key) == keys.first())?;
        let StepState::SetAside { error } = &row.state else { return None };
        let others = match keys.len() {
            1 => String::new(),
            n => format!(" ({n} were set aside: {})", keys.join(", ")),
        };
        Some(Need::Failed { key: row.key.clone(), error: format!("{error}{others}") })
    }

    /// Whether this is not yet how things stand now: more of what an earlier session did is on its way.
    pub fn is_history(&self) -> bool {
        self.history.is_some()
    }

    /// The plan's step with this key.
    pub fn step(&self, key: &str) -> Option<&PlannedStep> {
        self.plan.as_ref()?.steps.iter().find(|step| step.key == key)
    }

    /// The step that is under way, or the next one.
    pub fn current(&self) -> Option<usize> {
        self.steps.iter().position(|row| !row.state.is_over())
    }

    /// Steps that are over, and all of them.
    pub fn steps_done(&self) -> (usize, usize) {
        (self.steps.iter().filter(|row| row.state.is_over()).count(), self.steps.len())
    }

    /// Whether nothing is left but to leave maintenance and to look at the service.
    pub fn is_verified(&self) -> bool {
        let open = self.steps.iter().filter(|row| !row.state.is_over());
        open.filter_map(|row| self.step(&row.key)).all(|step| step.phase >= Phase::Leave)
    }
}
