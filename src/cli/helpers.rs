//! Helper programs of the definitions that are compiled in: unpacked once for each content, and never trusted unread.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Failure;

/// Writes the helpers below the state directory, in a folder named after their content, and gives that folder. Files
/// that are there and differ are written again.
pub fn unpack(helpers: &BTreeMap<String, Vec<u8>>, state_dir: &Path) -> Result<PathBuf, Failure> {
    let mut hash = Sha256::new();
    for (path, content) in helpers {
        hash.update(path);
        hash.update([0]);
        hash.update(content);
        hash.update([0]);
    }
    let name: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    let folder = state_dir.join("helpers").join(name);
    for (path, content) in helpers {
        let file = folder.join(path);
        if fs::read(&file).is_ok_and(|found| &found == content) {
            continue;
        }
        let parent = file.parent().unwrap_or(&folder);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        write_aside(&file, content)?;
    }
    Ok(folder)
}

fn write_aside(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let mut file = fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o700).open(&aside)?;
    file.write_all(content)?;
    file.set_permissions(fs::Permissions::from_mode(0o700))?;
    file.sync_all()?;
    fs::rename(&aside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_helper_that_was_changed_is_written_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let helpers = BTreeMap::from([("bin/scan".to_owned(), b"#!/bin/true\n".to_vec())]);
        let folder = unpack(&helpers, dir.path()).expect("is written");
        let file = folder.join("bin/scan");
        assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o700);
        fs::write(&file, "something else").expect("is written");
        assert_eq!(unpack(&helpers, dir.path()).expect("is written"), folder);
        assert_eq!(fs::read(&file).expect("is read"), b"#!/bin/true\n");
    }
}
