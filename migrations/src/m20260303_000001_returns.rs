//! Returns: what is sent back, and per line of an order how many units were called off, are coming back, and came back.
//! The columns have a default, so that a binary that does not know them goes on.

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
                "ALTER TABLE order_lines ADD COLUMN cancelled BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE order_lines ADD COLUMN coming_back BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE order_lines ADD COLUMN returned BIGINT NOT NULL DEFAULT 0",
                "CREATE TABLE returns (
                    id {id} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, state VARCHAR(20) NOT NULL,
                    requested_at BIGINT NOT NULL, once_key {key} NOT NULL, refund_id {id})",
                "CREATE INDEX returns_by_order ON returns (order_id)",
                "CREATE INDEX returns_by_state ON returns (state, requested_at)",
                "CREATE TABLE return_lines (
                    return_id {id} NOT NULL, position INT NOT NULL, line_id {id} NOT NULL, quantity BIGINT NOT NULL,
                    reason {text} NOT NULL, restocked BIGINT NOT NULL, written_off BIGINT NOT NULL,
                    refused BIGINT NOT NULL, PRIMARY KEY (return_id, line_id))",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "DROP TABLE return_lines",
                "DROP TABLE returns",
                "ALTER TABLE order_lines DROP COLUMN returned",
                "ALTER TABLE order_lines DROP COLUMN coming_back",
                "ALTER TABLE order_lines DROP COLUMN cancelled",
            ],
        )
        .await
    }
}
