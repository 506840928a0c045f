//! What only a look at the whole catalogue can tell: names that lead nowhere, expressions that cannot work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use minijinja::{Environment, ErrorKind};
use regex::Regex;

use super::Sources;
use super::node::{Context, Mentioned, nearest, quoted};
use super::template::{Piece, check_sql, split};
use super::walk::{Visit, Where, walk};
use crate::model::{Ask, Backfill, Catalogue, Expression, Kind, Place, Probe, Query, Template};

/// Reports what does not fit together.
pub(super) fn lint(context: &Context, sources: &Sources, catalogue: &Catalogue) {
    let system = &catalogue.system;
    let linter = Linter {
        context,
        sources,
        facts: Known::of(system.facts.iter().map(|fact| fact.name.as_str())),
        stores: Known::of(system.stores.iter().map(|store| store.name.as_str())),
        engines: system.stores.iter().map(|store| (store.name.as_str(), store.engines.as_slice())).collect(),
        env: super::template::environment(&system.versions.scheme),
    };
    mentions(context, &Known::of(system.actions.iter().map(|action| action.id.as_str())), &linter.stores);
    walk(catalogue, &mut { linter });
    floors(context, sources, catalogue);
}

/// Names that can be used, in the order in which they were defined.
struct Known<'c> {
    list: Vec<&'c str>,
    set: BTreeSet<&'c str>,
}

impl<'c> Known<'c> {
    fn of(names: impl Iterator<Item = &'c str>) -> Self {
        let list: Vec<&str> = names.collect();
        Known { set: list.iter().copied().collect(), list }
    }

    fn contains(&self, name: &str) -> bool {
        self.set.contains(name)
    }
}

/// Actions and stores that were named but do not exist.
fn mentions(context: &Context, actions: &Known<'_>, stores: &Known<'_>) {
    for mention in context.take_mentions() {
        let (what, known) = match mention.what {
            Mentioned::Action => ("action", actions),
            Mentioned::Store => ("store", stores),
            Mentioned::OnlyStore => {
                let help = match stores.list.as_slice() {
                    [_] => continue,
                    [] => "describe the store under `stores` in system.yaml".to_owned(),
                    several => format!("add `store:` with one of {}", quoted(several)),
                };
                context.report(mention.place, "no store is named, and the system does not have exactly one", help);
                continue;
            }
        };
        if !known.contains(&mention.name) {
            unknown(context, mention.place, what, &mention.name, &known.list);
        }
    }
}

fn unknown(context: &Context, place: Place, what: &str, name: &str, known: &[&str]) {
    let help = match (nearest(name, known.iter().copied()), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("define it in system.yaml: there is no {what} yet"),
        (None, _) => format!("define it in system.yaml, or use one of {}", quoted(known)),
    };
    context.report(place, format!("there is no {what} `{name}`"), help);
}

/// A step cannot need a newer program than the one that it belongs to.
fn floors(context: &Context, sources: &Sources, catalogue: &Catalogue) {
    let scheme = &catalogue.system.versions.scheme;
    for release in &catalogue.releases {
        for step in release.before.iter().chain(&release.steps) {
            super::walk::each_step(step, &mut |step| {
                let floor = step.floor.as_deref().and_then(|floor| scheme.parse(floor).ok());
                if let Some(floor) = floor.filter(|floor| *floor > release.version) {
                    let own = &release.version;
                    let help = format!("write {own} or a version before it");
                    let place = sources.locate(step.place, "floor:");
                    context.report(place, format!("the floor {floor} is above the release {own} itself"), help);
                }
            });
        }
    }
}

struct Linter<'c> {
    context: &'c Context,
    sources: &'c Sources,
    facts: Known<'c>,
    stores: Known<'c>,
    /// The engines of each store.
    engines: BTreeMap<&'c str, &'c [String]>,
    env: Environment<'static>,
}

impl Visit for Linter<'_> {
    fn template(&mut self, template: &Template, within: &Where<'_>) {
        match split(&template.text) {
            Ok(pieces) => {
                for piece in pieces {
                    if let Piece::Expression(text) = piece {
                        let place = self.sources.locate(template.place, text);
                        self.check(text, place, within);
                    }
                }
            }
            Err(message) => {
                let place = self.sources.locate(template.place, "{{");
                self.context.report(place, message, "write `{{ name }}`");
            }
        }
        let block = template.text.find("{%").filter(|open| template.text[*open..].contains("%}"));
        if block.is_some() {
            let place = self.sources.locate(template.place, "{%");
            let help = "use `when` or `repeat`, or `{{ a if condition else b }}`";
            self.context.report(place, "a template has no `{% %}`, only `{{ }}`", help);
        }
    }

    fn expression(&mut self, expression: &Expression, within: &Where<'_>) {
        if expression.text.contains("{{") {
            let help = format!("write `{}`", expression.text.replace("{{", "").replace("}}", "").trim());
            self.context.report(expression.place, "this is an expression already and needs no `{{ }}`", help);
            return;
        }
        self.check(&expression.text, expression.place, within);
    }

    fn probe(&mut self, probe: &Probe) {
        if let Ask::Sql { store, query } = &probe.ask {
            self.query(store.as_deref(), query);
        }
    }

    fn kind(&mut self, kind: &Kind) {
        if let Kind::Sql(sql) = kind {
            for statement in &sql.statements {
                self.query(sql.store.as_deref(), statement);
            }
        }
        if let Kind::Backfill(Backfill { store, statement: Some(statement), .. }) = kind {
            self.query(store.as_deref(), statement);
            statement.all().for_each(|template| self.batches(template));
        }
    }
}

