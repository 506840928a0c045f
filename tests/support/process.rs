//! The processes of one deployment, however they came to be: runners, the programs of steps and what watches them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, pidfd_send_signal, waitid,
};

/// A process that is running.
#[derive(Debug)]
pub struct Process {
    pub pid: u32,
    pub argv: Vec<String>,
}

/// Every process whose home is `home`. A test gives each deployment a home of its own, and everything that Stepwell
/// starts is told where home is, so nothing of another test is found and nothing of this one is missed.
pub fn at_home(home: &Path) -> Vec<Process> {
    let mark = format!("HOME={}", home.display());
    fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let read = |name: &str| -> Option<Vec<String>> {
                let text = fs::read(entry.path().join(name)).ok()?;
                Some(text.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned()).collect())
            };
            read("environ")?.contains(&mark).then_some(())?;
            let mut argv = read("cmdline")?;
            argv.retain(|arg| !arg.is_empty());
            Some(Process { pid, argv })
        })
        .collect()
}

/// What each process of the deployment with this home waits for, as far as the kernel tells: for messages about what
/// does not go on.
pub fn waits(home: &Path) -> String {
    let mut out = String::new();
    for Process { pid, argv } in at_home(home) {
        out += &format!("-- {pid}: {}\n", argv.join(" "));
        let entries = |folder: &str| {
            fs::read_dir(format!("/proc/{pid}/{folder}")).into_iter().flatten().flatten().map(|entry| entry.path())
        };
        for task in entries("task") {
            let read = |name: &str| fs::read_to_string(task.join(name)).unwrap_or_default().trim().replace('\n', " ");
            let state = read("stat").rsplit_once(')').map(|(_, rest)| rest.chars().take(2).collect::<String>());
            let (name, call) = (read("comm"), read("syscall"));
            out += &format!("{name}:{} {} [{call}] {}\n", state.unwrap_or_default(), read("wchan"), read("stack"));
        }
        let files = entries("fd").filter_map(|fd| fs::read_link(fd).ok()).map(|file| file.display().to_string());
        out += &format!("open: {}\n", files.collect::<Vec<_>>().join(", "));
    }
    out + "-- locks:\n" + &fs::read_to_string("/proc/locks").unwrap_or_default()
}

/// Kills every process of the deployment with this home, those that they start meanwhile too, and waits for their end.
pub fn kill_all(home: &Path) {
    let deadline = Instant::now() + super::PATIENCE;
    loop {
        let left = at_home(home);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "these do not die: {left:?}");
        for process in left {
            kill(process.pid);
        }
    }
}

/// Kills a process with a signal that it cannot catch, and waits for its end. Nothing happens if it has ended.
pub fn kill(pid: u32) {
    let Some(handle) = open(pid) else { return };
    let _ = pidfd_send_signal(&handle, Signal::KILL);
    wait(&handle, super::PATIENCE);
}

/// Waits for the end of a process that need not be a child: whether it came in time.
pub fn wait_end(pid: u32) -> bool {
    open(pid).is_none_or(|handle| wait(&handle, super::PATIENCE))
}

/// Stops a child with a signal that it cannot catch, and waits until all of it stands still.
pub fn stop(pid: u32) {
    signal(pid, Signal::STOP);
    let options = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(number(pid)), options).expect("a child that is stopped");
}

/// Lets it go on.
pub fn go_on(pid: u32) {
    signal(pid, Signal::CONT);
}

/// What a process has used of processors so far; `None` once it has ended.
pub fn cpu(pid: u32) -> Option<Duration> {
    let fields = stat(pid)?;
    // From the third field on: the eleventh and twelfth of these are ticks in the program and for it in the kernel.
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().expect("ticks")).sum();
    (fields[0] != "Z").then(|| Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// Waits for the end of a process: what was last seen of its use of processors. `None` when it does not end.
pub fn cpu_until_end(pid: u32) -> Option<Duration> {
    const LOOK: Duration = Duration::from_millis(10);
    let deadline = Instant::now() + super::PATIENCE;
    let mut last = Duration::ZERO;
    let Some(handle) = open(pid) else { return Some(last) };
    while !wait(&handle, LOOK) {
        last = cpu(pid).unwrap_or(last);
        if Instant::now() > deadline {
            return None;
        }
    }
    Some(last)
}

/// How often the threads of a process went to sleep of their own accord so far, which each does once for every time that
/// something woke it. `None` once it has ended.
pub fn wake_ups(pid: u32) -> Option<u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let count = |status: String| {
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        line.trim().parse::<u64>().ok()
    };
    Some(tasks.flatten().filter_map(|task| count(fs::read_to_string(task.path().join("status")).ok()?)).sum())
}

/// The process that started it.
pub fn parent(pid: u32) -> Option<u32> {
    stat(pid)?[1].parse().ok()
}

/// What the kernel tells of a process, from its state on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything.
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn signal(pid: u32, signal: Signal) {
    kill_process(number(pid), signal).expect("a process");
}

fn number(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("a pid")
}

pub fn is_alive(pid: u32) -> bool {
    open(pid).is_some_and(|handle| !wait(&handle, Duration::ZERO))
}

/// A handle rather than the number, which another process may have by the time it is used.
fn open(pid: u32) -> Option<rustix::fd::OwnedFd> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

fn wait(handle: &rustix::fd::OwnedFd, patience: Duration) -> bool {
    let patience = Timespec::try_from(patience).expect("a short time");
    let mut ready = [PollFd::new(handle, PollFlags::IN)];
    poll(&mut ready, Some(&patience)).is_ok_and(|count| count > 0)
}
