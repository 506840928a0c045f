//! Questions to a database, over a connection that cannot write.

use super::{AskError, Site};
use crate::model::{Answer, Query};
use crate::store::Trouble;

pub async fn ask(site: &Site, store: Option<&str>, query: &Query, most: usize) -> Result<Answer, AskError> {
    let (name, location) = site.store(store)?;
    let engine = location.engine().word();
    let template = query
        .for_engine(engine)
        .ok_or_else(|| AskError::Definition(format!("the query has no text for {engine} (store `{name}`)")))?;
    let (sql, binds) = site.renderer().sql(template, engine)?;
    let mut connection = site.open_read_only(store).await?;
    let rows = match connection.query_up_to(&sql, &binds, most).await {
        Ok(rows) => rows,
        // No table is an answer: nothing is recorded there.
        Err(e) if e.trouble == Trouble::NoSuchTable => return Ok(Answer::default()),
        Err(e) => return Err(e.into()),
    };
    connection.close().await;
    Ok(Answer { columns: rows.columns, rows: rows.rows, count: rows.count, digest: rows.digest, ..Answer::default() })
}
