//! The shell that the wizard is started from: lines that were printed, and the one that is being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

const PROMPT: &str = "$ ";

/// A line on the shell's screen.
#[derive(Clone, Debug)]
enum Row {
    Typed(String),
    Printed(String),
}

/// The screen without the wizard.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    rows: Vec<Row>,
    typing: String,
}

impl Shell {
    /// One more character of the line that is typed.
    pub fn type_char(&mut self, c: char) {
        self.typing.push(c);
    }

    /// What was typed is a line now.
    pub fn enter(&mut self) {
        self.rows.push(Row::Typed(std::mem::take(&mut self.typing)));
    }

    /// A line of what a command says.
    pub fn print(&mut self, line: impl Into<String>) {
        self.rows.push(Row::Printed(line.into()));
    }

    /// What it looks like. While a command works, there is no prompt.
    pub fn cells(&self, size: (u16, u16), prompt: bool) -> Buffer {
        let (columns, height) = size;
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, height));
        let mut lines: Vec<Line<'_>> = self.rows.iter().flat_map(|row| shown(row, usize::from(columns))).collect();
        if prompt {
            lines.push(Line::from(vec![mark(), Span::raw(self.typing.as_str()), cursor()]));
        }
        let top = lines.len().saturating_sub(usize::from(height));
        for (y, line) in (0..height).zip(lines.iter().skip(top)) {
            buf.set_line(0, y, line, columns);
        }
        buf
    }
}

fn mark() -> Span<'static> {
    Span::styled(PROMPT, Style::new().fg(Color::Green).add_modifier(Modifier::BOLD))
}

fn cursor() -> Span<'static> {
    Span::styled(" ", Style::new().add_modifier(Modifier::REVERSED))
}

/// A line as a terminal shows it: what is too long goes on below.
fn shown(row: &Row, columns: usize) -> Vec<Line<'_>> {
    match row {
        Row::Typed(text) => vec![Line::from(vec![mark(), Span::raw(text.as_str())])],
        Row::Printed(text) => {
            let letters: Vec<char> = text.chars().collect();
            if letters.is_empty() {
                return vec![Line::default()];
            }
            letters.chunks(columns.max(1)).map(|part| Line::from(part.iter().collect::<String>())).collect()
        }
    }
}
