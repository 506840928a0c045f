//! What each decision does, and when it is refused: with a sentence that names the next action.

use super::act::Act;
use super::machine::{Ending, Machine};
use crate::model::{
    Actor, AtEnd, CheckStatus, Decision, EventKind, Exit, MaintenanceChoice, Outcome, Pace, Plan, Route, RunState,
    StepState, Work,
};
use crate::plan::{Request, build, route, targets};
use crate::step::{Control, answer_fits, describe_all};

type Refusal = Result<(), String>;

impl Machine {
    pub(super) fn decide(&mut self, decision: Decision, by: Actor) -> Refusal {
        if self.leaving.is_some() && decision != Decision::Stop {
            return Err("the run ends as soon as maintenance is left".to_owned());
        }
        match decision {
            Decision::SetFrom { version, force } => self.set_from(&version, force),
            Decision::ChooseTarget { version } => self.choose_target(&version),
            Decision::RunTags { tags, force } => self.run_tags(tags, force),
            Decision::Acknowledge { release, item, hash } => self.acknowledge(release, item, hash, by),
            Decision::RunChecks => self.run_checks(),
            Decision::Override { check, reason } => self.override_check(check, reason, by),
            Decision::Maintenance { choice } => self.choose_maintenance(choice, by),
            Decision::Answer { key, value } => self.answer(&key, value, by),
            Decision::Approve { hash, version, irreversible, at_end } => {
                self.approve(hash, &version, irreversible, at_end, by)
            }
            Decision::Resume => self.resume(),
            Decision::Pause => self.pause(),
            Decision::Go => self.go_on(),
            Decision::Pace { pace } => self.set_pace(pace, by),
            Decision::Stop => self.stop(),
            Decision::Retry { key } => self.retry(&key),
            Decision::Skip { key, reason } => self.skip(&key, reason),
            Decision::Settle { key, done } => self.settle(&key, done),
            Decision::Confirm { version } => self.confirm(&version),
            Decision::Abandon => self.abandon(),
        }
    }

    fn not_begun(&self) -> Refusal {
        match self.state.run {
            None if !self.beginning => Ok(()),
            _ => Err("the run has begun: what was decided before it can only be read now".to_owned()),
        }
    }

    fn set_from(&mut self, version: &str, force: bool) -> Refusal {
        self.not_begun()?;
        let scheme = &self.catalogue.system.versions.scheme;
        let chosen = scheme.parse(version).map_err(|e| e.to_string())?;
        let Some(mut survey) = self.state.survey.clone() else {
            return Err("the deployment is still being looked at".to_owned());
        };
        let found = &mut survey.version;
        let fits = match (&found.range, &found.deployed) {
            // What is only assumed gives way to what somebody knows.
            _ if found.assumed => true,
            (Some(range), _) => scheme.parse_range(range).is_ok_and(|r| r.contains(&chosen)),
            (None, Some(deployed)) => deployed == chosen.as_str(),
            (None, None) => false,
        };
        if !fits && !force {
            let what = found.range.clone().or_else(|| found.deployed.clone()).unwrap_or_else(|| "nothing".to_owned());
            return Err(format!("the data say {what}, not {version}; `--from {version} --force` overrides them"));
        }
        found.deployed = Some(chosen.to_string());
        found.label = self.catalogue.system.versions.label(chosen.as_str());
        found.assumed = false;
        found.said = true;
        found.forced = !fits;
        survey.problem = None;
        survey.targets = targets(&self.catalogue, &chosen);
        self.from = Some(chosen);
        self.say(EventKind::Surveyed { survey });
        Ok(())
    }

