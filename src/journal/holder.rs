//! Who holds the lease.

use serde::{Deserialize, Serialize};

use crate::model::Actor;

/// A runner, told apart from all others that ever were: a pid alone comes again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub actor: Actor,
    /// The kernel's id of this boot.
    pub boot: String,
    pub since: Option<jiff::Timestamp>,
}

impl Holder {
    /// This process.
    pub fn me() -> Holder {
        Holder { actor: me(), boot: boot_id(), since: Some(jiff::Timestamp::now()) }
    }
}

/// The person and process that acts, from the environment and the kernel.
pub fn me() -> Actor {
    let text = |path: &str| std::fs::read_to_string(path).ok().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
    Actor {
        login: std::env::var("LOGNAME")
            .or_else(|_| std::env::var("USER"))
            .unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw())),
        sudo_user: std::env::var("SUDO_USER").ok(),
        host: text("/proc/sys/kernel/hostname").unwrap_or_else(|| "localhost".to_owned()),
        pid: std::process::id(),
    }
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|s| s.trim().to_owned()).unwrap_or_default()
}
