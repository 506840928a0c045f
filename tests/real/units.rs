//! Stands in for systemd: a unit's state is the content of a file, and every call is written down.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const SYSTEMCTL: &str = r#"#!/bin/sh
echo "$*" >>"UNITS/calls"
case $1 in
  start) echo active >"UNITS/$2" ;;
  stop) echo inactive >"UNITS/$2" ;;
  is-active)
    read -r state <"UNITS/$2"
    echo "$state"
    [ "$state" = active ] || exit 3 ;;
  *) exit 64 ;;
esac
"#;

/// What these are, for the table of what was tried.
pub const UNITS_OF: &str = "systemd";

/// The units of a host.
pub struct Units {
    folder: PathBuf,
}

impl Units {
    /// All of `names` are active. The files are made below `dir`.
    pub fn active(dir: &Path, names: &[&str]) -> Units {
        let units = Units { folder: dir.join("units") };
        fs::create_dir(&units.folder).expect("a folder for the units");
        executable(&units.systemctl(), &SYSTEMCTL.replace("UNITS", &units.folder.to_string_lossy()));
        for name in names {
            units.set(name, "active");
        }
        units
    }

    /// The program that asks and commands them.
    pub fn systemctl(&self) -> PathBuf {
        self.folder.join("systemctl")
    }

    pub fn set(&self, name: &str, state: &str) {
        fs::write(self.folder.join(name), format!("{state}\n")).expect(name);
    }

    pub fn state(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).expect(name).trim().to_owned()
    }

    /// How often a unit was stopped, and how often it was started.
    pub fn stops_and_starts(&self, name: &str) -> (usize, usize) {
        let calls = fs::read_to_string(self.folder.join("calls")).unwrap_or_default();
        let count = |verb: &str| calls.lines().filter(|line| *line == format!("{verb} {name}")).count();
        (count("stop"), count("start"))
    }
}

pub fn executable(path: &Path, text: &str) {
    fs::write(path, text).expect("a program");
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("permissions");
}
