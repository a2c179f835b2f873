//! What wishlists need from a store.
//!
//! Promises: adding what is there already changes nothing; a list of changes is one transaction with one event; merging
//! twice merges once.

use std::collections::HashMap;

use async_trait::async_trait;

use super::model::{NewWish, WishlistLine};
use crate::kernel::{
    caller::Owner,
    clock::Timestamp,
    error::EngineResult,
    ids::{GuestId, ShopperId, WishlistId, WishlistLineId},
    pages::{Page, Window},
};

/// What adding met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wished {
    /// Added now, or there already.
    Done,
    /// The list is full.
    Full,
}

/// The store of wishlists.
#[async_trait]
pub trait WishlistStore: Send + Sync + 'static {
    /// The owner's wishlist id; the same for ever once it was asked for.
    async fn id_of(&self, owner: Owner) -> EngineResult<WishlistId>;
    /// Lines, newest first. A position is (added at, line).
    async fn lines(
        &self,
        owner: Owner,
        window: Window<(Timestamp, WishlistLineId)>,
    ) -> EngineResult<Page<WishlistLine>>;
    /// How many lines there are.
    async fn count(&self, owner: Owner) -> EngineResult<u64>;
    /// The owner's lines among these ids.
    async fn lines_by_ids(
        &self,
        owner: Owner,
        ids: &[WishlistLineId],
    ) -> EngineResult<HashMap<WishlistLineId, WishlistLine>>;
    /// Adds variants; answers in the order given.
    async fn add(&self, owner: Owner, wishes: Vec<NewWish>, now: Timestamp) -> EngineResult<Vec<Wished>>;
    /// Removes lines; answers those that were there.
    async fn remove(&self, owner: Owner, ids: Vec<WishlistLineId>, now: Timestamp)
    -> EngineResult<Vec<WishlistLineId>>;
    /// Moves a guest's lines onto a shopper's list, once.
    async fn merge(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<()>;
}
