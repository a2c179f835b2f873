//! What leaves the shop for mailboxes and webhooks, what shoppers want of it, where webhooks go, and which late orders were
//! told of.

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
                "CREATE TABLE deliveries (
                    id {id} NOT NULL PRIMARY KEY, once_key {key} NOT NULL, kind VARCHAR(20) NOT NULL,
                    channel VARCHAR(20) NOT NULL, order_id {id} NOT NULL, content {text}, state VARCHAR(20) NOT NULL,
                    tries BIGINT NOT NULL, unknowns BIGINT NOT NULL, asked INT NOT NULL, due_at BIGINT NOT NULL,
                    made_at BIGINT NOT NULL, reason {text} NOT NULL)",
                "CREATE UNIQUE INDEX deliveries_once ON deliveries (once_key)",
                "CREATE INDEX deliveries_due ON deliveries (state, due_at)",
                "CREATE TABLE notice_preferences (
                    owner_id {id} NOT NULL, kind VARCHAR(20) NOT NULL, channel VARCHAR(20) NOT NULL, wanted INT NOT NULL,
                    PRIMARY KEY (owner_id, kind, channel))",
                "CREATE TABLE webhook_endpoints (
                    name {code} NOT NULL PRIMARY KEY, url {text} NOT NULL, active INT NOT NULL)",
                "CREATE TABLE late_orders (order_id {id} NOT NULL PRIMARY KEY, told_at BIGINT NOT NULL)",
                "CREATE INDEX order_lines_by_promise ON order_lines (state, promised_by)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let promise = Index::drop().name("order_lines_by_promise").table(Alias::new("order_lines")).to_owned();
        manager.drop_index(promise).await?;
        crate::run(
            manager,
            &[
                "DROP TABLE late_orders",
                "DROP TABLE webhook_endpoints",
                "DROP TABLE notice_preferences",
                "DROP TABLE deliveries",
            ],
        )
        .await
    }
}
