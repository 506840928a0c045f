//! How a session starts: with what was found, with a new run, or with one that was not finished.

use super::act::{Act, Began, Forgotten, Resumed};
use super::machine::{Ending, Machine};
use super::survey::Surveyed;
use crate::model::{EventKind, Exit, MaintenanceChoice, Outcome, Phase, PlannedStep, RunState, Severity, StepState};
use crate::plan::route;
use crate::step::Left;

impl Machine {
    pub(super) fn surveyed(&mut self, found: Surveyed) {
        self.site = found.site;
        self.from = found.from;
        self.unfinished = found.unfinished;
        self.recorded = found.recorded;
        self.last_run = found.last_run;
        let nothing_to_do = !self.stays
            && self.from.is_some()
            && found.survey.targets.is_empty()
            && found.survey.problem.is_none()
            && self.unfinished.is_none();
        let label = found.survey.version.label.clone();
        let last =
            found.survey.last.as_ref().filter(|run| run.tags.is_empty() && run.state == RunState::Done).map(|run| {
                let ended = run.ended.strftime("%F %H:%M UTC");
                format!(" Its upgrade from {} was finished on {ended}; `stepwell report` tells about it.", run.from)
            });
        self.say(EventKind::Surveyed { survey: found.survey });
        if nothing_to_do {
            let text = format!("{} is at {label}, the newest release. Nothing was changed.", self.state.title);
            let text = format!("{text}{}", last.unwrap_or_default());
            self.end(Ending { outcome: Outcome::NothingToDo, exit: Exit::Done, text, next: None });
        }
    }

    /// A new run: from here on there is something to put back.
    pub(super) fn began(&mut self, began: Began) {
        let Some(plan) = self.state.plan.clone() else { return };
        self.recorded = began.recorded;
        let by = self.preamble.last().map_or_else(|| self.itself(), decided_by);
        let kept = std::mem::take(&mut self.preamble);
        self.act(Act::BeginRun { run: began.run.clone(), plan, events: kept });
        self.record(EventKind::RunBegan { run: began.run, epoch: began.epoch, resumed: false, by: by.clone() });
        self.keep_pace(by);
        for (store, lines) in began.shapes {
            self.shaped(store, lines);
        }
        self.run_is(RunState::Preparing);
        if self.state.maintenance == Some(MaintenanceChoice::Now) {
            self.advance();
        } else {
            self.run_is(RunState::AwaitingApproval);
            self.watch_for_company();
        }
    }

