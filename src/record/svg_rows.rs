//! One row of cells as SVG. Its baseline is at 0.
//!
//! Every piece of text begins at its own column and is as wide as its cells, whatever font the reader has. What draws
//! lines and bars is drawn, not written: fonts leave gaps between such signs.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Of the font.
pub const SIZE: u32 = 14;
/// From one column to the next.
pub const ADVANCE: f64 = 8.4;
/// From one row to the next.
pub const HEIGHT: u32 = 18;
/// From the top of a row.
pub const BASELINE: u32 = 13;

/// What the classes mean: `z` the background, `f` the text, `c` is centred in its cell, letters for the colours.
pub const STYLE: &str = "\
text{font-family:ui-monospace,'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace;fill:#d6deeb}
.z{fill:#11181f}
.c{text-anchor:middle}
.b{font-weight:bold}
.u{text-decoration:underline}
.g{fill:#5fd38d}.y{fill:#f0c561}.r{fill:#ff7b72}.a{fill:#56c9df}.q{fill:#7f8fa1}.l{fill:#79aaff}.m{fill:#d2a6ff}.n{fill:#11181f}.f{fill:#d6deeb}
";

/// How a cell is written.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    ink: char,
    /// Without one, the screen's own.
    paper: Option<char>,
    bold: bool,
    underlined: bool,
}

/// What is inside the row.
pub fn row(cells: &[Cell]) -> String {
    let looks: Vec<Look> = cells.iter().map(look).collect();
    let mut out = String::new();
    each_run(
        &looks,
        |look| look.paper,
        |from, to, paper| {
            if let Some(paper) = paper {
                let _ = write!(
                    out,
                    "<rect class=\"{paper}\" x=\"{}\" y=\"-{BASELINE}\" width=\"{}\" height=\"{HEIGHT}\"/>",
                    column(from),
                    column(to - from)
                );
            }
        },
    );
    each_run(&looks, |look| *look, |from, to, look| signs(&mut out, &cells[from..to], from, look));
    out
}

/// Calls `each` for every longest stretch of the same.
fn each_run<T: PartialEq>(looks: &[Look], what: impl Fn(&Look) -> T, mut each: impl FnMut(usize, usize, T)) {
    let mut from = 0;
    for part in looks.chunk_by(|one, other| what(one) == what(other)) {
        each(from, from + part.len(), what(&part[0]));
        from += part.len();
    }
}

/// The signs of cells that look the same.
fn signs(out: &mut String, cells: &[Cell], first: usize, look: Look) {
    let mut at = 0;
    while at < cells.len() {
        let symbol = cells[at].symbol();
        let same = cells[at..].iter().take_while(|cell| cell.symbol() == symbol).count();
        if symbol.trim().is_empty() {
            at += same;
        } else if let Some(shape) = shape(symbol, first + at, same) {
            let _ = write!(
                out,
                "<path class=\"{}\" d=\"{shape}\"{}/>",
                look.ink,
                if symbol == "░" { " opacity=\".3\"" } else { "" }
            );
            at += same;
        } else if symbol.is_ascii() {
            let text = words(&cells[at..]);
            text_at(out, look, first + at, &text);
            at += text.len();
        } else {
            let wide = symbol.width().max(1);
            let middle = number((first + at) as f64 * ADVANCE + wide as f64 * ADVANCE / 2.0);
            let _ = write!(out, "<text{} x=\"{middle}\">{}</text>", class(look, true), escaped(symbol));
            at += wide;
        }
    }
}

/// ASCII signs up to the next gap of several blanks.
fn words(cells: &[Cell]) -> String {
    let mut text = String::new();
    for cell in cells {
        let symbol = cell.symbol();
        if !symbol.is_ascii() || (symbol == " " && text.ends_with(' ')) {
            break;
        }
        text.push_str(symbol);
    }
    text.trim_end().to_owned()
}

fn text_at(out: &mut String, look: Look, at: usize, text: &str) {
    let length = if text.len() > 1 { format!(" textLength=\"{}\"", column(text.len())) } else { String::new() };
    let _ = write!(out, "<text{} x=\"{}\"{length}>{}</text>", class(look, false), column(at), escaped(text));
}

/// The lines and bars that several equal signs draw, as a path that is filled.
fn shape(symbol: &str, at: usize, times: usize) -> Option<String> {
    let (x, wide) = (column(at), column(times));
    let half = number(at as f64 * ADVANCE + ADVANCE / 2.0 - 0.5);
    let part = number(ADVANCE / 2.0 + 0.5);
    // Halves of a corner: across at the middle of the row, down from there or up to it.
    let across = |x: &str| format!("M{x} -5h{part}v1h-{part}z");
    let down = format!("M{half} -5h1v10h-1z");
    let up = format!("M{half} -13h1v9h-1z");
    // A row of corners or uprights is drawn one by one.
    let one = times == 1;
    Some(match symbol {
        "─" => format!("M{x} -5h{wide}v1h-{wide}z"),
        "█" | "░" => format!("M{x} -11h{wide}v13h-{wide}z"),
        "│" if one => format!("M{half} -13h1v18h-1z"),
        "┌" if one => format!("{}{down}", across(&half)),
        "┐" if one => format!("{}{down}", across(&x)),
        "└" if one => format!("{}{up}", across(&half)),
        "┘" if one => format!("{}{up}", across(&x)),
        _ => return None,
    })
}

fn class(look: Look, centred: bool) -> String {
    let mut names = Vec::new();
    if look.ink != 'f' {
        names.push(look.ink);
    }
    names.extend(look.bold.then_some('b'));
    names.extend(look.underlined.then_some('u'));
    names.extend(centred.then_some('c'));
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<String> = names.into_iter().map(String::from).collect();
    format!(" class=\"{}\"", names.join(" "))
}

fn look(cell: &Cell) -> Look {
    let (mut ink, mut paper) = (colour(cell.fg).unwrap_or('f'), colour(cell.bg));
    if cell.modifier.contains(Modifier::REVERSED) {
        (ink, paper) = (paper.unwrap_or('n'), Some(ink));
    }
    let blank = cell.symbol().trim().is_empty();
    Look {
        ink: if blank { 'f' } else { ink },
        paper,
        bold: !blank && cell.modifier.contains(Modifier::BOLD),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

/// The class of a colour; none for the terminal's own.
fn colour(colour: Color) -> Option<char> {
    match colour {
        Color::Green | Color::LightGreen => Some('g'),
        Color::Yellow | Color::LightYellow => Some('y'),
        Color::Red | Color::LightRed => Some('r'),
        Color::Cyan | Color::LightCyan => Some('a'),
        Color::Blue | Color::LightBlue => Some('l'),
        Color::Magenta | Color::LightMagenta => Some('m'),
        Color::DarkGray | Color::Gray => Some('q'),
        Color::Black => Some('n'),
        _ => None,
    }
}

/// Where a column begins.
fn column(at: usize) -> String {
    number(at as f64 * ADVANCE)
}

/// With as few digits as it takes, three behind the point at most.
pub fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text that means nothing else in XML. What no XML may hold is left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
