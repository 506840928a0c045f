//! Decodes probes: the question, how its answer is read, and what is expected of it.

use marked_yaml::Node;

use super::duration;
use super::edit::format;
use super::node::{
    Context, Fields, Mentioned, boolean, list, number, one_or_list, parsed, place, place_of, template, text,
};
use super::template::{Piece, split};
use crate::model::{
    AnswerSpec, Ask, Command, Expect, FileFormat, FileQuestion, Http, Probe, Query, RowCount, Template,
};

/// What a probe may say where it stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Allowed {
    /// `expect: { unchanged: true }`: there is an answer from before to compare with.
    pub(super) unchanged: bool,
    /// `map` gives versions or ranges.
    pub(super) versions: bool,
    /// `map` gives values.
    pub(super) values: bool,
    /// What answers, where that is known: `sql`, `run`, `http` or `file`.
    pub(super) kind: &'static str,
}

/// A probe that is a mapping of its own.
pub(super) fn probe(context: &Context, node: &Node, allowed: Allowed) -> Option<Probe> {
    let fields = Fields::of(context, node, "a probe")?;
    let probe = inline(&fields, allowed);
    fields.finish();
    probe
}

/// A probe that stands among other keys. Ask for those first.
pub(super) fn inline(fields: &Fields<'_>, allowed: Allowed) -> Option<Probe> {
    let kind = fields.one_of(&["sql", "run", "http", "file"])?;
    let allowed = Allowed { kind, ..allowed };
    let (ask, answer) = fields.get(kind, |context, node| match kind {
        "sql" => sql(context, node, allowed),
        "run" => run(context, node, allowed),
        "http" => http_question(context, node, allowed),
        _ => file(context, node, allowed),
    })?;
    Some(Probe { ask, answer, place: fields.place() })
}

fn sql(context: &Context, node: &Node, allowed: Allowed) -> Option<(Ask, AnswerSpec)> {
    let fields = Fields::of(context, node, "an SQL question")?;
    let store = store(&fields);
    let query = fields.need("query", query);
    let answer = answer(&fields, allowed);
    fields.finish();
    Some((Ask::Sql { store, query: query? }, answer))
}

fn run(context: &Context, node: &Node, allowed: Allowed) -> Option<(Ask, AnswerSpec)> {
    let fields = Fields::of(context, node, "a command")?;
    let command = command(&fields);
    let answer = answer(&fields, allowed);
    fields.finish();
    Some((Ask::Run(command?), answer))
}

fn http_question(context: &Context, node: &Node, allowed: Allowed) -> Option<(Ask, AnswerSpec)> {
    let fields = Fields::of(context, node, "an HTTP request")?;
    let http = http(&fields);
    let answer = answer(&fields, allowed);
    fields.finish();
    Some((Ask::Http(http?), answer))
}

/// The keys of a request, on steps and probes alike.
pub(super) fn http(fields: &Fields<'_>) -> Option<Http> {
    const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let method = fields.get("method", |context, node| {
        parsed(context, node, "a method such as `GET`", |text| {
            let method = text.to_ascii_uppercase();
            METHODS.contains(&method.as_str()).then_some(method).ok_or_else(|| format!("`{text}` is no method"))
        })
    });
    let url = fields.need("url", template);
    let headers = fields.entries("headers", |context, name, value| {
        let text = name.as_str();
        if text.is_empty() || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            context.report(
                place_of(name.span()),
                format!("`{text}` cannot be a header"),
                "use letters, digits and `-`",
            );
        }
        Some((text.to_owned(), template(context, value)?))
    });
    let body = fields.get("body", template);
    let timeout = timeout(fields);
    Some(Http { method: method.unwrap_or_else(|| "GET".to_owned()), url: url?, headers, body, timeout, expect: None })
}

/// Whole seconds, never fewer than were asked for.
fn timeout(fields: &Fields<'_>) -> Option<u64> {
    let timeout = fields.get("timeout", |context, node| {
        parsed(context, node, "a whole number with `ms`, `s`, `m`, `h` or `d`, such as `90s`", duration::parse)
    });
    timeout.map(|ms| ms.div_ceil(1000))
}

fn file(context: &Context, node: &Node, allowed: Allowed) -> Option<(Ask, AnswerSpec)> {
    let fields = Fields::of(context, node, "a question about a file")?;
    let answer = answer(&fields, allowed);
    let kind = fields.one_of(&["path", "ini", "env", "yaml", "toml", "json"]);
    let path = kind.and_then(|kind| fields.get(kind, template));
    fields.finish();
    let keyed = kind.and_then(format);
    if keyed.is_some() && !fields.means("key") {
        let help = match keyed {
            Some(FileFormat::Ini) => "add `key: section.key`",
            Some(FileFormat::Env) => "add `key: NAME`",
            _ => "add `key: a.b`, or `a.b.*` for everything in it",
        };
        context.report(fields.place(), "the question does not say which value of the file it asks", help);
    }
    let (path, _) = path.zip(kind)?;
    let file = match keyed {
        Some(format) => FileQuestion::Keyed { format, path },
        None => FileQuestion::Path(path),
    };
    Some((Ask::File { file }, answer))
}

/// The store of an SQL question or statement; without one the system has to have exactly one.
pub(super) fn store(fields: &Fields<'_>) -> Option<String> {
    let (what, name, place) = match fields.node("store") {
        Some(node) => (Mentioned::Store, text(fields.context, node), place(node)),
        None => (Mentioned::OnlyStore, Some(String::new()), fields.place()),
    };
    fields.context.mention(what, name.as_deref()?, place);
    name.filter(|name| !name.is_empty())
}

