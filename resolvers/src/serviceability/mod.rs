//! Delivery promises: what can be brought where, and when.

pub mod query;
pub mod types;
