//! A folder of definitions, on disk or compiled in, to one checked catalogue.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::Dir;

use super::node::Context;
use super::parse::parse;
use super::{Findings, Sources, advice, keys, lint, release, system};
use crate::model::{Catalogue, Kind, Place, Release, Step, System};

/// Reads the catalogue in a folder: `system.yaml`, `releases/` and `bin/`. Anything else in it is left alone.
///
/// # Errors
/// With everything that is wrong in any of the files, and with files that cannot be read.
pub fn load_dir(folder: &Path) -> Result<Catalogue, Findings> {
    lint_dir(folder).into_result()
}

/// Reads the catalogue in a folder as [`load_dir`] does, and keeps the warnings.
pub fn lint_dir(folder: &Path) -> Linted {
    let mut files = Files::default();
    let mut unreadable = Vec::new();
    for (part, depth) in [("", 0), ("releases", 0), ("bin", 8)] {
        collect(&folder.join(part), Path::new(part), depth, &mut files, &mut unreadable);
    }
    assemble(&folder.display().to_string(), files, &unreadable)
}

/// Reads a catalogue that is compiled in. `name` is what its files are shown under.
///
/// # Errors
/// With everything that is wrong in any of the files.
pub fn load_embedded(folder: &Dir<'_>, name: &str) -> Result<Catalogue, Findings> {
    let mut files = Files::default();
    let mut folders = vec![folder];
    while let Some(next) = folders.pop() {
        folders.extend(next.dirs());
        for file in next.files() {
            let below = file.path().strip_prefix(folder.path()).unwrap_or(file.path());
            files.0.insert(below.to_string_lossy().into_owned(), file.contents().to_vec());
        }
    }
    assemble(name, files, &[]).into_result()
}

/// A catalogue with everything that was found in it.
pub struct Linted {
    /// Not there when there are errors.
    pub catalogue: Option<Catalogue>,
    /// Errors and warnings, if there are any.
    pub findings: Option<Findings>,
}

impl Linted {
    /// For a run, only errors matter.
    fn into_result(self) -> Result<Catalogue, Findings> {
        match (self.findings.and_then(Findings::into_errors), self.catalogue) {
            (None, Some(catalogue)) => Ok(catalogue),
            (Some(errors), _) => Err(errors),
            (None, None) => unreachable!("a system that cannot be read has a finding"),
        }
    }
}

/// Contents by path below the catalogue's folder, with `/` between its parts.
#[derive(Default)]
struct Files(BTreeMap<String, Vec<u8>>);

fn collect(folder: &Path, below: &Path, depth: u8, files: &mut Files, unreadable: &mut Vec<(String, String)>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // A catalogue need not have releases or helpers; without system.yaml it is reported as a whole.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => return unreadable.push((below.display().to_string(), error.to_string())),
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), below.join(entry.file_name()));
        let shown = name.display().to_string();
        if path.is_dir() {
            if depth > 0 && !entry.file_name().to_string_lossy().starts_with('.') {
                collect(&path, &name, depth - 1, files, unreadable);
            }
        } else {
            match std::fs::read(&path) {
                Ok(content) => drop(files.0.insert(shown, content)),
                Err(error) => unreadable.push((shown, error.to_string())),
            }
        }
    }
}

