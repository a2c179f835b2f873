//! A cart and its lines.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    ids::{CartId, CartLineId, VariantId},
    money::Money,
};

/// What somebody is about to buy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Newest first.
    pub lines: Vec<CartLine>,
    /// Grows with every change.
    pub version: u64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A variant in a cart; a variant stands in a cart once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// Its id.
    pub id: CartLineId,
    /// What.
    pub variant: VariantId,
    /// 1 to 99.
    pub quantity: u32,
    /// Price of one when it was added.
    pub price_when_added: Money,
    /// When it was added.
    pub added_at: Timestamp,
}

/// A line to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLine {
    /// What.
    pub variant: VariantId,
    /// How many more.
    pub quantity: u32,
    /// Its price now.
    pub price: Money,
}

/// One change of a cart. A store applies a list of them in one transaction, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CartChange {
    /// Adds to the line of the variant, or makes one. Above [`crate::kernel::limits::QUANTITY_MAX`] the line is capped.
    Add(NewLine),
    /// Sets the quantity of a line; 0 removes it.
    SetQuantity(CartLineId, u32),
    /// Removes a line.
    Remove(CartLineId),
    /// Removes up to `quantity` units of a variant (it was ordered).
    Take(VariantId, u32),
}

/// What a change met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Done as asked.
    Done,
    /// Done, but capped at this quantity.
    Capped(u32),
    /// There is no such line; nothing was done for it.
    NoSuchLine,
    /// The cart is full; nothing was done for it.
    Full,
}