    fn choose_target(&mut self, version: &str) -> Refusal {
        self.not_begun()?;
        let (Some(from), Some(_)) = (self.from.clone(), &self.site) else {
            return Err("which version is deployed is not known yet".to_owned());
        };
        let chosen = self.catalogue.system.versions.scheme.parse(version).map_err(|e| e.to_string());
        let path = chosen.and_then(|to| route(&self.catalogue, &from, &to).map(|r| (to, r)).map_err(|e| e.to_string()));
        let (to, route) = path?;
        if to == from {
            let text = format!("{} is at {} already. Nothing was changed.", self.state.title, self.label(version));
            self.end(Ending { outcome: Outcome::NothingToDo, exit: Exit::Done, text, next: None });
            return Ok(());
        }
        self.tags.clear();
        self.say(EventKind::Routed { route });
        self.make_plan(false)
    }

    /// Plans actions alone, at the version that is recorded.
    fn run_tags(&mut self, tags: Vec<String>, force: bool) -> Refusal {
        self.not_begun()?;
        let named = tags.join(", ");
        if !force {
            return Err(format!("`{named}` runs outside of an upgrade only when it is forced: add `--force`"));
        }
        let (Some(at), Some(survey)) = (self.from.clone(), &self.state.survey) else {
            return Err("which version is deployed is not known yet".to_owned());
        };
        if survey.version.assumed {
            return Err(format!(
                "no version is recorded, so `{named}` cannot run alone: upgrade first, or name the version with --from"
            ));
        }
        let route = route(&self.catalogue, &at, &at).map_err(|e| e.to_string())?;
        let before = std::mem::replace(&mut self.tags, tags);
        // Tried before anything is told: a name that is no action leaves everything as it was.
        if let Err(reason) = self.planned(&route, false) {
            self.tags = before;
            return Err(reason);
        }
        self.say(EventKind::Routed { route });
        self.make_plan(false)
    }

    /// Makes the plan from what is known now and tells it.
    pub(super) fn make_plan(&mut self, skip_maintenance: bool) -> Refusal {
        let Some(route) = &self.state.route else { return Err("choose a target first".to_owned()) };
        let plan = self.planned(route, skip_maintenance)?;
        self.say(EventKind::Planned { plan: plan.into() });
        Ok(())
    }

    pub(super) fn planned(&self, route: &Route, skip_maintenance: bool) -> Result<Plan, String> {
        let (Some(from), Some(site)) = (&self.from, &self.site) else {
            return Err("which version is deployed is not known yet".to_owned());
        };
        let to = self.catalogue.system.versions.scheme.parse(&route.to).map_err(|e| e.to_string())?;
        let request = Request { from, to: &to, tags: &self.tags, skip_maintenance };
        let mut plan = build(&self.catalogue, site, &request).map_err(|e| e.to_string())?;
        describe_all(&mut plan.steps, site, &self.state.answers);
        Ok(plan)
    }

    fn acknowledge(&mut self, release: String, item: Option<usize>, hash: String, by: Actor) -> Refusal {
        let page = self.state.route.iter().flat_map(|r| &r.notes).find(|p| p.release == release);
        match page {
            Some(page) if page.hash != hash => Err("the notes have changed: read them again".to_owned()),
            Some(_) => {
                if !self.state.acknowledged.contains(&(release.clone(), item)) {
                    self.before_run(EventKind::Acknowledged { release, item, hash, by });
                }
                Ok(())
            }
            None => Err(format!("there are no notes for {release} on this path")),
        }
    }

    fn run_checks(&mut self) -> Refusal {
        self.not_begun()?;
        if self.state.plan.is_none() {
            return Err("choose a target first".to_owned());
        }
        self.act(Act::Check);
        Ok(())
    }

    fn override_check(&mut self, check: String, reason: String, by: Actor) -> Refusal {
        let row = self.state.checks.iter().find(|row| row.id == check);
        match row.and_then(|row| row.result.as_ref()).map(|r| r.status) {
            Some(CheckStatus::Warn) if reason.trim().is_empty() => {
                Err("give a reason: it is kept in the journal".to_owned())
            }
            // Said twice, it is kept once.
            Some(CheckStatus::Warn) if row.is_some_and(|row| row.overridden.as_ref() == Some(&reason)) => Ok(()),
            Some(CheckStatus::Warn) => {
                self.before_run(EventKind::Overridden { check, reason, by });
                Ok(())
            }
            Some(CheckStatus::Fail) => {
                Err(format!("`{check}` cannot be overridden: do what it says, then run the checks again"))
            }
            _ => Err(format!("`{check}` does not stand in the way")),
        }
    }

