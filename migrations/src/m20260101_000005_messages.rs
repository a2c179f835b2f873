//! The sandbox provider's own books, messages to shoppers, and the pseudonyms under which activity is told.

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
                "CREATE TABLE sandbox_charges (
                    charge_key {key} NOT NULL PRIMARY KEY, payment_id {id} NOT NULL, amount BIGINT NOT NULL,
                    currency VARCHAR(3) NOT NULL, token {text} NOT NULL, state VARCHAR(20) NOT NULL, decides_at BIGINT,
                    refunded BIGINT NOT NULL, made_at BIGINT NOT NULL)",
                "CREATE INDEX sandbox_charges_by_decision ON sandbox_charges (decides_at)",
                "CREATE TABLE sandbox_refunds (
                    id {id} NOT NULL PRIMARY KEY, charge_key {key} NOT NULL, amount BIGINT NOT NULL, done INT NOT NULL)",
                "CREATE TABLE notifications (
                    id {id} NOT NULL PRIMARY KEY, owner_id {id} NOT NULL, cause {code} NOT NULL, title {text} NOT NULL,
                    body {text} NOT NULL, order_id {id}, at BIGINT NOT NULL, seen INT NOT NULL)",
                "CREATE UNIQUE INDEX notifications_once ON notifications (owner_id, cause)",
                "CREATE INDEX notifications_by_owner ON notifications (owner_id, at, id)",
                "CREATE TABLE pseudonyms (owner_id {id} NOT NULL PRIMARY KEY, pseudonym {id} NOT NULL)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "DROP TABLE pseudonyms",
                "DROP TABLE notifications",
                "DROP TABLE sandbox_refunds",
                "DROP TABLE sandbox_charges",
            ],
        )
        .await
    }
}
