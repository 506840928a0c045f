//! The shim: the process between the runner and a program, so that a program's end is never lost.
//!
//! The runner starts the shim in a session of its own. The shim starts the program in a process group of its own,
//! waits for it, and writes its exit status into a file that is flushed and renamed. A runner that dies leaves both
//! alive; the next one finds them by the lock on the output file, which the kernel holds as long as the shim or the
//! program lives and drops the moment both are gone.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{Signal as Asked, SignalKind, signal};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// The variable by which the runner tells the shim as whom the program runs: `uid:gid`.
pub const USER: &str = "STEPWELL_SHIM_USER";

/// How a program ended, as the shim wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The exit status; 128 and the signal's number when it was killed.
    pub exit: i32,
    /// It was stopped because it took too long.
    pub timed_out: bool,
    /// It could not be started, and why.
    pub error: Option<String>,
}

/// The folder of one attempt of a program.
#[derive(Clone, Debug)]
pub struct Folder(pub PathBuf);

/// Whether the program of an attempt lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    Running,
    Ended(Status),
    /// Neither the shim nor the program lives, and no status was written.
    Gone,
    /// It was never started: the shim notes itself before it starts anything, and did not.
    Never,
}

impl Folder {
    /// Standard output; locked while shim or program live.
    pub fn stdout(&self) -> PathBuf {
        self.0.join("stdout")
    }

    /// Standard error.
    pub fn stderr(&self) -> PathBuf {
        self.0.join("stderr")
    }

    fn status(&self) -> PathBuf {
        self.0.join("exit")
    }

    fn pid(&self) -> PathBuf {
        self.0.join("pid")
    }

    /// Makes the folder and its output file, already locked: the lock goes over to the shim, so that there is no
    /// moment in which the program lives without it.
    pub fn prepare(&self) -> std::io::Result<File> {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let out = private(&self.stdout(), false)?;
        flock(&out, FlockOperation::NonBlockingLockExclusive)?;
        Ok(out)
    }

    /// Whether the program lives, and how it ended.
    pub fn life(&self) -> Life {
        let Ok(out) = File::open(self.stdout()) else { return Life::Never };
        // The lock is looked at first: a status may be written between the two looks, but never after the lock is gone.
        let alive = flock(&out, FlockOperation::NonBlockingLockShared).is_err();
        match std::fs::read(self.status()).ok().and_then(|b| serde_json::from_slice(&b).ok()) {
            Some(status) => Life::Ended(status),
            None if alive => Life::Running,
            None if self.pid().exists() => Life::Gone,
            None => Life::Never,
        }
    }

    /// Whether that process is this attempt's shim, and not one that got its number later.
    fn is_shim(&self, pid: Pid) -> bool {
        let words = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
        let folder = std::os::unix::ffi::OsStrExt::as_bytes(self.0.as_os_str());
        words.split(|byte| *byte == 0).any(|word| word == folder)
    }