impl Linter<'_> {
    /// Whether an expression compiles and uses only names that are there.
    fn check(&self, text: &str, place: Place, within: &Where<'_>) {
        let expression = match super::template::compile(&self.env, text) {
            Ok(expression) => expression,
            Err(error) => {
                let reason = error.detail().unwrap_or("it does not parse").to_owned();
                self.context.report(
                    place,
                    format!("`{text}` is no expression: {reason}"),
                    "write one such as `facts.name`",
                );
                return;
            }
        };
        let mut paths: Vec<String> = expression.undeclared_variables(true).into_iter().collect();
        paths.sort_unstable();
        for path in paths {
            self.name(&path, text, place, within);
        }
        self.filters(text, place);
        if let Some(found) = compared_versions(text) {
            let help = format!("write `{found} is version(\">=2\")`: as texts, 10 comes before 9");
            self.context.report(place, format!("the version `{found}` is compared as text"), help);
        }
    }

    fn name(&self, path: &str, text: &str, place: Place, within: &Where<'_>) {
        const BASE: [&str; 7] = ["facts", "stores", "from", "to", "release", "here", "answers"];
        let mut parts = path.split('.');
        let (top, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let place = if text.contains(path) { self.sources.locate(place, path) } else { place };
        match (top, second) {
            ("facts", Some(name)) => {
                if !self.facts.contains(name) {
                    unknown(self.context, place, "fact", name, &self.facts.list);
                }
            }
            ("stores", Some(name)) => {
                if !self.stores.contains(name) {
                    unknown(self.context, place, "store", name, &self.stores.list);
                } else if let Some(key) = third.filter(|key| !["engine", "url", "path"].contains(key)) {
                    let help = "a store has `engine`, `url` and `path`";
                    self.context.report(place, format!("a store has no `{key}`"), help);
                }
            }
            _ => {
                let known: Vec<&str> = BASE.into_iter().chain(within.names.iter().copied()).collect();
                if !known.contains(&top) {
                    let help = match nearest(top, known.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the names here are {}", quoted(&known)),
                    };
                    self.context.report(place, format!("there is no name `{top}` here"), help);
                }
            }
        }
    }

    /// Filters and tests are looked up when an expression is evaluated, which may be in the middle of a run.
    fn filters(&self, text: &str, place: Place) {
        static USED: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"(\||\bis\s+not\b|\bis\b)\s*([A-Za-z_]\w*)").ok());
        let bare = without_strings(text);
        for found in USED.iter().flat_map(|used| used.captures_iter(&bare)) {
            let (probe, what, kind) = match &found[1] {
                "|" => (format!("'' | {}", &found[2]), "filter", ErrorKind::UnknownFilter),
                _ => (format!("'' is {}", &found[2]), "test", ErrorKind::UnknownTest),
            };
            let compiled = self.env.compile_expression_owned(probe);
            if compiled.and_then(|probe| probe.eval(())).is_err_and(|error| error.kind() == kind) {
                let place = self.sources.locate(place, &found[2]);
                let help = "Stepwell's own are the test `version` and the filter `reveal`; the others are minijinja's";
                self.context.report(place, format!("there is no {what} `{}`", &found[2]), help);
            }
        }
    }

    /// Whether a statement that is carried out for each batch is about the batch.
    fn batches(&self, template: &Template) {
        let pieces = match split(&template.text) {
            Ok(pieces) => pieces,
            Err(message) => {
                let place = self.sources.locate(template.place, "{{");
                return self.context.report(place, message, "write `{{ range }}`");
            }
        };
        let names = || pieces.iter().filter_map(|p| if let Piece::Expression(name) = p { Some(*name) } else { None });
        if let Some(other) = names().find(|name| *name != "range") {
            let help = "only `{{ range }}` stands in the statement of a backfill, for the keys of its batch";
            let place = self.sources.locate(template.place, other);
            self.context.report(place, format!("`{{{{ {other} }}}}` is not known here"), help);
        } else if names().next().is_none() {
            let help = "add `where {{ range }}`, which stands for the keys of the batch";
            self.context.report(template.place, "this would be carried out on all rows for each batch", help);
        }
    }

    /// Whether values can be bound where the expressions of a query stand, for each engine that it is for.
    fn query(&self, store: Option<&str>, query: &Query) {
        // With several stores and none named, that is the mistake.
        let only = self.stores.list.first().filter(|_| self.stores.list.len() == 1).copied();
        let engines = store.or(only).and_then(|name| self.engines.get(name)).copied().unwrap_or_default();
        for engine in engines {
            let Some(template) = query.for_engine(engine) else {
                let Some(place) = query.all().next().map(|template| template.place) else { continue };
                let help = format!("add `{engine}:` to it, or take {engine} out of the store's `engines`");
                self.context.report(place, format!("there is no query for {engine}"), help);
                return;
            };
            if let Err(message) = check_sql(&template.text, engine) {
                let place = self.sources.locate(template.place, "{{");
                self.context.report(place, message, "a value is bound: write `where name = {{ value }}`");
                return;
            }
        }
    }
}

/// The version that is compared by `<` or `>`, if one is.
fn compared_versions(text: &str) -> Option<String> {
    static COMPARED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\b(from|to|release)\s*[<>]|[<>]=?\s*(from|to|release)\b").ok());
    let bare = without_strings(text);
    let found = COMPARED.as_ref()?.captures(&bare)?;
    found.get(1).or(found.get(2)).map(|name| name.as_str().to_owned())
}

/// The expression with its string literals emptied.
pub(super) fn without_strings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match quote {
            None => {
                out.push(c);
                quote = matches!(c, '\'' | '"').then_some(c);
            }
            Some(_) if c == '\\' => drop(chars.next()),
            Some(open) if c == open => {
                out.push(c);
                quote = None;
            }
            Some(_) => {}
        }
    }
    out
}
