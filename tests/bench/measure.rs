//! One process from its start to its end: how long it took, and how much memory and log.

use std::process::Stdio;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::contender::Contender;
use super::place::Place;

/// How often memory and log are looked at. What the kernel tells of memory is the most that there ever was.
const LOOK: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub seconds: f64,
    /// The most bytes of memory that its own process held.
    pub memory: u64,
    /// The most bytes of SQLite's write-ahead log.
    pub log: u64,
}

pub fn measure(place: &Place, contender: &Contender) -> Measured {
    let mut command = contender.command(place);
    let output = tempfile::NamedTempFile::new().expect("a file");
    let said = || output.reopen().expect("a file");
    command.stdin(Stdio::null()).stdout(said()).stderr(said());
    let began = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", contender.name()));
    let pid = child.id();
    let (mut memory, mut log) = (0, 0);
    let (ends, ended) = channel();
    let (status, seconds) = std::thread::scope(|scope| {
        let (memory, log) = (&mut memory, &mut log);
        scope.spawn(move || {
            // Looks until the other side is gone.
            while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                *memory = (*memory).max(most_memory(pid));
                *log = (*log).max(place.log());
            }
        });
        let status = child.wait().expect("a child");
        let seconds = began.elapsed().as_secs_f64();
        drop::<Sender<()>>(ends);
        (status, seconds)
    });
    let text = std::fs::read_to_string(output.path()).unwrap_or_default();
    assert!(status.success(), "{} ({status}):\n{text}", contender.name());
    Measured { seconds, memory, log }
}

fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
