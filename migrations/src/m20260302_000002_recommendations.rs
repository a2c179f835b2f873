//! What shoppers did, under pseudonyms; who is not recorded; and models learnt from it, in parts under a version.

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
                "CREATE TABLE activity_records (
                    id {id} NOT NULL PRIMARY KEY, at BIGINT NOT NULL, pseudonym {id} NOT NULL, act VARCHAR(20) NOT NULL,
                    item_id {id}, category_id {id}, pincode BIGINT, words {text}, units BIGINT NOT NULL)",
                "CREATE INDEX activity_by_place ON activity_records (at, id)",
                "CREATE INDEX activity_by_pseudonym ON activity_records (pseudonym, at)",
                "CREATE INDEX activity_by_item ON activity_records (item_id, at)",
                "CREATE INDEX pseudonyms_by_name ON pseudonyms (pseudonym)",
                "CREATE TABLE activity_silent (owner_id {id} NOT NULL PRIMARY KEY)",
                "CREATE TABLE model_versions (
                    version BIGINT NOT NULL PRIMARY KEY, begun_at BIGINT NOT NULL, finished INT NOT NULL,
                    taken_back INT NOT NULL)",
                "CREATE TABLE model_parts (
                    version BIGINT NOT NULL, part BIGINT NOT NULL, body {text} NOT NULL, PRIMARY KEY (version, part))",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "DROP TABLE model_parts",
                "DROP TABLE model_versions",
                "DROP TABLE activity_silent",
                "DROP TABLE activity_records",
            ],
        )
        .await
    }
}
