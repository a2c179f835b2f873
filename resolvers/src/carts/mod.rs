//! Carts: what somebody is about to buy, as shown and as changed.

pub mod mutation;
pub mod notes;
pub mod subscription;
pub mod types;
