//! Release notes as lines: Markdown laid out for a width, with the places of the items that are acknowledged.
//!
//! An item is a top-level list entry under `## Breaking changes` or `## Security`; in a section without a list, each
//! paragraph. Text is made harmless before it is laid out, so notes cannot move the cursor.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::table::Table;
use super::text::wrap_spans;
use super::theme::Theme;
use crate::words::format::visible;

/// Notes laid out for a width.
#[derive(Debug, Default)]
pub struct Page {
    pub lines: Vec<Line<'static>>,
    /// For each line the block it belongs to: what stays in place when the width changes.
    pub blocks: Vec<usize>,
    /// The lines of each item, in the order of the items' numbers.
    pub items: Vec<Range<usize>>,
}

impl Page {
    /// The first line of a block.
    pub fn block_start(&self, block: usize) -> usize {
        self.blocks.partition_point(|b| *b < block)
    }
}

/// Lays out `text` in lines of at most `width` cells.
pub fn layout(text: &str, width: usize, theme: Theme) -> Page {
    let mut walk = Walk::new(width.max(8), theme);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        walk.take(event);
    }
    walk.close_section();
    while walk.page.lines.last().is_some_and(|line| line.width() == 0) {
        walk.page.lines.pop();
        walk.page.blocks.pop();
    }
    let end = walk.page.lines.len();
    for item in &mut walk.page.items {
        item.end = item.end.min(end);
    }
    walk.page
}

/// Where the list entries and the paragraphs of a section stand.
#[derive(Default)]
struct Section {
    entries: Vec<Range<usize>>,
    paragraphs: Vec<Range<usize>>,
}

struct Walk {
    theme: Theme,
    width: usize,
    page: Page,
    block: usize,
    spans: Vec<Span<'static>>,
    styles: Vec<Style>,
    /// For each open list the number of its next entry; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// What the next line of the block begins with.
    marker: Option<String>,
    quote: usize,
    code: bool,
    link: Option<(String, usize)>,
    table: Option<Table>,
    heading: Option<HeadingLevel>,
    /// Inside a section whose items are acknowledged.
    section: Option<Section>,
    entry: usize,
}

