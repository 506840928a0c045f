//! A terminal for a program under test: a real pseudo-terminal, and an emulator that reads what is drawn on it.
//!
//! The pseudo-terminal is opened here rather than by a library because the tests hang up: every descriptor of the
//! master has to be closed at that moment, with nothing written to the program first.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};

use super::emulator::Shared;
use super::{PATIENCE, keys};

/// A program in a terminal of its own. Dropping it kills the program and closes the terminal.
pub struct Screen {
    /// `None` once it has hung up.
    terminal: Option<Terminal>,
    shared: Arc<Shared>,
    pid: u32,
    /// The kernel's settings before the program had it.
    before: String,
}

/// The master's side, with the thread that reads it.
struct Terminal {
    master: Arc<OwnedFd>,
    /// Closing it ends the reader.
    stop: PipeWriter,
    reader: JoinHandle<()>,
}

/// How a program is started in a terminal: [`Screen::open`].
pub struct Opening {
    command: Command,
    size: (u16, u16),
}

impl Opening {
    /// 80×24 when not said.
    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub fn start(self) -> Screen {
        Screen::start(self)
    }
}

impl Screen {
    /// `program` in the folder `cwd`, with `home` as its home and nothing else from outside.
    pub fn open(program: &Path, cwd: &Path, home: &Path) -> Opening {
        // `setsid --ctty` makes the terminal the program's controlling one, then becomes the program: same process.
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(program).current_dir(cwd).env_clear().envs(super::environment(home));
        Opening { command, size: (80, 24) }
    }

