//! From what the operator wrote, what can be detected and what is usual to a deployment in which every fact has a
//! value.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use regex::Regex;

use super::{Site, ask};
use crate::definition::{Deployment, FactInput, FactValue, Names, Source, StoreNames, Templates, Text};
use crate::model::{Catalogue, Fact, FactFound, FactSource, Probe, StoreFound, StoreSpec, Template, Value};
use crate::store::Location;

/// A deployment as far as it could be resolved, and what stands in the way.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub site: Site,
    pub facts: Vec<FactFound>,
    pub stores: Vec<StoreFound>,
    /// Sentences: facts without a value, values that do not fit, stores that cannot be reached.
    pub problems: Vec<Problem>,
}

/// Something that keeps an upgrade from beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The deployment file has to be mended.
    Input(String),
    /// A store could not be asked.
    Store(String),
}

/// Resolves facts in the order in which they are declared, then stores, then opens each store once to see whether it
/// answers. Changes nothing. `given` are secrets handed over on the command line.
pub async fn resolve(catalogue: &Catalogue, deployment: &Deployment, given: &BTreeMap<String, String>) -> Resolved {
    let system = &catalogue.system;
    let dir = std::path::absolute(&deployment.dir).unwrap_or_else(|_| deployment.dir.clone());
    let here = catalogue.here.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
    let mut resolver = Resolver {
        site: Site {
            deployment: deployment.id.clone(),
            state_dir: std::path::absolute(&deployment.state_dir).unwrap_or_else(|_| deployment.state_dir.clone()),
            dir,
            scheme: system.versions.scheme.clone(),
            names: Names { here, ..Names::default() },
            secrets: Arc::default(),
            stores: Arc::default(),
            limits: deployment.limits.clone(),
            replicas: Arc::default(),
            env: system.env.as_slice().into(),
            templates: Templates::new(&system.versions.scheme),
        },
        given,
        facts: Vec::new(),
        stores: Vec::new(),
        problems: Vec::new(),
    };
    for name in deployment.facts.keys().filter(|n| !system.facts.iter().any(|f| &f.name == *n)) {
        resolver
            .problems
            .push(Problem::Input(format!("{} has no fact `{name}`; remove it from the file", system.name)));
    }
    for fact in &system.facts {
        resolver.fact(fact, deployment.facts.get(&fact.name)).await;
    }
    for name in deployment.stores.keys().filter(|n| !system.stores.iter().any(|s| &s.name == *n)) {
        resolver
            .problems
            .push(Problem::Input(format!("{} has no store `{name}`; remove it from the file", system.name)));
    }
    for store in &system.stores {
        let applies = store.when.as_ref().is_none_or(|when| resolver.site.renderer().truth(when).unwrap_or(true));
        if applies {
            resolver.store(store, deployment.stores.get(&store.name)).await;
        }
    }
    resolver.replicas(&deployment.replicas);
    let Resolver { site, facts, stores, problems, .. } = resolver;
    Resolved { site, facts, stores, problems }
}

