//! The cart service.
/// Carts.
#[derive(Clone, Debug)]
pub struct Carts;
