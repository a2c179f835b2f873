//! Stock levels and the ledger's movements.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    ids::{ItemId, LedgerId, VariantId},
};

/// Units of a variant in a warehouse. None is ever negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevel {
    /// What.
    pub variant: VariantId,
    /// Where, by node code.
    pub warehouse: String,
    /// Can be sold.
    pub available: u32,
    /// Held for orders that await payment.
    pub reserved: u32,
    /// Sold and not returned to stock.
    pub sold: u32,
}

/// Fewer units than this over all warehouses are told as low stock.
pub const LOW_STOCK_BELOW: u64 = 5;

/// What a shopper is told of a variant's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Availability {
    /// Enough to sell.
    InStock,
    /// Fewer than [`LOW_STOCK_BELOW`] over all warehouses.
    LowStock,
    /// Nothing to sell anywhere.
    SoldOut,
}

/// Why units moved. Each ledger row has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Movement {
    /// Came in: available up.
    Received,
    /// A count differed: available up or down.
    Adjusted,
    /// Broken, lost, expired: available down.
    WrittenOff,
    /// An order holds them: available down, reserved up.
    Reserved,
    /// The order was paid: reserved down, sold up.
    Sold,
    /// The order failed, expired or was called off before payment: reserved down, available up.
    Released,
    /// A sold line was called off before it left: sold down, available up.
    Restocked,
    /// A sold line came back fit for sale: sold down, available up.
    Returned,
    /// A sold line came back broken: sold down.
    ReturnedBroken,
}

impl Movement {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Adjusted,
        Self::WrittenOff,
        Self::Reserved,
        Self::Sold,
        Self::Released,
        Self::Restocked,
        Self::Returned,
        Self::ReturnedBroken,
    ];
    /// Its name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Adjusted => "ADJUSTED",
            Self::WrittenOff => "WRITTEN_OFF",
            Self::Reserved => "RESERVED",
            Self::Sold => "SOLD",
            Self::Released => "RELEASED",
            Self::Restocked => "RESTOCKED",
            Self::Returned => "RETURNED",
            Self::ReturnedBroken => "RETURNED_BROKEN",
        }
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }
    /// How `quantity` units of it change (available, reserved, sold).
    pub const fn effect(self, quantity: i64) -> (i64, i64, i64) {
        match self {
            Self::Received | Self::Adjusted => (quantity, 0, 0),
            Self::WrittenOff => (-quantity, 0, 0),
            Self::Reserved => (-quantity, quantity, 0),
            Self::Sold => (0, -quantity, quantity),
            Self::Released => (quantity, -quantity, 0),
            Self::Restocked | Self::Returned => (quantity, 0, -quantity),
            Self::ReturnedBroken => (0, 0, -quantity),
        }
    }
}

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Its id.
    pub id: LedgerId,
    /// What.
    pub variant: VariantId,
    /// Where.
    pub warehouse: String,
    /// Why.
    pub movement: Movement,
    /// Units; negative only for [`Movement::Adjusted`].
    pub quantity: i64,
    /// What caused it: an order line, a receipt, a count. Unique with `movement`, `variant` and `warehouse`, so that
    /// nothing moves twice for one cause.
    pub cause: String,
    /// When.
    pub at: Timestamp,
}

/// A movement that somebody of the staff enters: received, adjusted or written off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockMove {
    /// What.
    pub variant: VariantId,
    /// The item it belongs to, for the event.
    pub item: ItemId,
    /// Where.
    pub warehouse: String,
    /// [`Movement::Received`], [`Movement::Adjusted`] or [`Movement::WrittenOff`].
    pub movement: Movement,
    /// Units; negative only for [`Movement::Adjusted`].
    pub quantity: i64,
    /// Unique per movement; the same again does nothing.
    pub cause: String,
}

/// What became of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Done now.
    Done,
    /// Done before by the same cause.
    Already,
    /// It would have made a level negative: not done.
    WouldBeNegative {
        /// What is there.
        available: u32,
    },
}
