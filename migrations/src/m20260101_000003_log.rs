//! How far consumer groups have read the log, and what they could not handle.

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
                "CREATE TABLE log_offsets (
                    group_name {code} NOT NULL, topic VARCHAR(32) NOT NULL, committed BIGINT NOT NULL,
                    PRIMARY KEY (group_name, topic))",
                // One row per topic: whoever holds its lock numbers committed events (MySQL only).
                "CREATE TABLE log_sequencers (topic VARCHAR(32) NOT NULL PRIMARY KEY, numbered BIGINT NOT NULL)",
                "CREATE TABLE dead_letters (
                    seq {serial}, group_name {code} NOT NULL, topic VARCHAR(32) NOT NULL, log_offset BIGINT NOT NULL,
                    event_id {id} NOT NULL, reason {text} NOT NULL, parked_at BIGINT NOT NULL, event {text} NOT NULL)",
                "CREATE UNIQUE INDEX dead_letters_once ON dead_letters (group_name, event_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE dead_letters", "DROP TABLE log_sequencers", "DROP TABLE log_offsets"]).await
    }
}
