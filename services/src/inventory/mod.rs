//! Inventory: one row per (variant, warehouse) with what is available, reserved and sold, and a ledger from which each
//! level can be recomputed. Blocking stock for an order is part of placing it and lives with the order store.

#[cfg(feature = "contract")]
pub mod contract;
pub mod model;
pub mod ports;
pub mod rules;
pub mod service;

pub use model::*;
pub use service::Inventory;
