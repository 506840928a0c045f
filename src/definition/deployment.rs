//! `stepwell.yaml`: which system is deployed here, where its stores are, and what only the operator knows.
//!
//! It says where a secret comes from and never what it is. Nothing is resolved here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use marked_yaml::Node;
use serde_yaml::{Mapping, Value as Yaml};

use super::fact::name;
use super::limits::limits;
use super::node::{Context, Fields, boolean, entries, list, place, text};
use super::parse::parse;
use super::step::id;
use super::system::{FORMAT, format};
use super::{Findings, Sources};
use crate::model::{Limits, Place, System};

/// An operator's instance of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The file itself.
    pub path: PathBuf,
    /// Its folder, from which relative paths count.
    pub dir: PathBuf,
    pub system: String,
    /// Written once; part of every key in a shared journal.
    pub id: String,
    /// Where each store's URL comes from.
    pub stores: BTreeMap<String, Source>,
    pub facts: BTreeMap<String, FactInput>,
    /// Holds the socket, the file journal, logs and outputs.
    pub state_dir: PathBuf,
    pub journal: JournalPlace,
    /// What batches wait for.
    pub limits: Limits,
    /// Replicas whose lag is asked there.
    pub replicas: Vec<Source>,
    /// A program that gets events on its standard input; empty when there is none.
    pub on_event: Vec<String>,
}

/// Where a run is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum JournalPlace {
    /// In the state directory.
    #[default]
    File,
    /// In the store of that name.
    Store(String),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Written in the file.
    Plain(String),
    /// An environment variable.
    Env(String),
    /// The content of a file, without the newline at its end.
    File(PathBuf),
    /// What a program prints, without the newline at its end.
    Run(Vec<String>),
    /// The operator is asked each time.
    Ask,
}

/// What the operator says about a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactInput {
    One(Source),
    List(Vec<String>),
    /// One for each release.
    PerRelease(BTreeMap<String, Source>),
}

/// Reads a `stepwell.yaml`.
///
/// # Errors
/// With everything that is wrong in it, or that it cannot be read.
pub fn load_deployment(path: &Path) -> Result<Deployment, Findings> {
    let context = Context::default();
    let mut sources = Sources::default();
    let (content, error) = match std::fs::read_to_string(path) {
        Ok(content) => (content, None),
        Err(error) => (String::new(), Some(error)),
    };
    let file = sources.add(path.display().to_string(), content.trim_start_matches('\u{feff}'));
    let deployment = match error {
        None => parse(&context, &sources, file).and_then(|node| deployment(&context, &node, path)),
        Some(error) => {
            let help = "see whether it is there and whether you may read it";
            context.report(Place { file, line: 0, column: 0 }, format!("the file cannot be read: {error}"), help);
            None
        }
    };
    match (Findings::of(sources, context.into_findings()), deployment) {
        (None, Some(deployment)) => Ok(deployment),
        (Some(findings), _) => Err(findings),
        (None, None) => unreachable!("a deployment that cannot be read has a finding"),
    }
}

fn deployment(context: &Context, node: &Node, path: &Path) -> Option<Deployment> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let fields = Fields::of(context, node, "a deployment")?;
    format(&fields);
    let system = fields.need("system", id);
    let own_id = fields.need("deployment", id);
    let stores: BTreeMap<_, _> = fields
        .entries("stores", |context, key, node| {
            let name = name(context, key);
            let fields = Fields::of(context, node, "a store")?;
            let url = fields.need("url", source);
            fields.finish();
            Some((name?, url?))
        })
        .into_iter()
        .collect();
    let facts = fields.entries("facts", |context, key, node| Some((name(context, key)?, fact(context, node)?)));
    let state_dir = fields.get("state_dir", text);
    let journal = fields.get("journal", |context, node| journal(context, node, &stores)).unwrap_or_default();
    let (limits, replicas) = fields.get("limits", limits).unwrap_or_default();
    let on_event = fields.list("on_event", text);
    fields.finish();
    Some(Deployment {
        path: path.to_owned(),
        state_dir: dir.join(state_dir.as_deref().unwrap_or(".stepwell")),
        dir,
        system: system?,
        id: own_id?,
        stores,
        facts: facts.into_iter().collect(),
        journal,
        limits,
        replicas,
        on_event,
    })
}

