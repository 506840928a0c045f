//! Values as PostgreSQL takes them: of the type that the server expects in their place.

use std::str::FromStr;

use sqlx::TypeInfo;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};
use sqlx::types::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::types::{BigDecimal, Json, Uuid};

use super::Query;
use crate::model::Value;
use crate::store::value::{plain, unbytes};

/// Binds a value, or says why it does not fit.
pub fn bind<'q>(query: Query<'q>, value: &Value, kind: &PgTypeInfo) -> Result<Query<'q>, String> {
    if value.is_null() {
        return Ok(query.bind(None::<String>));
    }
    let name = kind.name();
    if name == "BYTEA" {
        return Ok(match unbytes(value) {
            Some(bytes) => query.bind(bytes),
            None => query.bind(plain(value)?.into_bytes()),
        });
    }
    if name == "JSON" || name == "JSONB" {
        let text = plain(value)?;
        let json: Value = serde_json::from_str(&text).map_err(|e| format!("`{text}` is not JSON: {e}"))?;
        return Ok(query.bind(Json(json)));
    }
    let text = plain(value)?;
    Ok(match name {
        "BOOL" => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "on" | "1" => query.bind(true),
            "false" | "f" | "no" | "off" | "0" => query.bind(false),
            _ => return Err(unfit(&text, "a boolean")),
        },
        "INT2" => query.bind(read::<i16>(&text, "a small whole number")?),
        "INT4" => query.bind(read::<i32>(&text, "a whole number")?),
        "INT8" => query.bind(read::<i64>(&text, "a whole number")?),
        "OID" => query.bind(Oid(read::<u32>(&text, "an object's number")?)),
        "FLOAT4" => query.bind(read::<f32>(&text, "a number")?),
        "FLOAT8" => query.bind(read::<f64>(&text, "a number")?),
        "NUMERIC" => query.bind(read::<BigDecimal>(&text, "a number")?),
        "UUID" => query.bind(read::<Uuid>(&text, "a UUID")?),
        "DATE" => query.bind(read::<NaiveDate>(&text, "a date")?),
        "TIME" => query.bind(read::<NaiveTime>(&text, "a time of day")?),
        "TIMESTAMP" => query.bind(moment(&text)?),
        "TIMESTAMPTZ" => query.bind(instant(&text)?),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN" | "citext" => query.bind(text),
        _ if matches!(kind.kind(), PgTypeKind::Enum(_)) => query.bind(text),
        other => {
            let other = other.to_ascii_lowercase();
            return Err(format!(
                "a value is wanted as {other}, which Stepwell cannot bind; write `cast(cast({{{{ … }}}} as text) as {other})`"
            ));
        }
    })
}

fn read<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| unfit(text, what))
}

fn unfit(text: &str, what: &str) -> String {
    format!("`{text}` is not {what}, which the statement wants there")
}

fn moment(text: &str) -> Result<NaiveDateTime, String> {
    let text = text.trim().replacen('T', " ", 1);
    NaiveDateTime::parse_from_str(&text, "%F %T%.f")
        .or_else(|_| NaiveDate::from_str(&text).map(Into::into))
        .map_err(|_| unfit(&text, "a date and time"))
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let zoned = text.trim().replacen('T', " ", 1).replace('Z', "+00:00");
    let full =
        DateTime::parse_from_str(&zoned, "%F %T%.f%:z").or_else(|_| DateTime::parse_from_str(&zoned, "%F %T%.f%#z"));
    full.map(|t| t.to_utc()).or_else(|_| moment(text).map(|t| t.and_utc()))
}
