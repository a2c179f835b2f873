//! Serviceability and delivery promises: which warehouses reach a pincode, by which lanes, and when a parcel arrives.
//! Precomputed on the delivery graph, never routed per request.
//!
//! Reading order: `week` and `steps` are how time is counted and what a step function is; `graph`, `search` and `plane`
//! compute the way from warehouses to stations, `miles` from stations to doors; `table` is what a process holds,
//! `compiler` makes it and follows changes, `lookup` answers from it.

mod atlas;
mod compiler;
mod graph;
pub mod learning;
mod lookup;
mod miles;
pub mod model;
mod plane;
mod search;
pub mod service;
mod steps;
mod table;
mod tariff;
mod week;

#[cfg(test)]
mod tests;

pub use model::*;
pub use service::Serviceability;
