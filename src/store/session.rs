//! Whether a session is one: a pooler between Stepwell and the server may give each transaction to another session, and
//! then settings, such as how long a lock is waited for, and locks do not last.

use super::{Connection, Engine, Location, StoreError};

/// Whether what is set in a session stays with it. Two sessions are opened: where one of them is in a transaction, a
/// pooler has to serve the other one from elsewhere, or has to serve both from one.
///
/// # Errors
/// When the store cannot be asked.
pub async fn keeps_session(location: &Location) -> Result<bool, StoreError> {
    match two_sessions(location).await {
        // What one session prepared is there in another one.
        Err(e) if e.message.contains("pooler") => Ok(false),
        found => found,
    }
}

async fn two_sessions(location: &Location) -> Result<bool, StoreError> {
    let question = match location.engine() {
        Engine::Sqlite => return Ok(true),
        Engine::Postgres => "select pg_backend_pid()",
        Engine::Mysql => "select connection_id()",
    };
    let mut one = Connection::open_read_only(location).await?;
    let before = one.query(question, &[]).await?.number();
    let mut other = Connection::open_read_only(location).await?;
    other.begin().await?;
    let beside = other.query(question, &[]).await?.number();
    let after = one.query(question, &[]).await?.number();
    other.rollback().await;
    other.close().await;
    one.close().await;
    Ok(before == after && before != beside)
}
