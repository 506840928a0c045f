//! `stepwell.yaml`: which system is deployed here, where its stores are, and what only the operator knows.
//!
//! It says where a secret comes from and never what it is. Nothing is resolved here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use marked_yaml::Node;

use super::fact::name;
use super::limits::limits;
use super::node::{Context, Fields, boolean, entries, list, place, text};
use super::parse::parse;
use super::step::id;
use super::system::format;
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
