//! The files of one release: what it does, and what its operator reads before.

use super::{Action, Explicit, Listed};
use crate::words::format::visible;

/// `releases/VERSION.yaml`. `names` are the actions that the release uses; `file` is where they come from.
pub(super) fn definition(listed: &Listed, names: &[&str], file: &str) -> String {
    let version = listed.version.as_str();
    let mut out = match &listed.source {
        Some(source) => format!("# `{}`, line {} of {}.\n", source.id, source.line, visible(file)),
        None => format!("# Not listed in {}: the target that was named at the import.\n", visible(file)),
    };
    if listed.work.is_empty() && listed.source.is_some() {
        out += "# No action of it is switched on, or only `update_existing_records`, which is empty in ACA-Py.\n";
    }
    out += &format!("release: {version}\n");
    match listed.explicit {
        Some(Explicit::Critical) => {
            out += &format!(
                "# explicit_upgrade: critical. An upgrade that nobody looks at stops before anything is changed, since \
                 the\n# question has no default; `--answer {version}/explicit-upgrade=upgrade` is an operator's word \
                 for it.\n\
                 offline: required\n\
                 before:\n  \
                   - id: explicit-upgrade\n    \
                     title: Upgrade to {version} knowingly\n    \
                     why: ACA-Py marks this release as critical, so no agent may apply it by itself when it starts.\n    \
                     offline: no\n    \
                     ask:\n      \
                       text: >-\n        \
                         ACA-Py marks {version} as critical. Read ACA-Py's own notes of this release. Do you want its\n        \
                         changes in this wallet?\n      \
                       choices: [upgrade]\n"
            );
        }
        Some(Explicit::Warning) => {
            out += "# explicit_upgrade: warning. The notes say so, and each item of them is acknowledged. Its work is \
                    done.\n";
        }
        None => {}
    }
    if !names.is_empty() {
        out += "steps:\n";
    }
    for name in names {
        out += &format!("  - use: {name}\n");
        if listed.explicit == Some(Explicit::Warning) {
            out += "    why: ACA-Py marks this release with a warning. An agent that starts would leave this out and \
                    go on.\n";
        }
    }
    out
}

/// `releases/VERSION.md`, where there is something to read.
pub(super) fn notes(listed: &Listed) -> Option<String> {
    if listed.work.is_empty() && listed.explicit.is_none() {
        return None;
    }
    let version = listed.version.as_str();
    let mut out = format!("# ACA-Py {version}\n");
    if !listed.work.is_empty() {
        out += "\nThis release changes records of the wallet:\n\n";
        for action in &listed.work {
            out += &match action {
                Action::Resave { class, .. } => format!("- Every record of `{class}` is saved again.\n"),
                Action::Switch(name) => format!("- ACA-Py's function `{name}` runs.\n"),
            };
        }
    }
    match listed.explicit {
        Some(Explicit::Critical) => {
            out += &format!(
                "\n## Breaking changes\n\n- ACA-Py marks {version} as critical: no agent may apply it by itself when it \
                 starts. You are asked before it is applied here.\n"
            );
        }
        Some(Explicit::Warning) => {
            out += &format!(
                "\n## Breaking changes\n\n- ACA-Py marks {version} with a warning: an agent that starts goes on without \
                 what this release lists. It is applied here.\n"
            );
        }
        None => {}
    }
    Some(out)
}
