//! Logistics: courier partners, the places of the delivery network, the lanes between them, and the parcels that travel.

#[cfg(feature = "contract")]
pub mod contract;
pub mod model;
pub mod ports;

pub use model::*;
