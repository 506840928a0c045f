//! Random files and edits. An edit either gives a text that says what it should, or is refused and changes nothing.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::files::{Document, Format, plain, read};

/// An edit with names and values to choose from.
#[derive(Clone, Debug)]
enum Op {
    Set(String, Value),
    Default(String, Value),
    Rename(String, String),
    Add(String, Vec<Value>),
    Remove(String),
    RemoveItems(String, Vec<Value>),
}

impl Op {
    fn make(&self, document: &mut Document) -> bool {
        match self {
            Op::Set(key, value) => document.set(key, value),
            Op::Default(key, value) => document.default(key, value),
            Op::Rename(from, to) => document.rename(from, to),
            Op::Add(key, items) => document.add(key, items),
            Op::Remove(key) => document.remove(key),
            Op::RemoveItems(key, items) => document.remove_items(key, items),
        }
        .is_ok()
    }

    /// The keys at or below which it may change something.
    fn concerns(&self, key: &str) -> bool {
        let near = |mine: &str| {
            let top = |key: &str| key.split('.').next().unwrap_or_default().to_owned();
            top(mine) == top(key)
        };
        match self {
            Op::Rename(from, to) => near(from) || near(to),
            Op::Set(mine, _)
            | Op::Default(mine, _)
            | Op::Add(mine, _)
            | Op::Remove(mine)
            | Op::RemoveItems(mine, _) => near(mine),
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned)
}

fn key(format: Format) -> BoxedStrategy<String> {
    match format {
        Format::Ini => prop::collection::vec(name(), 2).prop_map(|names| names.join(".")).boxed(),
        Format::Env => name().boxed(),
        _ => prop::collection::vec(name(), 1..4).prop_map(|names| names.join(".")).boxed(),
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    let texts = ["", "x", "yes", "1.0", "a: b", "#x", " x", "two\nlines", "it's", "\"", "[", "é", "x #y", "a\\", "$A"];
    prop_oneof![
        prop::sample::select(texts.to_vec()).prop_map(Value::from),
        (0..9).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..3).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

fn op(format: Format) -> impl Strategy<Value = Op> {
    let value = if matches!(format, Format::Yaml | Format::Toml) { value().boxed() } else { scalar().boxed() };
    let items = prop::collection::vec(value.clone(), 1..3);
    let key = key(format);
    prop_oneof![
        (key.clone(), value.clone()).prop_map(|(key, value)| Op::Set(key, value)),
        (key.clone(), value).prop_map(|(key, value)| Op::Default(key, value)),
        (key.clone(), key.clone()).prop_map(|(from, to)| Op::Rename(from, to)),
        (key.clone(), items.clone()).prop_map(|(key, items)| Op::Add(key, items)),
        key.clone().prop_map(Op::Remove),
        (key, items).prop_map(|(key, items)| Op::RemoveItems(key, items)),
    ]
}

/// Text that is put together of pieces of the format; much of it is none.
fn pieces(format: Format) -> impl Strategy<Value = String> {
    let pieces: &[&str] = match format {
        Format::Ini => {
            &["[a]\n", "[b]", "a = 1\n", "b: 2\n", "c=\n", "  more\n", "\n", "# c\n", "; d\n", "\r\n", "x", " "]
        }
        Format::Env => {
            &["A=1\n", "a=1\n", "b='x y'", "c=\"", "\"", "\n", "# c\n", "export d=2\n", "\\", " ", "\r\n", "$"]
        }
        Format::Toml => {
            &["[a]\n", "[a.b]\n", "a = 1\n", "b.c = 'x'\n", "c = [1, 2]\n", "d = {a = 1}\n", "# c\n", "\n", "[[d]]\n"]
        }
        _ => &[
            "a:", "b: ", "  c: ", " x", "\n", "\n", "  - 1\n", "- ", "{", "}", "[x, ", "]", ", ", "# c\n", "  ",
            " |\n", "&a ", "*a", "!t ", "'", "\"", "---\n", "? ", "\r\n", "é",
        ],
    };
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..14).prop_map(|all| all.concat())
}

/// A file as a person writes one, and where its comments stand.
fn yaml_file() -> impl Strategy<Value = String> {
    let entries = prop::collection::vec((name(), value(), any::<bool>(), 0..4u8), 0..4);
    (entries, any::<bool>(), any::<bool>()).prop_map(|(entries, windows, open)| {
        let mut seen = Map::new();
        let mut text = String::from("# top\n");
        for (name, value, flow, comment) in entries {
            if seen.insert(name.clone(), json!(null)).is_some() {
                continue;
            }
            let map = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
            text.push_str(&format!("# above {name}\n"));
            if flow {
                text.push_str(&format!("{name}: {value} # behind {name}\n"));
            } else {
                let written = serde_yaml::to_string(&map).expect("it can be written");
                // Comments between the lines, where no text of several lines can take them in.
                let between = if comment == 1 && !written.contains(['|', '>']) { "\n# between\n" } else { "\n" };
                text.push_str(&written.replace('\n', between));
            }
            text.push_str(["", "\n", "# below\n", "\n\n"][usize::from(comment)]);
        }
        if open {
            text.truncate(text.trim_end().len());
        }
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

/// Makes the edit and checks all that must hold; tells whether it was made.
fn check(format: Format, text: &str, op: &Op) -> Result<bool, TestCaseError> {
    let Ok(mut document) = Document::parse(format, text) else { return Ok(false) };
    prop_assert_eq!(document.text(), text);
    let before = document.data.clone();
    let made = op.make(&mut document);
    let after = document.text();
    if !made {
        prop_assert_eq!(after, text, "a refused edit changes nothing");
        return Ok(false);
    }
    let again = read::read(format, after.trim_start_matches('\u{feff}')).expect("what was written can be read");
    prop_assert_eq!(&again, &document.data);
    if again == before {
        prop_assert_eq!(&after, text, "an edit that changes nothing changes no byte");
    }
    let expected = expected(format, &before, op);
    if let Some(expected) = expected {
        prop_assert_eq!(&again, &expected);
    }
    prop_assert!(op.make(&mut document), "it can be made again");
    prop_assert_eq!(document.text(), after, "the same edit again changes nothing");
    Ok(true)
}

/// The edit on data, told apart from how the document goes about it.
fn expected(format: Format, before: &Value, op: &Op) -> Option<Value> {
    if !matches!(format, Format::Yaml | Format::Toml) {
        return None;
    }
    let mut data = before.clone();
    let path = |key: &str| plain::path(key).expect("a key");
    match op {
        Op::Default(key, _) if plain::get(before, &path(key)).is_some() => {}
        Op::Set(key, value) | Op::Default(key, value) => plain::set(&mut data, &path(key), value.clone()).ok()?,
        Op::Remove(key) => plain::apply(&mut data, &plain::Edit::Remove { path: path(key) }).ok()?,
        Op::Add(key, items) => {
            let mut list = match plain::get(before, &path(key)) {
                Some(Value::Array(list)) => list.clone(),
                _ => Vec::new(),
            };
            items.iter().for_each(|item| {
                if !list.contains(item) {
                    list.push(item.clone())
                }
            });
            plain::set(&mut data, &path(key), Value::Array(list)).ok()?;
        }
        Op::RemoveItems(key, items) => {
            let Some(Value::Array(list)) = plain::get(before, &path(key)) else { return Some(data) };
            let list: Vec<Value> = list.iter().filter(|item| !items.contains(item)).cloned().collect();
            plain::set(&mut data, &path(key), Value::Array(list)).ok()?;
        }
        Op::Rename(..) => return None,
    }
    Some(data)
}

fn any_format() -> impl Strategy<Value = Format> {
    prop::sample::select(vec![Format::Ini, Format::Env, Format::Yaml, Format::Toml])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_an_edit_go_wrong(
        (format, text, op) in any_format().prop_flat_map(|format| (Just(format), pieces(format), op(format)))
    ) {
        check(format, &text, &op)?;
    }

    #[test]
    fn what_people_write_can_be_edited_and_stays(text in yaml_file(), op in op(Format::Yaml)) {
        let made = check(Format::Yaml, &text, &op)?;
        if !made {
            return Ok(());
        }
        let mut document = Document::parse(Format::Yaml, &text).expect("it was read");
        op.make(&mut document);
        let after = document.text();
        for line in text.lines() {
            let named = ["a", "b", "c", "d"].into_iter().find(|name| line == format!("# above {name}"));
            let behind = ["a", "b", "c", "d"].into_iter().find(|name| line.ends_with(&format!("# behind {name}")));
            let comment = behind.map(|name| format!("# behind {name}")).filter(|_| !matches!(op, Op::Remove(_) | Op::Rename(..)));
            prop_assert!(comment.is_none_or(|comment| after.contains(&comment)), "the comment of {line:?} is gone");
            let stays = named.is_some_and(|name| !op.concerns(name) || !matches!(op, Op::Rename(..)))
                || behind.is_some_and(|name| !op.concerns(name));
            prop_assert!(!stays || after.lines().any(|other| other == line), "{line:?} is gone from {after:?}");
        }
        prop_assert_eq!(text.ends_with('\n'), after.ends_with('\n'));
        prop_assert_eq!(text.contains("\r\n"), after.contains("\r\n"));
    }
}
