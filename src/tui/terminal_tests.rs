//! The wizard on a real terminal: this test program runs itself on a pseudo-terminal.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc::unbounded_channel;

use super::fixture;
use crate::link::{Client, FromRunner};
use crate::model::{Actor, Event, EventKind};

const CHILD: &str = "STEPWELL_TEST_WIZARD";
const PATIENCE: Duration = Duration::from_secs(10);

/// Not a test: the wizard that the tests look at.
#[test]
fn wizard() {
    let Ok(mode) = std::env::var(CHILD) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
    let exit = runtime.block_on(async {
        let (to_wizard, events) = unbounded_channel();
        let (decisions, mut decided) = unbounded_channel();
        let at = jiff::Timestamp::now();
        let opened = EventKind::Opened {
            system: "kiln".into(),
            title: "Kiln".into(),
            about: String::new(),
            deployment: "studio".into(),
            file: String::new(),
            state_dir: String::new(),
            runner: Actor::default(),
        };
        let surveyed = EventKind::Surveyed { survey: fixture::survey() };
        for (seq, kind) in (1..).zip([opened, surveyed]) {
            to_wizard.send(FromRunner::Event(Event { seq, at, kind })).expect("is heard");
        }
        tokio::spawn(async move {
            while decided.recv().await.is_some() {
                assert!(mode != "panic", "the roof is on fire");
            }
        });
        let ending = super::run(Client { events, decisions }, fixture::options(false, true), None).await;
        ending.expect("has a terminal").exit
    });
    std::process::exit(i32::from(exit.code()));
}

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn start(mode: &str) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("opens");
        let mut command = CommandBuilder::new(std::env::current_exe().expect("is known"));
        command.args(["--exact", "tui::terminal_tests::wizard", "--nocapture"]);
        command.env(CHILD, mode);
        let child = pair.slave.spawn_command(command).expect("starts");
        let mut reader = pair.master.try_clone_reader().expect("reads");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().expect("writes");
        Terminal { child, master: pair.master, keys, output, seen: String::new() }
    }

    /// Waits until `text` was written, and forgets what came before its end.
    fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{text:?} never came; there is {:?}", self.seen),
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("is read");
    }

    fn exit_code(mut self) -> u32 {
        // A terminal that nobody reads would block the child's last words.
        self.child.wait().expect("ends").exit_code()
    }
}

const RESTORED: &str = "\u{1b}[?1049l";

#[test]
fn a_key_is_answered_and_leaving_puts_the_terminal_back() {
    let mut terminal = Terminal::start("plain");
    terminal.wait_for("quince");
    terminal.press("?");
    terminal.wait_for("Keys that work here");
    terminal.press("\u{1b}");
    terminal.press("q");
    terminal.wait_for("\u{1b}[?2004l");
    terminal.wait_for(RESTORED);
    terminal.wait_for("\u{1b}[?25h");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_terminated_wizard_puts_the_terminal_back() {
    let mut terminal = Terminal::start("plain");
    terminal.wait_for("quince");
    let pid = terminal.child.process_id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("runs");
    kill_process(pid, Signal::TERM).expect("is sent");
    terminal.wait_for(RESTORED);
    assert_eq!(terminal.exit_code(), 143);
}

#[test]
fn a_panic_puts_the_terminal_back_before_it_speaks() {
    let mut terminal = Terminal::start("panic");
    terminal.wait_for("quince");
    terminal.press("\r");
    terminal.wait_for(RESTORED);
    terminal.wait_for("the roof is on fire");
    // Nothing is drawn over the message, and the next frame would be the end.
    terminal.press("?");
    assert_eq!(terminal.exit_code(), 1);
}

#[test]
fn a_suspended_wizard_gives_the_terminal_back_and_takes_it_again() {
    let mut terminal = Terminal::start("plain");
    terminal.wait_for("quince");
    terminal.press("\u{1a}");
    terminal.wait_for(RESTORED);
    // Nobody could bring it back here, so it does not stop, and goes on by itself.
    terminal.wait_for("\u{1b}[?1049h");
    terminal.wait_for("quince");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_hang_up_ends_the_wizard() {
    let mut terminal = Terminal::start("plain");
    terminal.wait_for("quince");
    let Terminal { mut child, master, keys, output, .. } = terminal;
    drop((keys, master));
    // The reader's copy of the terminal goes with its channel, once the child has written or ended.
    drop(output);
    let pid = child.process_id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("runs");
    kill_process(pid, Signal::HUP).expect("is sent");
    assert_eq!(child.wait().expect("ends").exit_code(), 129);
}
