//! An SQLite database is replaced in one rename, after everything about the new one is known to be whole.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::restore::Restored;
use crate::store::{Connection, Location, kill_point};

pub async fn restore(path: &Path, backup: &Path, name: &str) -> Result<Restored, String> {
    let as_it_was = "the database is as it was";
    // The link stays, and what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let users = users(&path);
    if !users.is_empty() {
        return Err(format!(
            "{} is in use by {}; {as_it_was}. Stop the service first",
            path.display(),
            users.join(", ")
        ));
    }
    let aside = beside(&path, ".stepwell-restored");
    copy(backup, &aside).await.map_err(|e| format!("{e}; {as_it_was}"))?;
    let wal = settle(&path).await.map_err(|e| format!("{e}; {as_it_was}"))?;
    let fail = |e: std::io::Error| format!("{} cannot be replaced: {e}; {as_it_was}", path.display());
    like(&path, &aside, wal).await.map_err(|e| format!("{e}; {as_it_was}"))?;
    let kept = beside(&path, &format!(".before-restore-{name}"));
    let there = path.exists();
    kill_point("before: keep the old database");
    if there {
        fs::hard_link(&path, &kept).map_err(fail)?;
    }
    kill_point("after: keep the old database");
    // They belong to the old one, and the new one must not find them.
    for end in ["-wal", "-shm", "-journal"] {
        let (old, away) = (beside(&path, end), beside(&kept, end));
        if old.exists() {
            fs::rename(&old, &away).map_err(fail)?;
        }
    }
    kill_point("before: replace the database");
    fs::rename(&aside, &path).map_err(fail)?;
    kill_point("after: replace the database");
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(Restored { kept: there.then_some(kept) })
}

/// A copy by the database itself, read to its last page.
async fn copy(backup: &Path, aside: &Path) -> Result<(), String> {
    let unusable = |e: crate::store::StoreError| format!("the backup {} cannot be used: {e}", backup.display());
    match fs::remove_file(aside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(format!("{}: {e}", aside.display())),
        _ => {}
    }
    let mut source = Connection::open_read_only(&Location::Sqlite(backup.to_owned())).await.map_err(unusable)?;
    source.query("vacuum into ?", &[aside.display().to_string().into()]).await.map_err(unusable)?;
    source.close().await;
    let mut copy = Connection::open_read_only(&Location::Sqlite(aside.to_owned())).await.map_err(unusable)?;
    let sound = copy.query("pragma integrity_check", &[]).await.map_err(unusable)?;
    copy.close().await;
    if sound.first().and_then(|v| v.as_str()) != Some("ok") {
        return Err(format!("the backup {} is damaged (integrity_check)", backup.display()));
    }
    Ok(())
}

/// Writes the old database's log into it, so that it is whole by itself. Says whether it has a write-ahead log. One
/// that cannot be read is moved away with everything beside it.
async fn settle(path: &Path) -> Result<bool, String> {
    let Ok(mut old) = Connection::open(&Location::Sqlite(path.to_owned())).await else { return Ok(false) };
    let mode = old.query("pragma journal_mode", &[]).await.ok();
    let wal = mode.and_then(|rows| rows.first().cloned()).is_some_and(|mode| mode == "wal");
    let busy = |e: crate::store::StoreError| format!("{} is in use: {e}", path.display());
    old.begin().await.map_err(busy)?;
    old.rollback().await;
    if wal {
        old.query("pragma wal_checkpoint(truncate)", &[]).await.map_err(busy)?;
    }
    old.close().await;
    Ok(wal)
}

/// The new file gets the old one's owner, mode and kind of log, and is on the disk.
async fn like(path: &Path, aside: &Path, wal: bool) -> Result<(), String> {
    if wal {
        let fail = |e: crate::store::StoreError| format!("{}: {e}", aside.display());
        let mut new = Connection::open(&Location::Sqlite(aside.to_owned())).await.map_err(fail)?;
        new.query("pragma journal_mode = wal", &[]).await.map_err(fail)?;
        new.close().await;
    }
    let fail = |e: std::io::Error| format!("{}: {e}", aside.display());
    if let Ok(was) = fs::metadata(path) {
        fs::set_permissions(aside, fs::Permissions::from_mode(was.mode() & 0o7777)).map_err(fail)?;
        // Only root may give a file away; for anybody else the owner is the same already.
        let _ = std::os::unix::fs::chown(aside, Some(was.uid()), Some(was.gid()));
    }
    fs::File::open(aside).and_then(|file| file.sync_all()).map_err(fail)
}

/// Processes of this host that have the file open, as far as they may be looked at: they would go on with the old one.
fn users(path: &Path) -> Vec<String> {
    let Ok(file) = fs::metadata(path) else { return Vec::new() };
    let me = std::process::id().to_string();
    let holds = |process: &Path| {
        let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        open.filter_map(|fd| fs::metadata(fd.path()).ok()).any(|m| (m.dev(), m.ino()) == (file.dev(), file.ino()))
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|entry| entry.file_name().to_str().is_some_and(|pid| pid != me && pid.parse::<u32>().is_ok()))
        .filter(|entry| holds(&entry.path()))
        .map(|entry| format!("pid {}", entry.file_name().display()))
        .collect()
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
