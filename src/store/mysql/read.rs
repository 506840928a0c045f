//! Values that MySQL and MariaDB give.

use sqlx::mysql::{MySql, MySqlRow};
use sqlx::types::BigDecimal;
use sqlx::types::chrono::{NaiveDate, NaiveDateTime};
use sqlx::{Row, Type, TypeInfo, ValueRef};

use crate::model::Value;
use crate::store::value::{bytes, decimal, float};

/// The value in a row's column: a number where it is one, bytes under their own key, text otherwise.
pub fn value(row: &MySqlRow, index: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let info = raw.type_info().into_owned();
    match info.name() {
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "INT UNSIGNED" | "MEDIUMINT UNSIGNED" | "BIGINT UNSIGNED"
        | "BIT" | "YEAR" => row.try_get_unchecked::<u64, _>(index).map(Value::from),
        // A boolean is a small number there, and may be any.
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INT" | "MEDIUMINT" | "BIGINT" => {
            row.try_get_unchecked::<i64, _>(index).map(Value::from)
        }
        "FLOAT" => row.try_get_unchecked::<f32, _>(index).map(|n| float(f64::from(n), &n.to_string())),
        "DOUBLE" => row.try_get_unchecked::<f64, _>(index).map(|n| float(n, &n.to_string())),
        "DECIMAL" => row.try_get_unchecked::<BigDecimal, _>(index).map(|n| decimal(&n)),
        // The year 0 is no date elsewhere.
        "DATETIME" | "TIMESTAMP" => Ok(row
            .try_get_unchecked::<NaiveDateTime, _>(index)
            .map_or_else(|_| "0000-00-00 00:00:00".into(), |t| t.to_string().into())),
        "DATE" => Ok(row
            .try_get_unchecked::<NaiveDate, _>(index)
            .map_or_else(|_| "0000-00-00".into(), |d| d.to_string().into())),
        "TIME" => row.try_get_unchecked::<sqlx::mysql::types::MySqlTime, _>(index).map(|t| t.to_string().into()),
        // A text whose letters are compared by their bytes bears the same name: only its character set tells.
        kind if (kind.ends_with("BLOB") || kind.ends_with("BINARY") || kind == "GEOMETRY")
            && !<str as Type<MySql>>::compatible(&info) =>
        {
            row.try_get_unchecked::<Vec<u8>, _>(index).map(|b| bytes(&b))
        }
        _ => row
            .try_get_unchecked::<Vec<u8>, _>(index)
            .map(|text| Value::from(String::from_utf8_lossy(&text).into_owned())),
    }
}
