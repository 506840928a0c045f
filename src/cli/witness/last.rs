//! `last.json`: how things stood, for when the database does not answer.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::cli::status;
use crate::definition::Deployment;
use crate::model::{EventKind, State};

/// After a change of state: many at once are one.
const SOON: Duration = Duration::from_millis(50);
/// While a step only gets on.
const LATER: Duration = Duration::from_secs(1);

/// The file, and when it is to be written next.
pub struct Last {
    path: PathBuf,
    deployment: String,
    due: Option<Instant>,
    /// That it cannot be written was said.
    said: bool,
}

impl Last {
    /// That of a deployment. Nothing is written before there is a run.
    pub fn new(deployment: &Deployment) -> Last {
        let (path, deployment) = (path(&deployment.state_dir), deployment.id.clone());
        Last { path, deployment, due: None, said: false }
    }

    /// Takes in an event that is news.
    pub fn heard(&mut self, kind: &EventKind) {
        let wait = match kind {
            EventKind::Log { .. } => return,
            EventKind::Progress { .. } => LATER,
            _ => SOON,
        };
        let due = Instant::now() + wait;
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
    }

    /// When it is to be written.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Writes it if the time has come.
    pub fn write_if_due(&mut self, state: &State) {
        if self.due.is_some_and(|due| due <= Instant::now()) {
            self.write(state);
        }
    }

    /// Writes what is not written yet.
    pub fn write(&mut self, state: &State) {
        if self.due.take().is_none() {
            return;
        }
        let mut document = status::document(state, status::live_exit(state));
        document["deployment"] = self.deployment.clone().into();
        document["as_of"] = jiff::Timestamp::now().to_string().into();
        match put(&self.path, &document) {
            Err(e) if !self.said => {
                self.said = true;
                tracing::warn!("{} cannot be written: {e}", self.path.display());
            }
            _ => {}
        }
    }
}

/// What was written last about this deployment, if anything was.
pub fn read(deployment: &Deployment) -> Option<Value> {
    let text = std::fs::read(path(&deployment.state_dir)).ok()?;
    let document: Value = serde_json::from_slice(&text).ok()?;
    // Another deployment may have the same folder.
    (document["deployment"] == *deployment.id && document["schema"] == 1).then_some(document)
}

fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("last.json")
}

/// A reader finds the old one or the new one. It need not outlive a loss of power.
fn put(path: &Path, document: &Value) -> std::io::Result<()> {
    let aside = path.with_extension("json.new");
    let _ = std::fs::remove_file(&aside);
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&aside)?;
    file.write_all(&serde_json::to_vec(document)?)?;
    std::fs::rename(&aside, path)
}
