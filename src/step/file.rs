//! Changes to files of the system. The new content is written aside and renamed; the old one is kept as a backup. A
//! change that is there already is left alone, so the step can be done again at any time.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Context, Outcome, Report};
use crate::files::{Document, FileError, Format};
use crate::model::{Edits, FileEdit, Setting, Template, Value};
use crate::probe::Site;
use crate::store::kill_point;

pub fn run(edit: &FileEdit, context: &Context) -> Outcome {
    match attempt(edit, context) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::permanent(error),
    }
}

fn attempt(edit: &FileEdit, context: &Context) -> Result<Outcome, String> {
    let path = path(edit, &context.site)?;
    let fail = |e: std::io::Error| format!("cannot change {}: {e}; it is as it was", path.display());
    match edit {
        FileEdit::Touch(_) if path.try_exists().map_err(fail)? => Ok(Outcome::Adopted),
        FileEdit::Touch(_) => {
            fs::OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?.sync_all().map_err(fail)?;
            sync_folder(&path).map_err(fail)?;
            Ok(Outcome::Done)
        }
        // A folder that cannot be looked into says nothing of the file.
        FileEdit::Absent(_) if !path.try_exists().map_err(fail)? => Ok(Outcome::Adopted),
        FileEdit::Absent(_) => {
            fs::remove_file(&path).map_err(fail)?;
            sync_folder(&path).map_err(fail)?;
            Ok(Outcome::Done)
        }
        FileEdit::Move { to, .. } => {
            let to = place(to, &context.site)?;
            moved(&path, &to)
        }
        FileEdit::Edit(_) | FileEdit::Write { .. } => {
            let Change { before, after, .. } = edited(edit, &context.site, &Files::new())?;
            if before == after && path.exists() {
                return Ok(Outcome::Adopted);
            }
            if path.exists() {
                let kept = keep(&path, &before, context).map_err(fail)?;
                context.report(Report::Log(format!("the file as it was: {}", kept.display())));
            }
            replace(&path, &after).map_err(fail)?;
            Ok(Outcome::Done)
        }
    }
}

/// Moves a file. What is there already was moved before.
fn moved(from: &Path, to: &Path) -> Result<Outcome, String> {
    match (from.exists(), to.exists()) {
        (false, true) => return Ok(Outcome::Adopted),
        (false, false) => return Err(format!("{} is not there, nor is {}", from.display(), to.display())),
        (true, true) => {
            return Err(format!("both {} and {} are there; nothing was moved", from.display(), to.display()));
        }
        (true, false) => {}
    }
    // Without its log a database is not whole; with it, the two would have to move at the same moment.
    let mut log = from.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(Path::new(&log)).is_ok_and(|m| m.len() > 0) {
        return Err(format!("{} is in use or was not closed: its -wal file is not empty", from.display()));
    }
    let fail =
        |e: std::io::Error| format!("cannot move {} to {}: {e}; it is where it was", from.display(), to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    kill_point("before: move");
    match fs::rename(from, to) {
        Err(e) if e.kind() == std::io::ErrorKind::CrossesDevices => {
            // On another file system: the copy is whole before the original goes.
            let mut aside = to.as_os_str().to_owned();
            aside.push(".stepwell-new");
            fs::copy(from, &aside).map_err(fail)?;
            fs::File::open(&aside).and_then(|f| f.sync_all()).map_err(fail)?;
            kill_point("before: rename the moved copy");
            fs::rename(&aside, to).map_err(fail)?;
            kill_point("after: rename the moved copy");
            fs::remove_file(from).map_err(fail)?;
        }
        other => other.map_err(fail)?,
    }
    for folder in [from.parent(), to.parent()].into_iter().flatten() {
        fs::File::open(folder).and_then(|f| f.sync_all()).map_err(fail)?;
    }
    Ok(Outcome::Done)
}

/// The file's path, with links followed so that a rename replaces the file and not the link.
fn path(edit: &FileEdit, site: &Site) -> Result<PathBuf, String> {
    let path = place(edit.path(), site)?;
    Ok(fs::canonicalize(&path).unwrap_or(path))
}

fn place(path: &Template, site: &Site) -> Result<PathBuf, String> {
    let text = site.renderer().text(path).map_err(|e| e.to_string())?;
    Ok(site.dir.join(text.reveal(&site.secrets)))
}

/// What files hold where that is not what stands on disk.
pub type Files = BTreeMap<PathBuf, String>;

/// A file's text before and after a change.
pub struct Change {
    pub path: PathBuf,
    pub before: String,
    pub after: String,
}

/// What a change makes of a file. `ahead` counts before what is on disk.
///
/// # Errors
/// A sentence, when the file cannot be read or a template cannot be filled in.
pub fn edited(edit: &FileEdit, site: &Site, ahead: &Files) -> Result<Change, String> {
    let path = path(edit, site)?;
    let read = || match ahead.get(&path) {
        Some(text) => Ok(text.clone()),
        None => fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display())),
    };
    let (before, after) = match edit {
        FileEdit::Write { content, .. } => {
            let before = if ahead.contains_key(&path) || path.exists() { read()? } else { String::new() };
            (before, site.renderer().text(content).map_err(|e| e.to_string())?.reveal(&site.secrets))
        }
        FileEdit::Edit(edits) => {
            let before = read()?;
            let after = changed(edits, &before, site)
                .map_err(|e| format!("cannot change {}: {e}; it is as it was", path.display()))?;
            (before, after)
        }
        FileEdit::Touch(_) | FileEdit::Absent(_) | FileEdit::Move { .. } => {
            let before = read()?;
            (before.clone(), before)
        }
    };
    Ok(Change { path, before, after })
}

