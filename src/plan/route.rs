//! What lies between two versions for a reader: hops and release notes.

use super::{PathError, hops};
use crate::model::{Catalogue, NoteItem, NotePage, Route, Version};

/// Headings under which every item is acknowledged by itself.
const WEIGHTY: [&str; 2] = ["Breaking changes", "Security"];

/// The route with the notes of every release on it.
///
/// # Errors
/// When the target cannot be reached.
pub fn route(catalogue: &Catalogue, from: &Version, to: &Version) -> Result<Route, PathError> {
    let versions = &catalogue.system.versions;
    let notes = catalogue
        .releases
        .iter()
        .filter(|r| &r.version > from && &r.version <= to)
        .filter_map(|r| {
            let notes = r.notes.as_ref()?;
            Some(NotePage {
                release: r.version.to_string(),
                label: versions.label(r.version.as_str()),
                text: notes.text.clone(),
                hash: notes.hash.clone(),
                items: note_items(&notes.text),
            })
        })
        .collect();
    Ok(Route {
        from: from.to_string(),
        from_label: versions.label(from.as_str()),
        to: to.to_string(),
        to_label: versions.label(to.as_str()),
        hops: hops(catalogue, from, to)?,
        notes,
    })
}

/// What is acknowledged one by one: the top-level list items under `## Breaking changes` and `## Security`, in their
/// order; where such a section has no list, its paragraphs.
pub fn note_items(markdown: &str) -> Vec<NoteItem> {
    use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
    let mut items = Vec::new();
    let mut section: Option<Section> = None;
    let mut in_heading = false;
    let mut depth = 0;
    let mut text = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            // A deeper heading stays within its section; a page's title or another section ends it.
            Event::Start(Tag::Heading { level, .. }) if level <= HeadingLevel::H2 => {
                close(section.take(), &mut items);
                in_heading = level == HeadingLevel::H2;
                text.clear();
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => {
                section = WEIGHTY.iter().find(|w| w.eq_ignore_ascii_case(text.trim())).map(|w| Section::new(w));
                in_heading = false;
            }
            Event::Start(Tag::Item) => {
                depth += 1;
                if depth == 1 {
                    text.clear();
                } else {
                    text.push(' ');
                }
            }
            Event::End(TagEnd::Item) => {
                depth -= 1;
                if let (0, Some(section)) = (depth, &mut section) {
                    section.entries.push(words(&text));
                }
            }
            Event::Start(Tag::Paragraph) if depth == 0 => text.clear(),
            Event::End(TagEnd::Paragraph) if depth == 0 => {
                if let Some(section) = &mut section {
                    section.paragraphs.push(words(&text));
                }
            }
            Event::Text(t) | Event::Code(t) if section.is_some() || in_heading => text.push_str(&t),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => text.push(' '),
            _ => {}
        }
    }
    close(section, &mut items);
    items
}

struct Section {
    heading: &'static str,
    entries: Vec<String>,
    paragraphs: Vec<String>,
}

impl Section {
    fn new(heading: &'static str) -> Section {
        Section { heading, entries: Vec::new(), paragraphs: Vec::new() }
    }
}

fn close(section: Option<Section>, items: &mut Vec<NoteItem>) {
    let Some(Section { heading, entries, paragraphs }) = section else { return };
    for text in if entries.is_empty() { paragraphs } else { entries } {
        items.push(NoteItem { number: items.len(), heading: heading.to_owned(), text });
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_weighty_items_are_acknowledged_one_by_one() {
        let items = note_items(
            "# 2.0\n\n- intro\n\n## Breaking changes\n\n- The `path` is *gone*.\n  - use folder\n- Two.\n\n### More\n\n- Three.\n\n## Fixes\n\n- none\n\n## Security\n\nKeys\nleaked.\n",
        );
        let texts: Vec<_> = items.iter().map(|i| (i.number, i.heading.as_str(), i.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                (0, "Breaking changes", "The path is gone. use folder"),
                (1, "Breaking changes", "Two."),
                (2, "Breaking changes", "Three."),
                (3, "Security", "Keys leaked."),
            ]
        );
    }
}
