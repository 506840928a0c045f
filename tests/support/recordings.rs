//! Recordings, made as the program makes them.

use std::fs;
use std::path::{Path, PathBuf};

use stepwell::record::{Entries, Format, Script, record};

/// Whether what was expected is to be written anew.
pub fn blesses() -> bool {
    std::env::var_os("STEPWELL_BLESS").is_some()
}

/// The files of a folder with this extension.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == extension)).collect();
    found.sort();
    found
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// What comes of a script: the recording in each form, or what is wrong with it.
pub fn made(path: &Path, text: &str) -> Result<[String; 3], String> {
    let script = Script::read(path, text).map_err(|findings| findings.to_string())?;
    let kept = fs::read_to_string(&script.events).map_err(|e| e.to_string())?;
    let kept = Entries::read(&script.events, &kept).map_err(|findings| findings.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let film = runtime.block_on(record(&script, kept)).map_err(|findings| findings.to_string())?;
    Ok([Format::Cast, Format::Svg, Format::Text].map(|format| format.write(&film)))
}
