//! Who holds the lease.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::model::Actor;

/// A runner, told apart from all others that ever were: a pid alone comes again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub actor: Actor,
    /// The kernel's id of this boot.
    pub boot: String,
    /// The kernel's id of the space in which the pid counts: a container has one of its own.
    #[serde(default)]
    pub pids: String,
    /// When the process began, in the kernel's ticks since the boot.
    #[serde(default)]
    pub began: u64,
    pub since: Option<jiff::Timestamp>,
}

/// Whether a holder lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Lives,
    Gone,
    /// It is on another host, or was stopped by a signal.
    Unknown,
}

impl Holder {
    /// This process.
    pub fn me() -> Holder {
        let began = process(std::process::id()).map_or(0, |(_, began)| began);
        Holder { actor: me(), boot: boot_id(), pids: pids(), began, since: Some(jiff::Timestamp::now()) }
    }

    /// Whether it lives, as far as this host can tell at once.
    pub fn life(&self) -> Life {
        if !self.is_of_this_boot() || self.pids != pids() {
            return Life::Unknown;
        }
        match process(self.actor.pid) {
            Some((state, began)) if began == self.began => match state {
                'T' | 't' => Life::Unknown,
                'Z' | 'X' => Life::Gone,
                _ => Life::Lives,
            },
            _ => Life::Gone,
        }
    }

    /// Whether it ran on this host since it was started: what it left behind can be found.
    pub fn is_of_this_boot(&self) -> bool {
        !self.boot.is_empty() && self.boot == boot_id()
    }

    /// Whether it stands still on this host, stopped by a signal or a debugger.
    pub fn is_stopped(&self) -> bool {
        let here = self.is_of_this_boot() && self.pids == pids();
        here && matches!(process(self.actor.pid), Some(('T' | 't', began)) if began == self.began)
    }

    /// For people: `pid 17 on db1, started by root`.
    pub fn named(&self) -> String {
        if self.actor.host.is_empty() {
            return "a runner on this host whose lock file was deleted".to_owned();
        }
        format!("pid {} on {}, started by {}", self.actor.pid, self.actor.host, self.actor.login)
    }
}

/// The person and process that acts, from the environment and the kernel.
pub fn me() -> Actor {
    let text = |path: &str| std::fs::read_to_string(path).ok().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
    Actor {
        login: login(),
        sudo_user: std::env::var("SUDO_USER").ok(),
        host: text("/proc/sys/kernel/hostname").unwrap_or_else(|| "localhost".to_owned()),
        pid: std::process::id(),
    }
}

/// The name under which somebody works here. A service manager or a container may tell it to nobody; then it is the
/// one that the name service knows for this user, which is asked once.
fn login() -> String {
    static KNOWN: LazyLock<String> = LazyLock::new(|| {
        let uid = rustix::process::getuid().as_raw();
        let asked = std::process::Command::new("getent")
            .args(["passwd", &uid.to_string()])
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .output();
        let entry = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).ok();
        // On a host without `getent`, which a container may be, the file is all there is.
        entry
            .and_then(|line| name_of(&line, uid))
            .or_else(|| name_of(&std::fs::read_to_string("/etc/passwd").ok()?, uid))
            .unwrap_or_else(|| format!("uid {uid}"))
    });
    let told = ["LOGNAME", "USER"].iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    told.unwrap_or_else(|| KNOWN.clone())
}

/// The user's name in lines of passwd(5).
fn name_of(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|s| s.trim().to_owned()).unwrap_or_default()
}

fn pids() -> String {
    std::fs::read_link("/proc/self/ns/pid").map(|path| path.display().to_string()).unwrap_or_default()
}

/// State and beginning of a process (`proc_pid_stat(5)`, fields 3 and 22). The name before them may hold anything.
fn process(pid: u32) -> Option<(char, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_told_from_another_with_its_pid() {
        let me = Holder::me();
        assert_eq!(me.life(), Life::Lives);
        assert_eq!(Holder { began: me.began + 1, ..me.clone() }.life(), Life::Gone);
        assert_eq!(Holder { boot: "another".to_owned(), ..me.clone() }.life(), Life::Unknown);
        assert_eq!(Holder { pids: "another".to_owned(), ..me }.life(), Life::Unknown);
    }

    #[test]
    fn a_user_without_a_name_in_the_environment_has_the_one_of_the_host() {
        let passwd = "root:x:0:0:root:/:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n:x:34:34:::\n";
        assert_eq!(name_of(passwd, 33).as_deref(), Some("www-data"));
        assert_eq!((name_of(passwd, 34), name_of(passwd, 35)), (None, None));
    }

    #[test]
    fn a_process_that_ended_is_gone() {
        let mut child = std::process::Command::new("true").spawn().expect("a child");
        let (_, began) = process(child.id()).expect("a process");
        let actor = Actor { pid: child.id(), ..me() };
        let holder = Holder { actor, began, ..Holder::me() };
        child.wait().expect("an end");
        assert_eq!(holder.life(), Life::Gone);
    }
}
