//! Carts: what somebody is about to buy. One open cart per guest or shopper; a guest's moves in once on sign-in.

#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
pub mod model;
pub mod ports;
pub mod service;

pub use error::Error;
pub use model::*;
pub use service::{CartAnswer, CartProblem, CartWarning, Carts, ProblemKind};
