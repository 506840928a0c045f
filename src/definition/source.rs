//! The files that were read, and what was found wrong in them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use unicode_width::UnicodeWidthStr;

use crate::model::Place;
use crate::words::format::visible;

/// Columns of a line that are shown around a problem.
const SHOWN: usize = 100;

/// Characters before and after a problem that are looked at to show it: a file may be one line of a megabyte.
const LOOKED_AT: usize = 4 * SHOWN;

/// Bytes and lines after a place in which [`Sources::locate`] looks.
const NEAR: (usize, usize) = (16 << 10, 200);

/// In a line of more bytes than this, the byte of every so many characters is kept.
const LONG: usize = 1 << 10;

/// Files by the index that a [`Place`] holds.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    /// By the index of a long line, where every [`LONG`]th character of it begins, as bytes from the line's beginning.
    long: BTreeMap<usize, Vec<usize>>,
}

impl Source {
    fn new(name: String, text: String) -> Source {
        let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut source = Source { name, text, lines, long: BTreeMap::new() };
        for index in 0..source.lines.len() {
            if let Some(line) = source.line(index).filter(|line| line.len() > LONG) {
                let marks = line.char_indices().step_by(LONG).map(|(at, _)| at).collect();
                source.long.insert(index, marks);
            }
        }
        source
    }

    /// The line with this index; none after the end of the text.
    fn line(&self, index: usize) -> Option<&str> {
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(*self.lines.get(index)?..end).filter(|_| self.lines[index] < self.text.len())?;
        // Only a line that another one follows can end so.
        Some(if end < self.text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line })
    }

    /// The byte of a line at which a column begins, counted from 0; the line's end for what is beyond it.
    fn byte(&self, index: usize, line: &str, column: usize) -> usize {
        let marks = self.long.get(&index).map_or(&[0][..], Vec::as_slice);
        let nearest = (column / LONG).min(marks.len() - 1);
        let mut rest = line[marks[nearest]..].char_indices().skip(column - nearest * LONG);
        rest.next().map_or(line.len(), |(at, _)| marks[nearest] + at)
    }
}

impl Sources {
    /// Takes a file over and gives its index. `name` is what the user is shown.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.0.push(Source::new(name.into(), text.into()));
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    /// The name of the file that a place is in.
    pub fn name(&self, place: Place) -> &str {
        self.0.get(place.file as usize).map_or("", |source| &source.name)
    }

    /// The whole text of a file.
    pub fn text(&self, file: u32) -> &str {
        self.0.get(file as usize).map_or("", |source| &source.text)
    }

    /// The line that a place is on.
    pub fn line(&self, place: Place) -> Option<&str> {
        self.0.get(place.file as usize)?.line((place.line as usize).checked_sub(1)?)
    }

    /// The line that a place is on, parted at its column.
    fn parted(&self, place: Place) -> Option<(&str, &str)> {
        let line = self.line(place)?;
        let source = self.0.get(place.file as usize)?;
        Some(line.split_at(source.byte(place.line as usize - 1, line, (place.column as usize).saturating_sub(1))))
    }

    /// Where `needle` stands at or after `place`, not far from it in a long text; otherwise `place` itself.
    pub fn locate(&self, place: Place, needle: &str) -> Place {
        let (mut room, lines) = NEAR;
        let mut at = Place { line: place.line.max(1), column: place.column.max(1), ..place };
        for _ in 0..lines {
            let Some((_, rest)) = self.parted(at) else { break };
            let rest = &rest[..rest.floor_char_boundary(room)];
            if let Some(found) = rest.find(needle) {
                let columns = u32::try_from(rest[..found].chars().count()).unwrap_or(0);
                return Place { column: at.column + columns, ..at };
            }
            room -= rest.len();
            at = Place { line: at.line + 1, column: 1, ..at };
        }
        place
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The definition cannot be used.
    Error,
    /// The definition can be used, but will hardly do what its author would want of it.
    Warning,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One problem: what is wrong and what to do.
#[derive(Clone, Debug)]
pub struct Finding {
    pub severity: Severity,
    pub place: Place,
    pub message: String,
    pub help: String,
}

/// Every problem that was found, in the order of the files. There is at least one.
#[derive(Clone, Debug)]
pub struct Findings {
    sources: Sources,
    list: Vec<Finding>,
}

impl std::error::Error for Findings {}

impl Findings {
    /// The problems sorted by place, or nothing when there are none.
    pub fn of(sources: Sources, mut list: Vec<Finding>) -> Option<Self> {
        list.sort_by_key(|f| (f.place.file, f.place.line, f.place.column));
        (!list.is_empty()).then_some(Findings { sources, list })
    }

    /// The errors alone, or nothing when there are only warnings.
    pub fn into_errors(self) -> Option<Self> {
        let list = self.list.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        Findings::of(self.sources, list)
    }

    /// How many errors and how many warnings there are.
    pub fn count(&self) -> (usize, usize) {
        let errors = self.list.iter().filter(|finding| finding.severity == Severity::Error).count();
        (errors, self.list.len() - errors)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// The findings as programs read them.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.list.iter().map(|finding| Row {
            severity: finding.severity,
            file: self.file(finding),
            line: finding.place.line,
            column: finding.place.column,
            message: &finding.message,
            help: &finding.help,
        })
    }

