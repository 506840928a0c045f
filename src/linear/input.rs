//! Typed lines as a channel, so that waiting for the operator holds nothing up.

use std::io::BufRead;
use std::thread;

use tokio::sync::mpsc;

/// Lines read ahead of the questions they answer.
const AHEAD: usize = 64;

/// Reads lines on a thread of its own, which ends with the input or after the receiver was dropped. A blocking read
/// cannot be cancelled; on a runtime's thread it would keep the process from ending.
pub fn lines(mut reader: impl BufRead + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
            if send.blocking_send(text).is_err() {
                break;
            }
            line.clear();
        }
    });
    receive
}
