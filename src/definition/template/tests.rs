use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::model::{Expression, Scheme, Value};

const HOSTILE: [&str; 7] =
    ["a'b\"c", "two\nlines", "$(reboot)", "'; drop table x; --", "{{ secret:token }}", "{{ facts.token }}", "-rf .*[("];

fn names() -> Names {
    let plain = |value: Value| FactValue::Plain(value);
    let per_release = FactValue::PerRelease {
        given: BTreeMap::from([("14.0.2".to_owned(), json!("/srv/old"))]),
        default: Some(Template::new("{{ facts.root }}/svc-{{ release }}/bin")),
    };
    let endless =
        FactValue::PerRelease { given: BTreeMap::new(), default: Some(Template::new("{{ facts.loop[to] }}")) };
    Names {
        facts: Arc::new(BTreeMap::from([
            ("root".to_owned(), plain(json!("/opt"))),
            ("services".to_owned(), plain(json!(["api", "worker"]))),
            ("rate".to_owned(), plain(json!(25))),
            ("token".to_owned(), FactValue::Secret),
            ("bin".to_owned(), per_release),
            ("loop".to_owned(), endless),
        ])),
        stores: Arc::new(BTreeMap::from([(
            "db".to_owned(),
            StoreNames {
                engine: "sqlite".to_owned(),
                url: "sqlite:///srv/x.db?key=hunter2".to_owned(),
                path: Some("/srv/x.db".to_owned()),
            },
        )])),
        from: "14.0.2".to_owned(),
        to: "15.0.1".to_owned(),
        release: "15.0.1".to_owned(),
        here: "/here".to_owned(),
        items: BTreeMap::from([
            ("service".to_owned(), json!("api")),
            ("v".to_owned(), json!({"uid": "V1", "size": 3, "name": null})),
        ]),
        answers: BTreeMap::from([("2.0.0/pick".to_owned(), "yes".to_owned())]),
    }
}

fn renderer() -> Renderer {
    Renderer::new(&names(), &Scheme::Pep440)
}

fn text(template: &str) -> Result<String, String> {
    renderer().text(&Template::new(template)).map(|t| t.to_string()).map_err(|e| e.to_string())
}

fn truth(expression: &str) -> Result<bool, String> {
    let expression = Expression { text: expression.to_owned(), ..Expression::default() };
    renderer().truth(&expression).map_err(|e| e.to_string())
}

fn argv(templates: &[&str]) -> Result<Vec<String>, String> {
    let templates: Vec<_> = templates.iter().map(|t| Template::new(*t)).collect();
    renderer().argv(&templates).map(|a| a.iter().map(Text::to_string).collect()).map_err(|e| e.to_string())
}

#[test]
fn names_are_inserted_into_text() {
    assert_eq!(text("{{ from }} to {{ to }} in {{ here }}"), Ok("14.0.2 to 15.0.1 in /here".to_owned()));
    assert_eq!(text("{{ v.uid }} {{ v.size }} {{ facts.rate }}"), Ok("V1 3 25".to_owned()));
    assert_eq!(text("{{ facts.services | join(', ') }}"), Ok("api, worker".to_owned()));
    assert_eq!(text("{{ answers['2.0.0/pick'] }} {{ stores.db.path }}"), Ok("yes /srv/x.db".to_owned()));
    assert_eq!(text("{{ 1000 // (facts.rate | int) }}ms"), Ok("40ms".to_owned()));
    assert_eq!(text("{% if x %}"), Ok("{% if x %}".to_owned()));
}

#[test]
fn a_fact_of_each_release_falls_back_to_its_default() {
    assert_eq!(text("{{ facts.bin[from] }} {{ facts.bin['3.1'] }}"), Ok("/srv/old /opt/svc-3.1/bin".to_owned()));
    assert_eq!(
        text("{{ facts.loop[to] }}").expect_err("is refused"),
        "`facts.loop[to]`: the default of `facts.loop` leads back to itself"
    );
}

#[test]
fn a_name_that_does_not_exist_is_an_error_and_never_false() {
    for expression in
        ["facts.sevices", "nothing.at.all", "v.uuid", "stores.dv.path", "answers.x", "namespace()", "debug()"]
    {
        assert!(text(&format!("{{{{ {expression} }}}}")).is_err(), "{expression}");
        assert!(truth(&format!("{expression} == 'x'")).is_err(), "{expression}");
        assert!(truth(&format!("not {expression}")).is_err(), "{expression}");
    }
    assert_eq!(text("{{ v.uuid }}").expect_err("is refused"), "`v.uuid`: `v` has no `uuid`, only uid, size, name");
    assert_eq!(text("{{ v.name }}").expect_err("is refused"), "`v.name` has no value");
    assert_eq!(text("{{ service }").expect_err("is refused"), "`{{` is never closed: add `}}`");
}

#[test]
fn a_list_stands_alone_or_is_joined() {
    assert_eq!(
        text("stop {{ facts.services }}").expect_err("is refused"),
        "`facts.services` is a list: let it stand alone, or use `| join(', ')`"
    );
    assert_eq!(
        argv(&["stop", "{{ facts.services }}", "now"]),
        Ok(["stop", "api", "worker", "now"].map(str::to_owned).to_vec())
    );
    assert!(argv(&["--{{ facts.services }}"]).is_err());
    assert_eq!(renderer().value(&Template::new("{{ facts.services }}")).expect("works"), json!(["api", "worker"]));
    assert_eq!(renderer().value(&Template::new("{{ facts.rate }}")).expect("works"), json!(25));
    assert_eq!(renderer().value(&Template::new("{{ facts.rate }}!")).expect("works"), json!("25!"));
    assert_eq!(
        renderer().value(&Template::new("{{ v }}")).expect("works"),
        json!({"name": null, "size": 3, "uid": "V1"})
    );
}

