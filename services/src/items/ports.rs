//! What the item service needs from a store.
//!
//! Promises: a save is atomic per item with its event; an older version never overwrites a newer, whatever races; a
//! reader sees an item whole. Slugs are unique: the store gives a taken slug a suffix and answers with what it chose.

use std::collections::HashMap;

use async_trait::async_trait;

use super::model::{Category, Item};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{CategoryId, ItemId, VariantId},
};

/// What became of one item of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was new.
    Created,
    /// It replaced an older version.
    Updated,
    /// The same or a newer version is already here; nothing was written.
    Stale {
        /// The version here.
        present: u64,
    },
    /// Another item has one of its variants; nothing was written.
    SkuTaken {
        /// The variant.
        variant: VariantId,
        /// The item that has it.
        by: ItemId,
    },
}

/// The store of items and categories.
#[async_trait]
pub trait ItemStore: Send + Sync + 'static {
    /// Items by id; those that are not there are missing from the answer. Withdrawn ones are included.
    async fn items_by_ids(&self, ids: &[ItemId]) -> EngineResult<HashMap<ItemId, Item>>;
    /// Which item each variant belongs to.
    async fn items_of_variants(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, ItemId>>;
    /// The ids of slugs.
    async fn items_by_slugs(&self, slugs: &[String]) -> EngineResult<HashMap<String, ItemId>>;
    /// Saves items, each guarded by its version and with one `ItemChanged` event each: each atomically, and all in one
    /// transaction where the engine has them. Where it has none, a failed save may have saved some, which are stale when
    /// they are sent again. Answers in the order given.
    async fn save(&self, items: Vec<Item>, now: Timestamp) -> EngineResult<Vec<Saved>>;
    /// Up to `limit` items in the order of their ids, after one: to walk over all of them.
    async fn scan(&self, after: Option<ItemId>, limit: usize) -> EngineResult<Vec<Item>>;
    /// How many items there are, withdrawn ones included.
    async fn count(&self) -> EngineResult<u64>;
    /// All categories.
    async fn categories(&self) -> EngineResult<Vec<Category>>;
    /// Inserts or replaces categories by id, with one event; slugs are unique among them.
    async fn save_categories(&self, categories: Vec<Category>, now: Timestamp) -> EngineResult<()>;
    /// Removes a category that has neither items nor branches; false when it has.
    async fn remove_category(&self, id: CategoryId, now: Timestamp) -> EngineResult<bool>;
}
