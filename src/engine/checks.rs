//! The checks before a run: those of the definition, and Stepwell's own.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::{CheckResult, CheckStatus, Level, Phase, Plan, PlannedStep, Scope, Space, Work};
use crate::probe::{Site, Verdict, ask, in_the_way, judge};
use crate::step::{beside, rows_as_lines};
use crate::store::keeps_session;

/// A check of the plan's gates, or one of Stepwell's own.
pub enum Item {
    Gate(Box<PlannedStep>),
    /// The store's name.
    Space(String),
    /// The store's name.
    Session(String),
    StateDir,
    /// What a step needs, and the step's title.
    Room(Space, String, Box<Scope>),
}

/// What is checked for a plan: every gate once, and what Stepwell itself needs.
pub fn items(plan: &Plan, site: &Site) -> Vec<(String, Item)> {
    let mut seen = BTreeSet::new();
    let gates = || plan.steps.iter().filter(|s| s.phase == Phase::Gate);
    let first_hop = gates().next().map(|s| s.scope.to.clone());
    let mut items: Vec<(String, Item)> = gates()
        .filter(|s| matches!(s.work, Work::Check(_)))
        .map(|s| (id_of(s).to_owned(), s))
        .filter(|(id, _)| seen.insert(id.clone()))
        .map(|(id, s)| {
            let mut gate = s.clone();
            // Before the first hop there is none that could repair what it finds.
            if let Work::Check(check) = &mut gate.work
                && Some(&gate.scope.to) == first_hop.as_ref()
            {
                check.at_hop = false;
            }
            (id, Item::Gate(Box::new(gate)))
        })
        .collect();
    for step in &plan.steps {
        if let Some(space) = &step.needs_space {
            let item = Item::Room(space.clone(), step.title.clone(), Box::new(step.scope.clone()));
            items.push((format!("stepwell-space-{}", step.key), item));
        }
    }
    items.push(("stepwell-state".to_owned(), Item::StateDir));
    for name in site.stores.keys() {
        items.push((format!("stepwell-space-{name}"), Item::Space(name.clone())));
        if site.stores.get(name).is_some_and(|location| location.server().is_some()) {
            items.push((format!("stepwell-session-{name}"), Item::Session(name.clone())));
        }
    }
    items
}

/// The id under which a gate is known and overridden: what stands behind `/check/`.
pub fn id_of(step: &PlannedStep) -> &str {
    step.key.split_once("/check/").map_or(step.key.as_str(), |(_, id)| id)
}

/// Asks one check.
pub async fn check(id: String, item: Item, site: &Site) -> CheckResult {
    match item {
        Item::Gate(step) => gate(id, &step, site).await,
        Item::Space(store) => space(id, &store, site).await,
        Item::Session(store) => session(id, &store, site).await,
        Item::StateDir => state_dir(id, site),
        Item::Room(space, title, scope) => {
            room(id, &space, &title, &site.scoped(&scope, &std::collections::BTreeMap::new())).await
        }
    }
}

async fn gate(id: String, step: &PlannedStep, site: &Site) -> CheckResult {
    let site = site.scoped(&step.scope, &std::collections::BTreeMap::new());
    let mut result = CheckResult {
        id,
        title: step.title.clone(),
        status: CheckStatus::Pass,
        found: String::new(),
        rows: Vec::new(),
        fix: None,
        why: step.why.clone(),
    };
    let Work::Check(check) = &step.work else { return result };
    if check.at_hop {
        result.status = CheckStatus::Skip;
        result.found = format!("asked just before the step to {}", step.scope.to);
        return result;
    }
    result.fix = check.fix.as_ref().and_then(|f| site.renderer().text(f).ok()).map(|t| t.to_string());
    let bad = if check.level == Level::Should { CheckStatus::Warn } else { CheckStatus::Fail };
    let answer = match ask(&check.probe, &site).await {
        Ok(answer) => answer,
        Err(e) => {
            result.status = bad;
            result.found = site.secrets.mask(&format!("it could not be asked: {e}"));
            return result;
        }
    };
    let rows = |answer| {
        let answer = in_the_way(answer, &check.probe.answer, &site);
        rows_as_lines(&answer).iter().map(|line| site.secrets.mask(line)).collect()
    };
    match judge(&answer, &check.probe.answer, &site, None) {
        Ok(Verdict::Yes) => {}
        Ok(Verdict::No(found)) => {
            result.status = bad;
            result.found = site.secrets.mask(&found);
            result.rows = rows(answer);
        }
        Ok(Verdict::Unknown(found)) => {
            result.status = bad;
            result.found = site.secrets.mask(&format!("unclear: {found}"));
            result.rows = rows(answer);
        }
        Err(e) => {
            result.status = bad;
            result.found = site.secrets.mask(&e.to_string());
        }
    }
    result
}

