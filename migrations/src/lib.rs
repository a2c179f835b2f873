//! The tables, portable over SQLite and MySQL. One file per area, named by its date; each is added to the list below and
//! never changed after it was released: migrations expand, move, then contract.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20260101_000001_events;
mod m20260101_000002_inventory;
mod m20260101_000002_items;
mod m20260101_000002_network;
mod m20260101_000003_log;
mod m20260101_000004_orders;
mod m20260101_000005_messages;
mod m20260101_000006_people;
mod m20260101_000007_event_ids;
mod m20260201_000001_passwords;
mod m20260201_000002_second_factors;
mod m20260301_000001_archive;
mod m20260301_000001_log_leases;
mod m20260302_000001_trends;
mod m20260302_000002_recommendations;
mod m20260303_000001_returns;
mod m20260304_000001_deliveries;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_events::Migration),
            Box::new(m20260101_000002_items::Migration),
            Box::new(m20260101_000002_inventory::Migration),
            Box::new(m20260101_000002_network::Migration),
            Box::new(m20260101_000003_log::Migration),
            Box::new(m20260101_000004_orders::Migration),
            Box::new(m20260101_000005_messages::Migration),
            Box::new(m20260101_000006_people::Migration),
            Box::new(m20260101_000007_event_ids::Migration),
            Box::new(m20260201_000001_passwords::Migration),
            Box::new(m20260201_000002_second_factors::Migration),
            Box::new(m20260301_000001_archive::Migration),
            Box::new(m20260301_000001_log_leases::Migration),
            Box::new(m20260302_000001_trends::Migration),
            Box::new(m20260302_000002_recommendations::Migration),
            Box::new(m20260303_000001_returns::Migration),
            Box::new(m20260304_000001_deliveries::Migration),
        ]
    }
}

/// Runs statements one after the other; `{id}` stands for the type of an id, `{text}` for long text, `{code}` and
/// `{key}` for up to 120 and 255 characters compared byte by byte, `{serial}` for an ascending primary key, in the words of
/// the engine at hand.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    use sea_orm_migration::sea_orm::DatabaseBackend;
    let lite = manager.get_database_backend() == DatabaseBackend::Sqlite;
    let (id, text, serial) = if lite {
        ("BLOB", "TEXT", "INTEGER PRIMARY KEY AUTOINCREMENT")
    } else {
        ("BINARY(16)", "LONGTEXT", "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY")
    };
    let (code, key) =
        if lite { ("TEXT", "TEXT") } else { ("VARCHAR(120) COLLATE utf8mb4_bin", "VARCHAR(255) COLLATE utf8mb4_bin") };
    for statement in statements {
        let sql = statement.replace("{id}", id).replace("{text}", text).replace("{serial}", serial);
        let sql = sql.replace("{code}", code).replace("{key}", key);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