impl Walk {
    fn new(width: usize, theme: Theme) -> Self {
        Walk {
            theme,
            width,
            page: Page::default(),
            block: 0,
            spans: Vec::new(),
            styles: Vec::new(),
            lists: Vec::new(),
            marker: None,
            quote: 0,
            code: false,
            link: None,
            table: None,
            heading: None,
            section: None,
            entry: 0,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code => self.code_lines(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.inline(&text, Style::new()),
            Event::Code(text) => self.inline(&text, self.theme.code()),
            Event::SoftBreak => self.inline(" ", Style::new()),
            Event::HardBreak => self.flush(),
            Event::Rule => {
                let rule = self.theme.glyphs.rule.repeat(self.width.min(20));
                self.line(Line::styled(rule, self.theme.quiet()));
                self.gap();
            }
            Event::TaskListMarker(done) => self.inline(if done { "[x] " } else { "[ ] " }, Style::new()),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.inline(&text, Style::new());
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(level);
                self.styles.push(match level {
                    HeadingLevel::H1 | HeadingLevel::H2 => self.theme.accent().add_modifier(Modifier::BOLD),
                    _ => self.theme.strong(),
                });
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                if self.lists.len() == 1 {
                    self.entry = self.page.lines.len();
                }
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(n)) => {
                        *n += 1;
                        format!("{}. ", *n - 1)
                    }
                    _ => format!("{} ", self.theme.glyphs.bullet),
                });
            }
            Tag::BlockQuote(_) => self.quote += 1,
            Tag::CodeBlock(_) => {
                self.flush();
                self.code = true;
                self.block += 1;
            }
            Tag::Emphasis => self.styles.push(Style::new().add_modifier(Modifier::ITALIC)),
            Tag::Strong => self.styles.push(self.theme.strong()),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link = Some((dest_url.into_string(), self.spans.len()));
                self.styles.push(self.theme.link());
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Table::default());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                let start = self.page.lines.len();
                self.flush();
                if let (Some(section), true) = (&mut self.section, self.lists.is_empty()) {
                    section.paragraphs.push(start..self.page.lines.len());
                }
                self.gap();
            }
            TagEnd::Heading(level) => {
                let text: String = self.spans.iter().map(|s| s.content.as_ref()).collect();
                if level <= HeadingLevel::H2 {
                    self.close_section();
                    let name = text.trim().to_lowercase();
                    if level == HeadingLevel::H2 && (name == "breaking changes" || name == "security") {
                        self.section = Some(Section::default());
                    }
                }
                self.flush();
                self.heading = None;
                self.styles.pop();
                self.gap();
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.gap();
                }
            }
            TagEnd::Item => {
                self.flush();
                self.marker = None;
                let range = self.entry..self.page.lines.len();
                if let (Some(section), 1) = (&mut self.section, self.lists.len()) {
                    section.entries.push(range);
                }
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quote = self.quote.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                self.code = false;
                self.gap();
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => {
                self.styles.pop();
                if let Some((address, from)) = self.link.take() {
                    let shown: String = self.spans.iter().skip(from).map(|s| s.content.as_ref()).collect();
                    if !address.is_empty() && visible(&address) != shown {
                        self.inline(&format!(" ({address})"), self.theme.quiet());
                    }
                }
            }
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.spans).iter().map(|s| s.content.as_ref()).collect();
                if let Some(table) = &mut self.table {
                    table.cell(text);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Table => {
                for line in self.table.take().map(|t| t.lines(self.width, self.theme)).unwrap_or_default() {
                    self.line(line);
                }
                self.gap();
            }
            TagEnd::HtmlBlock => self.flush(),
            _ => {}
        }
    }

    fn inline(&mut self, text: &str, style: Style) {
        let style = self.styles.iter().fold(Style::new(), |all, s| all.patch(*s)).patch(style);
        // HTML blocks bring their line breaks with them.
        self.spans.push(Span::styled(visible(&text.replace('\n', " ")), style));
    }

    fn code_lines(&mut self, text: &str) {
        let indent = " ".repeat(self.indent() + 2);
        for line in text.lines() {
            let span = Span::styled(visible(line), self.theme.code());
            for part in super::text::cut(&span, self.width.saturating_sub(indent.len())) {
                self.line(Line::from(vec![Span::raw(indent.clone()), part]));
            }
        }
    }

    fn indent(&self) -> usize {
        (self.lists.len() * 2).min(self.width / 2)
    }

    /// Ends the block that is being collected.
    fn flush(&mut self) {
        if self.spans.iter().all(|s| s.content.trim().is_empty()) {
            self.spans.clear();
            return;
        }
        let spans = std::mem::take(&mut self.spans);
        let quote = "  ".repeat(self.quote.min(4));
        let indent = self.indent();
        let first = match self.marker.take() {
            Some(marker) => {
                format!("{quote}{}{marker}", " ".repeat(indent.saturating_sub(2)))
            }
            None => format!("{quote}{}", " ".repeat(indent)),
        };
        let rest = " ".repeat(first.chars().count());
        let room = self.width.saturating_sub(rest.len()).max(4);
        for (i, mut line) in wrap_spans(&spans, room).into_iter().enumerate() {
            line.spans.insert(0, Span::raw(if i == 0 { first.clone() } else { rest.clone() }));
            self.line(line);
        }
        self.block += 1;
    }

    fn line(&mut self, line: Line<'static>) {
        self.page.lines.push(line);
        self.page.blocks.push(self.block);
    }

    /// One empty line, never two.
    fn gap(&mut self) {
        if self.page.lines.last().is_some_and(|line| line.width() > 0) {
            self.line(Line::default());
        }
        self.block += 1;
    }

    fn close_section(&mut self) {
        if let Some(section) = self.section.take() {
            self.page.items.extend(if section.entries.is_empty() { section.paragraphs } else { section.entries });
        }
    }
}
