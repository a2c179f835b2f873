//! Quotes, orders, their lines and events, payments, refunds, charge jobs and parcels.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            &[
                "DROP TABLE payment_messages",
                "DROP TABLE shipments",
                "DROP TABLE charge_jobs",
                "DROP TABLE refunds",
                "DROP TABLE payments",
                "DROP TABLE order_keys",
                "DROP TABLE order_owners",
                "DROP TABLE order_events",
                "DROP TABLE order_lines",
                "DROP TABLE orders",
                "DROP TABLE quotes",
            ],
        )
        .await
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE quotes (
        id {id} NOT NULL PRIMARY KEY, owner_id {id} NOT NULL, guest INT NOT NULL, expires_at BIGINT NOT NULL, order_id {id},
        body {text} NOT NULL)",
    "CREATE INDEX quotes_by_expiry ON quotes (expires_at)",
    "CREATE INDEX quotes_by_owner ON quotes (owner_id)",
    // `touched` is written first by every program that changes an order: on MySQL that takes the row's lock.
    "CREATE TABLE orders (
        id {id} NOT NULL PRIMARY KEY, number {code} NOT NULL, owner_id {id} NOT NULL, guest INT NOT NULL, email {key},
        state VARCHAR(20) NOT NULL, created_at BIGINT NOT NULL, pay_by BIGINT, address {text} NOT NULL,
        charges {text} NOT NULL, total BIGINT NOT NULL, currency VARCHAR(3) NOT NULL, retry_of {id}, quote_id {id} NOT NULL,
        sequence BIGINT NOT NULL, titles {text} NOT NULL, touched BIGINT NOT NULL, from_cart INT NOT NULL,
        pincode INT NOT NULL)",
    "CREATE UNIQUE INDEX orders_by_number ON orders (number)",
    "CREATE INDEX orders_by_owner ON orders (owner_id, created_at, id)",
    "CREATE INDEX orders_by_state ON orders (state, created_at)",
    "CREATE INDEX orders_by_deadline ON orders (state, pay_by)",
    "CREATE INDEX orders_by_retry ON orders (retry_of)",
    "CREATE TABLE order_lines (
        id {id} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, position INT NOT NULL, variant {id} NOT NULL,
        item {id} NOT NULL, title {text} NOT NULL, handling VARCHAR(20) NOT NULL, quantity BIGINT NOT NULL,
        unit_price BIGINT NOT NULL, total BIGINT NOT NULL, currency VARCHAR(3) NOT NULL, state VARCHAR(20) NOT NULL,
        promised_by BIGINT NOT NULL, warehouse {code} NOT NULL, courier {code} NOT NULL, shipment_id {id})",
    "CREATE INDEX order_lines_by_order ON order_lines (order_id, position)",
    "CREATE INDEX order_lines_by_stock ON order_lines (variant, warehouse)",
    "CREATE TABLE order_events (
        order_id {id} NOT NULL, sequence BIGINT NOT NULL, owner_id {id} NOT NULL, owner_sequence BIGINT NOT NULL,
        step VARCHAR(20) NOT NULL, state VARCHAR(20) NOT NULL, message {text} NOT NULL, shipment_id {id}, at BIGINT NOT NULL,
        PRIMARY KEY (order_id, sequence))",
    "CREATE UNIQUE INDEX order_events_by_owner ON order_events (owner_id, owner_sequence)",
    "CREATE TABLE order_owners (owner_id {id} NOT NULL PRIMARY KEY, sequence BIGINT NOT NULL)",
    "CREATE TABLE order_keys (
        owner_id {id} NOT NULL, operation VARCHAR(20) NOT NULL, once_key {key} NOT NULL, input_hash VARCHAR(64) NOT NULL,
        order_id {id} NOT NULL, warnings {text} NOT NULL, used_at BIGINT NOT NULL,
        PRIMARY KEY (owner_id, operation, once_key))",
    "CREATE INDEX order_keys_by_time ON order_keys (used_at)",
    "CREATE TABLE payments (
        id {id} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, method VARCHAR(20) NOT NULL, amount BIGINT NOT NULL,
        currency VARCHAR(3) NOT NULL, state VARCHAR(20) NOT NULL, provider_reference {key}, redirect_url {text},
        charge_key {key} NOT NULL, captured BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX payments_by_order ON payments (order_id)",
    "CREATE TABLE refunds (
        id {id} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, payment_id {id} NOT NULL, amount BIGINT NOT NULL,
        currency VARCHAR(3) NOT NULL, state VARCHAR(20) NOT NULL, reason {text} NOT NULL, cause {code} NOT NULL,
        due_at BIGINT NOT NULL, tries BIGINT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX refunds_once ON refunds (order_id, cause)",
    "CREATE INDEX refunds_due ON refunds (state, due_at)",
    "CREATE TABLE charge_jobs (
        order_id {id} NOT NULL PRIMARY KEY, payment_id {id} NOT NULL, charge_key {key} NOT NULL, token {text} NOT NULL,
        amount BIGINT NOT NULL, currency VARCHAR(3) NOT NULL, call_off INT NOT NULL, asked INT NOT NULL,
        due_at BIGINT NOT NULL, tries BIGINT NOT NULL)",
    "CREATE INDEX charge_jobs_due ON charge_jobs (due_at)",
    "CREATE TABLE shipments (
        id {id} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, warehouse {code} NOT NULL, courier {code} NOT NULL,
        tracking_number {code}, state VARCHAR(20) NOT NULL, since BIGINT NOT NULL, expected_by BIGINT, delivered_at BIGINT)",
    "CREATE INDEX shipments_by_order ON shipments (order_id)",
    "CREATE UNIQUE INDEX shipments_by_tracking ON shipments (courier, tracking_number)",
    "CREATE INDEX shipments_by_state ON shipments (state, since)",
    "CREATE TABLE payment_messages (message_id {key} NOT NULL PRIMARY KEY, order_id {id} NOT NULL, at BIGINT NOT NULL)",
    "CREATE INDEX payment_messages_by_time ON payment_messages (at)",
];
