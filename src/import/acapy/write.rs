//! What the file says as the files of a catalogue. Every name in it was checked when it was read.

use std::collections::BTreeMap;

use super::super::Imported;
use super::{Action, Listed, Upgrades, release};
use crate::words::format::visible;

/// All of `system.yaml` but its actions, which stand at its end.
const SYSTEM: &str = include_str!("system.yaml");

/// The catalogue's files by path, and what is in it. `file` is the name of the file that was read.
pub(in super::super) fn write(upgrades: &Upgrades, file: &str) -> (BTreeMap<String, String>, Imported) {
    let actions = named(upgrades);
    let mut files = BTreeMap::new();
    let mut system = format!("# Imported from {} by `stepwell import acapy`.\n{SYSTEM}", visible(file));
    if !actions.is_empty() || !upgrades.tags.is_empty() {
        system += ACTIONS;
    }
    for (name, action) in &actions {
        let users: Vec<String> = users(upgrades, action).map(named_in).collect();
        system += &format!("  # {}.\n  {name}:\n", users.join(", "));
        match action {
            Action::Resave { class, .. } => {
                let class = class.rsplit('.').next().unwrap_or(class);
                system += &format!("    title: Save every {class} again\n    why: {RESAVED}\n");
            }
            Action::Switch(switch) => system += &format!("    title: Run ACA-Py's {switch}\n"),
        }
        system += &run(name, std::slice::from_ref(action));
    }
    for tag in &upgrades.tags {
        let name = &tag.source.id;
        let titles: Vec<String> = tag.work.iter().map(title).collect();
        system += &format!(
            "  # The tag `{name}`, line {}: runs only with `--tag {name} --force`, alone, and changes no version.\n  \
               {name}:\n    \
                 title: {}\n\
             {RECORDED}",
            tag.source.line,
            titles.join(", ")
        );
        system += &run(name, &tag.work);
    }
    files.insert("system.yaml".to_owned(), system);
    for listed in &upgrades.versions {
        let version = listed.version.as_str();
        let used: Vec<&str> = actions
            .iter()
            .filter(|(_, action)| listed.work.iter().any(|work| work.same(action)))
            .map(|(name, _)| name.as_str())
            .collect();
        files.insert(format!("releases/{version}.yaml"), release::definition(listed, &used, file));
        if let Some(notes) = release::notes(listed) {
            files.insert(format!("releases/{version}.md"), notes);
        }
    }
    let imported = Imported {
        releases: upgrades.versions.len(),
        actions: actions.into_iter().map(|(name, _)| name).collect(),
        tags: upgrades.tags.iter().map(|tag| tag.source.id.clone()).collect(),
    };
    (files, imported)
}

const ACTIONS: &str = "
# Each action is a run of `aca-py upgrade` with a file of its own, in which it is the only tag. So the program's own rules
# have no say: it would begin with the recorded version instead of after it, keep no order, and refuse what is marked
# `critical`. `v0.0.0` is there because without any version in it the program reads the file that it comes with.
actions:
";

const RESAVED: &str = "A record is stored in the form of the program that saved it last; nothing else renews it.";

/// A forced tag on a wallet without a record would make ACA-Py write its newest version, so that no earlier release is
/// ever applied.
const RECORDED: &str = "    checks:
      - id: recorded
        title: The wallet records a version
        run: { argv: [\"{{ facts.version_command }}\"], expect: { rows: 1 } }
        fix: Upgrade first. Without a record ACA-Py would write its own version, and no release before it is ever applied.
";

/// Everything that versions do, each once, oldest first, with a name that no tag has.
fn named(upgrades: &Upgrades) -> Vec<(String, Action)> {
    let mut actions: Vec<(String, Action)> = Vec::new();
    for work in upgrades.versions.iter().flat_map(|listed| &listed.work) {
        if actions.iter().any(|(_, action)| action.same(work)) {
            continue;
        }
        let wanted = match work {
            Action::Resave { class, .. } => format!("resave-{}", words(class.rsplit('.').next().unwrap_or(class))),
            Action::Switch(name) => name.clone(),
        };
        let taken = |name: &str| {
            actions.iter().any(|(other, _)| other == name) || upgrades.tags.iter().any(|tag| tag.source.id == name)
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        actions.push((name, work.clone()));
    }
    actions
}

fn users<'a>(upgrades: &'a Upgrades, action: &'a Action) -> impl Iterator<Item = &'a Listed> {
    upgrades.versions.iter().filter(|listed| listed.work.iter().any(|work| work.same(action)))
}

fn named_in(listed: &Listed) -> String {
    match &listed.source {
        Some(source) => format!("`{}` (line {})", source.id, source.line),
        None => format!("`{}`", listed.version),
    }
}

fn title(action: &Action) -> String {
    match action {
        Action::Resave { class, .. } => format!("Save every {} again", class.rsplit('.').next().unwrap_or(class)),
        Action::Switch(name) if name == "fix_issue_rev_reg_records" => {
            "Drop issuance_type from issuer revocation registry records".to_owned()
        }
        Action::Switch(name) => format!("Run ACA-Py's {name}"),
    }
}

/// A run of ACA-Py's program that does this and nothing else; [`ACTIONS`] says why it looks like this.
fn run(name: &str, work: &[Action]) -> String {
    let mut out = format!(
        "    run:\n      \
           argv:\n        \
             - \"{{{{ facts.aca_py[to] }}}}\"\n        \
             - upgrade\n        \
             - --force-upgrade\n        \
             - --named-tag\n        \
             - {name}\n        \
             - --upgrade-config-path\n        \
             - /dev/stdin\n        \
             - --upgrade-page-size\n        \
             - \"{{{{ facts.page_size }}}}\"\n      \
           stdin: |\n        \
             v0.0.0: {{}}\n        \
             {name}:\n"
    );
    let resaved = |key: &str| {
        let classes = work.iter().filter_map(|action| match action {
            Action::Resave { list, class } if *list == key => Some(format!("              - {class}\n")),
            _ => None,
        });
        classes.collect::<String>()
    };
    let lists = ["base_record_path", "base_exch_record_path"].map(|key| (key, resaved(key)));
    if lists.iter().any(|(_, classes)| !classes.is_empty()) {
        out += "          resave_records:\n";
    }
    for (key, classes) in lists.iter().filter(|(_, classes)| !classes.is_empty()) {
        out += &format!("            {key}:\n{classes}");
    }
    for action in work {
        if let Action::Switch(switch) = action {
            out += &format!("          {switch}: true\n");
        }
    }
    out + "    resume: idempotent\n"
}

/// `ConnRecord` as `conn-record`.
fn words(class: &str) -> String {
    let letters: Vec<char> = class.chars().collect();
    let mut out = String::new();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let after = letters.get(at + 1);
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if begins && !out.ends_with('-') {
            out.push('-');
        }
        out.push(if *c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_class_is_named_by_its_words() {
        assert_eq!(words("ConnRecord"), "conn-record");
        assert_eq!(words("V20CredExRecord"), "v20-cred-ex-record");
        assert_eq!(words("DIDExchange"), "did-exchange");
    }
}
