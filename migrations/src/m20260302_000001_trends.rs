//! Windows of trends, each whole under its version, and the counting behind them.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "CREATE TABLE trend_windows (
                    span VARCHAR(32) NOT NULL PRIMARY KEY, version BIGINT NOT NULL, body {text} NOT NULL)",
                "CREATE TABLE trend_countings (name VARCHAR(32) NOT NULL PRIMARY KEY, body {text} NOT NULL)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE trend_countings", "DROP TABLE trend_windows"]).await
    }
}
