//! From files to a catalogue and a deployment, with errors that say what to do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::args::Args;
use super::{Failure, helpers, report};
use crate::definition::{
    Deployment, Findings, JournalPlace, check_journal, lint_dir, load_deployment, load_dir, shipped,
};
use crate::engine::Setup;
use crate::interview::Offer;
use crate::journal::{Journal, JournalError, Lock, Place};
use crate::model::{Catalogue, Exit};
use crate::probe::resolve;
use crate::words::setup as words;

/// Reads the deployment file and its system's definitions. Makes nothing.
pub fn setup(args: &Args, lock: Option<Lock>) -> Result<Setup, Failure> {
    let deployment = deployment(&args.deployment)?;
    if let Some(system) = args.system.as_ref().filter(|system| **system != deployment.system) {
        let (file, other) = (deployment.path.display(), &deployment.system);
        let text = format!("error: {file} is a deployment of {other}, not of {system}; leave out --system");
        return Err(Failure::new(Exit::Usage, text));
    }
    let mut catalogue = catalogue(&deployment.system, args.catalogue.as_deref())?;
    check_journal(&deployment, &catalogue.system).map_err(|f| invalid(&f))?;
    if catalogue.here.is_none() && !catalogue.helpers.is_empty() {
        catalogue.here = Some(helpers::unpack(&catalogue.helpers, &deployment.state_dir)?);
    }
    let secrets = secrets(args)?;
    Ok(Setup {
        catalogue: Arc::new(catalogue),
        deployment,
        secrets,
        lock,
        stays: args.names_work(),
        window: args.window.clone(),
        pace: args.pace,
    })
}

/// Where the deployment's journal is.
pub async fn place(setup: &Setup) -> Result<Place, Failure> {
    let deployment = &setup.deployment;
    let site = match deployment.journal {
        JournalPlace::File => None,
        JournalPlace::Store(_) => Some(resolve(&setup.catalogue, deployment, &setup.secrets).await.site),
    };
    Place::of(deployment, site.as_ref()).map_err(unreadable)
}

/// Opens the deployment's journal for reading; `None` when there is none yet.
pub async fn journal(setup: &Setup) -> Result<Option<Journal>, Failure> {
    Journal::open_read_only(&place(setup).await?, &setup.deployment.id).await.map_err(unreadable)
}

/// A journal that could not be read, before anything was changed.
pub fn unreadable(error: JournalError) -> Failure {
    Failure::new(Exit::CouldNotAsk, format!("error: {error}; nothing was changed"))
}

/// Whether a runner of another host, or of another state directory, works on the deployment.
pub async fn is_held_elsewhere(setup: &Setup) -> Result<bool, Failure> {
    match journal(setup).await? {
        Some(mut journal) => journal.is_held().await.map_err(unreadable),
        None => Ok(false),
    }
}

/// What to do without a deployment file, and without anybody to ask.
pub fn missing(path: &Path) -> Failure {
    Failure::new(Exit::Usage, words::no_file(&path.display().to_string(), &shipped::names().join(", ")))
}

/// The systems that a deployment can be set up for, with their definitions.
pub fn offers(folder: Option<&Path>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = known(folder)
        .into_iter()
        .map(|name| {
            let catalogue = catalogue(&name, folder).map(Arc::new).map_err(|failure| failure.text);
            // A folder that is one system itself is known by that system's name.
            let name = catalogue.as_ref().map_or(name, |catalogue| catalogue.system.name.clone());
            Offer { name, catalogue }
        })
        .collect();
    offers.dedup_by(|a, b| a.name == b.name);
    offers
}

/// Finds the definitions of a system.
///
/// # Errors
/// When there are none, with the names of those that there are.
pub fn known_system(name: &str, folder: Option<&Path>) -> Result<(), Failure> {
    catalogue(name, folder).map(drop)
}

/// Reads the deployment file.
pub fn deployment(path: &Path) -> Result<Deployment, Failure> {
    if !path.exists() {
        return Err(missing(path));
    }
    let mut deployment = load_deployment(path).map_err(|f| invalid(&f))?;
    // Runner, shim and programs each have a working directory of their own.
    for path in [&mut deployment.path, &mut deployment.dir, &mut deployment.state_dir] {
        *path = std::path::absolute(&path)?;
    }
    Ok(deployment)
}

fn invalid(findings: &Findings) -> Failure {
    Failure::new(
        Exit::Invalid,
        format!("{findings}\nnothing was changed; mend the file and run the same command again"),
    )
}

