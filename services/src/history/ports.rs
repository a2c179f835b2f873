//! What history needs: an archive of documents, and the one list of orders in the order database.
//!
//! Promises of [`OrderArchive`]:
//! - what was put and acknowledged is read back, by any process, until it is deleted;
//! - there is one document per key: a put replaces it, so the same one again changes nothing, and one that was broken off
//!   is made whole; documents of an order with other checksums stand beside it;
//! - it says nothing about where an order lives now: a copy whose move was broken off is never told.
//!
//! Promises of [`OrderIndex`]:
//! - an order is in the list once, before, while and after it moves, at one position;
//! - [`OrderIndex::let_go`] is one transaction: marked, its lines noted for the books, its parts deleted; or nothing.

use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{ArchiveKey, Copy, Entry};
use crate::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::EngineResult,
        ids::OrderId,
        pages::{Page, Window},
    },
    orders::{Order, OrderFilter, OrderPosition},
};

/// The archive of orders.
#[async_trait]
pub trait OrderArchive: Send + Sync + 'static {
    /// Keeps a document.
    async fn put(&self, copy: Copy) -> EngineResult<()>;
    /// Documents by key; those that are not there are missing.
    async fn copies(&self, keys: &[ArchiveKey]) -> EngineResult<HashMap<OrderId, Copy>>;
    /// Documents under an owner, newest first, of before a position.
    async fn of_owner(&self, owner: Uuid, before: Option<OrderPosition>, limit: usize) -> EngineResult<Vec<Copy>>;
    /// Erases documents; those that are not there are gone already.
    async fn erase(&self, keys: &[ArchiveKey]) -> EngineResult<()>;
}

/// The list of all orders, live and archived.
#[async_trait]
pub trait OrderIndex: Send + Sync + 'static {
    /// An owner's orders, newest first.
    async fn page(&self, owner: Owner, filter: OrderFilter, window: Window<OrderPosition>)
    -> EngineResult<Page<Entry>>;
    /// Orders by id; those that are not there are missing.
    async fn entries(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Entry>>;
    /// The order with a number.
    async fn numbered(&self, number: &str) -> EngineResult<Option<OrderId>>;
    /// Live orders that ended and did not change since an instant, without an open charge, refund or return; oldest first.
    async fn due(&self, before: Timestamp, limit: usize) -> EngineResult<Vec<OrderId>>;
    /// Lets an order go whose copy with this checksum lies in the archive; false when it changed meanwhile, or went before.
    async fn let_go(&self, order: &Order, checksum: &str) -> EngineResult<bool>;
}
