//! How far a server is with an index that a statement builds. It is asked on another connection, since the statement's
//! own is busy with it.

use std::time::Duration;

use super::{Connection, Location, StoreError};
use crate::model::Value;

/// How often it is asked. Most statements are over before the first time.
const EVERY: Duration = Duration::from_secs(1);

/// <https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PROGRESS-REPORTING>
const POSTGRES: &str = "select phase, blocks_done, blocks_total, tuples_done, tuples_total, current_locker_pid \
                        from pg_stat_progress_create_index where pid = ?";

/// What a server is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Building {
    /// A part of it whose end is known.
    Counted { phase: String, done: u64, total: u64, unit: &'static str },
    /// A part without a count.
    Phase(String),
    /// It waits for the transaction of a process.
    Waits { phase: String, process: i64 },
}

/// Carries out `work`, the statement of a process, and meanwhile tells how far the server is with it.
pub async fn told<T>(
    at_work: Option<&(Location, i64)>,
    work: impl Future<Output = Result<T, StoreError>>,
    tell: impl FnMut(Building),
) -> Result<T, StoreError> {
    let Some((location @ Location::Postgres(_), process)) = at_work else { return work.await };
    tokio::pin!(work);
    if let Ok(done) = tokio::time::timeout(EVERY, &mut work).await {
        return done;
    }
    let watch = watch(location, *process, tell);
    tokio::pin!(watch);
    tokio::select! {
        done = &mut work => done,
        // Whoever cannot be asked says nothing.
        _ = &mut watch => work.await,
    }
}

async fn watch(location: &Location, process: i64, mut tell: impl FnMut(Building)) -> Result<(), StoreError> {
    let mut connection = Connection::open_read_only(location).await?;
    let mut last = None;
    loop {
        let found = connection.ask(POSTGRES, &[process.into()]).await?;
        let building = found.rows.first().and_then(|row| building(row));
        if building != last {
            building.clone().into_iter().for_each(&mut tell);
            last = building;
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn building(row: &[Value]) -> Option<Building> {
    let phase = row.first()?.as_str()?.to_owned();
    let number = |i: usize| row.get(i).and_then(Value::as_u64).unwrap_or(0);
    let process = row.get(5).and_then(Value::as_i64).unwrap_or(0);
    // Counts of a part that is over stay until the next one has its own.
    let counted = phase.contains("scanning") || phase.contains("loading") || phase == "building index";
    Some(match (number(2), number(4)) {
        _ if phase.starts_with("waiting") && process > 0 => Building::Waits { phase, process },
        (_, total) if counted && total > 0 && !phase.contains("scanning") => {
            Building::Counted { phase, done: number(3), total, unit: "rows" }
        }
        (total, _) if counted && total > 0 => Building::Counted { phase, done: number(1), total, unit: "blocks" },
        _ => Building::Phase(phase),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_counted_in_its_own_way() {
        let row = |phase: &str, numbers: [u64; 5]| {
            let row: Vec<Value> = std::iter::once(phase.into()).chain(numbers.map(Value::from)).collect();
            building(&row).expect("a row")
        };
        let counted = |phase: &str, done, total, unit| Building::Counted { phase: phase.to_owned(), done, total, unit };
        let scanning = "building index: scanning table";
        assert_eq!(row(scanning, [3, 9, 0, 0, 0]), counted(scanning, 3, 9, "blocks"));
        let loading = "building index: loading tuples in tree";
        assert_eq!(row(loading, [9, 9, 5, 70, 0]), counted(loading, 5, 70, "rows"));
        let sorting = "building index: sorting live tuples";
        assert_eq!(row(sorting, [9, 9, 0, 70, 0]), Building::Phase(sorting.to_owned()));
        let waiting = "waiting for old snapshots";
        assert_eq!(row(waiting, [9, 9, 0, 0, 4711]), Building::Waits { phase: waiting.to_owned(), process: 4711 });
    }
}