    fn choose_maintenance(&mut self, choice: MaintenanceChoice, by: Actor) -> Refusal {
        self.not_begun()?;
        if self.state.plan.is_none() {
            return Err("choose a target first".to_owned());
        }
        if self.unfinished.is_some() {
            return Err("there is a run that is not finished: go on with it, or abandon it first".to_owned());
        }
        if !self.state.unread().is_empty() {
            return Err("read the release notes to their end first".to_owned());
        }
        if !self.state.checks_ended || !self.state.blocking_checks().is_empty() {
            return Err("the checks have to pass first".to_owned());
        }
        if let MaintenanceChoice::Skip { reason } = &choice
            && reason.trim().is_empty()
        {
            return Err("give a reason for going on without maintenance: it is kept in the journal".to_owned());
        }
        self.make_plan(matches!(choice, MaintenanceChoice::Skip { .. }))?;
        self.before_run(EventKind::MaintenanceChosen { choice, by });
        self.beginning = true;
        self.act(Act::Begin);
        Ok(())
    }

    fn answer(&mut self, key: &str, value: String, by: Actor) -> Refusal {
        let Some(step) = self.state.step(key).cloned() else { return Err(format!("the plan has no step `{key}`")) };
        let Work::Ask(ask) = &step.work else { return Err(format!("`{key}` is no question")) };
        let choices: Vec<String> = ask.choices.iter().map(|c| c.text.clone()).collect();
        answer_fits(ask, &choices, &value)?;
        let asking = self.state.steps.iter().any(|row| row.key == key && row.state == StepState::Asking);
        if !asking && !step.ask_first {
            return Err(format!("`{key}` is asked when the run comes to it"));
        }
        if self.state.approved && !asking {
            return Err("the plan is approved: what was answered before can only be read now".to_owned());
        }
        self.before_run(EventKind::Answered { key: key.to_owned(), value, by });
        if asking {
            self.over(&step, StepState::Done { adopted: false });
            self.go_ahead();
        }
        Ok(())
    }

    fn approve(&mut self, hash: String, version: &str, irreversible: Vec<String>, at_end: AtEnd, by: Actor) -> Refusal {
        if self.state.run_state != Some(RunState::AwaitingApproval) {
            return Err("there is nothing to approve now".to_owned());
        }
        let Some(plan) = &self.state.plan else { return Err("there is no plan".to_owned()) };
        if plan.hash != hash {
            return Err("the plan has changed since it was shown: read it again".to_owned());
        }
        if plan.to != version {
            return Err(format!("type {} to approve the plan", plan.to));
        }
        if let Some(question) = self.state.open_questions().first() {
            return Err(format!("answer `{}` first", question.key));
        }
        if let Some(step) = self.state.irreversible().iter().find(|s| !irreversible.contains(&s.key)) {
            return Err(format!("confirm that there is no way back after `{}`", step.key));
        }
        self.record(EventKind::Approved { hash, irreversible, at_end, by });
        self.run_is(RunState::Running);
        self.advance();
        Ok(())
    }

    fn resume(&mut self) -> Refusal {
        self.not_begun()?;
        if self.unfinished.is_none() {
            return Err("there is no unfinished run".to_owned());
        }
        self.can_go_on()?;
        self.beginning = true;
        self.act(Act::Resume);
        Ok(())
    }

    /// A run that goes on needs all that it was begun with.
    pub(super) fn can_go_on(&self) -> Refusal {
        match self.state.survey.as_ref().and_then(|s| s.problem.as_ref()) {
            Some((_, text)) => Err(format!("{text}; nothing was changed")),
            None => Ok(()),
        }
    }

