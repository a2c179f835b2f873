//! What reconciliation needs to read.

use async_trait::async_trait;

use super::model::{OrderBook, StockBook};
use crate::kernel::{
    error::EngineResult,
    ids::{LedgerId, OrderId, OrderLineId, VariantId},
};

/// The books. All reads; pages in the order of their keys.
#[async_trait]
pub trait BooksStore: Send + Sync + 'static {
    /// Stock levels after one, each with what stands behind it, read in one statement.
    async fn stock(&self, after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockBook>>;
    /// The same for one level.
    async fn stock_of(&self, variant: VariantId, warehouse: &str) -> EngineResult<StockBook>;
    /// Variants and warehouses with ledger rows or live lines but without a level.
    async fn without_level(&self, limit: usize) -> EngineResult<Vec<(VariantId, String)>>;
    /// Ids of orders after one.
    async fn orders(&self, after: Option<OrderId>, limit: usize) -> EngineResult<Vec<OrderId>>;
    /// Orders with what stands behind them.
    async fn orders_by_ids(&self, ids: &[OrderId]) -> EngineResult<Vec<OrderBook>>;
    /// Orders of these that moved to the archive and whose document is missing or not what it was, with what is wrong.
    async fn wrong_documents(&self, ids: &[OrderId]) -> EngineResult<Vec<(OrderId, String)>>;
    /// Ledger rows after one that hold stock for a line, with that line.
    async fn holds(&self, after: Option<LedgerId>, limit: usize) -> EngineResult<Vec<(LedgerId, OrderLineId)>>;
    /// Which of these lines there are.
    async fn lines(&self, ids: &[OrderLineId]) -> EngineResult<Vec<OrderLineId>>;
}
