//! How many rows are still to be changed.
//!
//! It is asked of the whole table, before a pass and after it. Two connections that count a part each take half of the
//! time, where the server does not do that by itself.

use super::ranges::middle;
use super::statements::Statements;
use crate::store::{Connection, Engine, Location, StoreError};

/// Fewer keys than this are counted before another connection is there.
const FEW: u32 = 50_000;

/// Counts the rows that match.
///
/// # Errors
/// When the store cannot be read.
pub async fn count(
    statements: &Statements,
    location: &Location,
    connection: &mut Connection,
) -> Result<u64, StoreError> {
    // PostgreSQL counts with several processes anyway.
    if location.engine() != Engine::Postgres
        && let Some(counted) = together(statements, location, connection).await?
    {
        return Ok(counted);
    }
    Ok(number(connection.query(&statements.count, &[]).await?.number()))
}

/// Counts in two parts; `None` where the keys cannot be parted, or there is no other connection to be had.
async fn together(
    statements: &Statements,
    location: &Location,
    connection: &mut Connection,
) -> Result<Option<u64>, StoreError> {
    let lowest = connection.query(&statements.lowest, &[]).await?.rows.into_iter().next();
    let highest = connection.query(&statements.highest, &[]).await?.rows.into_iter().next();
    let Some(middle) = lowest.zip(highest).and_then(|(low, high)| middle(&low, &high, FEW)) else { return Ok(None) };
    let Ok(mut other) = Connection::open_read_only(location).await else { return Ok(None) };
    let [upto, behind] = &statements.count_parts;
    let (upto_binds, behind_binds) = (upto.binds(None, &middle, 0), behind.binds(Some(&middle), &[], 0));
    let (first, second) =
        tokio::join!(connection.query(&upto.text, &upto_binds), other.query(&behind.text, &behind_binds));
    other.close().await;
    Ok(Some(number(first?.number()) + number(second?.number())))
}

fn number(counted: Option<i64>) -> u64 {
    counted.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
}
