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

/// The top-level list items under `## Breaking changes` and `## Security`, in their order.
pub fn note_items(markdown: &str) -> Vec<NoteItem> {
    use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
    let mut items = Vec::new();
    let mut heading: Option<String> = None;
    let mut collecting_heading = false;
    let mut depth = 0;
    let mut text = String::new();
    for event in Parser::new(markdown) {
        match event {
            // A deeper heading stays within its section; a page's title or another section ends it.
            Event::Start(Tag::Heading { level, .. }) if level <= HeadingLevel::H2 => {
                heading = None;
                collecting_heading = level == HeadingLevel::H2;
                text.clear();
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => {
                heading = WEIGHTY.iter().find(|w| w.eq_ignore_ascii_case(text.trim())).map(|w| (*w).to_owned());
                collecting_heading = false;
                text.clear();
            }
            Event::Start(Tag::Item) => {
                depth += 1;
                if depth == 1 {
                    text.clear();
                }
            }
            Event::End(TagEnd::Item) => {
                depth -= 1;
                if depth == 0
                    && let Some(heading) = &heading
                {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    items.push(NoteItem { number: items.len(), heading: heading.clone(), text });
                }
            }
            Event::Text(t) | Event::Code(t) if depth > 0 || collecting_heading => text.push_str(&t),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) if depth > 0 => text.push(' '),
            _ => {}
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_weighty_items_are_acknowledged_one_by_one() {
        let items = note_items(
            "# 2.0\n\n- intro\n\n## Breaking changes\n\n- The `path` is *gone*.\n  - use folder\n- Two.\n\n### More\n\n- Three.\n\n## Fixes\n\n- none\n\n## Security\n\n1. Keys.\n",
        );
        let texts: Vec<_> = items.iter().map(|i| (i.number, i.heading.as_str(), i.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                (0, "Breaking changes", "The path is gone. use folder"),
                (1, "Breaking changes", "Two."),
                (2, "Breaking changes", "Three."),
                (3, "Security", "Keys."),
            ]
        );
    }
}
