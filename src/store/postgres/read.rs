//! Values that PostgreSQL gives.

use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgRow, PgTypeKind};
use sqlx::types::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::types::{BigDecimal, JsonRawValue, Uuid};
use sqlx::{Column, Row, TypeInfo, ValueRef};

use super::trouble::trouble;
use crate::model::Value;
use crate::store::value::{bytes, decimal, float};
use crate::store::{StoreError, Trouble};

/// The value in a row's column: a number or a truth where it is one, bytes under their own key, text otherwise.
pub fn value(row: &PgRow, index: usize) -> Result<Value, StoreError> {
    let raw = row.try_get_raw(index).map_err(|e| trouble(&e))?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().into_owned();
    drop(raw);
    let found = match kind.name() {
        "BOOL" => row.try_get::<bool, _>(index).map(Value::from),
        "INT2" => row.try_get::<i16, _>(index).map(Value::from),
        "INT4" => row.try_get::<i32, _>(index).map(Value::from),
        "INT8" => row.try_get::<i64, _>(index).map(Value::from),
        "OID" => row.try_get::<Oid, _>(index).map(|oid| Value::from(oid.0)),
        "FLOAT4" => row.try_get::<f32, _>(index).map(|n| float(f64::from(n), &n.to_string())),
        "FLOAT8" => row.try_get::<f64, _>(index).map(|n| float(n, &n.to_string())),
        // The one numeric that no decimal can hold is not a number.
        "NUMERIC" => Ok(row.try_get::<BigDecimal, _>(index).map_or_else(|_| "NaN".into(), |n| decimal(&n))),
        "BYTEA" => row.try_get::<Vec<u8>, _>(index).map(|b| bytes(&b)),
        "UUID" => row.try_get::<Uuid, _>(index).map(|u| u.to_string().into()),
        "JSON" | "JSONB" => row.try_get::<&JsonRawValue, _>(index).map(|json| json.get().into()),
        "TIMESTAMP" => row.try_get::<NaiveDateTime, _>(index).map(|t| t.to_string().into()),
        "TIMESTAMPTZ" => row.try_get::<DateTime<Utc>, _>(index).map(|t| t.format("%F %T%.f+00").to_string().into()),
        "DATE" => row.try_get::<NaiveDate, _>(index).map(|d| d.to_string().into()),
        "TIME" => row.try_get::<NaiveTime, _>(index).map(|t| t.to_string().into()),
        "VOID" => Ok(Value::Null),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "\"CHAR\"" | "UNKNOWN" | "citext" => text(row, index),
        _ if matches!(kind.kind(), PgTypeKind::Enum(_)) => text(row, index),
        name => {
            let column = row.columns().get(index).map(|c| c.name().to_owned()).unwrap_or_default();
            let why = format!(
                "the column {column} is of the type {}, which Stepwell does not read; write `cast({column} as text)`",
                name.to_ascii_lowercase()
            );
            return Err(StoreError::new(Trouble::Refused, why));
        }
    };
    found.map_err(|e| trouble(&e))
}

fn text(row: &PgRow, index: usize) -> Result<Value, sqlx::Error> {
    row.try_get_unchecked::<String, _>(index).map(Value::from)
}
