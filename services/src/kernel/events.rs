//! The event log: what is said between services, and the port that carries it.
//!
//! Promises of [`EventLog`], whatever engine is behind it:
//! - an event is written in the transaction of the state that it announces (the stores do that; see [`NewEvent`]), or not
//!   at all;
//! - each consumer group sees every event of a topic at least once, those of one key in the order of their commits;
//! - an offset is committed after the effect; what was handled but not committed comes again.
//!
//! Events carry ids, never names, addresses, e-mail or card data.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{clock::Timestamp, error::EngineResult, ids::EventId};

#[cfg(feature = "contract")]
pub mod contract;
mod payloads;
pub mod relay;

pub use payloads::*;

/// A stream of events. Each has one JSON Schema in `schema/events/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Items and categories changed. Key: item id.
    Items,
    /// Stock went to or from zero, or moved. Key: variant id.
    Stock,
    /// The delivery network changed. Key: lane code.
    Lanes,
    /// Accounts. Key: shopper id.
    Users,
    /// Carts. Key: owner id.
    Carts,
    /// Wishlists. Key: owner id.
    Wishlists,
    /// Orders. Key: order id.
    Orders,
    /// Payments and refunds. Key: order id.
    Payments,
    /// Parcels. Key: order id.
    Shipments,
    /// What shoppers did. Key: pseudonym.
    Activity,
    /// What suppliers sent. Key: supplier id.
    Inbound,
    /// Messages to shoppers. Key: owner id.
    Notifications,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 12] = [
        Self::Items,
        Self::Stock,
        Self::Lanes,
        Self::Users,
        Self::Carts,
        Self::Wishlists,
        Self::Orders,
        Self::Payments,
        Self::Shipments,
        Self::Activity,
        Self::Inbound,
        Self::Notifications,
    ];
    /// Its name on the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Stock => "stock",
            Self::Lanes => "lanes",
            Self::Users => "users",
            Self::Carts => "carts",
            Self::Wishlists => "wishlists",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Shipments => "shipments",
            Self::Activity => "activity",
            Self::Inbound => "inbound",
            Self::Notifications => "notifications",
        }
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// What an event says; implemented by every payload type.
pub trait Payload: Serialize {
    /// The topic it goes to.
    const TOPIC: Topic;
    /// The name of its kind, such as `OrderPlaced`.
    fn kind(&self) -> &'static str;
    /// Events of one key keep their order.
    fn key(&self) -> String;
}

/// An event to be written with the state that it announces.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// The topic.
    pub topic: Topic,
    /// The kind, such as `OrderPlaced`.
    pub kind: &'static str,
    /// Version of the kind's shape; old versions stay readable.
    pub version: u32,
    /// Events of one key keep their order.
    pub key: String,
    /// The payload.
    pub data: Value,
}

impl NewEvent {
    /// From a payload.
    pub fn of<P: Payload>(payload: &P) -> Self {
        let data = serde_json::to_value(payload).expect("payloads hold only plain data, which JSON can always express");
        Self { topic: P::TOPIC, kind: payload.kind(), version: 1, key: payload.key(), data }
    }
}

/// An event as consumers get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique; consumers remember it with their effect.
    pub id: EventId,
    /// The kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the kind's shape.
    pub version: u32,
    /// Events of one key keep their order.
    pub key: String,
    /// When it was written.
    pub at: Timestamp,
    /// W3C trace context of the request that caused it.
    pub traceparent: Option<String>,
    /// The payload.
    pub data: Value,
}

/// An event with its place on the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// Its offset; grows along the topic.
    pub offset: i64,
    /// The topic.
    pub topic: Topic,
    /// The event.
    pub event: Event,
}

/// An event that a consumer group could not handle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadLetter {
    /// Number of the dead letter.
    pub id: i64,
    /// Which consumer group gave up.
    pub group: String,
    /// Where the event stands on its topic.
    pub offset: i64,
    /// The topic.
    pub topic: Topic,
    /// Why, for operators.
    pub reason: String,
    /// When it was given up.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
}

/// The log as consumers see it. Writing is not here: stores write events in their own transactions.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Up to `limit` events of a topic after the group's committed offset (a new group starts at the oldest kept event).
    async fn poll(&self, group: &str, topic: Topic, limit: usize) -> EngineResult<Vec<Delivered>>;
    /// The group has handled everything up to and with this offset. Never moves backwards.
    async fn commit(&self, group: &str, topic: Topic, offset: i64) -> EngineResult<()>;
    /// Up to `limit` events of a topic after an offset, without a group: for subscriptions and tails.
    async fn read_after(&self, topic: Topic, offset: i64, limit: usize) -> EngineResult<Vec<Delivered>>;
    /// The offset of the newest event of a topic; 0 when there is none.
    async fn newest(&self, topic: Topic) -> EngineResult<i64>;
    /// How many events of the topic the group has not handled yet.
    async fn lag(&self, group: &str, topic: Topic) -> EngineResult<u64>;
    /// Completes when something may have been written since the call; spurious completions are allowed, and a poll
    /// every second stands behind it, so a lost wake-up only delays.
    async fn wakened(&self);
    /// Parks an event that cannot be handled, so that its topic goes on.
    async fn park(&self, group: &str, delivered: &Delivered, reason: &str, now: Timestamp) -> EngineResult<()>;
    /// Parked events, oldest first.
    async fn dead_letters(&self, limit: usize) -> EngineResult<Vec<DeadLetter>>;
    /// Takes a parked event off the list after a successful replay.
    async fn settle_dead_letter(&self, id: i64) -> EngineResult<()>;
    /// Drops events that were written before an instant and that every group of their topic has handled, at most `limit`
    /// per topic; answers how many went. A log that keeps its own retention does nothing.
    async fn prune(&self, _before: Timestamp, _limit: usize) -> EngineResult<u64> {
        Ok(0)
    }
    /// The group reads another log from now on: what is kept here no longer waits for it.
    async fn leave(&self, _group: &str, _topic: Topic) -> EngineResult<()> {
        Ok(())
    }
    /// Whether what carries the events to consumers answers now; for the readiness. A log inside a store has nothing to
    /// tell beyond what the store does.
    async fn answers(&self) -> EngineResult<()> {
        Ok(())
    }
    /// Appends events that announce no state of a store (activity of reads).
    async fn append(&self, events: Vec<NewEvent>, now: Timestamp) -> EngineResult<()>;
}
