//! `stepwell guard -- CMD`: before a service start. CMD is started only where the data fit its program; an upgrade
//! that needs nobody is carried out first, by one of all that come at once.
//!
//! It never enters maintenance, never answers a question and never lowers a version. What it says goes to standard
//! error: standard output is CMD's.

mod judge;
mod signals;
mod target;

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::time::Duration;

use tokio::time::Instant;

use super::args::Args;
use super::look::{Depth, look};
use super::{Failure, load, session, status};
use crate::engine::{Setup, survey};
use crate::journal::Lock;
use crate::linear::{self, Mode};
use crate::link::Client;
use crate::model::{Exit, State};
use crate::pilot::Policy;
use crate::words::format::visible;
use crate::words::plain::guide::quoted;
use signals::Signals;
use target::{Target, target};

/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_secs(1);
/// Between two lines about it.
const SAY: Duration = Duration::from_secs(10);
/// So often the plan may change between its approval and its beginning.
const CHANGES: u32 = 3;

pub async fn run(args: &Args, command: &[OsString]) -> Result<Exit, Failure> {
    if args.from.is_some() || args.to.is_some() {
        let text = "error: guard finds out both versions itself: leave out --from and --to; nothing was changed and \
                    the command was not started";
        return Err(Failure::new(Exit::Usage, text));
    }
    let mut signals = Signals::watch()?;
    let mut guard =
        Guard { args, file: quoted(&args.deployment.display().to_string()), spoke: None, upgraded: None, changes: 0 };
    loop {
        let now = tokio::select! {
            biased;
            exit = signals.come() => return Err(guard.ended(exit)),
            now = guard.look() => now?,
        };
        match now {
            Now::Start => break,
            Now::Wait(why) => {
                guard.say(&why);
                tokio::select! {
                    biased;
                    exit = signals.come() => return Err(guard.ended(exit)),
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            Now::GoOn(policy) => guard.upgrade(*policy, &signals).await?,
        }
    }
    if let Some(exit) = signals.came() {
        return Err(guard.ended(exit));
    }
    let Some((program, arguments)) = command.split_first() else { return Ok(Exit::Usage) };
    // From here on signals and the exit status are the command's.
    let error = std::process::Command::new(program).args(arguments).exec();
    let text =
        format!("error: {} cannot be started: {error}; the data are as its program needs them", program.display());
    Err(Failure::new(Exit::Usage, text))
}

/// What there is to do now.
enum Now {
    Start,
    Wait(String),
    /// An upgrade, or the rest of one.
    GoOn(Box<Policy>),
}

struct Guard<'a> {
    args: &'a Args,
    file: String,
    /// When something was last said about what is waited for.
    spoke: Option<Instant>,
    /// The version from which an upgrade was carried out.
    upgraded: Option<String>,
    changes: u32,
}

impl Guard<'_> {
    /// Looks at everything, and changes nothing.
    async fn look(&self) -> Result<Now, Failure> {
        let setup = load::setup(self.args, None)?;
        let found = survey(&setup.catalogue, &setup.deployment, &setup.secrets).await;
        let unreachable = found.survey.stores.iter().find_map(|store| Some((store, store.error.as_ref()?)));
        if let Some((store, error)) = unreachable {
            return Ok(Now::Wait(format!("{} does not answer ({error})", store.title)));
        }
        match &found.survey.problem {
            Some((Exit::CouldNotAsk, text)) => return Ok(Now::Wait(text.clone())),
            Some((exit, text)) => return Err(self.refused(*exit, text)),
            None => {}
        }
        if found.survey.unfinished.is_some() {
            return self.unfinished(&setup).await;
        }
        match target(&found, &setup.catalogue.system.versions) {
            Ok(Target::Fits) => Ok(Now::Start),
            Ok(Target::Upgrade { from, to }) => self.planned(&setup, &from, to).await,
            Err((exit, text)) => Err(self.refused(exit, &text)),
        }
    }

    /// An upgrade is needed: whether somebody is at it, and whether it may run by itself.
    async fn planned(&self, setup: &Setup, from: &str, to: String) -> Result<Now, Failure> {
        if let Some(who) = at_work(setup).await? {
            return Ok(Now::Wait(who));
        }
        if self.upgraded.as_deref() == Some(from) {
            let text = format!("the upgrade to {to} came to its end, and yet the data are at {from}");
            return Err(self.refused(Exit::Internal, &text));
        }
        let args = Args { to: Some(to.clone()), json: false, ..self.args.clone() };
        let state = match look(&args, Depth::Checks).await {
            Ok(state) => state,
            // It did not answer any more; the next look says so.
            Err(failure) if failure.exit == Exit::CouldNotAsk => return Ok(Now::Wait(failure.text)),
            Err(failure) => return Err(self.refused(failure.exit, failure.text.trim_start_matches("error: "))),
        };
        let Some(plan) = &state.plan else { return Ok(Now::Wait("there is no plan yet".to_owned())) };
        let accepted = self.args.accepted();
        let mut reasons = judge::of_checks(&state, &accepted);
        reasons.extend(judge::of_steps(plan.steps.iter()));
        if !reasons.is_empty() {
            let head = format!("an upgrade from {from} to {to} is needed, and it cannot run by itself");
            return Err(self.refused(Exit::UpgradeNeeded, &listed(&head, &reasons)));
        }
        let policy = Policy { plan_hash: Some(plan.hash.clone()), to: Some(to), accept: accepted, ..self::policy() };
        Ok(Now::GoOn(Box::new(policy)))
    }

    /// A run that somebody left, or is at.
    async fn unfinished(&self, setup: &Setup) -> Result<Now, Failure> {
        if let Some(who) = at_work(setup).await? {
            return Ok(Now::Wait(who));
        }
        // It may have come to its end between the two looks.
        let Some(state) = status::journaled(setup).await? else {
            return Ok(Now::Wait("an upgrade has just ended".to_owned()));
        };
        let reasons = judge::of_run(&state);
        if !reasons.is_empty() {
            let head = listed("an upgrade is not finished, and cannot go on by itself", &reasons);
            let standing = status::lines(&state, status::rest_exit(&state), false).join("\n");
            return Err(self.refused(Exit::UpgradeNeeded, &format!("{head}\n{standing}")));
        }
        Ok(Now::GoOn(Box::new(policy())))
    }

    /// Carries the upgrade out, or its rest. Whoever comes second waits.
    async fn upgrade(&mut self, policy: Policy, signals: &Signals) -> Result<(), Failure> {
        let mut setup = load::setup(self.args, None)?;
        setup.lock = match session::lock(&setup.deployment.state_dir) {
            Ok(lock) => Some(lock),
            Err(failure) if failure.exit == Exit::LeaseHeld => return Ok(()),
            Err(failure) => return Err(failure),
        };
        let front_end = async |client: Client| {
            // Nothing is ever asked.
            let (_keep, input) = tokio::sync::mpsc::channel(1);
            linear::run(client, Mode::Auto(policy), std::io::stderr(), input).await
        };
        let (exit, ending) = session::foreground(setup, front_end).await?;
        let ending = ending?;
        let exit = if ending.detached { exit } else { ending.exit };
        match exit {
            Exit::Done => self.upgraded = from(&ending.state),
            // Somebody else was faster, on another host.
            Exit::LeaseHeld => tokio::time::sleep(LOOK).await,
            Exit::PlanDiffers if self.changes < CHANGES => self.changes += 1,
            Exit::Stopped if ending.state.run.is_none() => {
                let exit = signals.came().unwrap_or(exit);
                return Err(self.ended(exit));
            }
            _ => {
                let reason = ending.reason.unwrap_or_else(|| match &ending.state.ended {
                    Some((_, _, summary)) => summary.text.clone(),
                    None => "the upgrade did not come to its end".to_owned(),
                });
                return Err(self.refused(exit, &reason));
            }
        }
        Ok(())
    }

    /// Says what is waited for, every ten seconds.
    fn say(&mut self, why: &str) {
        if self.spoke.is_none_or(|at| at.elapsed() >= SAY) {
            self.spoke = Some(Instant::now());
            eprintln!("guard waits: {}; the command is not started yet", visible(why));
        }
    }

    fn refused(&self, exit: Exit, text: &str) -> Failure {
        let lines: Vec<_> = text.trim_end().lines().map(visible).collect();
        let (text, file) = (lines.join("\n"), &self.file);
        let next = match exit {
            Exit::UpgradeNeeded => format!("Upgrade with `stepwell -d {file}`, then start it again."),
            Exit::StepFailed | Exit::OperatorNeeded | Exit::Stopped => {
                format!("See how it stands with `stepwell status -d {file}`; `stepwell -d {file}` goes on.")
            }
            _ => format!("See how it stands with `stepwell status -d {file}`."),
        };
        Failure::new(exit, format!("error: {text}\nThe command was not started. {next}"))
    }

    fn ended(&self, exit: Exit) -> Failure {
        let text = format!(
            "error: ended by a signal before anything was changed; the command was not started. Next: stepwell status -d {}",
            self.file
        );
        Failure::new(exit, text)
    }
}

