//! Wishlists: what somebody may buy one day. The same verbs as carts, on a store of their own.

#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
pub mod model;
pub mod ports;
pub mod service;

pub use error::Error;
pub use model::*;
pub use service::{WishProblem, WishProblemKind, WishlistAnswer, Wishlists};