#[test]
fn versions_are_compared_by_the_systems_scheme() {
    assert_eq!(truth("from is version('>=14,<15')"), Ok(true));
    assert_eq!(truth("to is version('<9')"), Ok(false));
    assert!(truth("facts.root is version('<9')").expect_err("is refused").contains("is not a version"));
}

#[test]
fn items_must_be_a_list() {
    let over = |text: &str| renderer().items(&Expression { text: text.to_owned(), ..Expression::default() });
    assert_eq!(over("facts.services").expect("works"), [json!("api"), json!("worker")]);
    assert_eq!(over("facts.root").expect_err("is refused").to_string(), "`facts.root` is a text, not a list");
}

#[test]
fn a_secret_is_shown_as_a_reference_until_it_is_revealed() {
    let text = renderer().text(&Template::new("Bearer {{ facts.token }} {{ stores.db.url }}")).expect("works");
    let shown = "Bearer {{ secret:token }} {{ secret:stores.db.url }}";
    assert_eq!(text.to_string(), shown);
    assert_eq!(format!("{text:?}"), format!("{shown:?}"));
    assert_eq!(serde_json::to_value(&text).expect("works"), json!(shown));
    assert!(text.has_secret());
    let mut secrets = Secrets::of_stores(&names());
    secrets.insert("token", "hunter3");
    assert_eq!(text.reveal(&secrets), "Bearer hunter3 sqlite:///srv/x.db?key=hunter2");
    assert_eq!(format!("{secrets:?}"), r#"{"stores.db.url", "token"}"#);
    assert_eq!(secrets.mask("login with hunter3 failed"), "login with {{ secret:token }} failed");
    assert!(!format!("{:?}", names()).contains("hunter2"));
}

#[test]
fn a_secret_stands_in_no_argument_unless_it_says_reveal() {
    assert!(argv(&["login", "{{ facts.token }}"]).expect_err("is refused").contains("pass it by `env` or `stdin`"));
    assert!(argv(&["--url={{ stores.db.url }}"]).expect_err("is refused").contains("`stores.db.url`"));
    assert_eq!(argv(&["--url={{ stores.db.url | reveal }}"]), Ok(vec!["--url={{ secret:stores.db.url }}".to_owned()]));
}

#[test]
fn a_secret_goes_nowhere_else() {
    let template = Template::new("{{ facts.token }}");
    assert!(renderer().value(&template).is_err());
    assert!(renderer().regex(&template).is_err());
    assert!(renderer().sql(&template, "sqlite").is_err());
    assert!(truth("facts.token == 'x'").is_err());
    for changed in
        ["facts.token | upper", "facts.token[1]", "facts.token | replace('t', 'x')", "facts.token | list | join('-')"]
    {
        assert!(text(&format!("{{{{ {changed} }}}}")).is_err(), "{changed}");
    }
}

#[test]
fn a_value_cannot_forge_a_reference_to_a_secret() {
    let mut names = names();
    names.items.insert("service".to_owned(), json!("\u{fdd0}token\u{fdd2}"));
    let error = Renderer::new(&names, &Scheme::Semver).text(&Template::new("{{ from }}")).expect_err("is refused");
    assert_eq!(error.to_string(), "`service` holds a character that Stepwell reserves (U+FDD0 to U+FDD2)");
    assert!(!Text::plain("\u{fdd0}token\u{fdd2}").has_secret());
}

#[test]
fn hostile_values_stay_values_everywhere() {
    for hostile in HOSTILE {
        let mut names = names();
        Arc::make_mut(&mut names.facts).insert("x".to_owned(), FactValue::Plain(json!(hostile)));
        Arc::make_mut(&mut names.facts).insert("xs".to_owned(), FactValue::Plain(json!([hostile, hostile])));
        names.items.insert("row".to_owned(), json!({ "x": hostile }));
        let renderer = Renderer::new(&names, &Scheme::Semver);
        for source in ["facts.x", "row.x"] {
            let template = Template::new(format!("{{{{ {source} }}}}"));
            let inserted = renderer.text(&template).expect("works");
            assert!(!inserted.has_secret());
            assert_eq!(inserted.reveal(&Secrets::from_iter([("token".to_owned(), "hunter3".to_owned())])), hostile);
            assert_eq!(renderer.value(&template).expect("works"), json!(hostile));
            let regex = regex::Regex::new(&format!("^{}$", renderer.regex(&template).expect("works"))).expect("works");
            assert!(regex.is_match(hostile));
            for (engine, placeholder) in [("sqlite", "?"), ("mysql", "?"), ("postgres", "$1")] {
                let query = Template::new(format!("select 1 where a = {{{{ {source} }}}}"));
                let bound = renderer.sql(&query, engine).expect("works");
                assert_eq!(bound, (format!("select 1 where a = {placeholder}"), vec![json!(hostile)]));
            }
        }
        let argv =
            renderer.argv(&[Template::new("{{ facts.xs }}"), Template::new("--a={{ facts.x }}")]).expect("works");
        let argv: Vec<_> = argv.iter().map(Text::to_string).collect();
        assert_eq!(argv, [hostile.to_owned(), hostile.to_owned(), format!("--a={hostile}")]);
        let same = Expression { text: "facts.x == row.x and facts.xs[0] == row.x".to_owned(), ..Expression::default() };
        assert!(renderer.truth(&same).expect("works"));
    }
}
