//! The program of `on_event`: started for one event after the other, with a limit of time, beside everything else.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::events::News;
use crate::definition::Deployment;

/// So long it may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Starts it for what there is to tell; does nothing where the deployment names none.
pub struct Notifier {
    news: mpsc::UnboundedSender<News>,
    work: JoinHandle<()>,
}

impl Notifier {
    /// Waits for news.
    pub fn start(deployment: &Deployment) -> Notifier {
        let (news, mut hear) = mpsc::unbounded_channel();
        let program = Program {
            argv: deployment.on_event.clone(),
            dir: deployment.dir.clone(),
            log: deployment.state_dir.join("runner.log"),
        };
        let work = tokio::spawn(async move {
            while let Some(news) = hear.recv().await {
                program.tell(&news).await;
            }
        });
        Notifier { news, work }
    }

    /// Tells it after what is told already.
    pub fn tell(&self, news: Option<News>) {
        if let Some(news) = news {
            let _ = self.news.send(news);
        }
    }

    /// Waits for the end of what is under way.
    pub async fn finish(self) {
        drop(self.news);
        let _ = self.work.await;
    }
}

struct Program {
    argv: Vec<String>,
    dir: PathBuf,
    log: PathBuf,
}

impl Program {
    async fn tell(&self, news: &News) {
        if self.argv.is_empty() {
            return;
        }
        match tokio::time::timeout(LIMIT, self.run(news)).await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => self.complain(&e),
            Err(_) => self.complain(&format!("it was ended after {} s", LIMIT.as_secs())),
        }
    }

    async fn run(&self, news: &News) -> Result<(), String> {
        let [program, arguments @ ..] = &*self.argv else { return Ok(()) };
        let mut document = serde_json::to_vec(news).map_err(|e| e.to_string())?;
        document.push(b'\n');
        let output = || self.log().map_or_else(|_| Stdio::null(), Stdio::from);
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.dir).env_clear();
        command.envs(["PATH", "HOME", "LANG"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.stdin(Stdio::piped()).stdout(output()).stderr(output());
        // What it has started ends with it.
        let mut child = command.process_group(0).kill_on_drop(true).spawn().map_err(|e| e.to_string())?;
        let _group = child.id().map(Group);
        if let Some(mut input) = child.stdin.take() {
            // Whoever does not read does not want to know.
            let _ = input.write_all(&document).await;
        }
        let status = child.wait().await.map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(status.to_string()) }
    }

    fn log(&self) -> std::io::Result<File> {
        OpenOptions::new().create(true).append(true).mode(0o600).open(&self.log)
    }

    fn complain(&self, error: &str) {
        use std::io::Write;
        let program = self.argv.first().map(String::as_str).unwrap_or_default();
        let line = format!("{} on_event {program}: {error}\n", jiff::Timestamp::now());
        let _ = self.log().and_then(|mut log| log.write_all(line.as_bytes()));
    }
}

/// A process group, which ends with this.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.0).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
