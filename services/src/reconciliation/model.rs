//! What is compared, and what is found.

use crate::{
    inventory::LedgerRow,
    kernel::ids::VariantId,
    orders::{Order, OrderEvent},
};

/// The rules that are proved, with their meaning.
pub const RULES: &[(&str, &str)] = &[
    ("I1", "each stock level is what its ledger says, and never negative"),
    ("I2", "reserved is what unpaid orders hold, sold is what paid ones have"),
    ("I3", "each order has one fate, and its history is whole and in order"),
    ("I4", "the stock of a line goes back once at most, and exactly once when it ended"),
    ("I5", "what was paid and not given back is what the live lines cost"),
    ("I11", "an archived order is what its checksum in the order database says"),
    ("I12", "an order holds all of its lines or nothing"),
    ("I14", "what was sent back moved its stock and its money once, and was never more than was bought"),
    ("I13", "totals are the sums of their parts, and the payment is the total"),
];

/// A place where the books differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// Which rule of [`RULES`] is broken.
    pub rule: &'static str,
    /// What it is about.
    pub subject: String,
    /// What was expected and what was found.
    pub message: String,
}

/// Units: available, reserved, sold.
pub type Units = (i64, i64, i64);

/// A stock level beside what stands behind it, read at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockBook {
    /// What.
    pub variant: VariantId,
    /// Where.
    pub warehouse: String,
    /// The level; `None` when there are ledger rows but no level.
    pub level: Option<Units>,
    /// The same, recomputed from the ledger.
    pub ledger: Units,
    /// Units of lines of unpaid orders.
    pub held: i64,
    /// Units of lines that are paid and neither called off nor sent back.
    pub sold: i64,
}

/// An order beside what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBook {
    /// The order.
    pub order: Order,
    /// Minor units that the provider took.
    pub captured: i64,
    /// Its history, in order.
    pub events: Vec<OrderEvent>,
    /// The ledger rows that its lines caused.
    pub ledger: Vec<LedgerRow>,
}
