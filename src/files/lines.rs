//! Changes to a text by its lines, so that every byte that an edit does not concern stays.

use std::ops::Range;

/// Some bytes of the text and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    pub range: Range<usize>,
    pub text: String,
}

impl Splice {
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Splice {
        Splice { range, text: text.into() }
    }

    pub fn insert(at: usize, text: impl Into<String>) -> Splice {
        Splice::new(at..at, text)
    }

    pub fn delete(range: Range<usize>) -> Splice {
        Splice::new(range, "")
    }
}

/// The text with the changes made, or `None` where they overlap or cut a character.
pub fn splice(text: &str, mut changes: Vec<Splice>) -> Option<String> {
    changes.sort_by_key(|change| (change.range.start, change.range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for change in &changes {
        out.push_str(text.get(at..change.range.start)?);
        out.push_str(&change.text);
        at = change.range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// How the text ends its lines; by its first one.
pub fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The start of the line that holds the offset.
pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |n| n + 1)
}

/// The start of the line behind the one that holds the offset.
pub fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |n| at + n + 1)
}

/// The end of what is written on the line that holds the offset.
pub fn content_end(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    let line = &text[at..end];
    end - (line.len() - line.trim_end_matches('\n').trim_end_matches('\r').len())
}

/// Whether only white space stands before the offset on its line.
pub fn first_on_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].chars().all(|c| c == ' ' || c == '\t')
}

/// The column of an offset, in characters from zero.
pub fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

/// Lines put behind the line that holds the offset. A text without a final line end stays one.
pub fn after_line(text: &str, at: usize, lines: &[String]) -> Splice {
    let (end, newline) = (line_end(text, at), newline(text));
    let block = lines.join(newline);
    if end == 0 || text[..end].ends_with('\n') {
        Splice::insert(end, format!("{block}{newline}"))
    } else {
        Splice::insert(end, format!("{newline}{block}"))
    }
}

/// The whole lines from one offset to another, away.
pub fn without_lines(text: &str, from: usize, to: usize) -> Splice {
    Splice::delete(line_start(text, from)..line_end(text, to))
}
