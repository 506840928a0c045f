//! What a program has drawn on its terminal, shared between the thread that reads it and the test that waits.

use std::fmt::Write as _;
use std::num::NonZeroU16;
use std::process::ExitStatus;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The screen, and the news that it changed.
pub struct Shared {
    drawn: Mutex<Drawn>,
    changed: Condvar,
}

/// What the program has drawn so far.
pub struct Drawn {
    pub parser: vt100::Parser<Replies>,
    pub raw: Vec<u8>,
    /// When how many bytes were read at once.
    pub reads: Vec<(Instant, usize)>,
    /// No program has the terminal open any more.
    pub closed: bool,
    pub exit: Option<ExitStatus>,
}

/// What the terminal answers to the program, and what it was told besides text.
#[derive(Default)]
pub struct Replies {
    pub pending: Vec<u8>,
    pub bells: usize,
    pub title: String,
}

impl vt100::Callbacks for Replies {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    /// Programs ask where the cursor is and what the terminal can do, and wait for an answer.
    fn unhandled_csi(&mut self, screen: &mut vt100::Screen, i1: Option<u8>, _: Option<u8>, params: &[&[u16]], c: char) {
        match (i1, params.first().and_then(|first| first.first()), c) {
            (None, Some(6), 'n') => {
                let (row, column) = screen.cursor_position();
                self.pending.extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
            }
            (None, _, 'c') => self.pending.extend(b"\x1b[?62;22c"),
            _ => {}
        }
    }
}

impl Shared {
    pub fn new(size: (u16, u16)) -> Shared {
        let (rows, columns) = cells(size);
        let drawn = Drawn {
            parser: vt100::Parser::new_with_callbacks(rows, columns, 0, Replies::default()),
            raw: Vec::new(),
            reads: Vec::new(),
            closed: false,
            exit: None,
        };
        Shared { drawn: Mutex::new(drawn), changed: Condvar::new() }
    }

    /// The screen. A test that failed while it looked has not changed what was drawn.
    pub fn lock(&self) -> MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn update(&self, change: impl FnOnce(&mut Drawn)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until `wanted` or for `period`, whichever comes first.
    pub fn wait(&self, period: Duration, mut wanted: impl FnMut(&mut Drawn) -> bool) -> MutexGuard<'_, Drawn> {
        self.changed
            .wait_timeout_while(self.lock(), period, |drawn| !wanted(drawn))
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }
}

impl Drawn {
    pub fn resize(&mut self, size: (u16, u16)) {
        let (rows, columns) = cells(size);
        self.parser.screen_mut().set_size(rows, columns);
    }

    /// The screen in a frame, so that its blanks are seen.
    pub fn framed(&self) -> String {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let columns = columns.get();
        let rule = "─".repeat(columns.into());
        let mut out = format!("┌{rule}┐\n");
        for row in screen.rows(0, columns) {
            let _ = writeln!(out, "│{row}");
        }
        out + &format!("└{rule}┘")
    }
}

/// Rows and columns for the emulator, which knows no terminal without any.
fn cells((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    (at_least_one(rows), at_least_one(columns))
}
