//! Carts: what somebody is about to buy. One open cart per guest or shopper; a guest's moves in once on sign-in.

pub mod model;
pub mod ports;
pub mod service;

pub use model::*;
pub use service::Carts;
