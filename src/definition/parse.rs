//! YAML text to nodes, within limits, with errors that say what to do.

use marked_yaml::types::MarkedScalarNode;
use marked_yaml::{LoadError, LoaderOptions, Marker, Node, Span, parse_yaml_with_options};

use super::Sources;
use super::node::{Context, place, place_of};
use crate::model::Place;

const LARGEST: usize = 1 << 20;
const DEEPEST: usize = 64;

/// Reads a file. Reports what is wrong with it as YAML, and then gives nothing.
pub(crate) fn parse(context: &Context, sources: &Sources, file: u32) -> Option<Node> {
    let text = sources.text(file);
    let at = |line: usize| Place { file, line: u32::try_from(line).unwrap_or(u32::MAX), column: 1 };
    if text.len() > LARGEST {
        context.report(at(0), "the file is larger than 1 MiB", "split it, or move data into `bin/`");
        return None;
    }
    // The parser descends into nested blocks by recursion, so their depth is bounded before it begins. Flow collections
    // it bounds by itself.
    if let Some(line) = too_deep(text) {
        context.report(at(line), TOO_DEEP, FLATTEN);
        return None;
    }
    if let Some(line) = second_document(text) {
        context.report(at(line), "a second document begins here", "keep one document in a file: remove the `---`");
        return None;
    }
    let options = LoaderOptions::default().error_on_duplicate_keys(true).prevent_coercion(true);
    match parse_yaml_with_options(file as usize, text, options) {
        Ok(node) => match deeper_than(&node, DEEPEST) {
            None => Some(node),
            Some(deep) => {
                context.report(place(deep), TOO_DEEP, FLATTEN);
                None
            }
        },
        Err(error) => {
            refuse(context, sources, error);
            None
        }
    }
}

const TOO_DEEP: &str = "the file is nested more than 64 levels deep";
const FLATTEN: &str = "flatten it: no definition needs that many";

/// The first line whose indentation and indicators nest too deep.
fn too_deep(text: &str) -> Option<usize> {
    let mut indents: Vec<usize> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim_start_matches(' ');
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let indent = line.len() - bare.len();
        indents.retain(|outer| *outer < indent);
        indents.push(indent);
        let indicators = bare.split(' ').filter(|word| !word.is_empty()).take_while(|w| matches!(*w, "-" | "?" | ":"));
        if indents.len() + indicators.count() > DEEPEST {
            return Some(number + 1);
        }
    }
    None
}

/// The line with the `---` or `...` after which the parser would silently stop.
fn second_document(text: &str) -> Option<usize> {
    let mut begun = false;
    for (number, line) in text.lines().enumerate() {
        let mark = line == "---" || line.starts_with("--- ") || line == "..." || line.starts_with("... ");
        if mark && begun {
            return Some(number + 1);
        }
        begun |= mark || !(line.trim().is_empty() || line.starts_with('#') || line.starts_with('%'));
    }
    None
}

/// The first node below the given number of levels.
fn deeper_than(node: &Node, levels: usize) -> Option<&Node> {
    let Some(below) = levels.checked_sub(1) else { return Some(node) };
    match node {
        Node::Scalar(_) => None,
        Node::Sequence(items) => items.iter().find_map(|item| deeper_than(item, below)),
        Node::Mapping(entries) => entries.values().find_map(|value| deeper_than(value, below)),
    }
}

fn refuse(context: &Context, sources: &Sources, error: LoadError) {
    let spot = |mark: Marker| place_of(&Span::new_start(mark));
    match error {
        LoadError::TopLevelMustBeMapping(mark) | LoadError::TopLevelMustBeSequence(mark) => {
            context.report(spot(mark), "the file does not begin with keys", "write `key: value` lines");
        }
        LoadError::UnexpectedAnchor(mark) => {
            let help = "write the value out in both places; quote a text that begins with `&`";
            context.report(before(sources, spot(mark), '&'), "anchors are not allowed", help);
        }
        LoadError::UnexpectedTag(mark) => {
            let help = "remove it: every value is a text here; quote a text that begins with `!`";
            context.report(before(sources, spot(mark), '!'), "tags are not allowed", help);
        }
        LoadError::DuplicateKey(twice) => duplicate(context, &twice.prev_key, &twice.key),
        LoadError::MappingKeyMustBeScalar(mark) => {
            if !unquoted(context, sources, spot(mark)) {
                context.report(spot(mark), "a key is a list or a mapping", "write a plain text before the `:`");
            }
        }
        LoadError::ScanError(mark, error) => {
            let place = within(sources, spot(mark));
            if !unquoted(context, sources, place) {
                let (message, help) = explain(error.info());
                context.report(place, message, help);
            }
        }
    }
}

