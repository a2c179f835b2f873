//! What inventory needs from a store.
//!
//! Promises: a move writes level, ledger row and (when a level goes to or from zero) event in one transaction; the level
//! never goes below zero, by a conditional update; the same cause never moves twice.

use std::collections::HashMap;

use async_trait::async_trait;

use super::model::{LedgerRow, Moved, StockLevel, StockMove};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{LedgerId, VariantId},
};

/// The store of stock.
#[async_trait]
pub trait InventoryStore: Send + Sync + 'static {
    /// Levels of variants over all warehouses, sorted by warehouse; variants without any row are missing.
    async fn levels(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Vec<StockLevel>>>;
    /// Makes moves, each on its own: answers in the order given. All of one call in one transaction.
    async fn apply(&self, moves: Vec<StockMove>, now: Timestamp) -> EngineResult<Vec<Moved>>;
    /// Ledger rows in the order of their ids, after one: to recompute levels.
    async fn ledger(&self, after: Option<LedgerId>, limit: usize) -> EngineResult<Vec<LedgerRow>>;
    /// All levels, by (variant, warehouse), after one: to compare with the ledger.
    async fn scan_levels(&self, after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockLevel>>;
}
