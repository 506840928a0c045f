//! Lines that fit: cutting, padding and wrapping by the cells that text takes, not by its bytes.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells that `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `room` cells; what was cut is marked.
pub fn fit(text: &str, room: usize, ascii: bool) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mark = if ascii { "~" } else { "…" };
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > room {
            break;
        }
        used += w;
        out.push(c);
    }
    if room > 0 {
        out.push_str(mark);
    }
    out
}

/// `text` in exactly `room` cells, cut or filled on the right.
pub fn pad(text: &str, room: usize, ascii: bool) -> String {
    let mut out = fit(text, room, ascii);
    out.extend(std::iter::repeat_n(' ', room.saturating_sub(out.width())));
    out
}

/// `text` in exactly `room` cells, filled on the left.
pub fn right(text: &str, room: usize, ascii: bool) -> String {
    let cut = fit(text, room, ascii);
    format!("{}{cut}", " ".repeat(room.saturating_sub(cut.width())))
}

/// One style's text as lines of at most `room` cells.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    wrap_spans(&[Span::raw(text)], room).into_iter().map(|line| line.to_string()).collect()
}

/// One style's text as styled lines, each after `indent` spaces.
pub fn paragraph(text: &str, room: usize, indent: usize, style: Style) -> Vec<Line<'static>> {
    wrap(text, room.saturating_sub(indent))
        .into_iter()
        .map(|line| Line::from(vec![Span::raw(" ".repeat(indent)), Span::styled(line, style)]))
        .collect()
}

/// Styled text as lines of at most `room` cells, broken at spaces; a longer word is cut where the line ends, so that
/// nothing of it is lost.
pub fn wrap_spans(spans: &[Span<'_>], room: usize) -> Vec<Line<'static>> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    // A word may run over several spans: `**bold**,` is one.
    for word in words(spans) {
        let w: usize = word.iter().map(|(c, _)| c.width().unwrap_or(0)).sum();
        let gap = usize::from(used > 0);
        if used > 0 && used + gap + w > room {
            lines.push(Line::from(std::mem::take(&mut line)));
            used = 0;
        }
        if used > 0 {
            let style =
                if line.last().map(|s| s.style) == word.first().map(|c| c.1) { word[0].1 } else { Style::new() };
            push(&mut line, ' ', style);
            used += 1;
        }
        for (c, style) in word {
            let cw = c.width().unwrap_or(0);
            if used + cw > room && used > 0 {
                lines.push(Line::from(std::mem::take(&mut line)));
                used = 0;
            }
            push(&mut line, c, style);
            used += cw;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(Line::from(line));
    }
    lines
}

/// A line that keeps its spaces, such as code, in parts of at most `room` cells. It is cut after a space or a comma
/// where there is one in the second half; what follows is indented further than the line itself.
pub fn cut(span: &Span<'_>, room: usize) -> Vec<Span<'static>> {
    let room = room.max(1);
    let text = span.content.as_ref();
    let own = text.len() - text.trim_start_matches(' ').len();
    let indent = " ".repeat(if own + 2 < room / 2 { own + 2 } else { 0 });
    let mut parts = Vec::new();
    let mut rest = text;
    let mut lead = "";
    while lead.len() + rest.width() > room {
        let free = room - lead.len();
        let mut end = 0;
        let mut used = 0;
        let mut good = None;
        for (at, c) in rest.char_indices() {
            let w = c.width().unwrap_or(0);
            if used + w > free && end > 0 {
                break;
            }
            used += w;
            end = at + c.len_utf8();
            if matches!(c, ' ' | ',') && used * 2 >= free {
                good = Some(end);
            }
        }
        let (part, after) = rest.split_at(good.unwrap_or(end));
        parts
            .push(Span::styled(format!("{lead}{}", if after.is_empty() { part } else { part.trim_end() }), span.style));
        rest = if good.is_some() { after.trim_start() } else { after };
        lead = &indent;
    }
    parts.push(Span::styled(format!("{lead}{rest}"), span.style));
    parts
}

fn words(spans: &[Span<'_>]) -> Vec<Vec<(char, Style)>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    for span in spans {
        for c in span.content.chars() {
            if c == ' ' {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            } else {
                word.push((c, span.style));
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn push(line: &mut Vec<Span<'static>>, c: char, style: Style) {
    match line.last_mut() {
        Some(last) if last.style == style => last.content.to_mut().push(c),
        _ => line.push(Span::styled(c.to_string(), style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_loses_nothing_and_keeps_to_the_room() {
        let text = "a short line and averyveryverylongword 漢字漢字 end";
        for room in 1..30 {
            let lines = wrap(text, room);
            assert!(lines.iter().all(|l| width(l) <= room.max(2)), "{room}: {lines:?}");
            let back: String = lines.concat().replace(' ', "");
            assert_eq!(back, text.replace(' ', ""));
        }
    }

    #[test]
    fn code_is_cut_at_spaces_and_loses_nothing_else() {
        let text =
            "  update secrets set folder = rtrim(path, replace(path, '/', '')), averyveryverylongname = 漢字漢字";
        for room in 1..60 {
            let parts = cut(&Span::raw(text), room);
            assert!(parts.iter().all(|p| p.width() <= room.max(2)), "{room}: {parts:?}");
            let back: String = parts.iter().map(|p| p.content.replace(' ', "")).collect();
            assert_eq!(back, text.replace(' ', ""));
        }
        let parts: Vec<_> =
            cut(&Span::raw("select name from secrets"), 12).iter().map(|p| p.content.to_string()).collect();
        assert_eq!(parts, ["select name", "  from", "  secrets"]);
    }

    #[test]
    fn cutting_is_marked() {
        assert_eq!(fit("abcdef", 4, false), "abc…");
        assert_eq!(fit("abcdef", 4, true), "abc~");
        assert_eq!(fit("abc", 0, false), "");
        assert_eq!(pad("ab", 4, false), "ab  ");
    }
}
