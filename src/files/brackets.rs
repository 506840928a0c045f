//! Lists and mappings that stand in brackets: `[a, b]` and `{a: 1}` of YAML, arrays and inline tables of TOML.

use std::ops::Range;

use super::lines::{Splice, content_end, first_on_line, line_end, line_start, newline};

/// Where a bracketed list stands.
#[derive(Clone, Debug)]
pub struct Brackets {
    /// The offset of the opening bracket.
    pub open: usize,
    /// The offset of the closing bracket.
    pub close: usize,
    pub items: Vec<Range<usize>>,
}

impl Brackets {
    /// Puts an item at the end, written as the others are: behind the last one, or on a line of its own.
    pub fn append(&self, text: &str, item: &str) -> Vec<Splice> {
        let Some(last) = self.items.last() else {
            let padding = if text[self.open..].starts_with('{') { " " } else { "" };
            let inner = self.open + 1..self.close;
            return if text[inner.clone()].trim().is_empty() {
                vec![Splice::new(inner, format!("{padding}{item}{padding}"))]
            } else {
                vec![Splice::insert(inner.start, format!("{item} "))]
            };
        };
        let comma = self.comma(text, last.end);
        if !first_on_line(text, last.start) {
            return vec![match comma {
                Some(comma) => Splice::insert(comma + 1, format!(" {item},")),
                None => Splice::insert(last.end, format!(", {item}")),
            }];
        }
        let line = format!("{}{}{item}", newline(text), &text[line_start(text, last.start)..last.start]);
        let written = comma.unwrap_or(last.end);
        let line_over = content_end(text, written);
        if line_over > self.close {
            return match comma {
                Some(comma) => vec![Splice::insert(comma + 1, format!("{line},"))],
                None => vec![Splice::insert(last.end, format!(",{line}"))],
            };
        }
        match comma {
            Some(_) => vec![Splice::insert(line_over, format!("{line},"))],
            None if line_over == last.end => vec![Splice::insert(last.end, format!(",{line}"))],
            None => vec![Splice::insert(last.end, ","), Splice::insert(line_over, line)],
        }
    }

    /// Takes an item away, with its line where it stands alone on one.
    pub fn delete(&self, text: &str, at: usize) -> Vec<Splice> {
        let Some(item) = self.items.get(at) else { return Vec::new() };
        let comma = self.comma(text, item.end);
        let next = self.items.get(at + 1).map_or(self.close, |next| next.start);
        let over = line_end(text, comma.unwrap_or(item.end));
        if first_on_line(text, item.start) && over <= next {
            return vec![Splice::delete(line_start(text, item.start)..over)];
        }
        if let Some(comma) = comma {
            let space = text[comma + 1..].chars().take_while(|c| *c == ' ').count();
            return vec![Splice::delete(item.start..comma + 1 + space)];
        }
        let start = match at.checked_sub(1).and_then(|before| self.items.get(before)) {
            Some(before) => match self.comma(text, before.end) {
                // A comment behind the comma belongs to the item before.
                Some(comma) if !text[comma + 1..item.start].contains('#') => comma,
                _ => item.start,
            },
            None => item.start,
        };
        vec![Splice::delete(start..item.end)]
    }

    /// The comma behind an item.
    fn comma(&self, text: &str, from: usize) -> Option<usize> {
        let mut comment = false;
        for (at, c) in text[from..self.close.max(from)].char_indices() {
            match c {
                '\n' => comment = false,
                '#' => comment = true,
                ',' if !comment => return Some(from + at),
                c if !comment && !c.is_whitespace() => return None,
                _ => {}
            }
        }
        None
    }
}