    fn start(Opening { mut command, size }: Opening) -> Screen {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pseudo-terminal");
        grantpt(&master).expect("grantpt");
        unlockpt(&master).expect("unlockpt");
        tcsetwinsize(&master, winsize(size)).expect("a size");
        let before = settings(&master);
        let slave = || {
            ioctl_tiocgptpeer(&master, OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
                .expect("the other end")
        };
        let child = command.stdin(slave()).stdout(slave()).stderr(slave()).spawn().expect("setsid, of util-linux");
        // It holds the other end open, and its last closing is what tells the reader that the program is gone.
        drop(command);

        let shared = Arc::new(Shared::new(size));
        let pid = child.id();
        std::thread::spawn({
            let shared = Arc::clone(&shared);
            let mut child = child;
            move || {
                let status = child.wait().expect("a child to wait for");
                shared.update(|drawn| drawn.exit = Some(status));
            }
        });
        let master = Arc::new(master);
        let (stopped, stop) = std::io::pipe().expect("a pipe");
        let reader = std::thread::spawn({
            let (shared, master) = (Arc::clone(&shared), Arc::clone(&master));
            move || read_all(&shared, &master, &stopped)
        });
        Screen { terminal: Some(Terminal { master, stop, reader }), shared, pid, before }
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> &Self {
        self.wait_until(&format!("`{text}`"), |screen| screen.contents().contains(text))
    }

    /// Waits until `text` is no longer on the screen.
    #[track_caller]
    pub fn wait_gone(&self, text: &str) -> &Self {
        self.wait_until(&format!("no `{text}`"), |screen| !screen.contents().contains(text))
    }

    /// Waits until the screen is as wanted; gives up early when the program has ended and will draw nothing more.
    #[track_caller]
    pub fn wait_until(&self, what: &str, mut wanted: impl FnMut(&vt100::Screen) -> bool) -> &Self {
        let drawn = self.shared.wait(PATIENCE, |drawn| wanted(drawn.parser.screen()) || drawn.closed);
        if !wanted(drawn.parser.screen()) {
            let state = match drawn.exit {
                Some(status) => format!("the program ended ({status})"),
                None => format!("{} s passed", PATIENCE.as_secs()),
            };
            let screen = drawn.framed();
            drop(drawn);
            panic!("waiting for {what}, {state}; the screen was:\n{screen}");
        }
        self
    }

    /// Waits until the screen is not what it was, or the program has ended.
    #[track_caller]
    pub fn wait_change(&self, before: &str) -> &Self {
        let mut changed = false;
        drop(self.shared.wait(PATIENCE, |drawn| {
            changed = drawn.closed || drawn.exit.is_some() || drawn.parser.screen().contents() != before;
            changed
        }));
        assert!(changed, "{} s passed, and the screen is what it was:\n{before}", PATIENCE.as_secs());
        self
    }

    /// Waits until the program has written more than so many bytes, or has ended.
    #[track_caller]
    pub fn wait_more(&self, bytes: usize) -> &Self {
        let mut more = false;
        drop(self.shared.wait(PATIENCE, |drawn| {
            more = drawn.closed || drawn.exit.is_some() || drawn.raw.len() > bytes;
            more
        }));
        assert!(more, "{} s passed, and nothing more was written:\n{}", PATIENCE.as_secs(), self.contents());
        self
    }

    /// Presses a key by its name, such as `enter`, `down`, `ctrl-c`, or a single character.
    #[track_caller]
    pub fn press(&self, key: &str) -> &Self {
        let application = self.shared.lock().parser.screen().application_cursor();
        self.type_text(&keys::bytes(key, application))
    }

    /// Sends text as if it were typed.
    #[track_caller]
    pub fn type_text(&self, text: &str) -> &Self {
        write_all(&self.terminal().master, text.as_bytes());
        self
    }

    /// Sends text as a terminal does when it is pasted.
    #[track_caller]
    pub fn paste(&self, text: &str) -> &Self {
        if self.shared.lock().parser.screen().bracketed_paste() {
            self.type_text(&format!("\x1b[200~{text}\x1b[201~"))
        } else {
            self.type_text(text)
        }
    }

    #[track_caller]
    pub fn resize(&self, columns: u16, rows: u16) -> &Self {
        let size = (columns, rows);
        // First the emulator: what the program draws for the new size must not be read at the old one.
        self.shared.lock().resize(size);
        tcsetwinsize(&*self.terminal().master, winsize(size)).expect("a new size");
        self
    }

    /// What is on the screen, as lines of text.
    pub fn contents(&self) -> String {
        self.shared.lock().parser.screen().contents()
    }

    /// What is on the screen, with colours and attributes as escape sequences.
    pub fn formatted(&self) -> String {
        self.shared.lock().parser.screen().contents_formatted()
    }

    /// The screen's state, such as which keys were asked for and whether the cursor is hidden.
    pub fn state<T>(&self, ask: impl FnOnce(&vt100::Screen) -> T) -> T {
        ask(self.shared.lock().parser.screen())
    }

    /// The window's title, and how often the bell rang.
    pub fn title_and_bells(&self) -> (String, usize) {
        let drawn = self.shared.lock();
        let replies = drawn.parser.callbacks();
        (replies.title.clone(), replies.bells)
    }

    /// The kernel's settings of the terminal, such as whether it is raw.
    #[track_caller]
    pub fn settings(&self) -> String {
        settings(&self.terminal().master)
    }

    /// The same as they were before the program had it.
    pub fn settings_before(&self) -> &str {
        &self.before
    }

    /// Waits until the window has this title.
    #[track_caller]
    pub fn wait_title(&self, title: &str) -> &Self {
        let drawn = self.shared.wait(PATIENCE, |drawn| drawn.parser.callbacks().title == title || drawn.closed);
        let found = drawn.parser.callbacks().title.clone();
        drop(drawn);
        assert_eq!(found, title);
        self
    }

    /// Every byte that was written.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.lock().raw.clone()
    }

    pub fn bytes_written(&self) -> usize {
        self.shared.lock().raw.len()
    }

    /// When how many bytes arrived at once.
    pub fn reads(&self) -> Vec<(Instant, usize)> {
        self.shared.lock().reads.clone()
    }

    /// How many bytes are written from now on within `period`; all of it has passed when this returns.
    pub fn bytes_within(&self, period: Duration) -> usize {
        let before = self.bytes_written();
        // The one place where time has to pass: that nothing is written can be seen in no other way.
        let drawn = self.shared.wait(period, |_| false);
        drawn.raw.len() - before
    }

    /// Fails when anything is written within `period`.
    #[track_caller]
    pub fn assert_idle(&self, period: Duration) -> &Self {
        let written = self.bytes_within(period);
        assert_eq!(written, 0, "bytes in {period:?} on a screen with nothing to do:\n{}", self.shared.lock().framed());
        self
    }

    /// The terminal goes away, as when a connection breaks: the program reads an end and is sent a hang-up.
    pub fn hang_up(&mut self) {
        let Some(Terminal { master, stop, reader }) = self.terminal.take() else { return };
        drop(stop);
        let _ = reader.join();
        drop(master);
    }

    /// Waits for the program's end: its exit code, or 128 and the number of the signal that ended it.
    #[track_caller]
    pub fn exit_code(&self) -> i32 {
        let drawn = self.shared.wait(PATIENCE, |drawn| drawn.exit.is_some());
        let Some(status) = drawn.exit else {
            let screen = drawn.framed();
            drop(drawn);
            panic!("the program goes on; the screen was:\n{screen}");
        };
        drop(drawn);
        // What it wrote last may still be on its way. A process that it left behind may keep the terminal open.
        if self.terminal.is_some() {
            drop(self.shared.wait(Duration::from_secs(1), |drawn| drawn.closed));
        }
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
    }

    pub fn has_ended(&self) -> bool {
        let drawn = self.shared.lock();
        // A program lets go of its terminal a moment before its end is known.
        drawn.closed || drawn.exit.is_some()
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends the program a signal, unless it has ended.
    pub fn signal(&self, signal: Signal) {
        // Held while it is sent, so that the number cannot have become another process's.
        let drawn = self.shared.lock();
        if drawn.exit.is_none() {
            let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).expect("a process id");
            let _ = kill_process(pid, signal);
        }
    }

    #[track_caller]
    fn terminal(&self) -> &Terminal {
        self.terminal.as_ref().expect("a terminal that has not hung up")
    }
}

/// Whether the terminal shows what is typed.
pub fn echoes(screen: &Screen) -> bool {
    let modes = rustix::termios::tcgetattr(&*screen.terminal().master).expect("a terminal's modes");
    modes.local_modes.contains(rustix::termios::LocalModes::ECHO)
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        self.hang_up();
    }
}