fn journal(context: &Context, node: &Node, stores: &BTreeMap<String, Source>) -> Option<JournalPlace> {
    if !matches!(node, Node::Mapping(_)) {
        if text(context, node)? != "file" {
            context.report(place(node), "the journal has no such place", "write `file` or `{ store: NAME }`");
        }
        return Some(JournalPlace::File);
    }
    let fields = Fields::of(context, node, "a journal's place")?;
    let store = fields.need("store", |context, node| {
        let store = text(context, node)?;
        if !stores.contains_key(&store) {
            let help = "name one of this file's `stores`, or write `journal: file`";
            context.report(place(node), format!("there is no store `{store}`"), help);
        }
        Some(store)
    });
    fields.finish();
    store.map(JournalPlace::Store)
}

/// Whether the journal may be where the deployment file says, as the system sees it.
///
/// # Errors
/// With the place in the file, where the system keeps the journal out of that store.
pub fn check_journal(deployment: &Deployment, system: &System) -> Result<(), Findings> {
    let JournalPlace::Store(name) = &deployment.journal else { return Ok(()) };
    if system.stores.iter().all(|store| store.journal || &store.name != name) {
        return Ok(());
    }
    let context = Context::default();
    let mut sources = Sources::default();
    let content = std::fs::read_to_string(&deployment.path).unwrap_or_default();
    let file = sources.add(deployment.path.display().to_string(), content.trim_start_matches('\u{feff}'));
    let node = parse(&context, &sources, file);
    let within = |node: Option<&Node>, key: &str| match node {
        Some(Node::Mapping(mapping)) => mapping.get(key).cloned(),
        _ => None,
    };
    let written = within(within(node.as_ref(), "journal").as_ref(), "store");
    let spot = written.as_ref().map_or(Place { file, line: 0, column: 0 }, place);
    let message = format!("{} does not let the journal be in the store `{name}`", system.name);
    context.report(spot, message, "name another store, or write `journal: file`: an upgrade may replace this one");
    Findings::of(sources, context.into_findings()).map_or(Ok(()), Err)
}

const SOURCES: [&str; 4] = ["env", "file", "run", "ask"];

pub(super) fn source(context: &Context, node: &Node) -> Option<Source> {
    if !matches!(node, Node::Mapping(_)) {
        return text(context, node).map(Source::Plain);
    }
    let fields = Fields::of(context, node, "a value's source")?;
    let kind = fields.one_of(&SOURCES);
    let source = kind.and_then(|kind| match kind {
        "env" => fields.get(kind, text).map(Source::Env),
        "file" => fields.get(kind, text).map(|path| Source::File(path.into())),
        "run" => fields.get(kind, |context, node| {
            let argv = list(context, node, text)?;
            if argv.is_empty() {
                context.report(place(node), "the command is empty", "write the program and its arguments");
            }
            Some(Source::Run(argv))
        }),
        _ => fields.get(kind, |context, node| {
            if !boolean(context, node)? {
                context.report(place(node), "the value has no source", "write `ask: yes`, or the value");
            }
            Some(Source::Ask)
        }),
    });
    fields.finish();
    source
}

fn fact(context: &Context, node: &Node) -> Option<FactInput> {
    match node {
        Node::Sequence(_) => list(context, node, text).map(FactInput::List),
        // Versions never look like these four words, so what else has a key is by release.
        Node::Mapping(mapping) if !mapping.keys().any(|key| SOURCES.contains(&key.as_str())) => {
            entries(context, node, |context, release, node| Some((release.as_str().to_owned(), source(context, node)?)))
                .map(|values| FactInput::PerRelease(values.into_iter().collect()))
        }
        _ => source(context, node).map(FactInput::One),
    }
}

