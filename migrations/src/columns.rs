//! Portable raw SQL: the few column types that differ between the engines have a name in braces, the rest is written
//! once. Codes and keys compare byte by byte on every engine, so that no two ways of writing a word are one.

use sea_orm_migration::{prelude::*, sea_orm::{ConnectionTrait, DatabaseBackend}};

/// `{id}`, `{code}` (up to 120 characters), `{key}` (up to 255), `{json}`: the type on SQLite and on MySQL.
const TYPES: [(&str, &str, &str); 4] = [
    ("{id}", "BLOB", "BINARY(16)"),
    ("{code}", "TEXT", "VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
    ("{key}", "TEXT", "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
    ("{json}", "TEXT", "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
];

/// Runs statements in order, with the types of this engine put in.
pub async fn create(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let on_mysql = manager.get_database_backend() == DatabaseBackend::MySql;
    for statement in statements {
        let sql = TYPES.iter().fold((*statement).to_owned(), |sql, (name, sqlite, mysql)| {
            sql.replace(name, if on_mysql { mysql } else { sqlite })
        });
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Drops tables in the order given.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}
