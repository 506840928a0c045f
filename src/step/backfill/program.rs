//! The program that converts rows: one for each worker, started when its first row comes, and again when it ended.
//!
//! It reads its standard input and writes to its standard output, and nothing that it does lasts before the batch is
//! committed. So it needs no supervisor: when the runner dies, its input ends, and the batch is rolled back.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use super::answer::{Answer, Form};
use super::{Context, Report};
use crate::model::{Command, Template, Value};
use crate::probe::{kill_group, prepared, text_lines};
use crate::step::user::User;
use crate::store::kill_point;

/// How long a program may keep silent, unless the definition says.
const SILENCE: Duration = Duration::from_secs(60);

/// How long a program whose output has ended may take to end itself.
const GRACE: Duration = Duration::from_secs(5);

/// Bytes of the longest answer.
const LONGEST: u64 = 64 << 20;

/// Bytes of a line of its log that are kept.
const LONGEST_LOG: u64 = 64 << 10;

/// Why rows were not converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broke {
    /// The program ended or fell silent. Another one may do better, or the same with fewer rows.
    Died(String),
    /// No other attempt would do better.
    Wrong(String),
}

/// A program under way.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Until there are no more rows.
    input: Option<BufWriter<ChildStdin>>,
    output: BufReader<ChildStdout>,
    silence: Duration,
    /// The last line of its standard error.
    said: Arc<Mutex<String>>,
    listener: JoinHandle<()>,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// Always [`Broke::Wrong`]: it cannot be started.
    pub fn start(command: &Command, as_user: Option<&Template>, context: &Context) -> Result<Program, Broke> {
        let wrong = |error: String| Broke::Wrong(error);
        let (name, mut process) = prepared(&context.site, command).map_err(|e| wrong(e.to_string()))?;
        process.env("STEPWELL_RUN", &context.marks.run);
        process.env("STEPWELL_STEP", &context.key).env("STEPWELL_ATTEMPT", context.attempt.to_string());
        if let Some(user) = as_user {
            let name = context.site.renderer().text(user).map_err(|e| wrong(e.to_string()))?.to_string();
            let user = User::named(&name).map_err(wrong)?;
            process.env("HOME", &user.home).env("USER", &name).env("LOGNAME", &name).uid(user.uid).gid(user.gid);
        }
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        kill_point("before: start what converts rows");
        let mut child = process.spawn().map_err(|e| wrong(format!("{name} cannot be started: {e}")))?;
        kill_point("after: start what converts rows");
        let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(wrong(format!("{name} has no input or output")));
        };
        let said = Arc::default();
        let listener = tokio::spawn(listen(errors, Arc::clone(&said), context.clone(), command.secret_output));
        let silence = command.timeout.map_or(SILENCE, Duration::from_secs);
        let input = Some(BufWriter::new(input));
        Ok(Program { child, input, output: BufReader::new(output), silence, said, listener })
    }

    /// Gives it rows and takes its answers, at the same time: it may answer each at once, or read several before.
    ///
    /// # Errors
    /// When it ends, keeps silent, or answers something else. It is of no use then.
    pub async fn convert(&mut self, form: &Form, rows: &[Vec<Value>]) -> Result<Vec<Answer>, Broke> {
        let silence = self.silence;
        let ended = {
            let Program { input, output, .. } = self;
            let feed = async {
                let Some(input) = input else { return Ok(()) };
                for row in rows {
                    input.write_all(form.line(row).as_bytes()).await?;
                }
                input.flush().await
            };
            let take = answers(output, form, rows, silence);
            tokio::pin!(feed, take);
            let mut fed = false;
            let ended = loop {
                tokio::select! {
                    ended = &mut take => break ended,
                    // A program that does not read has ended or will, and its output says so.
                    _ = &mut feed, if !fed => fed = true,
                }
            };
            if ended.is_ok() && !fed {
                // It answered the last row before it read the end of its line.
                let _ = tokio::time::timeout(silence, feed).await;
            }
            ended
        };
        match ended {
            Ok(_) if !self.output.buffer().is_empty() => Err(too_many()),
            Ok(answers) => Ok(answers),
            Err(Stop::Wrong(error)) => Err(Broke::Wrong(error)),
            Err(Stop::Silent(at)) => {
                let seconds = silence.as_secs();
                Err(Broke::Died(
                    self.why(&format!("was silent for {seconds} s after {at} of {} rows", rows.len())).await,
                ))
            }
            Err(Stop::Ended(at)) => {
                let status = tokio::time::timeout(GRACE, self.child.wait()).await;
                let how = match status {
                    Ok(Ok(status)) => format!("ended with exit status {}", exit(status)),
                    _ => "closed its output".to_owned(),
                };
                Err(Broke::Died(self.why(&format!("{how} after {at} of {} rows", rows.len())).await))
            }
        }
    }

    /// Lets it end: there are no more rows.
    ///
    /// # Errors
    /// When it wrote more lines than it was given rows, or ends badly.
    pub async fn finish(mut self) -> Result<(), Broke> {
        self.input = None;
        let silence = self.silence;
        let mut more = [0];
        let rest = async {
            let read = self.output.read(&mut more).await.unwrap_or(0);
            let status = if read == 0 { self.child.wait().await.ok() } else { None };
            (read, status)
        };
        match tokio::time::timeout(silence, rest).await {
            Ok((0, Some(status))) if status.success() => Ok(()),
            Ok((0, Some(status))) => {
                let how = format!("ended with exit status {} after all rows", exit(status));
                Err(Broke::Wrong(self.why(&how).await))
            }
            Ok((0, None)) => Ok(()),
            Ok(_) => Err(too_many()),
            Err(_) => {
                Err(Broke::Wrong(format!("the command did not end within {} s after all rows", silence.as_secs())))
            }
        }
    }

    /// A sentence with the program's last words, which usually say why.
    async fn why(&mut self, what: &str) -> String {
        kill_group(self.child.id());
        let _ = tokio::time::timeout(GRACE, &mut self.listener).await;
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_empty() { format!("the command {what}") } else { format!("the command {what}: {said}") }
    }
}

