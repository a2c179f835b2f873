//! Items with their variants, and categories. What is asked by key has a column; the rest is in `body` as JSON text.

use sea_orm_migration::prelude::*;

/// Creates `items`, `item_variants` and `categories`.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "CREATE TABLE items (
                    id {id} NOT NULL PRIMARY KEY,
                    version BIGINT NOT NULL,
                    slug {code} NOT NULL,
                    category {id} NOT NULL,
                    supplier {id} NOT NULL,
                    withdrawn SMALLINT NOT NULL,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL,
                    body {text} NOT NULL
                )",
                "CREATE UNIQUE INDEX items_by_slug ON items (slug)",
                "CREATE INDEX items_by_category ON items (category)",
                "CREATE TABLE item_variants (
                    id {id} NOT NULL PRIMARY KEY,
                    item {id} NOT NULL,
                    is_current SMALLINT NOT NULL
                )",
                "CREATE INDEX item_variants_by_item ON item_variants (item)",
                "CREATE TABLE categories (
                    id {id} NOT NULL PRIMARY KEY,
                    parent {id},
                    slug {code} NOT NULL,
                    body {text} NOT NULL
                )",
                "CREATE UNIQUE INDEX categories_by_slug ON categories (slug)",
                "CREATE INDEX categories_by_parent ON categories (parent)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &["DROP TABLE categories", "DROP TABLE item_variants", "DROP TABLE items"]).await
    }
}
