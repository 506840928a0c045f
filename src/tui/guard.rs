//! The terminal is put back whatever happens: on leaving, on an error, on a panic, on a signal.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::{Attribute, ResetColor, SetAttribute};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Whether the terminal is ours now. A process has one terminal, hence one flag.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// Whether frames are drawn in synchronised updates, so that one may have been cut short.
static SYNC: AtomicBool = AtomicBool::new(true);

/// The title onto the terminal's own stack.
const SAVE_TITLE: &[u8] = b"\x1b[22;2t";
/// The title from that stack, and no progress in the task bar.
const PUT_TITLE_BACK: &[u8] = b"\x1b[23;2t\x1b]9;4;0;0\x1b\\";

/// Holds the terminal; dropping it puts the terminal back.
#[derive(Debug)]
#[must_use]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, no cursor.
    ///
    /// # Errors
    /// When standard input or output is not a terminal that can do this.
    pub fn take(sync_output: bool) -> io::Result<Self> {
        SYNC.store(sync_output, Ordering::SeqCst);
        HOOK.call_once(|| {
            let earlier = std::panic::take_hook();
            // First the terminal, so that the message stands on the normal screen and can be read.
            std::panic::set_hook(Box::new(move |info| {
                restore();
                earlier(info);
            }));
        });
        enter()?;
        Ok(Guard(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Takes the terminal, again after it was put back.
///
/// # Errors
/// When the terminal refuses; it is as before then.
pub fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let taken = write_entering(&mut out).and_then(|()| out.flush());
    if taken.is_err() {
        restore();
    }
    taken
}

/// Whether the terminal is still ours: a panic anywhere in the process puts it back at once.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Puts the terminal back. Doing it twice does it once.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        // Nothing can be done about a terminal that is gone.
        let _ = write_leaving(&mut out, SYNC.load(Ordering::SeqCst)).and_then(|()| out.flush());
        let _ = disable_raw_mode();
    }
}

/// What the terminal is told when it is taken.
pub fn entering() -> Vec<u8> {
    let mut bytes = Vec::new();
    // Nothing can fail that writes to memory.
    let _ = write_entering(&mut bytes);
    bytes
}

/// What the terminal is told when it is put back.
pub fn leaving() -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = write_leaving(&mut bytes, SYNC.load(Ordering::SeqCst));
    bytes
}

fn write_entering(out: &mut impl Write) -> io::Result<()> {
    out.write_all(SAVE_TITLE)?;
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, Hide)
}

fn write_leaving(out: &mut impl Write, sync: bool) -> io::Result<()> {
    if sync {
        queue!(out, EndSynchronizedUpdate)?;
    }
    queue!(out, ResetColor, SetAttribute(Attribute::Reset), DisableBracketedPaste, LeaveAlternateScreen, Show)?;
    out.write_all(PUT_TITLE_BACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_on_is_switched_off() {
        let (mut on, mut off) = (Vec::new(), Vec::new());
        write_entering(&mut on).expect("writes");
        write_leaving(&mut off, true).expect("writes");
        let (on, off) = (String::from_utf8_lossy(&on).into_owned(), String::from_utf8_lossy(&off).into_owned());
        for mode in ["?1049", "?2004"] {
            assert!(on.contains(&format!("\x1b[{mode}h")) && off.contains(&format!("\x1b[{mode}l")), "{mode}");
        }
        assert!(on.contains("\x1b[22;2t") && off.contains("\x1b[23;2t"));
        assert!(on.contains("\x1b[?25l") && off.contains("\x1b[?25h"));
        assert!(off.starts_with("\x1b[?2026l"), "an update that was cut short is ended first");
    }
}
