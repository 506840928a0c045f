//! Files out of the words that definitions are written in.

use proptest::prelude::*;

const KEYS: &str = "format system title about offline versions stores facts env maintenance health checks first hop last \
    actions scheme path names data program assume engines detect default journal when ask help choices list secret match \
    per release after stop floor before steps verify id fix why repeat level at optional as_user resume done_when retry \
    on_failure estimate needs_space undo over as key batch parallel sql store statements query backfill table where set run argv \
    cwd stdin timeout secret_output http method url headers body file ini yaml toml json touch absent move from to write \
    content rename add remove typed wait until every backup prove use map expect else rows value text exit status exists \
    unchanged attempts unless factor of each deployment state_dir on_event series";

const VALUES: [&str; 44] = [
    "1",
    "0",
    "-1",
    "1.0.0",
    "2",
    ">=1,<2",
    "semver",
    "pep440",
    "direct",
    "sequential",
    "yes",
    "no",
    "true",
    "~",
    "''",
    "sqlite",
    "postgres",
    "mysql",
    "required",
    "idempotent",
    "once",
    "set_aside",
    "must",
    "hop",
    "5m",
    "2s..60s",
    "1..3",
    "99999999999999999999d",
    "\"{{ facts.a }}\"",
    "\"{{ to }} {{ x | upper }}\"",
    "\"{{ secret:a }}\"",
    "\"{{\"",
    "facts.a",
    "from is version('>=1')",
    "select 1",
    "\"select '{{ to }}'\"",
    "'([a-'",
    "'^(?P<a>.*)$'",
    "/a/b",
    "a b: c",
    "a",
    "sample",
    "\"\\u0000\\uFDD0\"",
    "[]",
];

pub fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(KEYS.split_whitespace().collect::<Vec<_>>())
}

fn scalar() -> impl Strategy<Value = String> {
    prop::sample::select(VALUES.to_vec()).prop_map(str::to_owned)
}

/// What a slip of the hand puts into a line.
pub fn token() -> impl Strategy<Value = String> {
    let signs = [
        " ", ":", ": ", "- ", "{", "}", "[", "]", "\"", "'", "#", "|", ">", "&a ", "*a", "!", "%", "\t", ",", "{{ ",
        " }}",
    ];
    prop_oneof![
        key().prop_map(str::to_owned),
        key().prop_map(|key| format!("{key}: ")),
        scalar(),
        prop::sample::select(signs.to_vec()).prop_map(str::to_owned),
        "\\PC{0,8}",
    ]
}

/// A mapping as a whole file, with one key a line and everything below it in brackets.
pub fn mapping() -> impl Strategy<Value = String> {
    prop::collection::vec((key(), value()), 0..12)
        .prop_map(|entries| entries.iter().map(|(key, value)| format!("{key}: {value}\n")).collect())
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(6, 40, 5, |inner| {
        let entries = prop::collection::vec((key(), inner.clone()), 0..5).boxed();
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[ {} ]", items.join(", "))),
            entries.clone().prop_map(|entries: Vec<_>| braces(&entries)),
            // A step or a check, which alone is looked into.
            entries.prop_map(|entries: Vec<_>| format!(
                "[ {{ id: a, title: b, {} ]",
                braces(&entries).trim_start_matches("{ ")
            )),
        ]
    })
}

fn braces(entries: &[(&str, String)]) -> String {
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{ {} }}", entries.join(", "))
}
