//! Wishlists: what somebody may buy one day, as shown and as changed.

pub mod mutation;
pub mod types;