    fn pause(&mut self) -> Refusal {
        if self.state.run_state != Some(RunState::Running) {
            return Err("nothing is running that could be paused".to_owned());
        }
        self.set_control(Control::Pause);
        self.run_is(RunState::Paused);
        Ok(())
    }

    fn go_on(&mut self) -> Refusal {
        if self.state.run_state != Some(RunState::Paused) {
            return Err("the run is not paused".to_owned());
        }
        self.set_control(Control::Go);
        self.run_is(RunState::Running);
        self.advance();
        Ok(())
    }

    fn set_pace(&mut self, pace: Pace, by: Actor) -> Refusal {
        if self.state.run.is_none() {
            return Err("no run has begun whose pace could be changed; `--pace` says it beforehand".to_owned());
        }
        self.pace = Some(pace);
        self.keep_pace(by);
        Ok(())
    }

    /// The pace that was said counts for the run, also after this session.
    pub(super) fn keep_pace(&mut self, by: Actor) {
        if let Some(pace) = self.pace.filter(|pace| self.state.paced != Some(*pace)) {
            self.record(EventKind::PaceChanged { pace, by });
        }
    }

    fn retry(&mut self, key: &str) -> Refusal {
        let row = self.state.steps.iter().find(|row| row.key == key);
        match row.map(|row| &row.state) {
            Some(StepState::Failed { .. } | StepState::SetAside { .. }) => {
                self.step_is(key, StepState::Pending);
                self.free_item(key, StepState::Pending);
                self.go_ahead();
                Ok(())
            }
            // A wait is cut short.
            Some(StepState::Waiting { .. })
                if self.running.is_empty() || self.state.step(key).is_some_and(|step| step.parallel.is_some()) =>
            {
                self.retry_due(key);
                Ok(())
            }
            _ => Err(format!("`{key}` has not failed")),
        }
    }

    fn skip(&mut self, key: &str, reason: String) -> Refusal {
        let Some(step) = self.state.step(key).cloned() else { return Err(format!("the plan has no step `{key}`")) };
        if !step.optional {
            return Err(format!("`{key}` cannot be left out: retry it, or stop"));
        }
        let failed = self.state.steps.iter().any(|r| {
            r.key == key
                && matches!(
                    r.state,
                    StepState::Failed { .. }
                        | StepState::SetAside { .. }
                        | StepState::Asking
                        | StepState::Unknown { .. }
                )
        });
        if !failed {
            return Err(format!("`{key}` does not stand in the way"));
        }
        self.free_item(key, StepState::Skipped { reason: reason.clone() });
        self.over(&step, StepState::Skipped { reason });
        self.go_ahead();
        Ok(())
    }

    fn settle(&mut self, key: &str, done: bool) -> Refusal {
        let unknown = self.state.steps.iter().any(|r| r.key == key && matches!(r.state, StepState::Unknown { .. }));
        if !unknown {
            return Err(format!("it is known how `{key}` ended"));
        }
        let Some(step) = self.state.step(key).cloned() else { return Err(format!("the plan has no step `{key}`")) };
        if done {
            self.over(&step, StepState::Done { adopted: !self.entered.contains_key(key) });
        } else {
            self.told_to_do.insert(key.to_owned());
            self.step_is(key, StepState::Pending);
        }
        self.go_ahead();
        Ok(())
    }

    /// What the operator decided is carried out, also where the run was paused before it needed that.
    fn go_ahead(&mut self) {
        if self.control == Control::Pause {
            self.set_control(Control::Go);
        }
        self.run_is(self.working());
        self.advance();
    }

    fn confirm(&mut self, version: &str) -> Refusal {
        let Some(plan) = &self.state.plan else { return Err("there is no plan".to_owned()) };
        if self.state.run_state != Some(RunState::AwaitingConfirmation) {
            return Err("there is nothing to confirm yet".to_owned());
        }
        if plan.to != version {
            return Err(format!("type {} to confirm", plan.to));
        }
        self.finish();
        Ok(())
    }
}
