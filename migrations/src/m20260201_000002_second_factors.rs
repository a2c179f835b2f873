//! Second factors of accounts, and the recovery codes that stand in for them.

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
                // The secret is sealed with a key that the database does not have.
                "CREATE TABLE second_factors (
                    shopper {id} NOT NULL PRIMARY KEY, sealed {key} NOT NULL, confirmed INT NOT NULL,
                    last_step BIGINT NOT NULL, begun_at BIGINT NOT NULL)",
                "CREATE TABLE recovery_codes (
                    shopper {id} NOT NULL, code_hash VARCHAR(64) NOT NULL, PRIMARY KEY (shopper, code_hash))",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE recovery_codes", "DROP TABLE second_factors"]).await
    }
}
