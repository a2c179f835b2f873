//! What an import is told and what it tells.

use serde::Serialize;

use super::profile::Profile;
use crate::kernel::ids::SupplierId;

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct Import {
    /// What the feed's columns mean.
    pub profile: Profile,
    /// Who sends it; see [`super::supplier_named`].
    pub supplier: SupplierId,
    /// Where goods lie that are new to the shop; `None`: stock comes another way.
    pub stock: Option<Stock>,
}

/// Where goods lie at their first import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// Codes of the warehouses that get every variant.
    pub warehouses: Vec<String>,
    /// Units in each; `None`: what the feed says.
    pub quantity: Option<u32>,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The supplier's id of it, as far as it could be read.
    pub key: String,
    /// Why, for the supplier.
    pub reason: String,
}

/// What happens during an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A row was refused.
    Rejected(Reject),
    /// A batch was saved; the counts so far.
    Rows(Summary),
}

/// What became of a feed's rows. Every row is accepted or rejected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Rows that are in the shop now, also those that changed nothing.
    pub accepted: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Items that are new.
    pub created: u64,
    /// Items that changed.
    pub updated: u64,
    /// Items that were so already.
    pub unchanged: u64,
    /// Categories made or given new definitions, counted each time.
    pub categories: u64,
}
