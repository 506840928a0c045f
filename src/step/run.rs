//! Programs as steps, under the shim.

use std::io::{Seek, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::output::{Tail, scrub, text};
use super::shim::{self, Folder, Life, Status, private};
use super::user::User;
use super::{Context, Control, Outcome, Report};
use crate::definition::Text;
use crate::model::{Answer, AnswerSpec, Command, Expect, Template};
use crate::probe::{Verdict, base_env, judge, lines_answer, text_lines};
use crate::store::kill_point;

/// What an attempt of a program left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// It lives, or has ended and its status is known: the attempt can be taken up.
    TakeUp,
    /// It was never started.
    Nothing,
    /// It was started, and nobody knows how it ended.
    Unknown,
    /// It was started on another host, from which nothing can be seen here.
    Elsewhere,
}

/// Looks at an attempt that was running when its runner died.
pub fn left_behind(run_dir: &Path, key: &str, attempt: u32) -> Left {
    match folder(run_dir, key, attempt).life() {
        Life::Running | Life::Ended(_) => Left::TakeUp,
        Life::Gone => Left::Unknown,
        Life::Never => Left::Nothing,
    }
}

/// Whether the program of an attempt still works on this host.
pub fn is_at_work(run_dir: &Path, key: &str, attempt: u32) -> bool {
    folder(run_dir, key, attempt).life() == Life::Running
}

fn folder(run_dir: &Path, key: &str, attempt: u32) -> Folder {
    Folder(run_dir.join("steps").join(format!("{}.{attempt}", key.replace('/', "+"))))
}

pub async fn run(command: &Command, as_user: Option<&Template>, context: &Context) -> Outcome {
    let folder = folder(&context.run_dir, &context.key, context.attempt);
    if folder.life() == Life::Never
        && let Err(outcome) = start(command, as_user, context, &folder)
    {
        return outcome;
    }
    let outcome = match follow(command.secret_output, context, &folder).await {
        Ok(status) => outcome(command, context, &folder, &status),
        Err(outcome) => outcome,
    };
    for path in [folder.stdout(), folder.stderr()] {
        if let Err(e) = scrub(&path, |text| context.site.secrets.mask(text)) {
            context.report(Report::Log(format!("{} may hold secrets: {e}", path.display())));
        }
    }
    outcome
}

/// Starts the program under the shim, which inherits the lock on the output file.
fn start(command: &Command, as_user: Option<&Template>, context: &Context, folder: &Folder) -> Result<(), Outcome> {
    let permanent = |e: String| Outcome::permanent(e);
    let renderer = context.site.renderer();
    let secrets = &context.site.secrets;
    let argv = renderer.argv(&command.argv).map_err(|e| permanent(e.to_string()))?;
    let fail = |e: std::io::Error| Outcome::permanent(format!("the program cannot be started: {e}"));
    let out = folder.prepare().map_err(fail)?;
    let err = private(&folder.stderr(), false).map_err(fail)?;
    // This very program, also when another one stands under its name by now.
    let mut shim = tokio::process::Command::new("/proc/self/exe");
    shim.arg0("stepwell").arg("shim").arg(&folder.0).arg(command.timeout.unwrap_or(0).to_string()).arg("--");
    shim.args(argv.iter().map(|a: &Text| a.reveal(secrets)));
    shim.env_clear().envs(base_env());
    for (name, value) in context.site.env.iter().chain(&command.env) {
        shim.env(name, renderer.text(value).map_err(|e| permanent(e.to_string()))?.reveal(secrets));
    }
    if let Some(user) = as_user {
        let name = renderer.text(user).map_err(|e| permanent(e.to_string()))?.to_string();
        let user = User::named(&name).map_err(permanent)?;
        shim.env("HOME", &user.home).env("USER", &name).env("LOGNAME", &name);
        // The folder stays the runner's own: the shim opens its files before it gives up its rights.
        shim.env(shim::USER, format!("{}:{}", user.uid, user.gid));
    }
    shim.env("STEPWELL_RUN", &context.marks.run)
        .env("STEPWELL_STEP", &context.key)
        .env("STEPWELL_ATTEMPT", context.attempt.to_string());
    match &command.cwd {
        Some(cwd) => shim.current_dir(renderer.text(cwd).map_err(|e| permanent(e.to_string()))?.reveal(secrets)),
        None => shim.current_dir(&context.site.dir),
    };
    let input = command
        .stdin
        .as_ref()
        .map(|t| renderer.text(t).map(|t| t.reveal(secrets)))
        .transpose()
        .map_err(|e| permanent(e.to_string()))?;
    shim.stdin(match input {
        Some(input) => memory(&input).map_err(fail)?.into(),
        None => Stdio::null(),
    });
    shim.stdout(out).stderr(err);
    // The child lives on when this is dropped.
    kill_point("before: start the program");
    shim.spawn().map_err(fail)?;
    kill_point("after: start the program");
    // Not waited for: its status file is what counts, whoever is the parent then. Tokio reaps it.
    Ok(())
}

