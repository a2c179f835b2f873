//! The delivery network. Lanes and reaches carry the network's version at their last change, so that a running table
//! asks only for what changed.

use sea_orm_migration::prelude::*;

/// Creates `network_state`, `network_nodes`, `network_couriers`, `network_lanes` and `network_reaches`.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "CREATE TABLE network_state (
                    id SMALLINT NOT NULL PRIMARY KEY,
                    version BIGINT NOT NULL,
                    replaced_version BIGINT NOT NULL
                )",
                "INSERT INTO network_state (id, version, replaced_version) VALUES (1, 0, 0)",
                "CREATE TABLE network_nodes (code {code} NOT NULL PRIMARY KEY, body {text} NOT NULL)",
                "CREATE TABLE network_couriers (code {code} NOT NULL PRIMARY KEY, body {text} NOT NULL)",
                "CREATE TABLE network_lanes (
                    code {code} NOT NULL PRIMARY KEY,
                    changed_version BIGINT NOT NULL,
                    body {text} NOT NULL
                )",
                "CREATE INDEX network_lanes_by_change ON network_lanes (changed_version)",
                "CREATE TABLE network_reaches (
                    courier {code} NOT NULL,
                    station {code} NOT NULL,
                    changed_version BIGINT NOT NULL,
                    body {text} NOT NULL,
                    PRIMARY KEY (courier, station)
                )",
                "CREATE INDEX network_reaches_by_change ON network_reaches (changed_version)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drops = [
            "DROP TABLE network_reaches",
            "DROP TABLE network_lanes",
            "DROP TABLE network_couriers",
            "DROP TABLE network_nodes",
            "DROP TABLE network_state",
        ];
        crate::run(manager, &drops).await
    }
}
