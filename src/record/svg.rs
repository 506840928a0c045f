//! A film as one SVG file that moves by itself, without scripts.
//!
//! Each row of the screen is a strip of all that it ever shows, behind a window of one row's height. Keyframes move the
//! strips, each at the times at which its row changes. Where motion is unwanted, or nothing can move, the strips stand
//! at the last screen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::Cell;

use super::film::Film;
use super::svg_rows::{ADVANCE, BASELINE, HEIGHT, SIZE, STYLE, number, row};

/// Around the screen.
const MARGIN: u32 = 12;
/// From one content of a strip to the next. Some browsers show a hair of what is beyond the window's edge.
const STRIDE: u32 = HEIGHT + 4;

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
    // What several rows show at some time is written once.
    let shared: BTreeMap<&str, usize> = uses
        .into_iter()
        .filter(|(content, uses)| *uses > 1 && content.len() > 40)
        .map(|(content, _)| content)
        .zip(0..)
        .collect();

    let width = f64::from(columns) * ADVANCE;
    let height = u32::from(rows) * HEIGHT;
    let (whole_width, whole_height) = (number(width + f64::from(2 * MARGIN)), height + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole_width} {whole_height}\" width=\"{whole_width}\" \
         height=\"{whole_height}\" font-size=\"{SIZE}\">\n<title>{}</title>\n<style>\n{STYLE}",
        super::svg_rows::escaped(&film.title)
    );
    let seconds = number(film.end.max(1) as f64 / 1000.0);
    let _ =
        writeln!(svg, "@media(prefers-reduced-motion:no-preference){{.s{{animation:{seconds}s step-end infinite}}}}");
    for (y, strip) in strips.iter().enumerate().filter(|(_, strip)| strip.changes.len() > 1) {
        let _ = write!(svg, "@keyframes r{y}{{");
        for (at, content) in &strip.changes {
            let percent = number(*at as f64 * 100.0 / film.end.max(1) as f64);
            let _ = write!(svg, "{percent}%{{transform:translateY({})}}", offset(*content));
        }
        let _ = writeln!(svg, "}}");
    }
    let _ = writeln!(svg, "</style>\n<rect class=\"z\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n<defs>");
    for (content, id) in &shared {
        let _ = writeln!(svg, "<g id=\"d{id}\">{content}</g>");
    }
    let _ =
        writeln!(svg, "</defs>\n<svg x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{}\" height=\"{height}\">", number(width));
    for (y, strip) in strips.iter().enumerate().filter(|(_, strip)| strip.contents.iter().any(|c| !c.is_empty())) {
        let top = u32::try_from(y).unwrap_or(0) * HEIGHT;
        let _ = write!(svg, "<svg y=\"{top}\" width=\"{}\" height=\"{HEIGHT}\">", number(width));
        if strip.changes.len() > 1 {
            let last = strip.changes.last().map_or(0, |(_, content)| *content);
            let _ = write!(svg, "<g class=\"s\" style=\"animation-name:r{y};transform:translateY({})\">", offset(last));
        } else {
            svg.push_str("<g>");
        }
        for (place, content) in strip.contents.iter().enumerate().filter(|(_, content)| !content.is_empty()) {
            let baseline = u32::try_from(place).unwrap_or(0) * STRIDE + BASELINE;
            let _ = match shared.get(content.as_str()) {
                Some(id) => write!(svg, "<use href=\"#d{id}\" y=\"{baseline}\"/>"),
                None => write!(svg, "<g transform=\"translate(0 {baseline})\">{content}</g>"),
            };
        }
        svg.push_str("</g></svg>\n");
    }
    svg.push_str("</svg>\n</svg>\n");
    svg
}

/// How far a strip is moved to show a content.
fn offset(content: usize) -> String {
    match content {
        0 => "0".to_owned(),
        n => format!("-{}px", u32::try_from(n).unwrap_or(0) * STRIDE),
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
