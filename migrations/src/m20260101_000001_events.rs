//! The outbox: events written with the state that they announce.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `seq` is the offset where one writer commits in order (SQLite); on MySQL, where ids commit out of order, a
        // sequencer numbers committed rows in `log_offset`.
        crate::run(
            manager,
            &[
                "CREATE TABLE events (
                    seq {serial}, log_offset BIGINT, id {id} NOT NULL, topic VARCHAR(32) NOT NULL,
                    event_key VARCHAR(255) NOT NULL, kind VARCHAR(64) NOT NULL, version INT NOT NULL, at BIGINT NOT NULL,
                    traceparent VARCHAR(64), data {text} NOT NULL)",
                "CREATE INDEX events_by_topic ON events (topic, seq)",
                "CREATE INDEX events_by_offset ON events (topic, log_offset)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE events"]).await
    }
}
