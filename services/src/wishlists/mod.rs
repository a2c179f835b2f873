//! Wishlists: what somebody may buy one day. The same verbs as carts, on a store of their own.

pub mod model;
pub mod ports;
pub mod service;

pub use model::*;
pub use service::Wishlists;
