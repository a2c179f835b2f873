//! Serviceability and delivery promises: which warehouses reach a pincode, by which lanes, and when a parcel arrives.
//! Precomputed on the delivery graph, never routed per request.

pub mod model;
pub mod service;

pub use model::*;
pub use service::Serviceability;
