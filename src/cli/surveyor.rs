//! Looks up what the guided set-up wants to know, and writes what it made.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tokio::sync::mpsc;

use crate::definition::{Deployment, FactInput, FactValue, Source};
use crate::interview::{Item, News, Outcome, Outside, Proposal, Task, Written};
use crate::model::{Catalogue, FactSource, StoreFound, Value};
use crate::probe::{Problem, Resolved, Site, resolve};
use crate::words::setup as words;

/// Begins to carry out errands, one after the other, until nobody sends any more.
pub fn begin() -> Outside {
    let (errands, mut waiting) = mpsc::unbounded_channel();
    let (news, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(crate::interview::Errand { ticket, task }) = waiting.recv().await {
            if news.send((ticket, carry_out(task).await)).is_err() {
                return;
            }
        }
    });
    Outside { errands, news: receiver }
}

async fn carry_out(task: Task) -> News {
    match task {
        Task::Propose { item, catalogue, deployment } => News::Proposed(propose(item, &catalogue, *deployment).await),
        Task::Try { item, catalogue, deployment } => News::Tried(attempt(item, &catalogue, *deployment).await),
        Task::Write { path, text, secrets } => News::Written(write(&path, &text, &secrets)),
    }
}

/// The definitions with this item alone, and what may lead to it: nothing else is opened or complained about.
fn narrowed(catalogue: &Catalogue, item: Item) -> Catalogue {
    let mut narrow = catalogue.clone();
    let system = &mut narrow.system;
    match item {
        Item::Fact(number) => {
            system.facts.truncate(number + 1);
            system.stores.clear();
        }
        Item::Store(number) => {
            system.stores.drain(..number);
            system.stores.truncate(1);
        }
    }
    narrow
}

async fn resolved(item: Item, catalogue: &Catalogue, deployment: &Deployment) -> (Catalogue, Resolved) {
    let narrow = narrowed(catalogue, item);
    let found = resolve(&narrow, deployment, &BTreeMap::new()).await;
    (narrow, found)
}

async fn propose(item: Item, catalogue: &Catalogue, deployment: Deployment) -> Option<Proposal> {
    let (narrow, found) = resolved(item, catalogue, &deployment).await;
    match item {
        Item::Fact(_) => {
            let fact = narrow.system.facts.last()?;
            // What cannot be told does apply: nobody is left without a question.
            let applies = fact.when.as_ref().is_none_or(|when| found.site.renderer().truth(when).unwrap_or(true));
            let source = found.facts.last()?.source;
            let values = (source != FactSource::Missing).then(|| values(&found.site, &fact.name)).flatten();
            applies.then_some(Proposal { values, source: Some(source), found: None })
        }
        Item::Store(_) => {
            // A store that does not apply is not resolved.
            let store = found.stores.first()?;
            let values = found.site.names.stores.get(&store.name).map(|names| vec![names.url.clone()]);
            let answers = store.error.is_none();
            let source = values.as_ref().map(|_| if answers { FactSource::Detected } else { FactSource::Default });
            let found = if answers { Some(described(&found.site, store).await) } else { None };
            Some(Proposal { values, source, found })
        }
    }
}

/// The values of a fact, each as it would be typed.
fn values(site: &Site, name: &str) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match site.names.facts.get(name)? {
        FactValue::Plain(Value::Array(items)) => Some(items.iter().map(text).collect()),
        FactValue::Plain(value) => Some(vec![text(value)]),
        FactValue::Secret => site.secrets.get(name).map(|secret| vec![secret.to_owned()]),
        FactValue::PerRelease { default, .. } => default.as_ref().map(|default| vec![default.text.clone()]),
    }
}