    /// A run that was not finished: everything as it stood, and then on.
    pub(super) fn resumed(&mut self, resumed: Resumed) {
        let Resumed { record, taken, forgotten, shapes, steps, events, recorded, left } = resumed;
        let epoch = taken.epoch;
        let scheme = &self.catalogue.system.versions.scheme;
        let ends = scheme.parse(&record.plan.from).ok().zip(scheme.parse(&record.plan.to).ok());
        if let Some((from, to)) = ends {
            if let Ok(route) = route(&self.catalogue, &from, &to) {
                self.say(EventKind::Routed { route });
            }
            self.from = Some(from);
        }
        let approved = record.plan;
        self.keep_facts(&approved);
        self.say(EventKind::Planned { plan: approved.clone() });
        self.say(EventKind::History { epoch });
        for event in events {
            match &event.kind {
                EventKind::Baseline { answers, .. } => {
                    self.baseline.extend(answers.iter().map(|(key, digest, _)| (key.clone(), digest.clone())));
                }
                EventKind::Shape { store, lines } => drop(self.shapes.insert(store.clone(), lines.clone())),
                // A session's end is not this session's.
                kind @ EventKind::Ended { .. } => {
                    self.track(kind);
                    continue;
                }
                _ => {}
            }
            self.replay(event);
        }
        self.recorded = recorded;
        self.left = left;
        for (key, _, attempt) in &steps {
            let known = self.attempts.entry(key.clone()).or_insert(0);
            *known = (*known).max(*attempt);
        }
        if !self.abandoning
            && let Some(store) = forgotten.first()
        {
            self.end(self.store_forgot(store));
            return;
        }
        if !self.abandoning
            && let Err(ending) = self.compare(&approved, &steps)
        {
            self.end(ending);
            return;
        }
        // What was under way may have changed the schema itself.
        let working = steps
            .iter()
            .any(|(_, state, _)| !state.is_over() && !matches!(state, StepState::Pending | StepState::Asking));
        let mut found = Vec::new();
        for (key, state, _) in steps {
            match state {
                // Going on is the operator's word that it may be tried again.
                StepState::Failed { .. }
                | StepState::Waiting { .. }
                | StepState::SetAside { .. }
                | StepState::Blocked { .. } => {
                    self.step_is(&key, StepState::Pending);
                }
                StepState::Asking => self.step_is(&key, StepState::Pending),
                // What can be asked about is asked again. The rest waits for the operator's word.
                StepState::Unknown { .. }
                    if self.state.step(&key).is_some_and(|s| s.resume != crate::model::ResumeClass::Once) =>
                {
                    self.step_is(&key, StepState::Pending);
                }
                StepState::Running { .. } | StepState::Verifying { .. } => {
                    let left = self.left.get(&key).cloned().unwrap_or(Left::Nothing);
                    let text = match left {
                        Left::TakeUp => format!("{key} was running; its program is taken up where it is"),
                        Left::Elsewhere => {
                            format!("{key} was running on another host, from which nothing can be seen here")
                        }
                        Left::Unknown | Left::Nothing => format!("{key} was running when the last runner ended"),
                    };
                    found.push(text);
                }
                _ => {}
            }
        }
        self.mend_maintenance();
        self.run_is(self.working());
        let by = self.itself();
        self.record(EventKind::RunBegan { run: record.id, epoch, resumed: true, by: by.clone() });
        self.keep_pace(by);
        if let Some(holder) = taken.from {
            found.insert(0, format!("taken over from a runner that is gone: {}", holder.named()));
        }
        for text in found {
            self.notice(Severity::Info, text);
        }
        for (store, lines) in shapes {
            self.compare_shape(store, lines, !working);
        }
        if self.abandoning {
            self.abandon_resumed();
        } else if self.state.run_state == Some(RunState::AwaitingApproval) {
            self.watch_for_company();
        } else {
            self.advance();
        }
    }

    /// What is still to come needs what was done before it, which is not there.
    fn store_forgot(&self, Forgotten { store, steps }: &Forgotten) -> Ending {
        let text = format!(
            "The store `{store}` does not know of what this run has done in it ({}): it was put back from a backup, or is \
             another database. Nothing was changed by this command. Put it back as the run left it and go on, or end the \
             run and begin anew:",
            steps.join(", ")
        );
        let next = Some(self.command("abandon"));
        Ending { outcome: Outcome::NeedsOperator, exit: Exit::OperatorNeeded, text, next }
    }

    /// A program that still works must not find the service back: its end is waited for.
    fn abandon_resumed(&mut self) {
        let works = self.left.iter().filter(|(_, left)| **left == Left::TakeUp);
        let works = works.filter_map(|(key, _)| self.state.step(key).cloned());
        let works: Vec<PlannedStep> = works.filter(|step| step.phase != Phase::Leave).collect();
        if works.is_empty() {
            self.end_for_good();
            return;
        }
        for step in &works {
            self.notice(Severity::Info, format!("{} still works; the run ends when it has ended", step.key));
        }
        self.stopping = Some(self.abandoned());
        works.iter().for_each(|step| self.begin(step));
    }
}

/// Who made the decision that an event tells of.
fn decided_by(event: &crate::model::Event) -> crate::model::Actor {
    match &event.kind {
        EventKind::MaintenanceChosen { by, .. }
        | EventKind::Acknowledged { by, .. }
        | EventKind::Overridden { by, .. }
        | EventKind::Answered { by, .. } => by.clone(),
        _ => crate::model::Actor::default(),
    }
}
