//! The way to a server: how long it may take, and what it means when it is lost.

use std::time::Duration;

use super::{StoreError, Trouble};

/// How long a server may take to let one in.
const CONNECT: Duration = Duration::from_secs(10);

/// Waits for a server to let one in.
pub async fn reached<C>(
    connecting: impl Future<Output = Result<C, sqlx::Error>>,
    trouble: fn(&sqlx::Error) -> StoreError,
) -> Result<C, StoreError> {
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(connected) => connected.map_err(|e| trouble(&e)),
        Err(_) => {
            let waited = CONNECT.as_secs();
            Err(StoreError::new(Trouble::Lost, format!("the server did not answer in {waited} s")))
        }
    }
}

/// The connection itself failed: what was under way may or may not have taken effect.
pub fn lost(error: &sqlx::Error) -> StoreError {
    match error {
        // A certificate that is not to be trusted does not get better.
        sqlx::Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => {
            StoreError::new(Trouble::Unreachable, format!("the connection cannot be encrypted: {e}"))
        }
        sqlx::Error::Io(e) => StoreError::new(Trouble::Lost, format!("the server cannot be reached: {e}")),
        sqlx::Error::Tls(e) => {
            StoreError::new(Trouble::Unreachable, format!("the connection cannot be encrypted: {e}"))
        }
        sqlx::Error::Protocol(e) => StoreError::new(Trouble::Lost, format!("the connection broke: {e}")),
        sqlx::Error::Configuration(e) => StoreError::new(Trouble::Unreachable, e.to_string()),
        other => StoreError::new(Trouble::Refused, other.to_string()),
    }
}
