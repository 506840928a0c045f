//! Copying what the operator looks at, out of a terminal that may be far away: by `OSC 52`, which the terminal may
//! refuse without saying so, and therefore into a file as well.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::model::{Model, Screen};
use crate::model::Need;

/// Terminals drop what is longer.
const MOST: usize = 48 * 1024;
/// The file in the state directory.
const FILE: &str = "copied.txt";

/// What there is to copy here.
pub fn text(model: &Model) -> Option<String> {
    let state = &model.state;
    let lines: Vec<String> = match model.screen {
        Screen::Checks => {
            let result = state.checks.get(model.cursor())?.result.as_ref()?;
            let fix = result.fix.iter().cloned();
            [result.title.clone(), result.found.clone()].into_iter().chain(fix).chain(result.rows.clone()).collect()
        }
        Screen::Plan => state.plan.as_ref()?.steps.get(model.cursor())?.detail.clone(),
        Screen::Run => {
            let error = match state.need() {
                Some(Need::Failed { key, error }) => vec![key, error],
                _ => Vec::new(),
            };
            error.into_iter().chain(state.log.iter().map(|(_, line)| line.clone())).collect()
        }
        Screen::End => state.ended.as_ref()?.2.next.iter().cloned().collect(),
        Screen::Deployment | Screen::Notes | Screen::Maintenance | Screen::Confirm => Vec::new(),
    };
    let mut text = lines.join("\n");
    if text.len() > MOST {
        // The end is what happened last.
        let from = (text.len() - MOST..text.len()).find(|at| text.is_char_boundary(*at))?;
        text = text.split_off(from);
    }
    Some(text).filter(|text| !text.is_empty())
}

/// The bytes that put `text` on the terminal's clipboard.
pub fn sequence(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x1b\\", base64(text.as_bytes())).into_bytes()
}

/// Keeps `text` in the state directory, if that is on this host.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(text: &str, state_dir: &str) -> io::Result<Option<PathBuf>> {
    let dir = Path::new(state_dir);
    if state_dir.is_empty() || !dir.is_dir() {
        return Ok(None);
    }
    let file = dir.join(FILE);
    // What was copied may be for no other eyes; a file that is there already would keep its own rights.
    let _ = std::fs::remove_file(&file);
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
    made.write_all(text.as_bytes())?;
    Ok(Some(file))
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let sign = SIGNS[(word >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads_what_is_not_a_multiple_of_three() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_copy_is_kept_where_there_is_a_state_directory() {
        let dir = tempfile::tempdir().expect("is made");
        let file = keep("text", &dir.path().to_string_lossy()).expect("is written").expect("is there");
        assert_eq!(std::fs::read_to_string(file).expect("is read"), "text");
        assert_eq!(keep("text", "/nowhere/at/all").expect("does nothing"), None);
    }
}