async fn attempt(item: Item, catalogue: &Catalogue, deployment: Deployment) -> Outcome {
    let (narrow, found) = resolved(item, catalogue, &deployment).await;
    match item {
        Item::Fact(_) => {
            let Some(fact) = narrow.system.facts.last() else { return fits(None, false) };
            let own = format!("facts.{}: ", fact.name);
            let wrong = found.problems.iter().find_map(|problem| match problem {
                Problem::Input(text) | Problem::Store(text) => text.strip_prefix(&own),
            });
            let elsewhere = deployment
                .facts
                .get(&fact.name)
                .is_some_and(|input| matches!(input, FactInput::One(source) if is_elsewhere(source)));
            let missing = found.facts.last().is_some_and(|fact| fact.source == FactSource::Missing);
            match wrong.map(|text| found.site.secrets.mask(text)) {
                None => fits(None, false),
                // The place of a value can be right although there is nothing yet.
                Some(text) if elsewhere && missing => Outcome::Unsure(text),
                Some(text) => Outcome::Unfit(text),
            }
        }
        Item::Store(_) => {
            let Some(store) = found.stores.first() else { return fits(None, false) };
            let Some(error) = &store.error else {
                let server = store.engine != "sqlite";
                return fits(Some(described(&found.site, store).await), server);
            };
            let error = found.site.secrets.mask(error);
            let elsewhere = deployment.stores.get(&store.name).is_some_and(is_elsewhere);
            if elsewhere || found.site.stores.contains_key(&store.name) {
                Outcome::Unsure(error)
            } else {
                Outcome::Unfit(error)
            }
        }
    }
}

fn is_elsewhere(source: &Source) -> bool {
    matches!(source, Source::Env(_) | Source::File(_))
}

fn fits(found: Option<String>, server: bool) -> Outcome {
    Outcome::Fits { found, server }
}

/// What a store is, in a sentence: product, version, place, size.
async fn described(site: &Site, store: &StoreFound) -> String {
    let title = site.stores.get(&store.name).map_or("", |location| location.engine().title());
    let version = match site.open_read_only(Some(&store.name)).await {
        Ok(mut connection) => {
            let version = connection.version().await.unwrap_or_default();
            connection.close().await;
            version
        }
        Err(_) => String::new(),
    };
    let title = if version.contains("MariaDB") { "MariaDB" } else { title };
    words::found(title, &version, store)
}

/// Writes files that are not there yet, for this user alone: first those with secrets, then the one that names them.
fn write(path: &Path, text: &str, secrets: &[(PathBuf, String)]) -> Result<Written, String> {
    let mut written = Vec::new();
    let files = secrets.iter().map(|(path, text)| (path.as_path(), text.as_str())).chain([(path, text)]);
    for (path, text) in files {
        if let Err(error) = write_new(path, text) {
            // What was written for a file that is not there would only be in the way next time.
            written.iter().for_each(|path| drop(fs::remove_file(path)));
            let reason = match error.kind() {
                ErrorKind::AlreadyExists => words::EXISTS.to_owned(),
                _ => error.to_string(),
            };
            return Err(words::not_written(&path.display().to_string(), &reason));
        }
        written.push(path.to_owned());
    }
    written.pop();
    Ok(Written { path: path.to_owned(), secrets: written })
}

/// Writes aside and renames, so that a file is there as a whole or not at all.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{}.new", std::process::id()));
    let aside = PathBuf::from(aside);
    let done = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| renamed(&aside, path));
    if done.is_err() {
        let _ = fs::remove_file(&aside);
    }
    done
}

/// Renames, but never over what is there.
fn renamed(from: &Path, to: &Path) -> std::io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot do this can link, which does not write over anything either.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        done => Ok(done?),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_are_written_together_for_their_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let [file, secret] = ["stepwell.yaml", "stepwell-db.url"].map(|name| folder.path().join(name));
        let written = write(&file, "format: 1\n", &[(secret.clone(), "tiger".to_owned())]).expect("is written");
        assert_eq!(written, Written { path: file.clone(), secrets: vec![secret.clone()] });
        for path in [&file, &secret] {
            let mode = fs::metadata(path).expect("is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left aside");
    }

    #[test]
    fn what_is_there_is_never_written_over_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let [file, secret] = ["stepwell.yaml", "stepwell-db.url"].map(|name| folder.path().join(name));
        fs::write(&file, "mine").expect("works");
        let error = write(&file, "format: 1\n", &[(secret.clone(), "tiger".to_owned())]).expect_err("is refused");
        assert!(
            error.contains("stepwell.yaml") && error.contains(words::EXISTS) && !error.contains("tiger"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&file).expect("is there"), "mine");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "no file with a secret is left");
    }
}
