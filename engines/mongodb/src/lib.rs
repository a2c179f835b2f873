//! Items on MongoDB: each is one document with its differing attributes as real fields, so that a save is atomic without
//! a transaction. The event that announces a save is written into the same document and kept there until the relay has
//! put it on the log ([`services::kernel::events::relay`]).
//!
//! A URL is `mongodb://user:password@host:port/database` (the database is `chowk` when none is named), or `mongodb+srv:`;
//! `?tls=true` and `tlsCAFile` as the driver has them. Nothing connects before the first call.

mod connection;
mod document;
mod items;
mod kept;

pub use connection::Mongo;
pub use items::MongoItemStore;
