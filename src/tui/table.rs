//! A table of the notes: columns where they fit, otherwise each row as a list of names and values.

use ratatui::text::{Line, Span};

use super::text::{pad, paragraph, width};
use super::theme::Theme;

/// Rows of cells; the first row is the head.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
}

impl Table {
    /// Adds a cell to the row.
    pub fn cell(&mut self, text: String) {
        self.row.push(text);
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// The table in at most `room` cells.
    pub fn lines(&self, room: usize, theme: Theme) -> Vec<Line<'static>> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|i| self.rows.iter().filter_map(|row| row.get(i)).map(|c| width(c)).max().unwrap_or(0))
            .collect();
        let Some((head, rows)) = self.rows.split_first() else { return Vec::new() };
        if widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1) <= room {
            let line = |row: &[String]| {
                let cells: Vec<String> = widths
                    .iter()
                    .enumerate()
                    .map(|(i, w)| pad(row.get(i).map_or("", |c| c.as_str()), *w, theme.glyphs.ascii))
                    .collect();
                cells.join("  ").trim_end().to_owned()
            };
            let total = widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1);
            let mut lines = vec![
                Line::from(Span::styled(line(head), theme.strong())),
                Line::from(Span::styled(theme.glyphs.rule.repeat(total), theme.quiet())),
            ];
            lines.extend(rows.iter().map(|row| Line::from(line(row))));
            return lines;
        }
        let mut lines = Vec::new();
        for row in rows {
            for (name, value) in head.iter().zip(row) {
                lines.extend(paragraph(&format!("{name}: {value}"), room, 2, ratatui::style::Style::new()));
            }
            lines.push(Line::default());
        }
        lines.pop();
        lines
    }
}
