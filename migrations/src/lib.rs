//! The tables, portable over SQLite and MySQL. One file per area, named by its date; each is added to the list below and
//! never changed after it was released: migrations expand, move, then contract.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20260101_000001_events;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_events::Migration),
        ]
    }
}

/// Runs statements one after the other; `{id}` stands for the type of an id, `{text}` for long text, `{serial}` for an
/// ascending primary key, in the words of the engine at hand.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    use sea_orm_migration::sea_orm::DatabaseBackend;
    let lite = manager.get_database_backend() == DatabaseBackend::Sqlite;
    let (id, text, serial) = if lite {
        ("BLOB", "TEXT", "INTEGER PRIMARY KEY AUTOINCREMENT")
    } else {
        ("BINARY(16)", "LONGTEXT", "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY")
    };
    for statement in statements {
        let sql = statement.replace("{id}", id).replace("{text}", text).replace("{serial}", serial);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
