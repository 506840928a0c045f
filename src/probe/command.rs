//! Programs that answer a question. There is never a shell, and the environment holds only what is named.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answer::{lines_answer, text_lines};
use super::{AskError, Site};
use crate::definition::Text;
use crate::model::{Answer, Command};

/// A question that says nothing else is given up after this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// More output than this is not read.
const MOST: u64 = 4 * 1024 * 1024;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit status; 128 and the signal's number when it was killed.
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

/// What every program gets besides what is named: enough to find others, and the same however the runner started.
pub fn base_env() -> Vec<(String, String)> {
    [("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/"), ("LANG", "C.UTF-8")]
        .map(|(name, default)| (name.to_owned(), std::env::var(name).unwrap_or_else(|_| default.to_owned())))
        .to_vec()
}

pub async fn ask(site: &Site, command: &Command) -> Result<Answer, AskError> {
    let outcome = run(site, command).await?;
    let mut answer = lines_answer(text_lines(&outcome.stdout));
    answer.exit = Some(outcome.exit);
    answer.said = text_lines(&outcome.stderr).pop().unwrap_or_default();
    Ok(answer)
}

/// A program with its arguments, environment and folder, in a process group of its own; and its name for people. It ends
/// when it is dropped.
///
/// # Errors
/// When something cannot be filled in, or no program is named.
pub fn prepared(site: &Site, command: &Command) -> Result<(String, tokio::process::Command), AskError> {
    let renderer = site.renderer();
    let argv = renderer.argv(&command.argv)?;
    let shown = argv.first().map(Text::to_string).unwrap_or_default();
    let [program, args @ ..] = argv.as_slice() else {
        return Err(AskError::Command { program: shown, reason: "its argument list is empty".to_owned() });
    };
    let mut process = tokio::process::Command::new(program.reveal(&site.secrets));
    process.args(args.iter().map(|a| a.reveal(&site.secrets))).env_clear().envs(base_env()).process_group(0);
    for (name, value) in site.env.iter().chain(&command.env) {
        process.env(name, renderer.text(value)?.reveal(&site.secrets));
    }
    match &command.cwd {
        Some(cwd) => process.current_dir(renderer.text(cwd)?.reveal(&site.secrets)),
        None => process.current_dir(&site.dir),
    };
    process.kill_on_drop(true);
    Ok((shown, process))
}

/// Runs a program to its end and takes what it wrote.
///
/// # Errors
/// When it cannot be started or does not end in time; its whole process group is then stopped.
pub async fn run(site: &Site, command: &Command) -> Result<Outcome, AskError> {
    let (shown, mut process) = prepared(site, command)?;
    let fail = |reason: String| AskError::Command { program: shown.clone(), reason };
    let renderer = site.renderer();
    let input = command.stdin.as_ref().map(|t| renderer.text(t)).transpose()?.map(|t| t.reveal(&site.secrets));
    process.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    process.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn().map_err(|e| fail(e.to_string()))?;
    let group = child.id();
    let patience = command.timeout.map_or(PATIENCE, Duration::from_secs);
    let work = async {
        let feed = feed(child.stdin.take(), input);
        let (_, out, err, status) =
            tokio::join!(feed, drain(child.stdout.take()), drain(child.stderr.take()), child.wait());
        status.map(|s| Outcome {
            exit: s.code().unwrap_or_else(|| 128 + s.signal().unwrap_or(0)),
            stdout: out,
            stderr: err,
        })
    };
    match tokio::time::timeout(patience, work).await {
        Ok(result) => result.map_err(|e| fail(e.to_string())),
        Err(_) => {
            kill_group(group);
            Err(AskError::TimedOut { program: shown, seconds: patience.as_secs() })
        }
    }
}

async fn feed(stdin: Option<tokio::process::ChildStdin>, input: Option<String>) {
    if let (Some(mut stdin), Some(input)) = (stdin, input) {
        // A program that does not read its input has ended early, and its status says so.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
}

async fn drain(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = (&mut pipe).take(MOST).read_to_end(&mut bytes).await;
        // The rest is read and dropped, so that the program does not stand still on a full pipe.
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Stops a process group at once, where it is known: a process that was waited for has no number any more.
pub fn kill_group(pid: Option<u32>) {
    let pid = pid.and_then(|p| i32::try_from(p).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}