    /// The name of the file that a finding is in.
    pub fn file(&self, finding: &Finding) -> &str {
        self.sources.name(finding.place)
    }

    /// The line that a finding is about, and a second one with a `^` under its column.
    fn snippet(&self, place: Place) -> Option<(String, String)> {
        let (before, after) = self.sources.parted(place)?;
        let begin = before.char_indices().nth_back(LOOKED_AT).map_or(0, |(at, _)| at);
        let end = after.char_indices().nth(LOOKED_AT).map_or(after.len(), |(at, _)| at);
        let (mut before, mut after) = (visible(&before[begin..]), visible(&after[..end]));
        if before.width() > SHOWN / 2 && before.width() + after.width() > SHOWN {
            let kept: Vec<char> = before.chars().rev().take(SHOWN / 2).collect();
            before = format!("…{}", kept.into_iter().rev().collect::<String>());
        }
        let room = SHOWN.saturating_sub(before.width());
        if after.width() > room {
            after = format!("{}…", after.chars().take(room).collect::<String>());
        }
        Some((format!("{before}{after}"), format!("{}^", " ".repeat(before.width()))))
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, finding) in self.list.iter().enumerate() {
            let place = finding.place;
            if number > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{}: {}", finding.severity.name(), visible(&finding.message))?;
            write!(f, " --> {}", visible(self.file(finding)))?;
            if place.line > 0 {
                write!(f, ":{}:{}", place.line, place.column)?;
            }
            writeln!(f)?;
            if let Some((line, mark)) = self.snippet(place) {
                let gutter = place.line.to_string();
                let margin = " ".repeat(gutter.len());
                writeln!(f, "{margin} |\n{gutter} | {line}\n{margin} | {mark}")?;
            }
            write!(f, "  = help: {}", visible(&finding.help))?;
            if number + 1 < self.list.len() {
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// A finding as programs read it.
#[derive(Serialize)]
pub struct Row<'a> {
    severity: Severity,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
    help: &'a str,
}

impl Serialize for Findings {
    /// A list of [`Row`]s.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, line: u32, column: u32) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text);
        let place = Place { file, line, column };
        let finding = Finding { severity: Severity::Error, place, message: "no".into(), help: "do".into() };
        Findings::of(sources, vec![finding]).expect("has one").to_string()
    }

    #[test]
    fn the_mark_stands_under_its_column_after_tabs_and_wide_characters() {
        let text = shown("a\n\t日本 x", 2, 5);
        assert_eq!(text, "error: no\n --> a.yaml:2:5\n  |\n2 |  日本 x\n  |       ^\n  = help: do");
    }

    #[test]
    fn a_long_line_is_shown_around_its_mark() {
        let text = shown(&format!("{}X{}", "a".repeat(5000), "b".repeat(5000)), 1, 5001);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[3].width() < 120);
        assert_eq!(lines[3].find('X').map(|at| lines[3][..at].width()), Some(lines[4].width() - 1));
    }

    #[test]
    fn what_is_named_is_found_near_its_place_in_a_line_of_any_length() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", format!("x: a\r\n{}[a] [b]\nc: [a]", "日 ".repeat(5000)));
        let from = |line, column| Place { file, line, column };
        assert_eq!(sources.locate(from(2, 9_990), "[b]"), from(2, 10_005));
        assert_eq!(sources.locate(from(2, 10_004), "[a]"), from(3, 4));
        assert_eq!(sources.locate(from(1, 4), "[b]"), from(1, 4), "it is too far away");
        assert_eq!(sources.line(from(1, 1)), Some("x: a"));
    }

    #[test]
    fn a_problem_of_a_whole_file_has_no_line() {
        assert_eq!(shown("a", 0, 0), "error: no\n --> a.yaml\n  = help: do");
    }
}
