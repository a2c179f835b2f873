//! A wishlist and its lines.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    ids::{VariantId, WishlistLineId},
    money::Money,
};

/// A variant on a wishlist; a variant stands on it once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishlistLine {
    /// Its id.
    pub id: WishlistLineId,
    /// What.
    pub variant: VariantId,
    /// Price of one when it was added.
    pub price_when_added: Money,
    /// Since when.
    pub added_at: Timestamp,
}

/// A line to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewWish {
    /// What.
    pub variant: VariantId,
    /// Its price now.
    pub price: Money,
}
