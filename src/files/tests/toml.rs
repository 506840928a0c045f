//! TOML files.

use serde_json::{Value, json};

use super::{edited, refusal, values};
use crate::files::{Document, Format};

const TOML: Format = Format::Toml;

const FILE: &str = "\
# the service
name = 'one' # its name
day = 1979-05-27
ports = [
  80, # http
  443 # https
]
log.level = \"info\"

# where data are
[store]
url = \"sqlite:a\" # file
pool = { size = 1, max = 2 }

[store.cache]
# seconds
ttl = 60

[[nodes]]
host = \"a\"

[[nodes]]
host = \"b\"
";

#[test]
fn values_are_found() {
    assert_eq!(values(TOML, FILE, "nodes.*.host"), ["a", "b"]);
    assert_eq!(values(TOML, FILE, "day"), ["1979-05-27"]);
    assert_eq!(values(TOML, FILE, "store.pool"), [json!({"size": 1, "max": 2})]);
    assert_eq!(values(TOML, FILE, "log.level"), ["info"]);
    let error = Document::parse(TOML, "a = 1\nb = =\n").expect_err("no TOML");
    assert!(error.to_string().starts_with("2:5: "), "{error}");
}

#[test]
fn an_edit_keeps_everything_else() {
    let cases = [
        ("name", json!("two"), "name = 'one'", "name = 'two'"),
        ("name", json!("it's"), "name = 'one'", "name = \"it's\""),
        ("store.pool.max", json!(5), "max = 2", "max = 5"),
        ("store.pool.min", json!([]), "max = 2 }", "max = 2, min = [] }"),
        ("log.file", json!("x"), "\"info\"\n", "\"info\"\nlog.file = \"x\"\n"),
        ("debug", json!(true), "\"info\"\n", "\"info\"\ndebug = true\n"),
        ("store.mode", json!(1.5), "max = 2 }\n", "max = 2 }\nmode = 1.5\n"),
        ("store.cache.size", json!({"a b": "x\ny"}), "ttl = 60\n", "ttl = 60\nsize = { \"a b\" = \"x\\ny\" }\n"),
        ("new.table.x", json!("y"), "host = \"b\"\n", "host = \"b\"\n\n[new.table]\nx = \"y\"\n"),
        ("ports", json!([1]), "[\n  80, # http\n  443 # https\n]", "[1]"),
    ];
    for (key, value, old, new) in cases {
        assert_eq!(edited(TOML, FILE, |d| d.set(key, &value)), FILE.replace(old, new), "{key}");
        let (windows, new) = (FILE.replace('\n', "\r\n"), FILE.replace(old, new).replace('\n', "\r\n"));
        assert_eq!(edited(TOML, &windows, |d| d.set(key, &value)), new, "{key}");
    }
    assert_eq!(edited(TOML, "", |d| d.set("a.b", &json!(1))), "[a]\nb = 1\n");
    assert_eq!(edited(TOML, "a = 1", |d| d.set("b", &json!(1))), "a = 1\nb = 1");
    assert_eq!(edited(TOML, "# c\n[a]\n", |d| d.set("b", &json!(1))), "b = 1\n\n# c\n[a]\n");
    assert_eq!(edited(TOML, "[a.b]\nx = 1\n", |d| d.set("a.y", &json!(1))), "[a.b]\nx = 1\n\n[a]\ny = 1\n");
    assert_eq!(edited(TOML, FILE, |d| d.default("name", &json!(1))), FILE);
}

#[test]
fn lists_keep_their_form() {
    assert_eq!(
        edited(TOML, FILE, |d| d.add("ports", &[json!(80), json!(8080)])),
        FILE.replace("443 # https", "443, # https\n  8080")
    );
    assert_eq!(edited(TOML, FILE, |d| d.remove_items("ports", &[json!(80)])), FILE.replace("  80, # http\n", ""));
    assert_eq!(edited(TOML, "a = [1, 2, 3]", |d| d.remove_items("a", &[json!(3), json!(1)])), "a = [2]");
    assert_eq!(edited(TOML, "[a]\n", |d| d.add("a.b", &[json!("x")])), "[a]\nb = [\"x\"]\n");
}

#[test]
fn a_key_goes_and_the_comments_stay() {
    assert_eq!(edited(TOML, FILE, |d| d.remove("name")), FILE.replace("name = 'one' # its name\n", ""));
    assert_eq!(edited(TOML, FILE, |d| d.remove("store.pool.size")), FILE.replace("size = 1, ", ""));
    assert_eq!(edited(TOML, FILE, |d| d.remove("log")), FILE.replace("log.level = \"info\"\n", ""));
    let table = "[store.cache]\n# seconds\nttl = 60\n\n";
    assert_eq!(edited(TOML, FILE, |d| d.remove("store.cache")), FILE.replace(table, ""));
    assert_eq!(edited(TOML, "[a]\nx = 1\n# b\n[b]\n[a.c]\ny = 1\n", |d| d.remove("a")), "# b\n[b]\n");
}

#[test]
fn a_renamed_value_is_written_as_it_was() {
    assert_eq!(edited(TOML, FILE, |d| d.rename("name", "title")), FILE.replace("name = ", "title = "));
    assert_eq!(
        edited(TOML, FILE, |d| d.rename("day", "store.day")),
        FILE.replace("day = 1979-05-27\n", "").replace("max = 2 }\n", "max = 2 }\nday = 1979-05-27\n")
    );
}

#[test]
fn what_could_be_damaged_is_refused() {
    let error = refusal(TOML, FILE, |d| d.add("nodes", &[json!({"host": "c"})]));
    assert_eq!(
        error,
        "the file cannot be edited safely: the list is written as tables with headers of their own; add the items to `nodes` by hand"
    );
    refusal(TOML, FILE, |d| d.rename("store", "database"));
    refusal(TOML, FILE, |d| d.set("store", &json!(1)));
    assert_eq!(refusal(TOML, FILE, |d| d.set("name", &Value::Null)), "a file of the form toml cannot hold null");
}