/// A query for every engine, or one for each.
pub(super) fn query(context: &Context, node: &Node) -> Option<Query> {
    if !matches!(node, Node::Mapping(_)) {
        return template(context, node).map(|any| Query { any: Some(any), ..Query::default() });
    }
    let fields = Fields::of(context, node, "a query")?;
    let query = Query {
        any: None,
        sqlite: fields.get("sqlite", template),
        postgres: fields.get("postgres", template),
        mysql: fields.get("mysql", template),
    };
    fields.finish();
    Some(query)
}

/// The keys that start a program, on steps and probes alike.
pub(super) fn command(fields: &Fields<'_>) -> Option<Command> {
    let stdin = fields.get("stdin", template);
    Some(Command { stdin, ..program(fields)? })
}

/// The keys of any program, also of one whose input comes from elsewhere.
pub(super) fn program(fields: &Fields<'_>) -> Option<Command> {
    let argv = fields.need("argv", |context, node| {
        let argv = list(context, node, template)?;
        if argv.is_empty() {
            context.report(place(node), "the command is empty", "write the program and its arguments");
        }
        Some(argv)
    });
    let env = fields.entries("env", variable);
    let cwd = fields.get("cwd", template);
    let timeout = timeout(fields);
    let secret_output = fields.get("secret_output", boolean).unwrap_or(false);
    Some(Command { argv: argv?, env, cwd, timeout, secret_output, ..Command::default() })
}

/// An environment variable and its value.
pub(super) fn variable(
    context: &Context,
    key: &marked_yaml::types::MarkedScalarNode,
    value: &Node,
) -> Option<(String, Template)> {
    let name = key.as_str();
    if name.is_empty() || name.contains(['=', '\0']) {
        context.report(place_of(key.span()), format!("`{name}` cannot be a variable"), "use letters, digits and `_`");
    }
    Some((name.to_owned(), template(context, value)?))
}

fn answer(fields: &Fields<'_>, allowed: Allowed) -> AnswerSpec {
    if fields.has("key") && matches!(allowed.kind, "sql" | "run") {
        let help = "a key is looked up in a file or in the JSON that a request answers; `match` picks from lines";
        fields.context.report(fields.key_place("key"), "this answer has no keys", help);
    }
    if fields.has("map") && !allowed.versions && !allowed.values {
        let help = "`map` is for `detect` and under `versions`; elsewhere write `expect: { value: … }`";
        fields.context.report(fields.key_place("map"), "nothing is done with what the answer means", help);
    }
    AnswerSpec {
        pattern: fields.get("match", regex),
        key: fields.get("key", template),
        map: fields.entries("map", |context, key, value| {
            let meaning = if allowed.versions { range(context, value) } else { text(context, value) };
            Some((key.as_str().to_owned(), meaning?))
        }),
        expect: fields.get("expect", |context, node| expect(context, node, allowed)),
        otherwise: fields.get("else", |context, node| expect(context, node, allowed)),
    }
}

fn range(context: &Context, node: &Node) -> Option<String> {
    parsed(context, node, "a version or a range such as `>=10,<15`", |text| match context.scheme.get() {
        Some(scheme) => scheme.parse_range(text).map(|_| text.to_owned()).map_err(|error| error.to_string()),
        None => Ok(text.to_owned()),
    })
}

/// A regular expression that compiles, whatever is inserted into it.
pub(super) fn regex(context: &Context, node: &Node) -> Option<Template> {
    let template = template(context, node)?;
    // A template that does not split is reported with all others.
    if let Ok(pieces) = split(&template.text) {
        let filled: String =
            pieces.iter().map(|piece| if let Piece::Literal(text) = piece { text } else { "x" }).collect();
        if let Err(error) = regex::Regex::new(&filled) {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let message = format!("the regular expression does not compile: {reason}");
            context.report(template.place, message, "escape a special character with `\\`, in single quotes");
        }
    }
    Some(template)
}

/// Conditions on an answer.
pub(super) fn expect(context: &Context, node: &Node, allowed: Allowed) -> Option<Expect> {
    let fields = Fields::of(context, node, "an expectation")?;
    let before = context.count();
    let expect = Expect {
        rows: fields.get("rows", |context, node| parsed(context, node, "a count such as `0`, `1..` or `0..1`", rows)),
        value: fields.get("value", |context, node| one_or_list(context, node, template)),
        text: fields.get("text", regex),
        every: fields.get("every", regex),
        exit: fields.get("exit", |context, node| one_or_list(context, node, number)),
        status: fields.get("status", |context, node| one_or_list(context, node, number)),
        exists: fields.get("exists", boolean),
        unchanged: fields.get("unchanged", boolean).unwrap_or(false),
    };
    fields.finish();
    if expect.unchanged && !allowed.unchanged {
        let help = "use it under a release's `verify` or under `health`: only there is an answer from before";
        context.report(fields.key_place("unchanged"), "nothing can be `unchanged` here", help);
    }
    let answered = [("exit", "run", "a command"), ("status", "http", "a request"), ("exists", "file", "a file")];
    for (key, kind, what) in answered.into_iter().filter(|(key, kind, _)| *kind != allowed.kind && fields.has(key)) {
        if !allowed.kind.is_empty() {
            let help = format!("remove it, or ask by `{kind}`");
            context.report(fields.key_place(key), format!("only {what} has `{key}`"), help);
        }
    }
    if expect == Expect::default() && context.count() == before {
        context.report(fields.place(), "the expectation is empty", "say what the answer must be, such as `rows: 0`");
    }
    Some(expect)
}

fn rows(text: &str) -> Result<RowCount, String> {
    let refuse = || format!("`{text}` is not a number of rows");
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| refuse());
    let (least, most) = match text.split_once("..") {
        None => (number(text)?, Some(number(text)?)),
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    if most.is_some_and(|most| most < least) { Err(refuse()) } else { Ok(RowCount { least, most }) }
}
