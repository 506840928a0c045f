//! Recordings: the wizard's own screens, driven by a script over what a runner once said, on a clock that nobody waits
//! for.
//!
//! A script is carried out twice. Once on a real deployment, on real time: everything its runner says is kept, with the
//! operator's decisions in between ([`Live`]). From then on over what was kept, on a virtual clock ([`Kept`]): the same
//! script and the same file give the same bytes, on every machine.

mod act;
mod cast;
mod entry;
mod film;
mod keys;
mod kept;
mod live;
mod normal;
mod parse;
mod perform;
mod script;
mod shell;
mod svg;
mod svg_rows;
mod tape;

pub use act::{Act, Source};
pub use entry::{Entries, Entry, What};
pub use film::Film;
pub use kept::Kept;
pub use live::{Live, Outside};
pub use normal::{Names, normal};
pub use perform::perform;
pub use script::Script;
pub use tape::Tape;

use crate::definition::Findings;

/// What a recording is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For asciinema: version 2 of its file format.
    Cast,
    /// Moves by itself, and stands still where that is wanted.
    Svg,
    /// The last screen.
    Text,
}

impl Format {
    /// That of a file with this extension.
    pub fn of(extension: &str) -> Option<Format> {
        match extension {
            "cast" => Some(Format::Cast),
            "svg" => Some(Format::Svg),
            "txt" => Some(Format::Text),
            _ => None,
        }
    }

    /// The whole file.
    pub fn write(self, film: &Film) -> String {
        match self {
            Format::Cast => cast::write(film),
            Format::Svg => svg::write(film),
            Format::Text => film.last(),
        }
    }
}

/// Carries a script out over what was kept of its run.
///
/// # Errors
/// With every mistake of the script, or the first one of what was kept, by its line.
pub async fn record(script: &Script, entries: Entries) -> Result<Film, Findings> {
    perform(script, &mut Source::Kept(Kept::new(entries))).await
}
