//! The wishlist service.
/// Wishlists.
#[derive(Clone, Debug)]
pub struct Wishlists;
