//! Changes of a schema by somebody else. The shape of each store is kept after whatever may have changed it, so that a
//! run's own progress is never taken for drift.

use std::collections::BTreeSet;

use tokio::sync::mpsc::UnboundedSender;

use super::machine::Machine;
use crate::model::{EventKind, Severity};
use crate::probe::Site;
use crate::step::Report;
use crate::store::{Connection, shape};

/// So many differences are named, and the rest counted.
const NAMED: usize = 10;

/// The shape of each store that can be asked.
pub async fn shapes(site: &Site) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (store, location) in site.stores.iter() {
        let Ok(mut connection) = Connection::open_read_only(location).await else { continue };
        if let Ok(lines) = shape(&mut connection).await {
            found.push((store.clone(), lines));
        }
        connection.close().await;
    }
    found
}

/// Reports the shape of each store.
pub async fn look(site: &Site, reports: &UnboundedSender<Report>) {
    for (store, lines) in shapes(site).await {
        let _ = reports.send(Report::Shape { store, lines });
    }
}

/// What differs, for people.
pub fn differences(before: &[String], now: &[String]) -> Vec<String> {
    let [old, new] = [before, now].map(|lines| lines.iter().collect::<BTreeSet<_>>());
    let gone = old.difference(&new).map(|line| format!("gone: {line}"));
    let come = new.difference(&old).map(|line| format!("new: {line}"));
    let all: Vec<String> = gone.chain(come).collect();
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    all.into_iter().take(NAMED).chain(more).collect()
}

impl Machine {
    /// Keeps a store's shape, where it is not as it was last known.
    pub(super) fn shaped(&mut self, store: String, lines: Vec<String>) {
        if self.shapes.get(&store) != Some(&lines) {
            self.shapes.insert(store.clone(), lines.clone());
            self.record(EventKind::Shape { store, lines });
        }
    }

    /// Says what somebody else changed since this run saw the store last; `judged`: nothing of this run was under way.
    pub(super) fn compare_shape(&mut self, store: String, lines: Vec<String>, judged: bool) {
        if let Some(before) = self.shapes.get(&store).filter(|_| judged) {
            let found = differences(before, &lines);
            if !found.is_empty() {
                let text = format!(
                    "the schema of `{store}` is not as this run left it; somebody else changed it: {}",
                    found.join("; ")
                );
                self.notice(Severity::Warning, text);
            }
        }
        self.shaped(store, lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let lines = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(differences(&lines("a b"), &lines("b c")), ["gone: a", "new: c"]);
        assert_eq!(differences(&lines("a"), &lines("a")), Vec::<String>::new());
    }
}
