//! Every way out of a run, and what state it leaves the service in.

use std::time::Duration;

use super::act::{Act, Due};
use super::machine::{Ending, Machine};
use crate::journal::JournalError;
use crate::model::{AtEnd, EventKind, Exit, Outcome, Phase, RunState, Service, Severity, StepState, Work};
use crate::step::Control;

/// How long a run that needs its operator waits with nobody there.
const ALONE: Duration = Duration::from_secs(600);

impl Machine {
    /// Stops at the next safe point; at once where nothing runs.
    pub(super) fn stop(&mut self) -> Result<(), String> {
        if self.state.run.is_none() {
            let text = "Nothing was changed.".to_owned();
            self.end(Ending { outcome: Outcome::Left, exit: Exit::Stopped, text, next: None });
            return Ok(());
        }
        if self.leaving.is_some() {
            self.stop_leaving();
            return Ok(());
        }
        let next = Some(self.command("run"));
        let (outcome, exit, text) = match self.state.run_state {
            Some(RunState::Failed) => (Outcome::Failed, Exit::StepFailed, "A step failed. The run can go on."),
            Some(RunState::NeedsOperator) => {
                (Outcome::NeedsOperator, Exit::OperatorNeeded, "The run waits for an operator, and can go on.")
            }
            _ => (Outcome::Stopped, Exit::Stopped, "Stopped at a safe point. The run can go on."),
        };
        let ending = Ending { outcome, exit, text: text.to_owned(), next };
        if !self.running.is_empty() {
            self.stopping = Some(ending);
            self.notice(Severity::Info, "the run stops at the next safe point");
            self.set_control(Control::Stop);
        } else {
            self.leave_then_end(ending);
        }
        Ok(())
    }

    /// Ends the run for good where it stands.
    pub(super) fn abandon(&mut self) -> Result<(), String> {
        if self.state.run.is_none() {
            if self.unfinished.is_none() || self.beginning {
                return Err("there is no run to abandon".to_owned());
            }
            self.can_go_on()?;
            self.abandoning = true;
            self.beginning = true;
            self.act(Act::Resume);
            return Ok(());
        }
        if !self.running.is_empty() {
            return Err("a step is running: stop first, then abandon".to_owned());
        }
        self.end_for_good();
        Ok(())
    }

    /// What was done stays done; what this run changed about the service is put back where that is safe.
    pub(super) fn end_for_good(&mut self) {
        self.leave_then_end(self.abandoned());
    }

    /// An abandoned run's end.
    pub(super) fn abandoned(&self) -> Ending {
        let text = match self.has_worked() {
            true => "The run is abandoned. What was done stays done.".to_owned(),
            false => {
                let from = self.state.plan.as_ref().map(|plan| self.label(&plan.from)).unwrap_or_default();
                format!("The run is abandoned. Nothing of its plan was done: the data are at {from}.")
            }
        };
        Ending { outcome: Outcome::Abandoned, exit: Exit::Stopped, text, next: None }
    }

    /// Whether a step was begun that does more than look or keep the service away.
    fn has_worked(&self) -> bool {
        self.rows().any(|(step, row)| {
            let looks = matches!(step.work, Work::Check(_) | Work::Baseline(_) | Work::Ask(_) | Work::Backup(_));
            let around = matches!(step.phase, Phase::Enter | Phase::Leave | Phase::Health);
            !looks && !around && !matches!(row.state, StepState::Pending)
        })
    }

    /// The version is confirmed: the end of a good run. Actions that ran alone change none.
    pub(super) fn finish(&mut self) {
        let Some(plan) = &self.state.plan else { return };
        let to = plan.to.clone();
        let text = if plan.tags.is_empty() {
            self.record(EventKind::Recorded { version: to.clone(), confirmed: true });
            format!("{} is at {} now.", self.state.title, self.label(&to))
        } else {
            let done = plan.tags.join(", ");
            format!("{done} is done. {} is at {} as before.", self.state.title, self.label(&to))
        };
        self.run_is(RunState::Done);
        self.end(Ending { outcome: Outcome::Done, exit: Exit::Done, text, next: None });
    }

