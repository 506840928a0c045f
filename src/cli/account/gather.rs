//! What there is to tell of a run, from its plan and its events.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::past::Past;
use crate::model::{Actor, AtEnd, EventKind, MaintenanceChoice, Pace, Phase, RunState, Severity, StepState};
use crate::words::format::between;

/// A run. As JSON, a program may rely on it.
#[derive(Debug, Serialize)]
pub struct Account<'a> {
    schema: u32,
    pub run: &'a str,
    pub system: &'a str,
    pub deployment: &'a str,
    pub state: RunState,
    pub from: &'a str,
    pub to: &'a str,
    pub tags: &'a [String],
    pub plan_hash: &'a str,
    pub began: jiff::Timestamp,
    pub last: jiff::Timestamp,
    /// Milliseconds from the beginning to the last word.
    pub duration: u64,
    /// Milliseconds.
    pub maintenance: u64,
    pub floor: Option<&'a str>,
    pub steps: Vec<Step<'a>>,
    pub decisions: Vec<Decision<'a>>,
    pub backups: Vec<Backup<'a>>,
    pub notices: Vec<Notice<'a>>,
}

/// A step of the plan.
#[derive(Debug, Serialize)]
pub struct Step<'a> {
    pub key: &'a str,
    pub title: &'a str,
    pub phase: Phase,
    pub kind: &'static str,
    pub state: &'a StepState,
    pub began: Option<jiff::Timestamp>,
    pub ended: Option<jiff::Timestamp>,
    /// Milliseconds.
    pub duration: Option<u64>,
    pub attempts: u32,
}

/// What somebody decided, and who.
#[derive(Debug, Serialize)]
pub struct Decision<'a> {
    pub at: jiff::Timestamp,
    pub by: &'a Actor,
    pub what: What<'a>,
}

/// The kinds of decision.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum What<'a> {
    Began,
    WentOn,
    /// `item` is that of the page; `None` stands for the page read to its end.
    Acknowledged {
        release: &'a str,
        item: Option<usize>,
    },
    Overrode {
        check: &'a str,
        reason: &'a str,
    },
    Maintenance {
        choice: &'a MaintenanceChoice,
    },
    Answered {
        key: &'a str,
        value: &'a str,
    },
    Approved {
        hash: &'a str,
        irreversible: &'a [String],
        at_end: AtEnd,
    },
    Paced {
        pace: Pace,
    },
    /// Put these backups back.
    Restored {
        files: &'a [String],
    },
}

/// A copy of a store.
#[derive(Debug, Serialize)]
pub struct Backup<'a> {
    pub at: jiff::Timestamp,
    pub key: &'a str,
    pub file: &'a str,
    /// Bytes.
    pub size: u64,
}

/// What the operator was told.
#[derive(Debug, Serialize)]
pub struct Notice<'a> {
    pub at: jiff::Timestamp,
    pub severity: Severity,
    pub text: &'a str,
}

/// Gathers it.
pub fn account(past: &Past) -> Account<'_> {
    let Past { run, events, state } = past;
    let mut attempts: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut decisions, mut backups, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        let at = event.at;
        match &event.kind {
            EventKind::StepChanged { key, state: StepState::Running { attempt } } => {
                let most = attempts.entry(key).or_default();
                *most = (*most).max(*attempt);
            }
            EventKind::BackedUp { key, file, size } => backups.push(Backup { at, key, file, size: *size }),
            EventKind::Notice { severity, text } => notices.push(Notice { at, severity: *severity, text }),
            kind => decisions.extend(decision(kind).map(|(by, what)| Decision { at, by, what })),
        }
    }
    let steps = state.steps.iter().filter_map(|row| {
        let step = run.plan.steps.iter().find(|step| step.key == row.key)?;
        Some(Step {
            key: &step.key,
            title: &step.title,
            phase: step.phase,
            kind: crate::words::screens::kind(&step.work),
            state: &row.state,
            began: row.began,
            ended: row.ended,
            duration: row.began.zip(row.ended).map(|(began, ended)| between(began, ended)),
            attempts: attempts.get(&*step.key).copied().unwrap_or(0),
        })
    });
    Account {
        schema: 1,
        run: &run.id,
        system: &run.plan.title,
        deployment: &run.plan.deployment,
        state: run.state,
        from: &run.plan.from,
        to: &run.plan.to,
        tags: &run.plan.tags,
        plan_hash: &run.plan.hash,
        began: run.began,
        last: run.last,
        duration: between(run.began, run.last),
        maintenance: state.downtime(run.last),
        floor: state.floor.as_deref(),
        steps: steps.collect(),
        decisions,
        backups,
        notices,
    }
}

fn decision(kind: &EventKind) -> Option<(&Actor, What<'_>)> {
    Some(match kind {
        EventKind::RunBegan { resumed: false, by, .. } => (by, What::Began),
        EventKind::RunBegan { resumed: true, by, .. } => (by, What::WentOn),
        EventKind::Acknowledged { release, item, by, .. } => (by, What::Acknowledged { release, item: *item }),
        EventKind::Overridden { check, reason, by } => (by, What::Overrode { check, reason }),
        EventKind::MaintenanceChosen { choice, by } => (by, What::Maintenance { choice }),
        EventKind::Answered { key, value, by } => (by, What::Answered { key, value }),
        EventKind::Approved { hash, irreversible, at_end, by } => {
            (by, What::Approved { hash, irreversible, at_end: *at_end })
        }
        EventKind::PaceChanged { pace, by } => (by, What::Paced { pace: *pace }),
        EventKind::Restoring { files, by } => (by, What::Restored { files }),
        _ => return None,
    })
}
