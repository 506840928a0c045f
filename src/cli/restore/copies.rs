//! Which file goes back where, and what that costs.

use std::path::PathBuf;

use crate::cli::past::Past;
use crate::journal::RunRecord;
use crate::model::{EventKind, Work};
use crate::probe::Site;
use crate::store::{Engine, Location};
use crate::words::format::{bytes, visible};

/// A store's backup.
#[derive(Debug)]
pub struct Copy {
    pub store: String,
    pub location: Location,
    pub file: PathBuf,
    size: u64,
    made: Option<jiff::Timestamp>,
}

/// The first backup that the run made of each store: the one that is nearest to its beginning.
///
/// # Errors
/// With a fragment of a sentence, where there is none or it cannot be used.
pub fn of(past: &Past, site: &Site) -> Result<Vec<Copy>, String> {
    let mut copies: Vec<Copy> = Vec::new();
    let run = &past.run;
    for event in &past.events {
        let EventKind::BackedUp { key, file, .. } = &event.kind else { continue };
        let Some(step) = run.plan.steps.iter().find(|step| &step.key == key) else { continue };
        let Work::Backup(spec) = &step.work else { continue };
        let (store, location) = site.store(spec.store.as_deref()).map_err(|e| e.to_string())?;
        if copies.iter().any(|copy| copy.store == store) {
            continue;
        }
        let file = PathBuf::from(file);
        let found = file.metadata().map_err(|e| format!("the backup {} cannot be read: {e}", file.display()))?;
        let made = found.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
        copies.push(Copy { store: store.to_owned(), location: location.clone(), file, size: found.len(), made });
    }
    if copies.is_empty() {
        return Err(format!("the run {} made no backup", run.id));
    }
    Ok(copies)
}

/// What will happen.
pub fn told(run: &RunRecord, copies: &[Copy], site: &Site) -> Vec<String> {
    let plan = &run.plan;
    let mut lines = vec![format!(
        "The backup of run {} ({} to {}) is to be put back.",
        run.id,
        visible(&plan.from),
        visible(&plan.to)
    )];
    for copy in copies {
        let made = copy.made.map(|at| format!(", made {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
        lines.push(format!("  store     {}: {}", copy.store, visible(&copy.location.shown())));
        lines.push(format!("  from      {}, {}{made}", visible(&copy.file.display().to_string()), bytes(copy.size)));
        lines.push("  lost      everything that was written to it since then, by the upgrade and by users".to_owned());
        lines.push(match copy.location.engine() {
            Engine::Sqlite => "  kept      the database as it is now, under another name beside it".to_owned(),
            Engine::Postgres => "  replaced  in one transaction, or not at all".to_owned(),
            Engine::Mysql => "  replaced  table by table; interrupted, it is to be done again".to_owned(),
        });
    }
    for (name, location) in site.stores.iter().filter(|(name, _)| !copies.iter().any(|copy| &copy.store == *name)) {
        lines.push(format!(
            "  but       `{name}` ({}) has no backup here and stays as it is",
            visible(&location.shown())
        ));
    }
    lines.push("  first     stop the service, whatever else uses the data, and keep it stopped".to_owned());
    lines
}