/// Feeds the emulator until the program or the test closes the terminal.
fn read_all(shared: &Shared, master: &OwnedFd, stopped: &PipeReader) {
    let mut buffer = [0; 64 * 1024];
    loop {
        let mut ready = [PollFd::new(master, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            result => result.expect("poll"),
        };
        if !ready[1].revents().is_empty() {
            return;
        }
        // Linux says EIO when the last process has closed its end.
        let Some(length) = rustix::io::read(master, &mut buffer).ok().filter(|length| *length > 0) else {
            return shared.update(|drawn| drawn.closed = true);
        };
        let bytes = &buffer[..length];
        let mut replies = Vec::new();
        shared.update(|drawn| {
            drawn.parser.process(bytes);
            drawn.raw.extend(bytes);
            drawn.reads.push((Instant::now(), length));
            replies = std::mem::take(&mut drawn.parser.callbacks_mut().pending);
        });
        write_all(master, &replies);
    }
}

fn settings(master: &OwnedFd) -> String {
    format!("{:#?}", tcgetattr(master).expect("a terminal's settings"))
}

fn write_all(master: &OwnedFd, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // A program that has ended reads nothing; the test finds that out by what it waits for.
        let Ok(written) = rustix::io::write(master, bytes) else { return };
        bytes = &bytes[written..];
    }
}

fn winsize((columns, rows): (u16, u16)) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}
