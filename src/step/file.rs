//! Changes to files of the system. The new content is written aside and renamed; the old one is kept as a backup. A
//! change that is there already is left alone, so the step can be done again at any time.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Context, Outcome, Report};
use crate::model::FileEdit;
use crate::probe::{Ini, Site};

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
        FileEdit::Ini { .. } => {
            let (before, after) = edited(edit, &context.site)?;
            if before == after {
                return Ok(Outcome::Adopted);
            }
            let kept = keep(&path, &before, context).map_err(fail)?;
            replace(&path, &after).map_err(fail)?;
            context.report(Report::Log(format!("the file as it was: {}", kept.display())));
            Ok(Outcome::Done)
        }
    }
}

/// The file's path, with links followed so that a rename replaces the file and not the link.
fn path(edit: &FileEdit, site: &Site) -> Result<PathBuf, String> {
    let text = site.renderer().text(edit.path()).map_err(|e| e.to_string())?;
    let path = site.dir.join(text.reveal(&site.secrets));
    Ok(fs::canonicalize(&path).unwrap_or(path))
}

/// The file's text before and after the change.
///
/// # Errors
/// A sentence, when the file cannot be read or a template cannot be filled in.
pub fn edited(edit: &FileEdit, site: &Site) -> Result<(String, String), String> {
    let path = path(edit, site)?;
    let before = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let FileEdit::Ini { set, default, rename, remove, .. } = edit else {
        return Ok((before.clone(), before));
    };
    let renderer = site.renderer();
    let mut ini = Ini::parse(&before);
    for (from, to) in rename {
        if let Some(value) = ini.get(&from.section, &from.key) {
            if ini.get(&to.section, &to.key).is_none() {
                ini.set(&to.section, &to.key, &value);
            }
            ini.remove(&from.section, &from.key);
        }
    }
    for key in remove {
        ini.remove(&key.section, &key.key);
    }
    for (key, value) in default {
        if ini.get(&key.section, &key.key).is_none() {
            let value = renderer.text(value).map_err(|e| e.to_string())?;
            ini.set(&key.section, &key.key, &value.reveal(&site.secrets));
        }
    }
    for (key, value) in set {
        let value = renderer.text(value).map_err(|e| e.to_string())?.reveal(&site.secrets);
        if ini.get(&key.section, &key.key).as_deref() != Some(value.as_str()) {
            ini.set(&key.section, &key.key, &value);
        }
    }
    let after = ini.text();
    Ok((before, after))
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
        fs::rename(&part, &kept)?;
        sync_folder(&kept)?;
    }
    Ok(kept)
}

/// Writes the text aside with the file's own mode and owner, and renames it into place.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let was = fs::metadata(path)?;
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
    file.set_permissions(fs::Permissions::from_mode(was.mode() & 0o7777))?;
    // Only root may give a file away; for anybody else the owner is the same already.
    let _ = std::os::unix::fs::chown(&aside, Some(was.uid()), Some(was.gid()));
    file.sync_all()?;
    fs::rename(&aside, path)?;
    sync_folder(path)
}

/// Makes it durable that a file is there, or is not.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