fn own(id: String, title: String, status: CheckStatus, found: String, fix: &str) -> CheckResult {
    CheckResult { id, title, status, found, rows: Vec::new(), fix: Some(fix.to_owned()), why: None }
}

/// A backup of the store and a write-ahead log as large as it must fit beside it.
async fn space(id: String, store: &str, site: &Site) -> CheckResult {
    let title = format!("There is room for a backup of `{store}`");
    let fix = "Make room on the disk, or let the backup go elsewhere.";
    let Some(location) = site.stores.get(store) else {
        return own(id, title, CheckStatus::Skip, "the store is not known".to_owned(), fix);
    };
    let size = location.size().await.unwrap_or(0);
    let folder = beside(location, site);
    let folder = folder.ancestors().find(|p| p.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let (free_text, need) = (crate::words::format::bytes(free), crate::words::format::bytes(size * 2));
            let found = format!("{free_text} free, about {need} wanted");
            let status = if free >= size.saturating_mul(2) { CheckStatus::Pass } else { CheckStatus::Fail };
            own(id, title, status, found, fix)
        }
        Err(e) => own(id, title, CheckStatus::Warn, format!("free space is not known: {e}"), fix),
    }
}

/// Settings and locks of a session must be those of one session.
async fn session(id: String, store: &str, site: &Site) -> CheckResult {
    let title = format!("Nothing stands between Stepwell and `{store}`");
    let fix = "Give Stepwell the server's own address, or a pool that keeps sessions apart (session mode).";
    let Some(location) = site.stores.get(store) else {
        return own(id, title, CheckStatus::Skip, "the store is not known".to_owned(), fix);
    };
    match keeps_session(location).await {
        Ok(true) => own(id, title, CheckStatus::Pass, "sessions keep their settings".to_owned(), fix),
        Ok(false) => {
            let found = "a pooler gives transactions of one session to several, so that settings and locks are lost";
            own(id, title, CheckStatus::Fail, found.to_owned(), fix)
        }
        Err(e) => own(id, title, CheckStatus::Fail, format!("it could not be asked: {e}"), fix),
    }
}

/// What the definition says that a step needs.
async fn room(id: String, space: &Space, step: &str, site: &Site) -> CheckResult {
    let title = format!("There is room for: {step}");
    let fix = "Make room on that disk.";
    match crate::step::room(space, site).await {
        Ok(room) => {
            let bytes = crate::words::format::bytes;
            let found = format!("{} free at {}, {} needed", bytes(room.free), room.at.display(), bytes(room.needed));
            let status = if room.is_enough() { CheckStatus::Pass } else { CheckStatus::Fail };
            own(id, title, status, found, fix)
        }
        Err(reason) => own(id, title, CheckStatus::Fail, reason, fix),
    }
}

/// The state directory holds the journal: without it nothing may begin.
fn state_dir(id: String, site: &Site) -> CheckResult {
    let title = "Stepwell can keep its journal".to_owned();
    let fix = "Make the folder writable, or set `state_dir` in stepwell.yaml.";
    let folder = if site.state_dir.exists() { &site.state_dir } else { &site.dir };
    match rustix::fs::access(folder, rustix::fs::Access::WRITE_OK) {
        Ok(()) => {
            let found = format!("in {}; it keeps out other runners on this host", site.state_dir.display());
            own(id, title, CheckStatus::Pass, found, fix)
        }
        Err(e) => own(id, title, CheckStatus::Fail, format!("{} cannot be written: {e}", folder.display()), fix),
    }
}
