//! A YAML file as a tree of the places where its values stand.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::files::brackets::Brackets;
use crate::files::{FileError, lines};

/// A value where it stands, by offsets.
#[derive(Clone, Debug)]
pub struct Node {
    pub range: Range<usize>,
    pub kind: Kind,
    /// Whether it has an anchor or a tag.
    pub marked: bool,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Scalar { text: String, style: ScalarStyle },
    List { items: Vec<Node>, flow: bool },
    Map { entries: Vec<(Node, Node)>, flow: bool },
    Alias,
}

impl Node {
    /// Whether nothing is written for it: `key:`.
    pub fn is_blank(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { .. }) && self.range.is_empty()
    }

    /// Whether it is a list or mapping on lines of its own.
    pub fn is_block(&self) -> bool {
        matches!(self.kind, Kind::List { flow: false, .. } | Kind::Map { flow: false, .. })
    }

    /// Whether it is text behind `|` or `>`.
    pub fn is_text_block(&self) -> bool {
        matches!(self.kind, Kind::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. })
    }

    /// Whether an anchor, an alias, a tag or a merge is somewhere in it.
    pub fn is_tangled(&self) -> bool {
        self.marked
            || match &self.kind {
                Kind::Scalar { .. } => false,
                Kind::Alias => true,
                Kind::List { items, .. } => items.iter().any(Node::is_tangled),
                Kind::Map { entries, .. } => entries
                    .iter()
                    .any(|(key, value)| key.text() == Some("<<") || key.is_tangled() || value.is_tangled()),
            }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// A list or mapping in brackets; none when it is anything else.
    pub fn brackets(&self) -> Option<Brackets> {
        let items = match &self.kind {
            Kind::List { items, flow: true } => items.iter().map(|item| item.range.clone()).collect(),
            Kind::Map { entries, flow: true } => {
                entries.iter().map(|(key, value)| key.range.start..value.range.end.max(key.range.end)).collect()
            }
            _ => return None,
        };
        Some(Brackets { open: self.range.start, close: self.range.end.checked_sub(1)?, items })
    }
}

/// Reads the tree of a text; `None` when nothing is written in it.
///
/// # Errors
/// When it is not one YAML document.
pub fn parse(text: &str) -> Result<Option<Node>, FileError> {
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    offsets.push(text.len());
    let mut reader = Reader { text, offsets, parser: Parser::new_from_str(text) };
    let mut root = None;
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
            (Event::StreamEnd, _) => return Ok(root),
            _ if root.is_some() => return Err(FileError::refused("it holds several documents")),
            (event, range) => root = Some(reader.node(event, range)?).filter(|node| !node.is_blank()),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    /// The byte of each character.
    offsets: Vec<usize>,
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Range<usize>), FileError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let range = self.range(&span);
                Ok((event, range))
            }
            Some(Err(error)) => Err(FileError::refused(error.to_string())),
            None => Err(FileError::refused("it ends early")),
        }
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let byte = |index: usize| self.offsets.get(index).copied().unwrap_or(self.text.len());
        let start = byte(span.start.index());
        start..byte(span.end.index()).max(start)
    }

    fn node(&mut self, event: Event<'t>, range: Range<usize>) -> Result<Node, FileError> {
        match event {
            Event::Alias(_) => Ok(Node { range, kind: Kind::Alias, marked: true }),
            Event::Scalar(value, style, anchor, tag) => {
                let range = if value.is_empty() && style == ScalarStyle::Plain && anchor == 0 && tag.is_none() {
                    // What is not written has no length, whatever the parser took it to span.
                    range.start..range.start
                } else {
                    written(self.text, range, style)
                };
                let kind = Kind::Scalar { text: value.into_owned(), style };
                Ok(Node { range, kind, marked: anchor != 0 || tag.is_some() })
            }
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end,
                        (event, range) => items.push(self.node(event, range)?),
                    }
                };
                // A tag or an anchor may stand before the opening bracket, nothing before the closing one.
                let flow = self.text[end.start..].starts_with(']');
                let start = match items.first() {
                    Some(first) if !flow => dash(self.text, first.range.start).unwrap_or(first.range.start),
                    _ => range.start,
                };
                let last = items.last().map_or(start, |item| item.range.end.max(start));
                let range = start..if flow { end.start + 1 } else { last };
                Ok(Node { range, kind: Kind::List { items, flow }, marked: anchor != 0 || tag.is_some() })
            }
            Event::MappingStart(anchor, tag) => {
                let mut entries = Vec::new();
                let end = loop {
                    let (event, range) = self.next()?;
                    if event == Event::MappingEnd {
                        break range;
                    }
                    let key = self.node(event, range)?;
                    let (event, range) = self.next()?;
                    let value = self.node(event, range)?;
                    entries.push((key, value));
                };
                // A mapping without braces may stand in the brackets of a list; it ends before theirs.
                let flow = self.text[end.start..].starts_with('}');
                let start =
                    if flow { range.start } else { entries.first().map_or(range.start, |(key, _)| key.range.start) };
                let last = entries.last().map_or(start, |(key, value)| value.range.end.max(key.range.end));
                let range = start..if flow { end.start + 1 } else { last };
                Ok(Node { range, kind: Kind::Map { entries, flow }, marked: anchor != 0 || tag.is_some() })
            }
            _ => Err(FileError::refused("it is built in a way that is not known")),
        }
    }
}

/// What is written of a scalar: the parser counts white space and comments behind it in.
fn written(text: &str, range: Range<usize>, style: ScalarStyle) -> Range<usize> {
    let span = &text[range.clone()];
    let quote = match style {
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::DoubleQuoted => '"',
        _ => return range.start..range.start + span.trim_end().len(),
    };
    // A quotation mark within is doubled, or has a backslash before it.
    let mut chars = span.char_indices().skip_while(|(_, c)| *c != quote).skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if quote == '"' && c == '\\' {
            chars.next();
        } else if c == quote && (quote == '"' || chars.next_if(|(_, next)| *next == quote).is_none()) {
            return range.start..range.start + at + 1;
        }
    }
    range
}

/// The dash of an item, which must be on the line where the item begins.
pub fn dash(text: &str, item: usize) -> Result<usize, FileError> {
    let before = text[lines::line_start(text, item)..item].trim_end_matches([' ', '\t']);
    match before.ends_with('-') {
        true => Ok(lines::line_start(text, item) + before.len() - 1),
        false => Err(FileError::refused("an item of a list begins on the line below its dash")),
    }
}
