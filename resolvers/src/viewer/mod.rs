//! The caller, and all that is theirs: account, delivery location, addresses, and the ways to cart, wishlist and orders.

pub mod mutation;
pub mod query;
pub mod types;
