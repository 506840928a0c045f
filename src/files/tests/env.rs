//! Env files.

use serde_json::{Value, json};

use super::{edited, refusal, values};
use crate::files::{Document, Format};

const ENV: Format = Format::Env;

#[test]
fn values_are_read_as_systemd_reads_them() {
    let text = "# c\nA=1\nexport B = 'two words' \nC=\"say \\\"hi\\\" \\$x\"\n; d\nD=a b  \nE=\nA=2\nF=\"two\nlines\"\nG=a\\\nb\n";
    for (key, value) in [
        ("A", "2"),
        ("B", "two words"),
        ("C", "say \"hi\" $x"),
        ("D", "a b"),
        ("E", ""),
        ("F", "two\nlines"),
        ("G", "ab"),
    ] {
        assert_eq!(values(ENV, text, key), [value], "{key}");
    }
    assert_eq!(values(ENV, text, "H"), [(); 0].map(Value::from));
    let error = Document::parse(ENV, "A=1\nB='x\n").expect_err("not closed");
    assert_eq!(error.to_string(), "2:3: the quotation mark of `B` is not closed");
}

#[test]
fn an_edit_keeps_comments_order_and_quotes() {
    let cases = [
        ("# c\nexport A='x'\nB=2\n", "A", "y z", "# c\nexport A='y z'\nB=2\n"),
        ("A=\"x\"\r\nB=2\r\n", "A", "$y", "A=\"\\$y\"\r\nB=2\r\n"),
        ("A=1", "B", "two words", "A=1\nB=\"two words\""),
        ("A = 1\n", "A", "http://x/y?z", "A = \"http://x/y?z\"\n"),
        ("", "A", "p$w", "A='p$w'\n"),
        ("A=1\nA=2 \n", "A", "3", "A=1\nA=3 \n"),
        ("A=\n#A=1\n", "A", "x", "A=x\n#A=1\n"),
    ];
    for (before, key, value, after) in cases {
        assert_eq!(edited(ENV, before, |d| d.set(key, &json!(value))), after, "{before:?}");
    }
    assert_eq!(edited(ENV, "# c\nA=\"x\ny\"\nB=1\n", |d| d.remove("A")), "# c\nB=1\n");
    assert_eq!(edited(ENV, "# c\nexport A='x'\nB=1\n", |d| d.rename("A", "Z")), "# c\nexport Z='x'\nB=1\n");
    assert_eq!(edited(ENV, "A=1\nB=1\n", |d| d.default("A", &json!(5))), "A=1\nB=1\n");
}

#[test]
fn what_programs_read_differently_is_refused() {
    refusal(ENV, "A=x # comment\n", |d| d.set("A", &json!("y")));
    refusal(ENV, "A=a\\\nb\n", |d| d.set("A", &json!("y")));
    refusal(ENV, "A=1\n", |d| d.set("A", &json!("two\nlines")));
    refusal(ENV, "A=1\n", |d| d.set("B C", &json!("x")));
    assert_eq!(refusal(ENV, "A=1\n", |d| d.add("A", &[json!("x")])), "an env file has no lists");
}
