//! Accounts, addresses, sessions, guests, carts and wishlists.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Longer than `{key}`, because a move prefixes the caller's key; compared byte by byte all the same.
        let lite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        let move_key = if lite { "TEXT" } else { "VARCHAR(300) COLLATE utf8mb4_bin" };
        crate::run(
            manager,
            &[
                "CREATE TABLE shoppers (
                    id {id} NOT NULL PRIMARY KEY, email {key} NOT NULL, name VARCHAR(200) NOT NULL, roles INT NOT NULL,
                    supplier {id}, courier {code}, delivery_pincode INT, created_at BIGINT NOT NULL,
                    password_hash VARCHAR(255) NOT NULL)",
                "CREATE UNIQUE INDEX shoppers_by_email ON shoppers (email)",
                "CREATE TABLE addresses (
                    id {id} NOT NULL PRIMARY KEY, shopper {id} NOT NULL, postal {text} NOT NULL, is_default INT NOT NULL,
                    saved_at BIGINT NOT NULL)",
                "CREATE INDEX addresses_by_shopper ON addresses (shopper)",
                "CREATE TABLE guests (
                    id {id} NOT NULL PRIMARY KEY, token_hash VARCHAR(64), pincode INT, merged_into {id}, created_at BIGINT NOT NULL)",
                "CREATE UNIQUE INDEX guests_by_token ON guests (token_hash)",
                "CREATE TABLE sessions (
                    id {id} NOT NULL PRIMARY KEY, shopper {id} NOT NULL, revoked INT NOT NULL, opened_at BIGINT NOT NULL)",
                "CREATE INDEX sessions_by_shopper ON sessions (shopper)",
                "CREATE TABLE refresh_tokens (
                    token_hash VARCHAR(64) NOT NULL PRIMARY KEY, session {id} NOT NULL, used INT NOT NULL, expires_at BIGINT NOT NULL)",
                "CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session)",
                "CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at)",
                "CREATE TABLE carts (
                    owner {id} NOT NULL PRIMARY KEY, id {id} NOT NULL, version BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
                "CREATE TABLE cart_lines (
                    id {id} NOT NULL PRIMARY KEY, owner {id} NOT NULL, variant {id} NOT NULL, quantity INT NOT NULL,
                    price_minor BIGINT NOT NULL, currency VARCHAR(3) NOT NULL, added_at BIGINT NOT NULL)",
                "CREATE UNIQUE INDEX cart_lines_by_variant ON cart_lines (owner, variant)",
                &format!("CREATE TABLE cart_moves (
                    owner {{id}} NOT NULL, move_key {move_key} NOT NULL, input_hash VARCHAR(64) NOT NULL,
                    outcomes VARCHAR(100) NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (owner, move_key))"),
                "CREATE TABLE wishlists (owner {id} NOT NULL PRIMARY KEY, updated_at BIGINT NOT NULL)",
                "CREATE TABLE wishlist_lines (
                    id {id} NOT NULL PRIMARY KEY, owner {id} NOT NULL, variant {id} NOT NULL, price_minor BIGINT NOT NULL,
                    currency VARCHAR(3) NOT NULL, added_at BIGINT NOT NULL)",
                "CREATE UNIQUE INDEX wishlist_lines_by_variant ON wishlist_lines (owner, variant)",
                "CREATE INDEX wishlist_lines_by_age ON wishlist_lines (owner, added_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "wishlist_lines",
            "wishlists",
            "cart_moves",
            "cart_lines",
            "carts",
            "refresh_tokens",
            "sessions",
            "guests",
            "addresses",
            "shoppers",
        ];
        for table in tables {
            crate::run(manager, &[&format!("DROP TABLE {table}")]).await?;
        }
        Ok(())
    }
}