struct Resolver<'a> {
    site: Site,
    given: &'a BTreeMap<String, String>,
    facts: Vec<FactFound>,
    stores: Vec<StoreFound>,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    async fn fact(&mut self, fact: &Fact, input: Option<&FactInput>) {
        // One that does not concern this deployment is not asked for, and not shown as missing.
        if fact.when.as_ref().is_some_and(|when| matches!(self.site.renderer().truth(when), Ok(false)))
            && input.is_none()
        {
            return self.insert(fact, None, None);
        }
        let (value, source) = match self.value_of(fact, input).await {
            Ok(Some((value, source))) => match self.fits(fact, &value) {
                Ok(()) => (Some(value), source),
                Err(reason) => {
                    self.problems.push(Problem::Input(helped(format!("facts.{}: {reason}", fact.name), fact)));
                    (None, source)
                }
            },
            Ok(None) => (None, FactSource::Missing),
            Err(reason) => {
                self.problems.push(Problem::Input(helped(format!("facts.{}: {reason}", fact.name), fact)));
                (None, FactSource::Missing)
            }
        };
        let shown = match (&value, fact.secret) {
            (Some(_), true) => "(secret)".to_owned(),
            (Some(Value::Array(items)), _) => items.iter().map(super::answer::plain).collect::<Vec<_>>().join(", "),
            (Some(value), _) => super::answer::plain(value),
            (None, _) => String::new(),
        };
        if value.is_none() && !fact.per_release && fact.when.is_none() && source == FactSource::Missing {
            let mend = format!("write facts: {{ {}: … }} into the deployment file", fact.name);
            self.problems.push(Problem::Input(helped(format!("{} is not known: {mend}", fact.ask), fact)));
        }
        self.insert(fact, input, value);
        self.facts.push(FactFound { name: fact.name.clone(), ask: fact.ask.clone(), value: shown, source });
    }

    fn insert(&mut self, fact: &Fact, input: Option<&FactInput>, value: Option<Value>) {
        let known = if fact.per_release {
            let given = match input {
                Some(FactInput::PerRelease(map)) => map
                    .iter()
                    .filter_map(|(release, source)| {
                        let text = self.text_of(&fact.name, source).ok()?;
                        Some((release.clone(), if fact.list { Value::from(vec![text]) } else { Value::from(text) }))
                    })
                    .collect(),
                _ => BTreeMap::new(),
            };
            // One value for all releases is their default.
            let default = match input {
                Some(FactInput::One(Source::Plain(text))) => Some(Template::new(text.clone())),
                _ => fact.default.as_ref().and_then(|d| d.first().cloned()),
            };
            FactValue::PerRelease { given, default }
        } else if fact.secret {
            let text = value.as_ref().map(super::answer::plain).unwrap_or_default();
            Arc::make_mut(&mut self.site.secrets).insert(fact.name.clone(), text);
            FactValue::Secret
        } else {
            FactValue::Plain(value.unwrap_or(if fact.list { Value::Array(Vec::new()) } else { Value::from("") }))
        };
        Arc::make_mut(&mut self.site.names.facts).insert(fact.name.clone(), known);
    }

    async fn value_of(&self, fact: &Fact, input: Option<&FactInput>) -> Result<Option<(Value, FactSource)>, String> {
        let list = |texts: Vec<String>| Value::from(texts);
        match input {
            Some(FactInput::One(source)) => {
                let text = self.text_of(&fact.name, source)?;
                let value = if fact.list { list(vec![text]) } else { Value::from(text) };
                return Ok(Some((value, FactSource::File)));
            }
            Some(FactInput::List(_)) if !fact.list => return Err("expected one value, found a list".to_owned()),
            Some(FactInput::List(items)) => return Ok(Some((list(items.clone()), FactSource::File))),
            Some(FactInput::PerRelease(_)) if !fact.per_release => {
                return Err("it has one value for all releases, found one for each".to_owned());
            }
            Some(FactInput::PerRelease(map)) => {
                let shown = map.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return Ok(Some((Value::from(format!("given for {shown}")), FactSource::File)));
            }
            None => {}
        }
        if let Some(text) = self.given.get(&fact.name) {
            return Ok(Some((Value::from(text.clone()), FactSource::File)));
        }
        for probe in &fact.detect {
            let found = self.detect(probe).await;
            let Some(first) = found.first() else { continue };
            let value = if fact.list {
                let items = found.iter().flat_map(|found| found.split([',', '\n'])).map(str::trim);
                list(items.filter(|item| !item.is_empty()).map(str::to_owned).collect())
            } else {
                Value::from(first.clone())
            };
            return Ok(Some((value, FactSource::Detected)));
        }
        match &fact.default {
            // It is filled in for each release when it is used.
            Some(templates) if fact.per_release => {
                let text = templates.first().map(|t| t.text.clone()).unwrap_or_default();
                Ok(Some((Value::from(text), FactSource::Default)))
            }
            Some(templates) => {
                let renderer = self.site.renderer();
                // Of a list, a lone template may be as many values as its own list has.
                let texts = match fact.list {
                    true => renderer.argv(templates),
                    false => templates.iter().map(|t| renderer.text(t)).collect(),
                };
                let texts = texts.map_err(|e| e.to_string())?;
                let mut texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
                let value = if fact.list { list(texts) } else { Value::from(texts.pop().unwrap_or_default()) };
                Ok(Some((value, FactSource::Default)))
            }
            None => Ok(None),
        }
    }

    /// The values that a probe finds, one for each row. One that cannot be asked detects nothing.
    async fn detect(&self, probe: &Probe) -> Vec<String> {
        let Ok(answer) = ask(probe, &self.site).await else { return Vec::new() };
        let map = &probe.answer.map;
        let found = answer.rows.iter().filter_map(|row| {
            let text = super::answer::plain(row.first()?);
            // An answer that has no meaning detects nothing.
            if map.is_empty() { Some(text) } else { Some(map.iter().find(|(answer, _)| *answer == text)?.1.clone()) }
        });
        found.filter(|text| !text.is_empty()).collect()
    }

    fn text_of(&self, name: &str, source: &Source) -> Result<String, String> {
        match source {
            Source::Plain(text) => Ok(text.clone()),
            Source::Env(variable) => {
                std::env::var(variable).map_err(|_| format!("the environment variable {variable} is not set"))
            }
            Source::File(path) => {
                let path = self.site.dir.join(path);
                std::fs::read_to_string(&path)
                    .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                    .map_err(|e| format!("{} cannot be read: {e}", path.display()))
            }
            Source::Run(argv) => output_of(argv, &self.site.dir),
            Source::Ask => self
                .given
                .get(name)
                .cloned()
                .ok_or_else(|| format!("it is asked for: give it with `--secret {name}=@FILE`")),
        }
    }

    fn fits(&self, fact: &Fact, value: &Value) -> Result<(), String> {
        if fact.per_release {
            return Ok(());
        }
        let items: Vec<String> = match value {
            Value::Array(items) => items.iter().map(super::answer::plain).collect(),
            one => vec![super::answer::plain(one)],
        };
        for item in &items {
            if !fact.choices.is_empty() && !fact.choices.contains(item) {
                let shown = if fact.secret { "the value".to_owned() } else { format!("`{item}`") };
                return Err(format!("{shown} is not one of {}", fact.choices.join(", ")));
            }
            if let Some(pattern) = &fact.pattern {
                let regex = Regex::new(&format!("^(?:{pattern})$")).map_err(|e| e.to_string())?;
                if !regex.is_match(item) {
                    return Err(format!("the value does not match {pattern}"));
                }
            }
        }
        Ok(())
    }

    async fn store(&mut self, spec: &StoreSpec, source: Option<&Source>) {
        let url = match source {
            Some(source) => self.text_of(&format!("stores.{}.url", spec.name), source),
            None => self.detected_store(spec).await,
        };
        let located = url.and_then(|url| {
            let location = Location::parse(&url, &self.site.dir).map_err(|e| e.to_string())?;
            let engine = location.engine().word();
            if spec.engines.iter().any(|e| e == engine) {
                Ok((url, location))
            } else {
                Err(format!("a {engine} database does not serve here; expected {}", spec.engines.join(" or ")))
            }
        });
        let mut found = StoreFound {
            name: spec.name.clone(),
            title: spec.title.clone(),
            engine: String::new(),
            location: String::new(),
            error: None,
            size: None,
        };
        match located {
            Err(reason) => {
                self.problems.push(Problem::Input(format!("store `{}`: {reason}", spec.name)));
                found.error = Some(reason);
            }
            Ok((url, location)) => {
                found.engine = location.engine().word().to_owned();
                found.location = location.shown();
                match location.size().await {
                    Ok(bytes) => found.size = Some(bytes),
                    Err(e) => {
                        let place = location.shown();
                        self.problems
                            .push(Problem::Store(format!("store `{}` at {place} cannot be asked: {e}", spec.name)));
                        found.error = Some(e.to_string());
                    }
                }
                self.keep_secret(&format!("stores.{}", spec.name), &url, &location);
                let path = location.file().map(|path| path.display().to_string());
                let names = StoreNames { engine: found.engine.clone(), url, path };
                Arc::make_mut(&mut self.site.names.stores).insert(spec.name.clone(), names);
                Arc::make_mut(&mut self.site.stores).insert(spec.name.clone(), location);
            }
        }
        self.stores.push(found);
    }

    fn replicas(&mut self, sources: &[Source]) {
        let mut replicas = Vec::new();
        for (n, source) in sources.iter().enumerate() {
            let name = format!("limits.replicas.{}", n + 1);
            let located = self.text_of(&name, source).and_then(|url| {
                let location = Location::parse(&url, &self.site.dir).map_err(|e| e.to_string())?;
                Ok((url, location))
            });
            match located {
                Ok((url, location)) => {
                    self.keep_secret(&name, &url, &location);
                    replicas.push(location);
                }
                Err(reason) => self.problems.push(Problem::Input(format!("{name}: {reason}"))),
            }
        }
        self.site.replicas = replicas.into();
    }

    /// A URL may hold a password, and a driver's message may hold that alone.
    fn keep_secret(&mut self, name: &str, url: &str, location: &Location) {
        let secrets = Arc::make_mut(&mut self.site.secrets);
        secrets.insert(format!("{name}.url"), url.to_owned());
        if let Some(password) = location.server().and_then(|server| server.password.clone()) {
            secrets.insert(format!("{name}.password"), password);
        }
    }

    async fn detected_store(&self, spec: &StoreSpec) -> Result<String, String> {
        for probe in &spec.detect {
            if let Some(url) = self.detect(probe).await.into_iter().next() {
                return Ok(url);
            }
        }
        match &spec.default {
            Some(default) => self
                .site
                .renderer()
                .text(default)
                .map(|t: Text| t.reveal(&self.site.secrets))
                .map_err(|e| e.to_string()),
            None => Err(format!("its place is not known: write stores: {{ {}: {{ url: … }} }}", spec.name)),
        }
    }
}

/// What is wrong with a fact, and what the definition says to help.
fn helped(problem: String, fact: &Fact) -> String {
    match &fact.help {
        Some(help) => format!("{problem}. {help}"),
        None => problem,
    }
}

/// What a program prints, for a value that is kept elsewhere. The message never holds the output.
fn output_of(argv: &[String], dir: &Path) -> Result<String, String> {
    let [program, args @ ..] = argv else { return Err("the program to run is missing".to_owned()) };
    let output = std::process::Command::new(program)
        .args(args)
        .current_dir(dir)
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|e| format!("{program} cannot be started: {e}"))?;
    if !output.status.success() {
        return Err(format!("{program} ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\r', '\n']).to_owned())
}