    pub(super) fn settle_end(&mut self, mut ending: Ending) {
        let state = match ending.outcome {
            Outcome::Abandoned => RunState::Abandoned,
            Outcome::Failed => RunState::Failed,
            Outcome::NeedsOperator => RunState::NeedsOperator,
            _ => RunState::Stopped,
        };
        self.run_is(state);
        ending.text = format!("{} {}", ending.text, service_sentence(self.state.service));
        self.end(ending);
    }

    /// Somebody came or went.
    pub(super) fn clients_changed(&mut self, count: usize) {
        let before = std::mem::replace(&mut self.clients, count);
        self.presence += 1;
        if count > 0 {
            if self.control == Control::Pause && self.state.at_end == AtEnd::Wait && before == 0 && self.all_verified()
            {
                self.set_control(Control::Go);
                self.run_is(RunState::Running);
                self.advance();
            }
            return;
        }
        if self.state.run.is_none() {
            let text = "Nothing was changed.".to_owned();
            self.end(Ending { outcome: Outcome::Left, exit: Exit::Done, text, next: None });
        } else if self.state.run_state == Some(RunState::AwaitingConfirmation) && self.state.at_end == AtEnd::Record {
            self.finish();
        } else {
            self.watch_for_company();
        }
    }

    fn all_verified(&self) -> bool {
        self.rows().filter(|(step, _)| step.phase < Phase::Leave).all(|(_, row)| row.state.is_over())
    }

    /// A run that only an operator can bring forward does not wait for ever with nobody there.
    pub(super) fn watch_for_company(&mut self) {
        if self.clients == 0 {
            self.act(Act::Timer { after: ALONE, due: Due::Alone { since: self.presence } });
        }
    }

    pub(super) fn alone(&mut self) {
        match self.state.run_state {
            Some(RunState::AwaitingApproval) if self.is_half_done() => drop(self.stop()),
            // A step into maintenance that is under way is brought to its end; from then on it counts again.
            Some(RunState::AwaitingApproval | RunState::Preparing) if self.running.is_empty() => {
                let text = "Nobody approved the plan for ten minutes. The run is abandoned; nothing of it was done.";
                self.leave_then_end(Ending {
                    outcome: Outcome::Abandoned,
                    exit: Exit::OperatorNeeded,
                    text: text.to_owned(),
                    next: Some(self.command("wizard")),
                });
            }
            Some(RunState::Failed | RunState::NeedsOperator) if self.running.is_empty() => {
                let _ = self.stop();
            }
            _ => {}
        }
    }

    /// The first signal stops at a safe point, the second one now.
    pub(super) fn signalled(&mut self) {
        if !self.running.is_empty() && (self.stopping.is_some() || self.leaving.is_some()) {
            let what = if self.running.len() == 1 { "the running step is" } else { "the running steps are" };
            self.notice(Severity::Warning, format!("asked twice: {what} stopped now"));
            self.set_control(Control::Kill);
        } else {
            let _ = self.stop();
        }
    }

    /// Without the journal nothing may go on. A program that runs is not stopped: the next runner finds it, and may
    /// have done so already.
    pub(super) fn journal_failed(&mut self, error: &JournalError) {
        self.set_control(Control::Stop);
        let exit = match error {
            JournalError::LostLease | JournalError::Overtaken | JournalError::Held(_) => Exit::LeaseHeld,
            JournalError::Store(_) => Exit::CouldNotAsk,
            _ => Exit::Internal,
        };
        let text = if self.state.run.is_none() {
            format!("Stepwell stopped: {error}. Nothing was changed by this command.")
        } else {
            let service = service_sentence(self.state.service);
            format!("Stepwell stopped: {error}. What was done is safe and marked. {service}")
        };
        let next = Some(self.command("status"));
        let kind = EventKind::Ended {
            outcome: Outcome::Refused,
            exit,
            summary: crate::model::Summary { text, next, ..Default::default() },
        };
        self.say(kind);
        self.act(Act::End(exit));
        self.ended = true;
    }

    /// A command line for this deployment.
    pub(super) fn command(&self, command: &str) -> String {
        let words = if command == "wizard" { "stepwell".to_owned() } else { format!("stepwell {command}") };
        format!("{words} -d {}", self.state.file)
    }
}

/// What the service does now, as a sentence.
fn service_sentence(service: Service) -> &'static str {
    match service {
        Service::Up => "The service is as it was found.",
        Service::Maintenance => "The service is still in maintenance.",
        Service::Down => "The service stays down until the run is finished or the backup restored.",
    }
}
