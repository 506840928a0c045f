//! Whether the stores still know what a run has done in them. A store that was put back from a backup does not.

use super::act::Forgotten;
use crate::journal::Marks;
use crate::model::{Plan, StepState, Work};
use crate::probe::Site;

/// Stores in which steps that are done have left no mark. A store that cannot be asked now is asked again by its next
/// step.
pub async fn forgotten(site: &Site, marks: &Marks, plan: &Plan, steps: &[(String, StepState, u32)]) -> Vec<Forgotten> {
    let mut found = Vec::new();
    for (store, location) in site.stores.iter() {
        let is_done = |key: &str| {
            steps.iter().any(|(k, state, _)| k == key && matches!(state, StepState::Done { adopted: false }))
        };
        // A step that was done anew has its mark under another name, and the first one still stands.
        let done = plan.steps.iter().filter(|s| store_of(&s.work, site) == Some(store) && is_done(&s.key));
        let done: Vec<&str> = done.map(|s| s.key.as_str()).collect();
        if done.is_empty() {
            continue;
        }
        let Ok(mut connection) = crate::store::Connection::open_read_only(location).await else { continue };
        let Ok(known) = marks.done(&mut connection).await else { continue };
        connection.close().await;
        let steps: Vec<String> = done.into_iter().filter(|key| !known.contains(*key)).map(str::to_owned).collect();
        if !steps.is_empty() {
            found.push(Forgotten { store: store.clone(), steps });
        }
    }
    found
}

/// The store that a step marks its effect in.
fn store_of<'a>(work: &'a Work, site: &'a Site) -> Option<&'a str> {
    let name = match work {
        Work::Sql(sql) => sql.store.as_deref(),
        Work::Backfill(backfill) => backfill.store.as_deref(),
        _ => return None,
    };
    site.store(name).ok().map(|(name, _)| name)
}
