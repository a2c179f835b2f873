//! Payments: the provider behind a port, and what a payment and a refund are. When to charge and to refund is decided by
//! `orders`.

#[cfg(feature = "contract")]
pub mod contract;
pub mod model;
pub mod ports;
pub mod sandbox;
pub mod webhook;

pub use model::*;
