//! Release notes as plain text: Markdown read aloud. One line a paragraph, since a screen reader and a narrow
//! terminal both wrap better than a fixed width would.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The page's text, line by line.
pub(super) fn plain(markdown: &str) -> Vec<String> {
    let mut page = Page::default();
    for event in Parser::new(markdown) {
        page.take(event);
    }
    page.end_line();
    page.lines
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
    line: String,
    /// One for each list that is open: the next number, where it has numbers.
    lists: Vec<Option<u64>>,
    links: Vec<String>,
    code: bool,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code => {
                self.lines.extend(text.lines().map(|line| format!("    {line}")));
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.line.push_str(&text),
            Event::Code(text) => self.line.push_str(&format!("`{text}`")),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.end_line(),
            Event::Rule => self.lines.push("----".to_owned()),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.end_line();
                if !self.lines.is_empty() {
                    self.lines.push(String::new());
                }
                self.line.push_str("# ");
            }
            Tag::List(first) => {
                self.end_line();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_line();
                let depth = self.lists.len().saturating_sub(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.line.push_str(&format!("{}{mark}", "  ".repeat(depth)));
            }
            Tag::CodeBlock(_) => {
                self.end_line();
                self.code = true;
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.links.push(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::CodeBlock => self.code = false,
            TagEnd::Link | TagEnd::Image => {
                // A link whose text is its address is said once.
                if let Some(link) = self.links.pop().filter(|link| !self.line.ends_with(link.as_str())) {
                    self.line.push_str(&format!(" ({link})"));
                }
            }
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::HtmlBlock => self.end_line(),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            self.lines.push(line.trim_end().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markdown_reads_as_plain_lines() {
        let lines = plain(
            "## Breaking changes\n\n- The `db` key\n  is **gone**; see [docs](https://d.example).\n  1. a\n  2. b\n\n```\nrun it\n```\n",
        );
        assert_eq!(
            lines,
            [
                "# Breaking changes",
                "- The `db` key is gone; see docs (https://d.example).",
                "  1. a",
                "  2. b",
                "    run it",
            ]
        );
    }
}
