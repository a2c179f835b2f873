//! Stock levels and their ledger.

use sea_orm_migration::prelude::*;

/// Creates `stock_levels` and `stock_ledger`.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "CREATE TABLE stock_levels (
                    variant {id} NOT NULL,
                    warehouse {code} NOT NULL,
                    available BIGINT NOT NULL,
                    reserved BIGINT NOT NULL,
                    sold BIGINT NOT NULL,
                    PRIMARY KEY (variant, warehouse)
                )",
                "CREATE TABLE stock_ledger (
                    id {id} NOT NULL PRIMARY KEY,
                    variant {id} NOT NULL,
                    warehouse {code} NOT NULL,
                    movement {code} NOT NULL,
                    quantity BIGINT NOT NULL,
                    cause {key} NOT NULL,
                    moved_at BIGINT NOT NULL
                )",
                "CREATE UNIQUE INDEX stock_ledger_once ON stock_ledger (cause, movement, variant, warehouse)",
                "CREATE INDEX stock_ledger_by_variant ON stock_ledger (variant, warehouse)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE stock_ledger", "DROP TABLE stock_levels"]).await
    }
}