/// What is approved where nothing stands in the way: everything but points of no return and maintenance.
fn policy() -> Policy {
    Policy { yes: true, defaults: true, at_end: crate::model::AtEnd::Approved, ..Policy::default() }
}

fn from(state: &State) -> Option<String> {
    state.plan.as_ref().map(|plan| plan.from.clone())
}

fn listed(head: &str, reasons: &[String]) -> String {
    let most = 10;
    let mut lines: Vec<_> = reasons.iter().take(most).map(|reason| format!("  {reason}")).collect();
    if reasons.len() > most {
        lines.push(format!("  and {} more", reasons.len() - most));
    }
    format!("{head}:\n{}", lines.join("\n"))
}

/// Who works on the deployment, here or elsewhere.
async fn at_work(setup: &Setup) -> Result<Option<String>, Failure> {
    if let Some(holder) = Lock::holder(&setup.deployment.state_dir) {
        return Ok(Some(format!("{} has this deployment", holder.named())));
    }
    match load::is_held_elsewhere(setup).await {
        Ok(true) => Ok(Some("a runner of another host has this deployment".to_owned())),
        Ok(false) => Ok(None),
        // The next look says that the journal does not answer.
        Err(failure) if failure.exit == Exit::CouldNotAsk => Ok(Some(failure.text)),
        Err(failure) => Err(failure),
    }
}
