//! What PostgreSQL's errors mean, by SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).

use sqlx::postgres::PgDatabaseError;

use crate::store::{StoreError, Trouble};

/// Classes an error and says it in a sentence. What the row held may be in the detail, so that is left out.
pub fn trouble(error: &sqlx::Error) -> StoreError {
    let sqlx::Error::Database(database) = error else { return super::super::lost(error) };
    let Some(found) = database.try_downcast_ref::<PgDatabaseError>() else {
        return StoreError::new(Trouble::Refused, database.message());
    };
    let trouble = match found.code() {
        "42P01" => Trouble::NoSuchTable,
        // A lock that was not to be had, a deadlock, a transaction that must be made again, a statement that took longer
        // than the server allows.
        "55P03" | "40P01" | "40001" | "57014" => Trouble::Locked,
        "53100" | "53200" => Trouble::Full,
        // Shut down, restarting, out of connections, cut off.
        "57P01" | "57P02" | "57P03" | "57P05" | "53300" | "53400" => Trouble::Lost,
        code if code.starts_with("08") => Trouble::Lost,
        // No such user or database, wrong password, damaged.
        "3D000" => Trouble::Unreachable,
        // Sessions see each other's prepared statements, or not their own.
        "42P05" | "26000" => {
            let why = "a pooler gives transactions of one session to several; give Stepwell the server's own address, or \
                       a pool in session mode";
            return StoreError::new(Trouble::Unreachable, format!("{} ({why})", found.message()));
        }
        code if code.starts_with("28") || code.starts_with("XX") => Trouble::Unreachable,
        _ => Trouble::Refused,
    };
    let hint = found.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
    StoreError::new(trouble, format!("{}{hint}", found.message()))
}
