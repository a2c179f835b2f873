//! From sea-orm's rows to ours, whatever the columns hold, and from our values to sea-orm's.

use sea_orm::{DbErr, QueryResult, RuntimeErr};
use sqlx::{Row as _, TypeInfo as _, ValueRef as _};

use crate::{
    tx::{SqlError, SqlErrorKind},
    value::{Row, Value},
};

pub(crate) fn to_sea(values: Vec<Value>) -> Vec<sea_orm::Value> {
    values
        .into_iter()
        .map(|v| match v {
            Value::Null => sea_orm::Value::BigInt(None),
            Value::Int(v) => v.into(),
            Value::Real(v) => v.into(),
            Value::Text(v) => v.into(),
            Value::Bytes(v) => v.into(),
        })
        .collect()
}

pub(crate) fn from_sea(result: &QueryResult) -> Result<Row, SqlError> {
    let read = if let Some(row) = result.try_as_sqlite_row() {
        (0..row.len()).map(|i| sqlite_value(row, i)).collect::<Result<_, _>>()
    } else if let Some(row) = result.try_as_mysql_row() {
        (0..row.len()).map(|i| mysql_value(row, i)).collect::<Result<_, _>>()
    } else {
        return Err(SqlError { kind: SqlErrorKind::Other, message: "a row of an unknown engine".to_owned() });
    };
    read.map(Row).map_err(|e: sqlx::Error| SqlError { kind: SqlErrorKind::Other, message: e.to_string() })
}

fn sqlite_value(row: &sqlx::sqlite::SqliteRow, i: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(i)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info();
    Ok(match kind.name() {
        "REAL" => Value::Real(row.try_get_unchecked(i)?),
        "TEXT" => Value::Text(row.try_get_unchecked(i)?),
        "BLOB" => Value::Bytes(row.try_get_unchecked(i)?),
        _ => Value::Int(row.try_get_unchecked(i)?),
    })
}

fn mysql_value(row: &sqlx::mysql::MySqlRow, i: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(i)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info();
    let name = kind.name();
    // A text column with a `_bin` collation is called binary too, so ask first whether it is text.
    Ok(if <str as sqlx::Type<sqlx::MySql>>::compatible(&kind) {
        Value::Text(row.try_get_unchecked(i)?)
    } else if name.contains("BINARY") || name.contains("BLOB") {
        Value::Bytes(row.try_get_unchecked(i)?)
    } else if matches!(name, "FLOAT" | "DOUBLE") {
        Value::Real(row.try_get_unchecked(i)?)
    } else if name.contains("UNSIGNED") {
        Value::Int(i64::try_from(row.try_get_unchecked::<u64, _>(i)?).unwrap_or(i64::MAX))
    } else if name.contains("INT") || name == "BOOLEAN" {
        Value::Int(row.try_get_unchecked(i)?)
    } else if name == "DECIMAL" {
        // What a sum of whole numbers comes as.
        let digits: String = row.try_get_unchecked(i)?;
        digits.parse().map(Value::Int).unwrap_or(Value::Text(digits))
    } else {
        Value::Text(row.try_get_unchecked(i)?)
    })
}

pub(crate) fn sea_error(e: &DbErr) -> SqlError {
    let message = e.to_string();
    let kind = match e {
        DbErr::ConnectionAcquire(_) => SqlErrorKind::Retry,
        DbErr::Conn(RuntimeErr::SqlxError(x))
        | DbErr::Exec(RuntimeErr::SqlxError(x))
        | DbErr::Query(RuntimeErr::SqlxError(x)) => sqlx_kind(x),
        _ => SqlErrorKind::Other,
    };
    SqlError { kind, message }
}

fn sqlx_kind(e: &sqlx::Error) -> SqlErrorKind {
    match e {
        sqlx::Error::Database(d) => match d.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(|d| d.number()) {
            Some(1062) => SqlErrorKind::Unique,
            // Deadlock, lock time-out, snapshot conflict (MariaDB), server going away, too many connections (of all, of us).
            Some(1213 | 1205 | 1020 | 1053 | 1040 | 1203) => SqlErrorKind::Retry,
            _ => SqlErrorKind::Other,
        },
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            SqlErrorKind::Retry
        }
        _ => SqlErrorKind::Other,
    }
}