fn assemble(folder: &str, mut files: Files, unreadable: &[(String, String)]) -> Linted {
    let context = Context::default();
    let mut sources = Sources::default();
    let whole = |file: u32| Place { file, line: 0, column: 0 };
    let shown = |name: &str| Path::new(folder).join(name).display().to_string();
    for (name, error) in unreadable {
        let file = sources.add(shown(name), "");
        context.report(whole(file), format!("the file cannot be read: {error}"), "allow your user to read it");
    }
    let mut text = |name: &str, content: Vec<u8>| {
        let (text, valid) = match String::from_utf8(content) {
            Ok(text) => (text.trim_start_matches('\u{feff}').to_owned(), true),
            Err(_) => (String::new(), false),
        };
        let file = sources.add(shown(name), text);
        if !valid {
            context.report(whole(file), "the file is not UTF-8 text", "save it as UTF-8");
        }
        valid.then_some(file)
    };

    let mut named: BTreeMap<String, Parts> = BTreeMap::new();
    let system_file = match files.0.remove("system.yaml") {
        Some(content) => text("system.yaml", content),
        None => {
            let file = text("system.yaml", Vec::new());
            let help = "name the folder that holds `system.yaml`, or write one";
            context.report(whole(file.unwrap_or(0)), "there is no system.yaml", help);
            None
        }
    };
    let mut helpers = BTreeMap::new();
    for (name, content) in files.0 {
        if let Some(helper) = name.strip_prefix("bin/") {
            helpers.insert(format!("bin/{helper}"), content);
        } else if let Some(release) = name.strip_prefix("releases/") {
            match release.rsplit_once('.') {
                Some((version, "yaml")) => named.entry(version.to_owned()).or_default().0 = text(&name, content),
                Some((version, "md")) => named.entry(version.to_owned()).or_default().1 = text(&name, content),
                Some((version, "yml")) => {
                    let file = text(&name, content);
                    let help = format!("rename it to `{version}.yaml`");
                    context.report(whole(file.unwrap_or(0)), "the file's name does not end in `.yaml`", help);
                }
                _ => {}
            }
        }
    }

    let system =
        system_file.and_then(|file| parse(&context, &sources, file)).and_then(|node| system::system(&context, &node));
    let releases = releases(&context, &sources, named);
    let mut catalogue = system.map(|system| Catalogue { system, releases, here: None, helpers });
    if let Some(catalogue) = &mut catalogue {
        lint::lint(&context, &sources, catalogue);
        keys::keys(&context, &sources, catalogue);
        advice::advise(&context, &sources, catalogue);
        adopt_titles(&mut catalogue.system, &mut catalogue.releases);
    }
    let findings = Findings::of(sources, context.into_findings());
    let catalogue = catalogue.filter(|_| findings.as_ref().is_none_or(|findings| findings.count().0 == 0));
    Linted { catalogue, findings }
}

/// A release's definition and its notes, where they are there.
type Parts = (Option<u32>, Option<u32>);

/// As many releases are read before another thread begins to help.
const FEW: usize = 50;

fn release_of(context: &Context, sources: &Sources, name: &str, (yaml, md): Parts) -> Option<Release> {
    let mut release = match (yaml, md) {
        (Some(file), _) => parse(context, sources, file).and_then(|node| release::release(context, &node, name)),
        (None, Some(file)) => release::notes_alone(context, name, Place { file, line: 0, column: 0 }),
        (None, None) => None,
    }?;
    release.notes = md.map(|file| release::notes(sources.text(file)));
    Some(release)
}

/// The releases, oldest first.
fn releases(context: &Context, sources: &Sources, named: BTreeMap<String, Parts>) -> Vec<Release> {
    let named: Vec<_> = named.into_iter().collect();
    let decode = |context: &Context, part: &[(String, Parts)]| -> Vec<Release> {
        part.iter().filter_map(|(name, files)| release_of(context, sources, name, *files)).collect()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parts = named.chunks(named.len().div_ceil(threads).max(FEW));
    let first = parts.next().unwrap_or_default();
    let mut releases = std::thread::scope(|scope| {
        let others: Vec<_> = parts
            .map(|part| {
                let own = context.beside();
                scope.spawn(move || (decode(&own, part), own))
            })
            .collect();
        let mut releases = decode(context, first);
        for other in others {
            let (decoded, own) = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            releases.extend(decoded);
            context.take_in(own);
        }
        releases
    });
    releases.sort_by(|a, b| a.version.cmp(&b.version));
    for pair in releases.windows(2) {
        if let [same, release] = pair
            && same.version == release.version
        {
            let message = format!("{} and {} are the same version", same.version, release.version);
            context.report(release.place, message, "put both into one file");
        }
    }
    releases
}

/// A step that uses an action without a title of its own has the action's.
fn adopt_titles(system: &mut System, releases: &mut [Release]) {
    fn adopt(steps: &mut [Step], titles: &BTreeMap<String, crate::model::Template>) {
        for step in steps {
            match &mut step.kind {
                Kind::Use(name) if step.title.text.is_empty() => {
                    step.title = titles.get(name.as_str()).cloned().unwrap_or_default();
                }
                Kind::Steps(steps) => adopt(steps, titles),
                _ => {}
            }
            adopt(&mut step.undo, titles);
        }
    }
    let titles = system.actions.iter().map(|action| (action.id.clone(), action.title.clone())).collect();
    for steps in [&mut system.maintenance, &mut system.first, &mut system.hop, &mut system.last, &mut system.actions] {
        adopt(steps, &titles);
    }
    for release in releases {
        adopt(&mut release.before, &titles);
        adopt(&mut release.steps, &titles);
    }
}
