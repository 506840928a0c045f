//! A run that is going on, followed by its events.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use stepwell::model::{Event, EventKind, StepState};

use super::PATIENCE;

/// A program that prints an event a line. Dropping it kills it.
#[derive(Debug)]
pub struct Runner {
    child: Child,
    events: Receiver<Result<Event, String>>,
    seen: Vec<Event>,
    stderr: PathBuf,
    home: PathBuf,
}

impl Runner {
    /// Starts `command`; what it writes to standard error is kept below `home`.
    pub fn start(mut command: Command, home: &Path) -> Runner {
        let (file, stderr) = tempfile::Builder::new()
            .prefix("stderr-")
            .tempfile_in(home)
            .and_then(|file| file.keep().map_err(Into::into))
            .expect("a file for standard error");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (send, events) = channel();
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || read_events(lines, &send));
        Runner { child, events, seen: Vec::new(), stderr, home: home.to_owned() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next event; `None` when there are no more.
    #[track_caller]
    pub fn next(&mut self) -> Option<&Event> {
        match self.events.recv_timeout(PATIENCE) {
            Ok(Ok(event)) => {
                self.seen.push(event);
                self.seen.last()
            }
            Ok(Err(no_event)) => panic!("{no_event}; {}", self.story()),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                let waits = super::process::waits(&self.home);
                panic!("no event for {} s; {}\n{waits}", PATIENCE.as_secs(), self.story())
            }
        }
    }

    /// Waits for an event, those that were seen before not among them.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str, mut wanted: impl FnMut(&EventKind) -> bool) -> &mut Self {
        while let Some(event) = self.next() {
            if wanted(&event.kind) {
                return self;
            }
        }
        panic!("the events ended before {what}; {}", self.story());
    }

    /// Waits until the step whose key ends in `key` is under way.
    #[track_caller]
    pub fn wait_step(&mut self, key: &str) -> &mut Self {
        self.wait_for(&format!("the step `{key}` began"), |kind| {
            matches!(kind, EventKind::StepChanged { key: changed, state: StepState::Running { .. } } if changed.ends_with(key))
        })
    }

    /// Waits until a step says that it waits for something outside, and why.
    #[track_caller]
    pub fn wait_outside(&mut self, key: &str, why: &str) -> &mut Self {
        self.wait_for(&format!("{key} waits: {why}"), |event| match event {
            EventKind::StepChanged { key: k, state: StepState::Waiting { reason, outside: true, .. } } => {
                k == key && reason.contains(why) && reason.contains("since")
            }
            _ => false,
        })
    }

    /// Sees it to its end, which is a good one.
    #[track_caller]
    pub fn arrives(self) {
        let (code, events) = self.finish();
        assert_eq!(code, 0, "{events:#?}");
    }

    /// Kills it with a signal that it cannot catch. What it had started goes on, as it would anywhere.
    pub fn kill(mut self) {
        self.end();
    }

    /// Sees all events to the end, and returns them with the exit code.
    #[track_caller]
    pub fn finish(mut self) -> (i32, Vec<Event>) {
        while self.next().is_some() {}
        let status = self.child.wait().expect("a child to wait for");
        let code = status.code().unwrap_or_else(|| panic!("{status}; {}", self.story()));
        (code, std::mem::take(&mut self.seen))
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The last events and all of standard error, for messages.
    fn story(&self) -> String {
        let from = self.seen.len().saturating_sub(10);
        let stderr = fs::read_to_string(&self.stderr).unwrap_or_default();
        format!("the last events were {:#?}\n-- standard error:\n{stderr}", &self.seen[from..])
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends events until the program ends or nobody listens.
fn read_events(mut lines: BufReader<ChildStdout>, send: &Sender<Result<Event, String>>) {
    loop {
        let mut line = String::new();
        // A kill may leave half a line behind.
        if lines.read_line(&mut line).is_err() || !line.ends_with('\n') {
            return;
        }
        let event = match serde_json::from_str::<serde_json::Value>(&line) {
            // What front ends say to each other has no number: it is no part of the run.
            Ok(aside) if aside["schema"] == 1 && aside.get("seq").is_none() => continue,
            Ok(event) => serde_json::from_value(event).map_err(|error| format!("{error} in {line}")),
            Err(error) => Err(format!("{error} in {line}")),
        };
        if send.send(event).is_err() {
            return;
        }
    }
}
