//! A film as one SVG file that moves by itself, without scripts.
//!
//! Each row of the screen is a strip of all that it ever shows, behind a window of one row's height, and is moved at the
//! times at which the row changes. By SMIL, which browsers paint as it comes; what CSS moves, they keep as pictures, and
//! show gaps where a strip jumps further than those reach. Where motion is unwanted, the last screen stands in its place.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::Cell;

use super::film::Film;
use super::svg_rows::{ADVANCE, BASELINE, HEIGHT, SIZE, STYLE, number, row};

/// Around the screen.
const MARGIN: u32 = 12;
/// From one content of a strip to the next. Some browsers show a hair of what is beyond the window's edge.
const STRIDE: u32 = HEIGHT + 4;

/// Who wants no motion sees `p` in place of `s`, and so does who can show none.
const MOTION: &str =
    ".s{display:none}\n@media(prefers-reduced-motion:no-preference){.s{display:inline}.p{display:none}}\n";

/// What one row of the screen shows, and from which millisecond on.
struct Strip {
    /// Every content that it ever has, once.
    contents: Vec<String>,
    /// The millisecond, and the content from then on.
    changes: Vec<(u64, usize)>,
}

/// The whole file.
pub fn write(film: &Film) -> String {
    let (columns, rows) = film.size;
    let strips: Vec<Strip> = (0..usize::from(rows)).map(|y| strip(film, y)).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for content in strips.iter().flat_map(|strip| &strip.contents) {
        *uses.entry(content).or_default() += 1;
    }
    let last = strips.iter().filter(|strip| strip.moves()).map(Strip::last);
    last.for_each(|content| *uses.entry(content).or_default() += 1);
    // What is shown in several places or at several times is written once.
    let several = uses.into_iter().filter(|(content, uses)| *uses > 1 && content.len() > 40);
    let shared: BTreeMap<&str, usize> = several.map(|(content, _)| content).zip(0..).collect();

    let width = number(f64::from(columns) * ADVANCE);
    let height = u32::from(rows) * HEIGHT;
    let whole_width = number(f64::from(columns) * ADVANCE + f64::from(2 * MARGIN));
    let whole_height = height + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole_width} {whole_height}\" width=\"{whole_width}\" \
         height=\"{whole_height}\" font-size=\"{SIZE}\">\n<title>{}</title>\n<style>\n{STYLE}{MOTION}</style>\n\
         <rect class=\"z\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n<defs>\n",
        super::svg_rows::escaped(&film.title)
    );
    for (content, id) in &shared {
        let _ = writeln!(svg, "<g id=\"d{id}\">{content}</g>");
    }
    let _ = writeln!(svg, "</defs>\n<svg x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{width}\" height=\"{height}\">");
    for (y, strip) in (0..).zip(&strips) {
        let top = y * HEIGHT;
        let still = if strip.moves() { " class=\"p\"" } else { "" };
        if !strip.last().is_empty() {
            let _ = writeln!(svg, "<g{still}>{}</g>", placed(strip.last(), top + BASELINE, &shared));
        }
        if strip.moves() {
            let _ = write!(svg, "<svg class=\"s\" y=\"{top}\" width=\"{width}\" height=\"{HEIGHT}\"><g>");
            let _ = write!(svg, "{}", motion(strip, film.end));
            for (place, content) in (0..).zip(&strip.contents).filter(|(_, content)| !content.is_empty()) {
                svg.push_str(&placed(content, place * STRIDE + BASELINE, &shared));
            }
            svg.push_str("</g></svg>\n");
        }
    }
    svg.push_str("</svg>\n</svg>\n");
    svg
}

/// A row's content at a height.
fn placed(content: &str, baseline: u32, shared: &BTreeMap<&str, usize>) -> String {
    match shared.get(content) {
        Some(id) => format!("<use href=\"#d{id}\" y=\"{baseline}\"/>"),
        None => format!("<g transform=\"translate(0 {baseline})\">{content}</g>"),
    }
}

/// Where a strip is, and from which share of the time on.
fn motion(strip: &Strip, end: u64) -> String {
    let end = end.max(1) as f64;
    let share = |at: u64| format!("{:.5}", at as f64 / end).trim_end_matches('0').trim_end_matches('.').to_owned();
    let times: Vec<String> = strip.changes.iter().map(|(at, _)| share(*at)).collect();
    let places: Vec<String> = strip.changes.iter().map(|(_, content)| place(*content)).collect();
    format!(
        "<animateTransform attributeName=\"transform\" type=\"translate\" calcMode=\"discrete\" dur=\"{}s\" \
         repeatCount=\"indefinite\" keyTimes=\"{}\" values=\"{}\"/>",
        number(end / 1000.0),
        times.join(";"),
        places.join(";")
    )
}

/// How far a strip is moved to show a content.
fn place(content: usize) -> String {
    match content {
        0 => "0".to_owned(),
        n => format!("0 -{}", u32::try_from(n).unwrap_or(0) * STRIDE),
    }
}

impl Strip {
    /// Whether the row ever changes.
    fn moves(&self) -> bool {
        self.changes.len() > 1
    }

    /// What it shows at the end.
    fn last(&self) -> &str {
        self.changes.last().map_or("", |(_, content)| &self.contents[*content])
    }
}

fn strip(film: &Film, y: usize) -> Strip {
    let columns = usize::from(film.size.0);
    let mut strip = Strip { contents: Vec::new(), changes: Vec::new() };
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut before: &[Cell] = &[];
    // Where nothing moves, nobody sees what was there before.
    let first = if film.still { film.frames.len().saturating_sub(1) } else { 0 };
    for frame in film.frames.iter().skip(first) {
        let cells = frame.cells.content.get(y * columns..(y + 1) * columns).unwrap_or_default();
        if cells == before && !strip.changes.is_empty() {
            continue;
        }
        before = cells;
        let content = row(cells);
        let place = *places.entry(content).or_insert_with_key(|content| {
            strip.contents.push(content.clone());
            strip.contents.len() - 1
        });
        if strip.changes.last().is_none_or(|(_, last)| *last != place) {
            strip.changes.push((frame.at, place));
        }
    }
    strip
}