fn duplicate(context: &Context, first: &MarkedScalarNode, second: &MarkedScalarNode) {
    let line = place_of(first.span()).line;
    let message = format!("the key `{}` is there twice", second.as_str());
    context.report(place_of(second.span()), message, format!("keep one of them; the first is on line {line}"));
}

/// The end of the last line that is not empty, for a place after it.
fn within(sources: &Sources, place: Place) -> Place {
    if sources.line(place).is_some() {
        return place;
    }
    let text = sources.text(place.file).trim_end();
    let (line, column) = (text.lines().count(), text.lines().last().unwrap_or_default().chars().count() + 1);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place { line: number(line), column: number(column), ..place }
}

/// What the parser says, in words that lead somewhere.
fn explain(info: &str) -> (String, &'static str) {
    let known = [
        ("unknown anchor", "aliases are not allowed", "write the value out; quote a text that begins with `*`"),
        ("mapping values are not allowed", "a second `: ` stands on this line", "quote a text that contains `: `"),
        ("tab", "a tab is used for indentation", "indent with spaces"),
    ];
    match known.iter().find(|(part, ..)| info.contains(part)) {
        Some((_, message, help)) => ((*message).to_owned(), help),
        None => (
            format!("this is not YAML: {info}"),
            "look at the quotes, brackets and indentation here and on the line above",
        ),
    }
}

/// The place of `sign` before `place` on the same line.
fn before(sources: &Sources, place: Place, sign: char) -> Place {
    let line: Vec<char> = sources.line(place).unwrap_or_default().chars().take(place.column as usize).collect();
    let column = line.iter().rposition(|c| *c == sign).and_then(|at| u32::try_from(at + 1).ok());
    Place { column: column.unwrap_or(place.column), ..place }
}

/// Reports a `{{ x }}` without quotes on this line or the one above, which YAML takes for a mapping within a mapping.
fn unquoted(context: &Context, sources: &Sources, near: Place) -> bool {
    for line in [near.line, near.line.saturating_sub(1)] {
        let place = Place { line, ..near };
        let Some(text) = sources.line(place) else { continue };
        for (at, _) in text.match_indices("{{") {
            let before = &text[..at];
            let open = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
            let begins = before.trim_end().is_empty() || before.trim_end().ends_with([':', '-', '[', ',', '{']);
            if open || !begins {
                continue;
            }
            let end = text[at..].find("}}").map_or(text.len(), |end| {
                let end = at + end + 2;
                text[end..].find([',', ']', '}', ' ']).map_or(text.len(), |more| end + more)
            });
            let column = u32::try_from(before.chars().count() + 1).unwrap_or(near.column);
            let help = format!("quote it: \"{}\"", text[at..end].replace('"', "'"));
            context.report(Place { column, ..place }, "YAML takes an unquoted `{{` for a mapping", help);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<Node, Vec<String>> {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text);
        let context = Context::default();
        parse(&context, &sources, file).ok_or_else(|| {
            context.into_findings().into_iter().map(|f| format!("{}: {}", f.place.line, f.message)).collect()
        })
    }

    #[test]
    fn nothing_explodes() {
        let deep = format!("a: {}", "[".repeat(500_000));
        let blocks: String = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        for text in [&deep, &blocks, &format!("a: x\nb:\n  {}x", "- ".repeat(200_000)), &"a".repeat(LARGEST + 1)] {
            assert!(parsed(text).is_err());
        }
        let flow = format!("a: {}{}", "[".repeat(70), "]".repeat(70));
        assert_eq!(parsed(&flow).expect_err("is refused"), [format!("1: {TOO_DEEP}")]);
    }

    #[test]
    fn what_follows_the_document_is_not_lost() {
        assert_eq!(parsed("---\na: 1\n---\nb: 2").expect_err("is refused"), ["3: a second document begins here"]);
        assert!(parsed("# x\n---\na: |\n  ---\n").is_ok());
    }

    proptest! {
        #[test]
        fn any_text_gives_a_node_or_a_finding(text in "([a-z{}\\[\\]:,\\- \"'&*!|>?#\n\t%@`]|日){0,60}") {
            if let Err(findings) = parsed(&text) {
                prop_assert!(!findings.is_empty());
            }
        }
    }
}
