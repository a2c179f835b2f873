//! The history service: the one list over live and archived orders, and the move between them.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use super::{
    error::Wrong,
    model::{self, Copy, Entry, Slim},
    ports::{OrderArchive, OrderIndex},
};
use crate::{
    kernel::{
        caller::Owner,
        clock::Clock,
        error::{EngineError, EngineResult},
        ids::OrderId,
        pages::{Page, Window},
    },
    orders::{Order, OrderFilter, OrderPosition, Orders},
};

/// The engine's name in errors.
pub const ENGINE: &str = "archive";
/// Longest number and token of a guest's order, bytes.
const GUEST_MAX: (usize, usize) = (32, 128);

/// A page of the one list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Where each order of the page stands, also of those that cannot be told now.
    pub positions: Page<OrderPosition>,
    /// The orders that can be told.
    pub orders: Vec<Order>,
    /// The archive could not be reached: only live orders are here.
    pub archive_missing: bool,
}

/// History. Cheap to clone.
#[derive(Clone)]
pub struct History {
    orders: Orders,
    index: Arc<dyn OrderIndex>,
    archive: Arc<dyn OrderArchive>,
    clock: Arc<dyn Clock>,
    after: Duration,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").finish_non_exhaustive()
    }
}

impl History {
    /// Orders move when nothing happened to them for `after`, which is no shorter than the time in which the shop takes
    /// things back.
    pub fn new(
        orders: Orders,
        index: Arc<dyn OrderIndex>,
        archive: Arc<dyn OrderArchive>,
        clock: Arc<dyn Clock>,
        after: Duration,
    ) -> Self {
        Self { orders, index, archive, clock, after }
    }

    /// Orders of an owner, newest first, live and archived.
    ///
    /// # Errors
    /// A failed order database. When only the archive fails, the live orders of the page are told.
    pub async fn list(&self, owner: Owner, filter: OrderFilter, window: Window<OrderPosition>) -> EngineResult<Listed> {
        let page = self.index.page(owner, filter, window).await?;
        let positions = page.clone().map(|e| (e.created_at, e.id.0));
        let live: Vec<OrderId> = page.rows.iter().filter(|e| e.archived.is_none()).map(|e| e.id).collect();
        let mut found = self.orders.any_by_ids(&live).await?;
        // What moved since the page was read is archived by now.
        let moved: Vec<OrderId> = live.into_iter().filter(|id| !found.contains_key(id)).collect();
        let moved = if moved.is_empty() { HashMap::new() } else { self.index.entries(&moved).await? };
        let ids: Vec<OrderId> = page.rows.iter().map(|e| e.id).collect();
        let slims = page.rows.into_iter().chain(moved.into_values()).filter_map(|e| e.archived).collect();
        let archive_missing = match self.archived(slims).await {
            Ok(archived) => {
                found.extend(archived);
                false
            }
            Err(e) => {
                tracing::warn!(error = %e, "the archive does not answer; only live orders are listed");
                true
            }
        };
        let orders = ids.iter().filter_map(|id| found.remove(id)).filter(|o| o.owner == owner).collect();
        Ok(Listed { positions, orders, archive_missing })
    }

    /// Orders by id, only the owner's.
    ///
    /// # Errors
    /// A failed order database, or a failed archive when one of them lies there.
    pub async fn by_ids(&self, owner: Owner, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>> {
        let mut found = self.orders.any_by_ids(ids).await?;
        let absent: Vec<OrderId> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        if !absent.is_empty() {
            let entries = self.index.entries(&absent).await?;
            let own = entries.into_values().filter_map(|e: Entry| e.archived).filter(|s| s.owner == owner);
            found.extend(self.archived(own.collect()).await?);
        }
        found.retain(|_, o| o.owner == owner);
        Ok(found)
    }

    /// A guest's order, by its number and the token given when it was placed.
    ///
    /// # Errors
    /// As [`History::by_ids`].
    pub async fn guest_order(&self, number: &str, token: &str) -> EngineResult<Option<Order>> {
        if number.len() > GUEST_MAX.0 || token.len() > GUEST_MAX.1 {
            return Ok(None);
        }
        if let Some(live) = self.orders.guest_order(number, token).await? {
            return Ok(Some(live));
        }
        let Some(id) = self.index.numbered(number).await?.filter(|id| self.orders.opens(*id, token)) else {
            return Ok(None);
        };
        let slim = self.index.entries(&[id]).await?.remove(&id).and_then(|e| e.archived);
        Ok(self.archived(slim.into_iter().collect()).await?.remove(&id))
    }

    /// Moves at most `limit` orders; answers how many went. What fails stays live and is tried again.
    ///
    /// # Errors
    /// The first failure, after the others were tried.
    pub async fn move_step(&self, limit: usize) -> EngineResult<usize> {
        let due = self.index.due(self.clock.now() - self.after, limit).await?;
        let orders = self.orders.any_by_ids(&due).await?;
        let (mut moved, mut failed) = (0, None);
        for order in due.iter().filter_map(|id| orders.get(id)).filter(|o| model::may_move(o)) {
            match self.move_one(order).await {
                Ok(went) => moved += usize::from(went),
                Err(e) => failed = failed.or(Some(e)),
            }
        }
        failed.map_or(Ok(moved), Err)
    }

    /// Copied, read back and compared, let go.
    async fn move_one(&self, order: &Order) -> EngineResult<bool> {
        let copy = Copy::of(order).map_err(told)?;
        let (key, checksum) = (copy.key, copy.checksum.clone());
        self.archive.put(copy).await?;
        let kept = self.archive.copies(&[key]).await?.remove(&order.id);
        if kept.is_none_or(|c| model::checksum(&c.body) != checksum) {
            return Err(EngineError::retryable(
                ENGINE,
                format!("order {} reads back otherwise than it was put", order.id),
            ));
        }
        self.index.let_go(order, &checksum, self.clock.now()).await
    }

    async fn archived(&self, slims: Vec<Slim>) -> EngineResult<HashMap<OrderId, Order>> {
        if slims.is_empty() {
            return Ok(HashMap::new());
        }
        let keys: Vec<_> = slims.iter().map(|s| s.key).collect();
        let copies = self.archive.copies(&keys).await?;
        let order = |s: &Slim| Ok((s.key.order, model::restore(s, copies.get(&s.key.order)).map_err(told)?));
        slims.iter().map(order).collect()
    }
}

fn told(wrong: Wrong) -> EngineError {
    EngineError::permanent(ENGINE, wrong.to_string())
}
