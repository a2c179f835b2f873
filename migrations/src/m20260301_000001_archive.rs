//! Orders that move to an archive: the marks of the slim row, what their lines took from stock, and the documents.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE archived_orders", "DROP TABLE archived_lines"]).await
    }
}

const TABLES: &[&str] = &[
    "ALTER TABLE orders ADD COLUMN archived INT NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN archive_owner {id}",
    "ALTER TABLE orders ADD COLUMN archive_checksum VARCHAR(64)",
    // Live orders of long ago are few, so what is due is found without reading what went before.
    "CREATE INDEX orders_by_archived ON orders (archived, created_at)",
    // What the books need of a line: the stock that it took.
    "CREATE TABLE archived_lines (
        id {id} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, variant {id} NOT NULL, warehouse {code} NOT NULL,
        quantity BIGINT NOT NULL, state VARCHAR(20) NOT NULL)",
    "CREATE INDEX archived_lines_by_stock ON archived_lines (variant, warehouse)",
    "CREATE TABLE archived_orders (
        order_id {id} NOT NULL, owner_id {id} NOT NULL, created_at BIGINT NOT NULL, checksum VARCHAR(64) NOT NULL,
        body {text} NOT NULL, PRIMARY KEY (order_id, checksum))",
    "CREATE INDEX archived_orders_by_owner ON archived_orders (owner_id, created_at, order_id)",
];