/// A file in memory only. The program finds its whole input there, also when the runner dies while it reads.
fn memory(input: &str) -> std::io::Result<std::fs::File> {
    let mut file = std::fs::File::from(rustix::fs::memfd_create("input", rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(input.as_bytes())?;
    file.rewind()?;
    Ok(file)
}

fn is_full(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail == 0)
}

/// Waits for the program's end and passes on what it writes.
async fn follow(secret: bool, context: &Context, folder: &Folder) -> Result<Status, Outcome> {
    let mut tails = [Tail::new(folder.stdout()), Tail::new(folder.stderr())];
    let mut pause = Duration::from_millis(5);
    let mut control = context.control.clone();
    let mut killed = false;
    let mut full = false;
    loop {
        let life = folder.life();
        for line in tails.iter_mut().flat_map(Tail::lines) {
            if !secret {
                context.report(Report::Log(context.site.secrets.mask(&line)));
            }
        }
        match life {
            Life::Ended(status) => return Ok(status),
            Life::Gone | Life::Never => {
                return Err(Outcome::Unknown {
                    intent: "the program and its supervisor are gone, and neither left a status".to_owned(),
                });
            }
            Life::Running if !full && is_full(&context.run_dir) => {
                full = true;
                let folder = context.run_dir.display();
                context.report(Report::Log(format!(
                    "the disk of {folder} is full: how the program ended can be written down once there is room again"
                )));
            }
            Life::Running => {}
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // A program ends at its own safe point: its end. Only force stops it before.
            changed = control.wait_for(|c| *c == Control::Kill), if !killed => {
                killed = true;
                if changed.is_ok() {
                    folder.stop();
                }
            }
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn outcome(command: &Command, context: &Context, folder: &Folder, status: &Status) -> Outcome {
    let lines = text_lines(&text(&folder.stdout()));
    let errors = text_lines(&text(&folder.stderr()));
    let last_line = lines.last().cloned();
    let mut answer = lines_answer(lines);
    answer.exit = Some(status.exit);
    if let Some(error) = &status.error {
        return Outcome::permanent(error.clone());
    }
    let failed = |error: String, answer: Answer| {
        // The last words of a program usually say why.
        let last = errors.last().or(last_line.as_ref());
        let last = last.filter(|_| !command.secret_output);
        let last = last.map_or(String::new(), |l| format!(": {}", context.site.secrets.mask(l)));
        Outcome::failed(format!("{error}{last}"), true, Some(answer))
    };
    if status.timed_out {
        let seconds = command.timeout.unwrap_or(0);
        return failed(format!("it took longer than {seconds} s and was stopped"), answer);
    }
    if *context.control.borrow() == Control::Kill && status.exit >= 128 {
        return Outcome::Stopped;
    }
    let expect = command.expect.clone().unwrap_or_else(|| Expect { exit: Some(vec![0]), ..Expect::default() });
    let spec = AnswerSpec { expect: Some(expect), ..AnswerSpec::default() };
    match judge(&answer, &spec, &context.site, None) {
        Ok(Verdict::Yes) => Outcome::Done,
        Ok(Verdict::No(found) | Verdict::Unknown(found)) => failed(found, answer),
        Err(e) => e.into(),
    }
}