impl Drop for Program {
    /// What it started goes with it.
    fn drop(&mut self) {
        kill_group(self.child.id());
    }
}

fn too_many() -> Broke {
    Broke::Wrong("the command wrote more lines than it was given rows".to_owned())
}

fn exit(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Why no more answers come, with the number of those that came.
enum Stop {
    Ended(usize),
    Silent(usize),
    Wrong(String),
}

async fn answers(
    output: &mut BufReader<ChildStdout>,
    form: &Form,
    rows: &[Vec<Value>],
    silence: Duration,
) -> Result<Vec<Answer>, Stop> {
    let mut all = Vec::with_capacity(rows.len());
    let mut line = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        line.clear();
        let mut whole = output.take(LONGEST);
        match tokio::time::timeout(silence, whole.read_until(b'\n', &mut line)).await {
            Err(_) => return Err(Stop::Silent(at)),
            Ok(Err(_) | Ok(0)) => return Err(Stop::Ended(at)),
            Ok(Ok(_)) => {}
        }
        let answer = form.answer(row, &line).map_err(|what| {
            let key = super::statements::named(&form.names[..form.keys], row);
            Stop::Wrong(format!("the command's answer to the row {key} {what}"))
        })?;
        all.push(answer);
    }
    Ok(all)
}

/// Passes on what it writes to its standard error, and keeps the last line.
async fn listen(errors: impl AsyncRead + Unpin, said: Arc<Mutex<String>>, context: Context, secret: bool) {
    let mut errors = BufReader::new(errors);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut errors).take(LONGEST_LOG).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) if secret => {}
            Ok(_) => {
                for line in text_lines(&String::from_utf8_lossy(&line)) {
                    let line = context.site.secrets.mask(&line);
                    said.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&line);
                    context.report(Report::Log(line));
                }
            }
        }
    }
}
