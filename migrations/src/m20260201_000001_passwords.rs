//! When a session ended, and tokens that set a new password.

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
                "ALTER TABLE sessions ADD COLUMN revoked_at BIGINT",
                "CREATE INDEX sessions_by_end ON sessions (revoked_at)",
                // One per account, kept as a hash only.
                "CREATE TABLE password_resets (
                    shopper {id} NOT NULL PRIMARY KEY, token_hash VARCHAR(64) NOT NULL, expires_at BIGINT NOT NULL)",
                "CREATE UNIQUE INDEX password_resets_by_token ON password_resets (token_hash)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let lite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        let index = if lite { "DROP INDEX sessions_by_end" } else { "DROP INDEX sessions_by_end ON sessions" };
        crate::run(manager, &["DROP TABLE password_resets", index, "ALTER TABLE sessions DROP COLUMN revoked_at"]).await
    }
}
