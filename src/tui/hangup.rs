//! Ends the process when its terminal hangs up.
//!
//! crossterm's reader never returns from a terminal that is gone, and burns a core instead. A thread therefore asks
//! the kernel about the terminal alone: with no events asked for, `poll` sleeps until it hangs up.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};

use crate::model::Exit;

/// Watches standard input while it lives.
#[derive(Debug)]
#[must_use]
pub struct Watch(Arc<AtomicBool>);

/// Begins to watch.
///
/// # Errors
/// When the terminal cannot be watched or there can be no further thread.
pub fn watch() -> io::Result<Watch> {
    let terminal = io::stdin().as_fd().try_clone_to_owned()?;
    let over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&over);
    std::thread::Builder::new().name("hangup".to_owned()).spawn(move || {
        if hung_up(&terminal) && !ends.load(Ordering::SeqCst) {
            // The journal and the run are the runner's: ending here is the same as being killed.
            std::process::exit(i32::from(Exit::HungUp.code()));
        }
    })?;
    Ok(Watch(over))
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The thread sleeps in the kernel; it only has to do nothing when it wakes.
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Waits until the terminal hangs up. False when it cannot be asked.
fn hung_up(terminal: &OwnedFd) -> bool {
    loop {
        let mut asked = [PollFd::new(terminal, PollFlags::empty())];
        match poll(&mut asked, None) {
            Ok(_) if asked[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => return true,
            Ok(_) if asked[0].revents().contains(PollFlags::NVAL) => return false,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_other_end_is_noticed() {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().expect("pairs");
        let waits = std::thread::spawn(move || hung_up(&OwnedFd::from(ours)));
        drop(theirs);
        assert!(waits.join().expect("ends"));
    }
}
