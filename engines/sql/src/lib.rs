//! The relational stores, on SQLite and MySQL (or MariaDB) alike.
//!
//! Writes are *programs over a small [`Tx`] port*, one text of each rule for both engines: on SQLite they run on the one
//! writer thread of the file (rusqlite, group commit, `synchronous=FULL`), on MySQL on a transaction of the pool. Reads go
//! through sea-orm's pool. To add a store: a file here, a migration in `migrations/`, its port's contract suite in
//! `tests/it/`.

pub mod activity;
pub mod archive;
pub mod books;
pub mod carts;
mod connect;
mod db;
pub mod deliveries;
pub mod event_log;
pub mod factors;
pub mod inventory;
pub mod items;
pub mod models;
pub mod network;
pub mod notifications;
pub mod orders;
pub mod outbox;
pub mod payments;
mod rows;
pub mod sessions;
mod sqlite;
pub mod trends;
mod tx;
pub mod users;
mod value;
pub mod wishlists;

pub use db::{Backend, Db, TimeOf};
pub use tx::{SqlError, SqlErrorKind, Tx};
pub use value::{Json, Row, Value, sql_in};
