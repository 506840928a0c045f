//! What a model looks like, away from a terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::Model;
use super::text::width;
use super::view::view;

/// What the model looks like, as lines of text.
pub fn drawn(model: &Model) -> String {
    text(&buffer(model))
}

/// Cells as lines of text, without what is blank at their ends.
pub fn text(buf: &Buffer) -> String {
    let columns = usize::from(buf.area.width);
    let rows = buf.content.chunks(columns.max(1));
    rows.map(|row| {
        // The cell behind a wide sign shows nothing of its own.
        let hidden = |i: usize| i > 0 && width(row[i - 1].symbol()) > 1;
        let text: String = (0..row.len()).filter(|i| !hidden(*i)).map(|i| row[i].symbol()).collect();
        format!("{}\n", text.trim_end())
    })
    .collect()
}

/// What the model looks like, as cells.
pub fn buffer(model: &Model) -> Buffer {
    let (columns, rows) = model.size;
    let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
    view(model, &mut buf);
    buf
}
