//! Every screen as a terminal shows it, in each size: a file holds the text, what is coloured or set off, what is left
//! of that without colours, and the lines that are more than other signs in ASCII.

use std::fmt::Write as _;

use vt100::{Cell, Color, Parser, Screen};

use super::fixture::{Wizard, options};
use super::scenes::{SCENES, Scene};
use super::writer::Painter;

const UNICODE: &str = "✓●✗◷‖·›─•█░↓┌┐┘└│↑…";
const ASCII: &str = "+*x~=.>--#.v++++|^~";

#[test]
fn every_screen_at_80x24() {
    look_at_all(80, 24);
}

#[test]
fn every_screen_at_60x16() {
    look_at_all(60, 16);
}

#[test]
fn every_screen_at_132x43() {
    look_at_all(132, 43);
}

#[test]
fn every_screen_at_40x10_is_one_line() {
    for (name, scene) in SCENES {
        for ascii in [false, true] {
            let shown = shown(&reached(scene, ascii, true, 40, 10));
            let (first, rest) =
                lines(shown.screen()).split_first().map(|(a, b)| (a.clone(), b.join(""))).expect("rows");
            assert_eq!((first.as_str(), rest.as_str()), ("needs 60x16: enlarge the terminal", ""), "{name}");
            assert_eq!(attributes(shown.screen()), "", "{name}");
        }
    }
}

fn look_at_all(columns: u16, rows: u16) {
    for (name, scene) in SCENES {
        let snapshot = described(|ascii, color| shown(&reached(scene, ascii, color, columns, rows)));
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("{columns}x{rows}-{name}"), snapshot);
        });
    }
}

fn reached(scene: &fn(Wizard) -> Wizard, ascii: bool, color: bool, columns: u16, rows: u16) -> Wizard {
    scene(Wizard::with(options(ascii, color), columns, rows))
}

/// What a terminal makes of the frame's bytes.
fn shown(wizard: &Wizard) -> Parser {
    let mut out = Vec::new();
    Painter::new(&mut out, true).draw(&wizard.model).expect("draws");
    let (columns, rows) = wizard.model.size;
    let mut terminal = Parser::new(rows.try_into().expect("has rows"), columns.try_into().expect("has columns"), 0);
    terminal.process(&out);
    assert_eq!(lines(terminal.screen()).join("\n").trim_end(), wizard.screen().trim_end(), "is what was meant");
    terminal
}

fn described(shown: impl Fn(bool, bool) -> Parser) -> String {
    let (coloured, plain, ascii) = (shown(false, true), shown(false, false), shown(true, true));
    let text = lines(coloured.screen());
    assert_eq!(text, lines(plain.screen()), "colours change no text");
    let mut out = text.join("\n");
    let _ = write!(out, "\n== colours\n{}", attributes(coloured.screen()));
    let left = attributes(plain.screen());
    for color in ["red", "green", "yellow", "cyan", "grey"] {
        assert!(!left.contains(color), "{left}");
    }
    let _ = write!(out, "== without colours\n{left}");
    let ascii = lines(ascii.screen());
    assert!(ascii.iter().all(|line| line.is_ascii()), "{ascii:#?}");
    out += "== in ASCII, besides its signs\n";
    for (row, (line, unicode)) in ascii.iter().zip(&text).enumerate() {
        if *line != in_ascii(unicode) {
            let _ = writeln!(out, "{}|{line}", row + 1);
        }
    }
    out
}

fn in_ascii(line: &str) -> String {
    let other = |c| UNICODE.chars().position(|u| u == c).and_then(|at| ASCII.chars().nth(at)).unwrap_or(c);
    line.chars().map(other).collect()
}

fn lines(screen: &Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect()
}

/// For each row what is not ordinary: `3| 1-8 bold, 12-20 cyan`.
fn attributes(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let mut out = String::new();
    for row in 0..rows.get() {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for column in 0..columns.get() {
            let Some(cell) = screen.cell(row, column) else { continue };
            let style = style(cell);
            let blank = cell.contents().trim().is_empty() && !cell.inverse() && !cell.underline();
            match runs.last_mut() {
                // What has no ink joins whatever is on both of its sides.
                _ if blank => {}
                Some((_, to, last)) if *last == style && gap_is_blank(screen, row, *to + 1, column) => *to = column,
                _ => runs.push((column, column, style)),
            }
        }
        runs.retain(|(_, _, style)| !style.is_empty());
        if !runs.is_empty() {
            let runs: Vec<String> =
                runs.iter().map(|(from, to, style)| format!("{}-{} {style}", from + 1, to + 1)).collect();
            let _ = writeln!(out, "{}| {}", row + 1, runs.join(", "));
        }
    }
    out
}

fn gap_is_blank(screen: &Screen, row: u16, from: u16, to: u16) -> bool {
    (from..to).all(|column| screen.cell(row, column).is_none_or(|cell| cell.contents().trim().is_empty()))
}

fn style(cell: &Cell) -> String {
    let color = match cell.fgcolor() {
        Color::Default => "",
        Color::Idx(1) => "red",
        Color::Idx(2) => "green",
        Color::Idx(3) => "yellow",
        Color::Idx(6) => "cyan",
        Color::Idx(8) => "grey",
        other => panic!("{other:?} is no colour of ours"),
    };
    assert_eq!(cell.bgcolor(), Color::Default, "the background is the operator's");
    let set = [
        ("bold", cell.bold()),
        ("italic", cell.italic()),
        ("underlined", cell.underline()),
        ("reversed", cell.inverse()),
    ];
    let names = set.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    std::iter::once(color).filter(|color| !color.is_empty()).chain(names).collect::<Vec<_>>().join(" ")
}

#[test]
fn no_two_scenes_have_one_name() {
    let names: std::collections::BTreeSet<&str> = SCENES.iter().map(|(name, _): &Scene| *name).collect();
    assert_eq!(names.len(), SCENES.len());
}
