//! What the log and the clock call: one file per worker, each with one bounded `step()` that a test can drain without
//! sleeping. A worker translates an event or a tick into one call of a service; it holds no rule.
//!
//! Reading order: [`worker`] (what a worker is and how it is run), [`consumer`] (a worker over a topic), then any of the
//! others. To add one: a file here, its name in `src/wiring/roles.rs`, a line in `src/wiring/workers.rs`.

pub mod consumer;
pub mod worker;

pub mod activity;
pub mod archiver;
pub mod caches;
pub mod carts;
pub mod couriers;
pub mod deliveries;
pub mod indexer;
pub mod notifier;
pub mod payment;
pub mod processing;
pub mod recommender;
pub mod refunds;
pub mod relay;
pub mod retention;
pub mod sweeper;
pub mod trends;

pub use worker::{Rhythm, Worker};