fn catalogue(system: &str, folder: Option<&Path>) -> Result<Catalogue, Failure> {
    if let Some(folder) = folder {
        let own = [folder.join(system), folder.to_owned()];
        if let Some(own) = own.iter().find(|f| f.join("system.yaml").exists()) {
            let mut catalogue = load_dir(own).map_err(|f| invalid(&f))?;
            catalogue.here = Some(std::path::absolute(own)?);
            return Ok(catalogue);
        }
    }
    match shipped::load(system) {
        Some(loaded) => loaded.map_err(|f| invalid(&f)),
        None => {
            let names = known(folder);
            let near = names
                .iter()
                .map(|n| (strsim::damerau_levenshtein(n, system), n))
                .filter(|(distance, _)| *distance <= 3)
                .min();
            let hint = near.map(|(_, name)| format!("; did you mean `{name}`?")).unwrap_or_default();
            Err(Failure::new(
                Exit::Usage,
                format!(
                    "error: Stepwell has no definitions for `{system}`{hint}\n\
                     It knows: {}. Others are found with --catalogue DIR. Nothing was changed.",
                    names.join(", ")
                ),
            ))
        }
    }
}

/// The systems that there are definitions for.
fn known(folder: Option<&Path>) -> Vec<String> {
    let own = folder.and_then(|f| std::fs::read_dir(f).ok()).into_iter().flatten().flatten();
    let itself = folder.filter(|folder| folder.join("system.yaml").exists()).and_then(|folder| folder.file_name());
    let own =
        own.filter(|e| e.path().join("system.yaml").exists()).map(|e| e.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = own
        .chain(itself.map(|name| name.to_string_lossy().into_owned()))
        .chain(shipped::names().into_iter().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn secrets(args: &Args) -> Result<BTreeMap<String, String>, Failure> {
    let mut secrets = BTreeMap::new();
    for (name, source) in &args.secret {
        let path = source.strip_prefix('@').ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!(
                    "error: --secret {name} takes a file: --secret {name}=@FILE (a value would be seen by every user)"
                ),
            )
        })?;
        let text = std::fs::read_to_string(path).map_err(|e| {
            Failure::new(Exit::Usage, format!("error: the secret `{name}` cannot be read from {path}: {e}"))
        })?;
        secrets.insert(name.clone(), text.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(secrets)
}

/// `stepwell lint DIR…`: a folder is a system, or holds systems.
pub fn lint(paths: &[PathBuf], json: bool) -> Result<Exit, Failure> {
    let mut systems = Vec::new();
    for path in paths {
        if path.join("system.yaml").exists() {
            systems.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path)
            .map_err(|e| Failure::new(Exit::Usage, format!("error: {} cannot be read: {e}", path.display())))?;
        let mut found: Vec<_> =
            entries.flatten().map(|e| e.path()).filter(|p| p.join("system.yaml").exists()).collect();
        if found.is_empty() {
            return Err(Failure::new(Exit::Usage, format!("error: {} holds no system.yaml", path.display())));
        }
        found.sort();
        systems.append(&mut found);
    }
    let mut found = Vec::new();
    let (mut errors, mut warnings) = (0, 0);
    for system in systems {
        let linted = lint_dir(&system);
        let Some(findings) = linted.findings else {
            if let Some(catalogue) = linted.catalogue.filter(|_| !json) {
                report::print(format_args!(
                    "{}: {} releases, no findings",
                    system.display(),
                    catalogue.releases.len()
                ))?;
            }
            continue;
        };
        let (wrong, doubtful) = findings.count();
        errors += wrong;
        warnings += doubtful;
        if json {
            found.push(findings);
        } else {
            report::print(format_args!("{findings}\n\n{}: {}\n", system.display(), counted(wrong, doubtful)))?;
        }
    }
    if json {
        report::print_json(&Document { schema: 1, findings: All(&found), errors, warnings })?;
    }
    Ok(if errors == 0 { Exit::Done } else { Exit::Invalid })
}

/// What `stepwell lint` writes as JSON.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    findings: All<'a>,
    errors: usize,
    warnings: usize,
}

/// The findings in all systems, as one list.
struct All<'a>(&'a [Findings]);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().flat_map(Findings::rows))
    }
}

/// `1 error, 2 warnings`.
fn counted(errors: usize, warnings: usize) -> String {
    let count = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{n} {what}s")),
    };
    [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