/// A file's text after its edits.
fn changed(edits: &Edits, before: &str, site: &Site) -> Result<String, String> {
    let fail = |e: FileError| e.to_string();
    let mut document = Document::parse(edits.format, before).map_err(fail)?;
    for (from, to) in &edits.rename {
        document.rename(from, to).map_err(fail)?;
    }
    for key in &edits.remove {
        document.remove(key).map_err(fail)?;
    }
    for (key, items) in &edits.remove_items {
        document.remove_items(key, &list(items, edits.format, site)?).map_err(fail)?;
    }
    for (key, setting) in &edits.default {
        document.default(key, &value(setting, edits.format, site)?).map_err(fail)?;
    }
    for (key, setting) in &edits.set {
        let value = value(setting, edits.format, site)?;
        // Where an INI key stands several times, the last one counts, as its readers have it.
        let says_so = edits.format == Format::Ini && document.values(key).map_err(fail)?.last() == Some(&value);
        if !says_so {
            document.set(key, &value).map_err(fail)?;
        }
    }
    for (key, items) in &edits.add {
        document.add(key, &list(items, edits.format, site)?).map_err(fail)?;
    }
    for (key, insert) in &edits.insert {
        document.insert(key, &insert.word, &insert.before).map_err(fail)?;
    }
    Ok(document.text())
}

/// A value as the file's form has it. INI and environment files hold text alone; in the others a text that is a number,
/// `true`, `false` or `null` is one. What is inserted keeps its type.
fn value(setting: &Setting, format: Format, site: &Site) -> Result<Value, String> {
    let typed = matches!(format, Format::Yaml | Format::Toml);
    Ok(match setting {
        Setting::Text(template) => {
            let text = site.renderer().text(template);
            match text {
                Ok(text) if !template.text.contains("{{") => written(&text.to_string(), typed),
                Ok(text) if text.has_secret() || !typed => Value::from(text.reveal(&site.secrets)),
                _ => site.renderer().value(template).map_err(|e| e.to_string())?,
            }
        }
        Setting::List(items) => {
            items.iter().map(|item| value(item, format, site)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Setting::Map(entries) => entries
            .iter()
            .map(|(key, setting)| Ok((key.clone(), value(setting, format, site)?)))
            .collect::<Result<serde_json::Map<_, _>, String>>()?
            .into(),
    })
}

/// Text as it stands in a definition.
fn written(text: &str, typed: bool) -> Value {
    match serde_json::from_str(text) {
        Ok(plain @ (Value::Bool(_) | Value::Number(_) | Value::Null)) if typed => plain,
        _ => Value::from(text),
    }
}

/// Items of a list: those of a list, or one alone.
fn list(setting: &Setting, format: Format, site: &Site) -> Result<Vec<Value>, String> {
    Ok(match value(setting, format, site)? {
        Value::Array(items) => items,
        one => vec![one],
    })
}

/// Keeps the file as it was before this run; a second attempt does not overwrite it.
fn keep(path: &Path, before: &str, context: &Context) -> std::io::Result<PathBuf> {
    let folder = context.run_dir.join("files");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    let name: String = path.display().to_string().replace('/', "_");
    let kept = folder.join(name.trim_start_matches('_'));
    if !kept.exists() {
        // Whole or not there: a later attempt takes what has this name for the file as it was.
        let part = kept.with_extension("part");
        let mut file = super::shim::private(&part, true)?;
        file.write_all(before.as_bytes())?;
        file.sync_all()?;
        kill_point("before: keep the old file");
        fs::rename(&part, &kept)?;
        sync_folder(&kept)?;
    }
    Ok(kept)
}

/// Writes the text aside with the file's own mode and owner, and renames it into place.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let was = fs::metadata(path).ok();
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".stepwell-new");
    let aside = path.with_file_name(name);
    // A new file, since another one or a link under this name is not Stepwell's to write to.
    match fs::remove_file(&aside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&aside)?;
    file.write_all(text.as_bytes())?;
    if let Some(was) = was {
        file.set_permissions(fs::Permissions::from_mode(was.mode() & 0o7777))?;
        // Only root may give a file away; for anybody else the owner is the same already.
        let _ = std::os::unix::fs::chown(&aside, Some(was.uid()), Some(was.gid()));
    }
    file.sync_all()?;
    kill_point("before: replace the file");
    fs::rename(&aside, path)?;
    kill_point("after: replace the file");
    sync_folder(path)
}

/// Makes it durable that a file is there, or is not.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
