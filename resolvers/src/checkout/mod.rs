//! Checkout: the frozen quote, and placing it as an order.

pub mod inputs;
pub mod mutation;
pub mod types;
