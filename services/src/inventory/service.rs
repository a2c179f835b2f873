//! The inventory service: levels and availability in batches, and the movements that staff enter. Blocking stock for an
//! order is the order store's; promises are `serviceability`'s.

use std::{collections::HashMap, sync::Arc};

use super::{
    model::{Availability, Moved, StockLevel, StockMove},
    ports::InventoryStore,
    rules,
};
use crate::kernel::{
    clock::Clock,
    error::{EngineError, EngineResult},
    ids::VariantId,
};

/// Inventory.
#[derive(Clone)]
pub struct Inventory {
    store: Arc<dyn InventoryStore>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Inventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inventory")
    }
}

impl Inventory {
    /// On a store.
    pub fn new(store: Arc<dyn InventoryStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Levels of variants over all warehouses, sorted by warehouse; variants without any stock row are missing.
    pub async fn levels(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Vec<StockLevel>>> {
        if variants.is_empty() {
            return Ok(HashMap::new());
        }
        self.store.levels(variants).await
    }

    /// What a shopper is told of each variant; every one asked for is in the answer.
    pub async fn availability(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Availability>> {
        let levels = self.levels(variants).await?;
        let of = |v: &VariantId| rules::availability(levels.get(v).map_or(&[], Vec::as_slice));
        Ok(variants.iter().map(|v| (*v, of(v))).collect())
    }

    /// Makes movements that staff or a feed enter, each on its own, all in one transaction; answers in the order given.
    ///
    /// # Errors
    /// When the store fails, or a movement breaks a rule (then none is made).
    pub async fn apply(&self, moves: Vec<StockMove>) -> EngineResult<Vec<Moved>> {
        if let Some(problem) = moves.iter().find_map(rules::problem) {
            return Err(EngineError::permanent("inventory", problem));
        }
        if moves.is_empty() {
            return Ok(Vec::new());
        }
        self.store.apply(moves, self.clock.now()).await
    }
}