    /// Asks the shim to stop its program.
    pub fn stop(&self) {
        let pid = std::fs::read_to_string(self.pid()).ok().and_then(|t| t.trim().parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid
            && self.life() == Life::Running
            && self.is_shim(pid)
        {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }
}

/// The shim's own main function: `stepwell shim FOLDER SECONDS -- PROGRAM ARG…` (0 seconds: no limit).
///
/// # Errors
/// When the folder cannot be written.
pub fn main(folder: &Path, seconds: u64, argv: &[String]) -> std::io::Result<()> {
    // Its own session: neither a terminal's hang-up nor Ctrl-C reaches it or its program.
    let _ = rustix::process::setsid();
    let folder = Folder(folder.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let status = runtime.block_on(async {
        // From its first sign of life on the shim can be asked to stop, and is never ended by that itself.
        let asked = signal(SignalKind::terminate())?;
        write_aside(&folder.pid(), std::process::id().to_string().as_bytes())?;
        std::io::Result::Ok(supervise(argv, seconds, asked).await)
    })?;
    let status = serde_json::to_vec(&status)?;
    // Without its status nobody would know how the program ended, so room for it is waited for.
    loop {
        match write_aside(&folder.status(), &status) {
            Err(e) if matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                std::thread::sleep(Duration::from_millis(500));
            }
            done => return done,
        }
    }
}

async fn supervise(argv: &[String], seconds: u64, mut asked: Asked) -> Status {
    let failed = |error: String| Status { exit: 127, timed_out: false, error: Some(error) };
    let [program, args @ ..] = argv else { return failed("no program was named".to_owned()) };
    let mut command = std::process::Command::new(program);
    command.args(args).process_group(0).stdin(Stdio::inherit()).env_remove(USER);
    match user() {
        // Only the program gives up its rights; what it leaves is written by the shim. Other groups are dropped, too.
        Ok(Some((uid, gid))) => drop(command.uid(uid).gid(gid)),
        Ok(None) => {}
        Err(error) => return failed(error),
    }
    let mut child = match tokio::process::Command::from(command).spawn() {
        Ok(child) => child,
        Err(e) => return failed(format!("{program} cannot be started: {e}")),
    };
    let group = child.id().and_then(|p| i32::try_from(p).ok()).and_then(Pid::from_raw);
    let stop = |with: Signal| {
        if let Some(group) = group {
            let _ = kill_process_group(group, with);
        }
    };
    let limit = limit(seconds);
    tokio::pin!(limit);
    let mut timed_out = false;
    let mut deadline = None;
    loop {
        let grace = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = child.wait() => {
                // After a normal end what it left running stays: a start script starts a service. After force it goes.
                if timed_out || deadline.is_some() {
                    stop(Signal::KILL);
                }
                return match ended {
                    Ok(s) => Status { exit: s.code().unwrap_or_else(|| 128 + s.signal().unwrap_or(0)), timed_out, error: None },
                    Err(e) => failed(e.to_string()),
                };
            }
            () = &mut limit, if !timed_out && deadline.is_none() => {
                timed_out = true;
                stop(Signal::TERM);
                deadline = Some(tokio::time::Instant::now() + GRACE);
            }
            _ = asked.recv() => {
                stop(Signal::TERM);
                deadline.get_or_insert(tokio::time::Instant::now() + GRACE);
            }
            () = grace => {
                stop(Signal::KILL);
                deadline = None;
            }
        }
    }
}

/// As whom the program runs. What cannot be read must not lead to a program with the runner's own rights.
fn user() -> Result<Option<(u32, u32)>, String> {
    let Some(text) = std::env::var_os(USER) else { return Ok(None) };
    let text = text.to_string_lossy();
    let ids = text.split_once(':').and_then(|(uid, gid)| Some((uid.parse().ok()?, gid.parse().ok()?)));
    ids.map(Some).ok_or_else(|| format!("`{text}` is no user"))
}

async fn limit(seconds: u64) {
    match seconds {
        0 => std::future::pending().await,
        _ => tokio::time::sleep(Duration::from_secs(seconds)).await,
    }
}

/// A file for its owner alone, emptied or to be appended to.
pub(super) fn private(path: &Path, empty: bool) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.create(true).mode(0o600);
    if empty {
        options.write(true).truncate(true)
    } else {
        options.append(true)
    };
    options.open(path)
}

/// Writes a file so that it is either whole or not there, also after a power cut.
fn write_aside(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let aside = path.with_extension("new");
    let mut file = private(&aside, true)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&aside, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_shim_that_lived_can_have_started_a_program() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder(place.path().join("a.1"));
        assert_eq!(folder.life(), Life::Never);
        let out = folder.prepare().expect("a file");
        assert_eq!(folder.life(), Life::Running, "whoever holds the lock may be about to start it");
        drop(out);
        assert_eq!(folder.life(), Life::Never, "the runner was killed before there was a shim");
        write_aside(&folder.pid(), b"1").expect("is written");
        assert_eq!(folder.life(), Life::Gone);
        assert!(!folder.is_shim(Pid::INIT), "a number that another process has now");
    }
}
