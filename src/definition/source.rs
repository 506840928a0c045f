//! The files that were read, and what was found wrong in them.

use std::fmt;

use serde::ser::{Serialize, SerializeSeq, Serializer};
use unicode_width::UnicodeWidthStr;

use crate::model::Place;
use crate::words::format::visible;

/// Columns of a line that are shown around a problem.
const SHOWN: usize = 100;

/// Files by the index that a [`Place`] holds.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl Sources {
    /// Takes a file over and gives its index. `name` is what the user is shown.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.0.push(Source { name: name.into(), text, lines });
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
        self.lines_from(place.file, (place.line as usize).checked_sub(1)?).next()
    }

    /// The lines of a file from the one with this index on.
    fn lines_from(&self, file: u32, index: usize) -> std::str::Lines<'_> {
        let begin = self.0.get(file as usize).and_then(|source| source.text.get(*source.lines.get(index)?..));
        begin.unwrap_or_default().lines()
    }

    /// Where `needle` stands at or after `place`, within the next lines of a long text; otherwise `place` itself.
    pub fn locate(&self, place: Place, needle: &str) -> Place {
        let first = (place.line as usize).saturating_sub(1);
        let mut skip = (place.column as usize).saturating_sub(1);
        for (offset, line) in self.lines_from(place.file, first).take(200).enumerate() {
            let start = line.char_indices().nth(skip).map_or(line.len(), |(at, _)| at);
            skip = 0;
            if let Some(at) = line[start..].find(needle) {
                let column = line[..start + at].chars().count() + 1;
                return Place {
                    file: place.file,
                    line: u32::try_from(first + offset + 1).unwrap_or(place.line),
                    column: u32::try_from(column).unwrap_or(place.column),
                };
            }
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

    /// The name of the file that a finding is in.
    pub fn file(&self, finding: &Finding) -> &str {
        self.sources.name(finding.place)
    }

    /// The line that a finding is about, and a second one with a `^` under its column.
    fn snippet(&self, place: Place) -> Option<(String, String)> {
        let line = self.sources.line(place)?;
        let column = (place.column as usize).max(1) - 1;
        let at = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let (mut before, mut after) = (visible(&line[..at]), visible(&line[at..]));
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

impl Serialize for Findings {
    /// A list of `{severity, file, line, column, message, help}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Row<'a> {
            severity: Severity,
            file: &'a str,
            line: u32,
            column: u32,
            message: &'a str,
            help: &'a str,
        }
        let mut rows = serializer.serialize_seq(Some(self.list.len()))?;
        for finding in &self.list {
            rows.serialize_element(&Row {
                severity: finding.severity,
                file: self.file(finding),
                line: finding.place.line,
                column: finding.place.column,
                message: &finding.message,
                help: &finding.help,
            })?;
        }
        rows.end()
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
    fn a_problem_of_a_whole_file_has_no_line() {
        assert_eq!(shown("a", 0, 0), "error: no\n --> a.yaml\n  = help: do");
    }
}
