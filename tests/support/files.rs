//! What is in a folder, to prove that nothing was changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use sha2::{Digest as _, Sha256};

use super::PATIENCE;

/// The content of every file below a folder.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, String>);

impl Snapshot {
    /// Everything but Stepwell's own state, where a log may be written by commands that change nothing.
    pub fn of(folder: &Path) -> Snapshot {
        let mut files = BTreeMap::new();
        collect(folder, folder, &mut files);
        Snapshot(files)
    }

    /// Fails with the names of the files that are not as they were.
    #[track_caller]
    pub fn assert_same(&self, after: &Snapshot, doing: &str) {
        let changed: Vec<&PathBuf> = self
            .0
            .keys()
            .chain(after.0.keys().filter(|file| !self.0.contains_key(*file)))
            .filter(|file| self.0.get(*file) != after.0.get(*file))
            .collect();
        assert!(changed.is_empty(), "{doing} changed {changed:?}");
    }
}

/// Waits until a file holds what is `wanted`. Its folder is there already.
#[track_caller]
pub fn wait_for(path: &Path, wanted: impl Fn(&str) -> bool) {
    let changes = inotify::init(inotify::CreateFlags::CLOEXEC).expect("a watch");
    let kinds = inotify::WatchFlags::CLOSE_WRITE | inotify::WatchFlags::MODIFY | inotify::WatchFlags::MOVED_TO;
    inotify::add_watch(&changes, path.parent().expect("a folder"), kinds).expect("a watch");
    loop {
        // It may have been written before anybody watched.
        let text = fs::read_to_string(path).unwrap_or_default();
        if wanted(&text) {
            return;
        }
        let patience = Timespec::try_from(PATIENCE).expect("a time");
        let heard = poll(&mut [PollFd::new(&changes, PollFlags::IN)], Some(&patience)).expect("a change");
        assert!(heard > 0, "{} still holds: {text}", path.display());
        rustix::io::read(&changes, &mut [0; 4096]).expect("what changed");
    }
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(top).expect("below it").to_owned();
        let kind = path.symlink_metadata().expect("its kind").file_type();
        if kind.is_dir() {
            if !name.ends_with(".stepwell") {
                collect(top, &path, files);
            }
        } else if kind.is_file() {
            let digest = Sha256::digest(fs::read(&path).expect("its content"));
            files.insert(name, digest.iter().map(|byte| format!("{byte:02x}")).collect());
        } else {
            // A pipe or a socket has no content, and reading it would wait for a writer.
            files.insert(name, "special".into());
        }
    }
}
