//! Changes to files of the system. The new content is written aside and renamed; the old one is kept as a backup. A
//! change that is there already is left alone, so the step can be done again at any time.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Context, Outcome, Report};
use crate::files::{Document, FileError, Format};
use crate::model::{FileEdit, IniKey};
use crate::probe::Site;

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
        FileEdit::Touch(_) if path.exists() => Ok(Outcome::Adopted),
        FileEdit::Touch(_) => {
            fs::OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?.sync_all().map_err(fail)?;
            Ok(Outcome::Done)
        }
        FileEdit::Absent(_) if !path.exists() => Ok(Outcome::Adopted),
        FileEdit::Absent(_) => {
            fs::remove_file(&path).map_err(fail)?;
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
    let fail = |e: FileError| format!("cannot change {}: {e}; it is as it was", path.display());
    let mut document = Document::parse(Format::Ini, &before).map_err(fail)?;
    for (from, to) in rename {
        document.rename(&dotted(from), &dotted(to)).map_err(fail)?;
    }
    for key in remove {
        document.remove(&dotted(key)).map_err(fail)?;
    }
    for (key, value) in default {
        let key = dotted(key);
        if document.values(&key).map_err(fail)?.is_empty() {
            let value = renderer.text(value).map_err(|e| e.to_string())?.reveal(&site.secrets);
            document.set(&key, &value.into()).map_err(fail)?;
        }
    }
    for (key, value) in set {
        let key = dotted(key);
        let value = renderer.text(value).map_err(|e| e.to_string())?.reveal(&site.secrets);
        // Where a key stands several times, the last one counts, as its readers have it.
        if document.values(&key).map_err(fail)?.last().and_then(|v| v.as_str()) != Some(value.as_str()) {
            document.set(&key, &value.into()).map_err(fail)?;
        }
    }
    Ok((before, document.text()))
}

fn dotted(key: &IniKey) -> String {
    format!("{}.{}", key.section, key.key)
}

/// Keeps the file as it was before this run; a second attempt does not overwrite it.
fn keep(path: &Path, before: &str, context: &Context) -> std::io::Result<PathBuf> {
    let folder = context.run_dir.join("files");
    fs::create_dir_all(&folder)?;
    let name: String = path.display().to_string().replace('/', "_");
    let kept = folder.join(name.trim_start_matches('_'));
    if !kept.exists() {
        let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&kept)?;
        file.write_all(before.as_bytes())?;
        file.sync_all()?;
    }
    Ok(kept)
}

/// Writes the text aside with the file's own mode and owner, and renames it into place.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let was = fs::metadata(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".stepwell-new");
    let aside = path.with_file_name(name);
    let mut file = fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(was.mode() & 0o7777))?;
    // Only root may give a file away; for anybody else the owner is the same already.
    let _ = std::os::unix::fs::chown(&aside, Some(was.uid()), Some(was.gid()));
    file.sync_all()?;
    fs::rename(&aside, path)?;
    fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
