//! The event log on Kafka. Stores go on to write each event beside the state that it announces; a relay ships these
//! outboxes, in order, to one topic of the broker per topic of the shop ([`KafkaIntake`]), and consumer groups read there
//! ([`KafkaEventLog`]).
//!
//! What follows a topic without a group stays on the outbox: subscriptions, caches and the search index keep positions in
//! its numbers, which stay valid whatever becomes of the broker, and need no second hop. Parked events stay in the
//! database too, where each is kept once per group, listed and replayed; `<topic>.dead` is a copy for others.
//!
//! A URL is `kafka://host:port,host:port?prefix=NAME`; see [`Address`]. Nothing connects before the first call. There is
//! no TLS: Kafka's client has it from OpenSSL only, which the shop does not carry.

mod address;
mod broker;
mod buffer;
mod intake;
mod log;
mod member;

pub use address::Address;
pub use intake::KafkaIntake;
pub use log::{Kafka, KafkaEventLog};
