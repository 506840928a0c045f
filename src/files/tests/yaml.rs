//! YAML files.

use serde_json::{Value, json};

use super::{edited, refusal, values};
use crate::files::{Document, Format};

const YAML: Format = Format::Yaml;

const REPLICANTE: &str = "\
# The old cluster
discovery:
  backends:
    # Moved one by one.
    http:
      # first
      - url: 'http://one.example/clusters.json'
        method: GET   # POST by default
      # second
      - url: \"http://two.example/clusters.json\"

        headers: { x: 1 }
      # third
      - url: http://three.example/clusters.json
  interval: 60 # seconds

events:
  # where they go
  stream:   # kafka
    backend: Kafka
    # the brokers
    options:
      brokers: [a, b]
";

fn backend(name: &str) -> Value {
    let all = values(YAML, REPLICANTE, "discovery.backends.http.*");
    all.into_iter().find(|b| b["url"].as_str().is_some_and(|url| url.contains(name))).expect("a backend")
}

fn without(text: &str, names: &[&str]) -> String {
    let items: Vec<Value> = names.iter().map(|name| backend(name)).collect();
    edited(YAML, text, |d| d.remove_items("discovery.backends.http", &items))
}

#[test]
fn values_are_found_below_stars() {
    assert_eq!(
        values(YAML, REPLICANTE, "discovery.backends.*.*.url"),
        ["http://one.example/clusters.json", "http://two.example/clusters.json", "http://three.example/clusters.json"]
    );
    assert_eq!(values(YAML, REPLICANTE, "discovery.interval"), [60]);
    assert_eq!(values(YAML, REPLICANTE, "discovery.nothing.at.all"), [(); 0].map(Value::from));
    assert_eq!(values(Format::Json, r#"{"results": {"a": {"status": "HEALTHY"}}}"#, "results.*.status"), ["HEALTHY"]);
}

#[test]
fn an_item_goes_with_its_lines_and_nothing_else() {
    let first = "      - url: 'http://one.example/clusters.json'\n        method: GET   # POST by default\n";
    let second = "      - url: \"http://two.example/clusters.json\"\n\n        headers: { x: 1 }\n";
    let third = "      - url: http://three.example/clusters.json\n";
    assert_eq!(without(REPLICANTE, &["one"]), REPLICANTE.replace(first, ""));
    assert_eq!(without(REPLICANTE, &["two"]), REPLICANTE.replace(second, ""));
    assert_eq!(without(REPLICANTE, &["three"]), REPLICANTE.replace(third, ""));
    let windows = REPLICANTE.replace('\n', "\r\n");
    assert_eq!(without(&windows, &["two"]), REPLICANTE.replace(second, "").replace('\n', "\r\n"));
}

#[test]
fn a_list_without_items_is_still_a_list() {
    let text = without(REPLICANTE, &["one", "two", "three"]);
    assert!(
        text.contains("    http: []\n      # first\n      # second\n      # third\n  interval: 60 # seconds\n"),
        "{text}"
    );
    let back = edited(YAML, &text, |d| d.add("discovery.backends.http", &[backend("two"), backend("one")]));
    assert!(
        back.contains(
            "    http:\n      - url: 'http://two.example/clusters.json'\n        headers:\n          x: 1\n      - url: 'http://one"
        ),
        "{back}"
    );
    assert_eq!(values(YAML, &back, "discovery.backends.http"), [json!([backend("two"), backend("one")])]);
}

#[test]
fn an_item_is_added_behind_the_last_one() {
    let text = without(REPLICANTE, &["one"]);
    assert_eq!(
        edited(YAML, &text, |d| d.add("discovery.backends.http", &[backend("one"), backend("two")])),
        text.replace(
            "  interval:",
            "      - url: 'http://one.example/clusters.json'\n        method: GET\n  interval:"
        )
    );
    assert_eq!(edited(YAML, "a:\n- x # c\n- y", |d| d.add("a", &[json!("z")])), "a:\n- x # c\n- y\n- z");
}

#[test]
fn a_mapping_takes_the_place_of_the_one_around_it() {
    assert_eq!(
        edited(YAML, REPLICANTE, |d| d.rename("events.stream", "events")),
        REPLICANTE.replace(
            "  # where they go\n  stream:   # kafka\n    backend: Kafka\n    # the brokers\n    options:\n      brokers: [a, b]\n",
            "  # where they go\n  # kafka\n  backend: Kafka\n  # the brokers\n  options:\n    brokers: [a, b]\n"
        )
    );
    assert_eq!(edited(YAML, "e: {s: {a: 1}} # x\n", |d| d.rename("e.s", "e")), "e: # x\n  a: 1\n");
    let more = refusal(YAML, "e:\n  s: {a: 1}\n  t: 1\n", |d| d.rename("e.s", "e"));
    assert_eq!(more, "`e.s` cannot become `e`: `e` holds more");
}

#[test]
fn a_value_moves_with_its_comments() {
    let text = "a:\n  # about x\n  x: # here\n    - 1\n    # two\n    - 2\n  y: 1\nb:\n    c:\n        z: 1\n";
    assert_eq!(
        edited(YAML, text, |d| d.rename("a.x", "b.c.w")),
        "a:\n  y: 1\nb:\n    c:\n        z: 1\n        # about x\n        w: # here\n          - 1\n          # two\n          - 2\n"
    );
    assert_eq!(edited(YAML, text, |d| d.rename("a.x", "a.q")), text.replace("  x:", "  q:"));
    assert_eq!(edited(YAML, "a:\n  # c\n  x: 1\nb: 2\n", |d| d.rename("a.x", "z")), "a: {}\nb: 2\n# c\nz: 1\n");
    assert_eq!(edited(YAML, "a: 1\nb: 2\n", |d| d.rename("a", "b")), "b: 2\n", "the new one stays");
}

#[test]
fn a_key_is_made_where_its_mapping_is() {
    let cases = [
        ("", "a.b", json!(1), "a:\n  b: 1\n"),
        ("# only this\n", "a", json!([]), "# only this\na: []\n"),
        ("a:\nb: 1\n", "a.c", json!("x"), "a:\n  c: x\nb: 1\n"),
        ("a: {}   # c\nb: 1\n", "a.c.d", json!(true), "a:   # c\n  c:\n    d: true\nb: 1\n"),
        ("a: # c\n  # d\nb: 1\n", "a.c", json!(2), "a: # c\n  c: 2\n  # d\nb: 1\n"),
        ("a:\n    b: 1\n\n# end\n", "a.c.d", json!(2), "a:\n    b: 1\n    c:\n        d: 2\n\n# end\n"),
        ("{a: 1, b: [x]}\n", "c.d", json!("z"), "{a: 1, b: [x], c: {d: z}}\n"),
        ("x: {a: 1, b: [x]} # c", "x.b", json!("y: z"), "x: {a: 1, b: 'y: z'} # c"),
        ("{}\n", "a", json!(1), "a: 1\n"),
        ("---\na: 1\n", "b", json!(null), "---\na: 1\nb: null\n"),
        ("a: |\n  text\n  more\n\nb: 1\n", "a", json!("x"), "a: x\n\nb: 1\n"),
        ("a: >- # c\n  text\nb: 1\n", "a", json!(["x"]), "a: # c\n  - x\nb: 1\n"),
        ("a:\n  - 1\n  # in\n  - 2\n# out\n", "a", json!({}), "a: {}\n# out\n"),
        ("a: 'x' # c\n", "a", json!("it's"), "a: 'it''s' # c\n"),
        ("a: \"x\"\n", "a", json!("z"), "a: \"z\"\n"),
        ("a:\r\n  b: 1\r\n", "a.c", json!({"d": 1}), "a:\r\n  b: 1\r\n  c:\r\n    d: 1\r\n"),
        ("\u{feff}a: 1\n", "a", json!(2), "\u{feff}a: 2\n"),
        ("é: ü # ö\n", "é", json!("ä"), "é: 'ä' # ö\n"),
    ];
    for (before, key, value, after) in cases {
        assert_eq!(edited(YAML, before, |d| d.set(key, &value)), after, "{before:?}");
        let there = edited(YAML, after, |d| d.default(key, &json!("else")));
        assert_eq!(there, after, "a default does not change what is there");
    }
}

#[test]
fn a_key_goes_and_the_comments_stay() {
    let cases = [
        ("# c\na: 1 # d\nb: 2\n", "a", "# c\nb: 2\n"),
        ("a:\n  # c\n  b: 1\nc: 1\n", "a.b", "a: {}\n  # c\nc: 1\n"),
        ("a: 1\n", "a", ""),
        ("{a: 1, b: 2, c: 3}\n", "b", "{a: 1, c: 3}\n"),
        ("{a: 1, b: 2, c: 3}\n", "c", "{a: 1, b: 2}\n"),
        ("x: {a: 1}\n", "x.a", "x: {}\n"),
        ("x: {\n  a: 1, # c\n  b: 2 # d\n}\n", "x.a", "x: {\n  b: 2 # d\n}\n"),
        ("a: 1\nb:\n", "b", "a: 1\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
    ];
    for (before, key, after) in cases {
        assert_eq!(edited(YAML, before, |d| d.remove(key)), after, "{before:?}");
    }
}

#[test]
fn lists_in_brackets_keep_their_form() {
    let cases = [
        ("a: [x, y] # c\n", vec!["z"], vec![], "a: [x, y, z] # c\n"),
        ("a: [x, y, ]\n", vec!["z"], vec!["y"], "a: [x, z, ]\n"),
        ("a: [\n  x, # one\n  y # two\n]\n", vec!["z"], vec![], "a: [\n  x, # one\n  y, # two\n  z\n]\n"),
        ("a: [\n  x, # one\n  y # two\n]\n", vec![], vec!["x"], "a: [\n  y # two\n]\n"),
        ("a: [x, y]\n", vec![], vec!["x", "y"], "a: []\n"),
    ];
    for (before, add, remove, after) in cases {
        let (add, remove): (Vec<Value>, Vec<Value>) =
            (add.into_iter().map(Value::from).collect(), remove.into_iter().map(Value::from).collect());
        let text = edited(YAML, before, |d| {
            d.add("a", &add)?;
            d.remove_items("a", &remove)
        });
        assert_eq!(text, after, "{before:?}");
    }
}

#[test]
fn texts_that_readers_would_take_for_something_else_are_quoted() {
    let texts = [
        "yes",
        "No",
        "1.0",
        "010",
        "0x1f",
        "12:30:45",
        "2001-01-01",
        "a: b",
        "#x",
        "x #y",
        "- a",
        "",
        " a",
        "a ",
        "~",
        "null",
        "*a",
        "&a",
        "!t",
        "%d",
        "@x",
        "`x",
        "{a}",
        "[a]",
        "a, b",
        "two\nlines\n",
        "tab\there",
        "it's",
        "\"q\"",
        "\\",
        "\u{7f}",
        "\u{2028}",
        "ünï",
        "=",
        "<<",
        ".5",
        "1_000",
        "...",
        "---",
        "? a",
        "|",
        ">",
        "http://x/y?z=1#a",
    ];
    for text in texts {
        for before in ["a: 1\n", "a: 'x'\n", "a: \"x\"\n", "{a: 1}\n", "a:\n", "b: 1\n"] {
            let after = edited(YAML, before, |d| d.set("a", &json!(text)));
            assert_eq!(values(YAML, &after, "a"), [text]);
        }
        let key = edited(YAML, "b: 1\n", |d| d.set("b", &json!({text: [text]})));
        assert_eq!(values(YAML, &key, "b"), [json!({text: [text]})]);
    }
    assert_eq!(edited(YAML, "a: 1\n", |d| d.set("a", &json!("yes"))), "a: 'yes'\n");
}

#[test]
fn what_could_be_damaged_is_refused() {
    let anchor = "a: &x\n  k: v\nb: *x\nc: 1\nd: !t [1]\nm:\n  <<: *x\n";
    for key in ["a", "a.k", "b", "b.k", "d", "m.n"] {
        let error = refusal(YAML, anchor, |d| d.set(key, &json!(5)));
        assert_eq!(
            error,
            format!(
                "the file cannot be edited safely: an anchor, an alias, a merge or a tag is at that place; set `{key}` by hand"
            )
        );
    }
    assert_eq!(edited(YAML, anchor, |d| d.set("c", &json!(2))), anchor.replace("c: 1", "c: 2"));
    let error = Document::parse(YAML, "a: 1\n---\nb: 1\n").expect_err("several documents");
    assert!(error.to_string().contains("more than one document"), "{error}");
    assert!(Document::parse(YAML, "a: 1\na: 2\n").is_err());
    let error = Document::parse(YAML, "a: [1\nb: 2\n").expect_err("no YAML").to_string();
    assert_eq!(error, "2:2: did not find expected ',' or ']', while parsing a flow sequence at line 1 column 4");
    // A line behind it would give the text a line end that it does not have.
    refusal(YAML, "a: |\n  text", |d| d.set("b", &json!(1)));
    assert!(refusal(YAML, "a: 1\n", |d| d.set("a.b", &json!(1))).contains("not a mapping"));
    assert!(refusal(Format::Json, "{}", |d| d.set("a", &json!(1))).contains("read only"));
}