/// The text of a `stepwell.yaml` that reads back as the same deployment.
///
/// # Errors
/// When the YAML cannot be written, as a sentence.
pub fn write_deployment(deployment: &Deployment) -> Result<String, String> {
    let mut top = Mapping::new();
    let mut put = |key: &str, value: Yaml| drop(top.insert(key.into(), value));
    put("format", Yaml::from(FORMAT));
    put("system", deployment.system.as_str().into());
    put("deployment", deployment.id.as_str().into());
    if !deployment.stores.is_empty() {
        let stores = deployment.stores.iter().map(|(name, url)| (name, mapping([("url", write_source(url))])));
        put("stores", mapping(stores));
    }
    if !deployment.facts.is_empty() {
        put("facts", mapping(deployment.facts.iter().map(|(name, input)| (name, write_fact(input)))));
    }
    if deployment.state_dir != deployment.dir.join(".stepwell") {
        let below = deployment.state_dir.strip_prefix(&deployment.dir).unwrap_or(&deployment.state_dir);
        put("state_dir", below.display().to_string().into());
    }
    put(
        "journal",
        match &deployment.journal {
            JournalPlace::File => "file".into(),
            JournalPlace::Store(name) => mapping([("store", name.as_str().into())]),
        },
    );
    if !deployment.on_event.is_empty() {
        put("on_event", texts(&deployment.on_event));
    }
    serde_yaml::to_string(&top).map_err(|error| format!("the deployment cannot be written: {error}"))
}

fn write_source(source: &Source) -> Yaml {
    match source {
        Source::Plain(text) => text.as_str().into(),
        Source::Env(name) => mapping([("env", name.as_str().into())]),
        Source::File(path) => mapping([("file", path.display().to_string().into())]),
        Source::Run(argv) => mapping([("run", texts(argv))]),
        Source::Ask => mapping([("ask", true.into())]),
    }
}

fn write_fact(input: &FactInput) -> Yaml {
    match input {
        FactInput::One(source) => write_source(source),
        FactInput::List(items) => texts(items),
        FactInput::PerRelease(values) => {
            mapping(values.iter().map(|(release, source)| (release, write_source(source))))
        }
    }
}

fn texts(items: &[String]) -> Yaml {
    Yaml::Sequence(items.iter().map(|item| item.as_str().into()).collect())
}

fn mapping<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Yaml)>) -> Yaml {
    Yaml::Mapping(entries.into_iter().map(|(key, value)| (key.as_ref().into(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_deployment_reads_back_the_same() {
        let folder = tempfile::tempdir().expect("works");
        let path = folder.path().join("stepwell.yaml");
        let plain = |text: &str| FactInput::One(Source::Plain(text.to_owned()));
        let deployment = Deployment {
            path: path.clone(),
            dir: folder.path().to_owned(),
            system: "demo".to_owned(),
            id: "demo-1".to_owned(),
            stores: BTreeMap::from([("db".to_owned(), Source::Env("DEMO_DB".to_owned()))]),
            facts: BTreeMap::from([
                ("a".to_owned(), plain("15.0")),
                ("b".to_owned(), plain("no")),
                ("c".to_owned(), plain("two\nlines: 'x' \"y\" {{ z }} # &a *b")),
                ("d".to_owned(), FactInput::List(vec!["010".to_owned(), "-".to_owned(), "~".to_owned()])),
                ("e".to_owned(), FactInput::One(Source::Run(vec!["pass".to_owned(), "show".to_owned()]))),
                ("f".to_owned(), FactInput::One(Source::Ask)),
                ("g".to_owned(), plain("")),
                ("h".to_owned(), FactInput::List(vec![])),
                (
                    "bin".to_owned(),
                    FactInput::PerRelease(BTreeMap::from([("15.0".to_owned(), Source::Plain("/opt".to_owned()))])),
                ),
            ]),
            state_dir: folder.path().join("state"),
            journal: JournalPlace::Store("db".to_owned()),
            limits: Limits::default(),
            replicas: Vec::new(),
            on_event: vec!["/usr/bin/notify".to_owned()],
        };
        std::fs::write(&path, write_deployment(&deployment).expect("works")).expect("works");
        match load_deployment(&path) {
            Ok(read) => assert_eq!(read, deployment),
            Err(findings) => panic!("{findings}"),
        }
    }
}
