//! What the errors of MySQL and MariaDB mean, by number
//! (<https://mariadb.com/kb/en/mariadb-error-codes/>, <https://dev.mysql.com/doc/mysql-errors/8.0/en/>).

use sqlx::mysql::MySqlDatabaseError;

use crate::store::{StoreError, Trouble};

/// The statement cannot be prepared, only be sent as text.
const UNPREPARED: u16 = 1295;

/// Whether a statement has to be sent as text.
pub fn is_unprepared(error: &sqlx::Error) -> bool {
    number(error) == Some(UNPREPARED)
}

fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

/// Classes an error and says it in a sentence.
pub fn trouble(error: &sqlx::Error) -> StoreError {
    let (Some(database), Some(number)) = (error.as_database_error(), number(error)) else {
        return super::super::lost(error);
    };
    let trouble = match number {
        1146 => Trouble::NoSuchTable,
        // A lock that was not to be had, a deadlock, a row that changed meanwhile, a statement that took longer than the
        // server allows.
        1205 | 1213 | 1020 | 1969 | 3024 => Trouble::Locked,
        // No room in the table, on the disk, in the log.
        1021 | 1114 | 1026 | 3019 => Trouble::Full,
        // Shut down, too many connections, killed, read-only for the moment (a failover), lost.
        1040 | 1053 | 1077 | 1080 | 1184 | 1203 | 1226 | 1290 | 1836 | 1927 | 2006 | 2013 | 1317 => Trouble::Lost,
        1044 | 1045 | 1049 | 1698 | 1251 | 2059 => Trouble::Unreachable,
        _ => Trouble::Refused,
    };
    StoreError::new(trouble, database.message())
}
