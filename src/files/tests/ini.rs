//! INI files.

use serde_json::{Value, json};

use super::{edited, refusal, values};
use crate::files::Format;

const INI: Format = Format::Ini;
const FILE: &str = "# global\n[DEFAULT]\n# the old name\nsql_connection = sqlite:///a\n\n[crypto]\nplugins = a\n  b\n";

#[test]
fn a_value_is_read_with_the_lines_that_go_on_with_it() {
    assert_eq!(values(INI, FILE, "DEFAULT.sql_connection"), ["sqlite:///a"]);
    assert_eq!(values(INI, FILE, "crypto.plugins"), ["a\nb"]);
    assert_eq!(values(INI, FILE, "crypto.sql_connection"), [(); 0].map(Value::from));
    assert_eq!(values(INI, "[a.b:c]\nx = 1\nx: 2\n", "a.b:c.x"), ["1", "2"]);
}

#[test]
fn an_edit_keeps_comments_order_and_line_endings() {
    let text = edited(INI, &FILE.replace('\n', "\r\n"), |d| {
        d.set("DEFAULT.debug", &json!(false))?;
        d.set("crypto.plugins", &json!("c"))?;
        d.set("new.x", &json!(1))?;
        d.remove("DEFAULT.sql_connection")
    });
    assert_eq!(
        text,
        "# global\r\n[DEFAULT]\r\n# the old name\r\ndebug = false\r\n\r\n[crypto]\r\nplugins = c\r\n\r\n[new]\r\nx = 1\r\n"
    );
}

#[test]
fn a_commented_key_is_not_the_key() {
    assert_eq!(values(INI, "[a]\n#x = 1\n", "a.x"), [(); 0].map(Value::from));
    assert_eq!(edited(INI, "[a]\n#x = 1\n", |d| d.set("a.x", &json!("2"))), "[a]\n#x = 1\nx = 2\n");
}

#[test]
fn a_line_keeps_its_form() {
    let cases = [
        ("[a]\nx=1\ny: 2", "a.y", "3", "[a]\nx=1\ny: 3"),
        ("[a]\nx=\n", "a.x", "3", "[a]\nx= 3\n"),
        ("[a]\nx =   1  \n", "a.x", "3", "[a]\nx =   3  \n"),
        ("[a]\nx = 1\n\n# about b\n[b]\ny = 1\n", "a.z", "3", "[a]\nx = 1\nz = 3\n\n# about b\n[b]\ny = 1\n"),
        ("[a]\nx = 1\n\n# about z\n#z = 1\n", "a.z", "3", "[a]\nx = 1\n\n# about z\n#z = 1\nz = 3\n"),
        ("[a]\n\n[b]\n", "a.z", "two\nlines", "[a]\nz = two\n  lines\n\n[b]\n"),
        ("", "a.z", "3", "[a]\nz = 3\n"),
        ("x = 0", "a.x", "3", "x = 0\n\n[a]\nx = 3"),
        ("[a]\nx = 1\nx = 2\n", "a.x", "3", "[a]\nx = 3\n"),
    ];
    for (before, key, value, after) in cases {
        assert_eq!(edited(INI, before, |d| d.set(key, &json!(value))), after, "{before:?}");
    }
}

#[test]
fn repeated_keys_are_a_list() {
    let text = "[a]\nx = 1\n# two\nx = 2\ny = 0\n";
    assert_eq!(
        edited(INI, text, |d| d.add("a.x", &[json!("2"), json!(3)])),
        "[a]\nx = 1\n# two\nx = 2\nx = 3\ny = 0\n"
    );
    assert_eq!(edited(INI, text, |d| d.remove_items("a.x", &[json!(1)])), "[a]\n# two\nx = 2\ny = 0\n");
    assert_eq!(edited(INI, text, |d| d.remove_items("a.x", &[json!(1), json!(2)])), "[a]\n# two\ny = 0\n");
}

#[test]
fn a_renamed_key_takes_its_value_and_comments_along() {
    assert_eq!(edited(INI, FILE, |d| d.rename("crypto.plugins", "crypto.enabled")), FILE.replace("plugins", "enabled"));
    assert_eq!(
        edited(INI, FILE, |d| d.rename("DEFAULT.sql_connection", "database.connection")),
        "# global\n[DEFAULT]\n\n[crypto]\nplugins = a\n  b\n\n[database]\n# the old name\nconnection = sqlite:///a\n"
    );
}

#[test]
fn what_the_two_readers_take_differently_is_refused() {
    let stray = refusal(INI, "[a]\nx = 1\n\n  more\n", |d| d.set("a.x", &json!("2")));
    assert_eq!(
        stray,
        "the file cannot be edited safely: a line in the section begins with white space and goes on with no value; set `a.x` by hand"
    );
    refusal(INI, "[a]\nx = 1\n  # more\n", |d| d.set("a.x", &json!("2")));
    refusal(INI, "[a]\nx = 1\n", |d| d.set("a.x", &json!("a\n\nb")));
    refusal(INI, "[a]\nx = 1\n", |d| d.set("a.x", &json!(" a ")));
    refusal(INI, "[a]\nx = 1\n", |d| d.set("a.y=z", &json!("a")));
    refusal(INI, "[a]\nx = 1\n", |d| d.set("x", &json!("a")));
}

#[test]
fn a_name_with_dots_stands_behind_its_section_in_brackets() {
    assert_eq!(values(INI, "[filter:a]\npaste.factory = x:y\n", "[filter:a].paste.factory"), ["x:y"]);
    assert_eq!(
        edited(INI, "[a]\nx = 1\n", |d| d.default("[filter:a.b].paste.factory", &json!("x:y"))),
        "[a]\nx = 1\n\n[filter:a.b]\npaste.factory = x:y\n"
    );
    refusal(INI, "[a]\nx = 1\n", |d| d.set("[a]x", &json!("a")));
}

#[test]
fn a_word_is_put_before_the_first_of_others_in_every_section_of_the_kind() {
    let text = "[pipeline:v]\npipeline = cors  version\n\n[pipeline:k]\n# mine\npipeline: cors proxy auth\n  app\n\n[other:k]\npipeline = proxy\n";
    let before = ["auth", "proxy", "version"].map(str::to_owned);
    assert_eq!(
        edited(INI, text, |d| d.insert("[pipeline:*].pipeline", "id", &before)),
        text.replace("  version", "  id version").replace("proxy auth", "id proxy auth")
    );
    // What has the word already, or none of the others, stays; as does a word of which another one is a part.
    for value in ["cors id proxy", "cors app", "cors proxying"] {
        let text = format!("[pipeline:v]\npipeline = {value}\n");
        assert_eq!(edited(INI, &text, |d| d.insert("pipeline:v.pipeline", "id", &before)), text);
    }
    refusal(Format::Yaml, "a: b c\n", |d| d.insert("a", "id", &before));
}
