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
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        ids::OrderId,
        pages::{Page, Window},
    },
    orders::{Order, OrderFilter, OrderPosition, Orders},
};

/// The engine's name in errors and in what is told as degraded.
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
    /// Orders of the page that cannot be told now: the archive does not answer, or holds no sound document of them.
    pub untold: Vec<OrderId>,
}

/// An order, or why the archive cannot tell it.
pub type Told = EngineResult<Order>;

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
    /// A failed order database. What the archive cannot tell is left out and named.
    pub async fn list(&self, owner: Owner, filter: OrderFilter, window: Window<OrderPosition>) -> EngineResult<Listed> {
        let page = self.index.page(owner, filter, window).await?;
        let positions = page.clone().map(|e| (e.created_at, e.id.0));
        let live: Vec<OrderId> = page.rows.iter().filter(|e| e.archived.is_none()).map(|e| e.id).collect();
        let mut found = self.orders.any_by_ids(&live).await?;
        // What moved since the page was read is archived by now.
        let moved: Vec<OrderId> = live.into_iter().filter(|id| !found.contains_key(id)).collect();
        let moved = if moved.is_empty() { HashMap::new() } else { self.index.entries(&moved).await? };
        let ids: Vec<OrderId> = page.rows.iter().map(|e| e.id).collect();
        let slims: Vec<Slim> = page.rows.into_iter().chain(moved.into_values()).filter_map(|e| e.archived).collect();
        let asked: Vec<OrderId> = slims.iter().map(|s| s.key.order).collect();
        let mut untold = Vec::new();
        match self.archived(slims).await {
            Ok(archived) => {
                for (id, told) in archived {
                    match told {
                        Ok(order) => drop(found.insert(id, order)),
                        Err(_) => untold.push(id),
                    }
                }
            }
            Err(e) => {
                tracing::warn!(error = %e, "the archive does not answer; only live orders are listed");
                untold = asked;
            }
        }
        let orders = ids.iter().filter_map(|id| found.remove(id)).filter(|o| o.owner == owner).collect();
        Ok(Listed { positions, orders, untold })
    }

    /// Orders by id, only the owner's; those that are not there are missing.
    ///
    /// # Errors
    /// A failed order database, or a failed archive when one of them lies there.
    pub async fn by_ids(&self, owner: Owner, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Told>> {
        self.find(ids, |o| o == owner).await
    }

    /// An order of the owner.
    ///
    /// # Errors
    /// As [`History::by_ids`], and when its document is not sound.
    pub async fn one(&self, owner: Owner, id: OrderId) -> EngineResult<Option<Order>> {
        self.by_ids(owner, &[id]).await?.remove(&id).transpose()
    }

    /// An order, whosever it is: for staff and workers.
    ///
    /// # Errors
    /// As [`History::one`].
    pub async fn any(&self, id: OrderId) -> EngineResult<Option<Order>> {
        self.find(&[id], |_| true).await?.remove(&id).transpose()
    }

    async fn find(&self, ids: &[OrderId], of: impl Fn(Owner) -> bool) -> EngineResult<HashMap<OrderId, Told>> {
        let live = self.orders.any_by_ids(ids).await?;
        let absent: Vec<OrderId> = ids.iter().copied().filter(|id| !live.contains_key(id)).collect();
        let mut found: HashMap<_, Told> =
            live.into_iter().filter(|(_, o)| of(o.owner)).map(|(id, o)| (id, Ok(o))).collect();
        if !absent.is_empty() {
            let entries = self.index.entries(&absent).await?;
            let own = entries.into_values().filter_map(|e: Entry| e.archived).filter(|s| of(s.owner));
            found.extend(self.archived(own.collect()).await?);
        }
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
        self.archived(slim.into_iter().collect()).await?.remove(&id).transpose()
    }

    /// Moves at most `limit` orders; answers how many went. What fails stays live and is tried again.
    ///
    /// # Errors
    /// The first failure, after the others were tried.
    pub async fn move_step(&self, limit: usize) -> EngineResult<usize> {
        let now = self.clock.now();
        let (mut moved, mut failed) = (0, None);
        for id in self.index.due(now - self.after, limit).await? {
            match self.move_one(id, now).await {
                Ok(went) => moved += usize::from(went),
                Err(e) => failed = failed.or(Some(e)),
            }
        }
        failed.map_or(Ok(moved), Err)
    }

    async fn move_one(&self, id: OrderId, now: Timestamp) -> EngineResult<bool> {
        let order = self.orders.any_by_ids(&[id]).await?.remove(&id);
        match order.filter(|o| model::may_move(o, self.after, now)) {
            Some(order) => carry(self.archive.as_ref(), self.index.as_ref(), &order).await,
            None => Ok(false),
        }
    }

    /// What the archive tells of orders; one document that is not sound is told of its order, not of the others.
    async fn archived(&self, slims: Vec<Slim>) -> EngineResult<HashMap<OrderId, Told>> {
        if slims.is_empty() {
            return Ok(HashMap::new());
        }
        let keys: Vec<_> = slims.iter().map(|s| s.key.clone()).collect();
        let copies = self.archive.copies(&keys).await?;
        let one = |s: &Slim| {
            let id = s.key.order;
            let order = model::restore(s, copies.get(&id)).inspect_err(|wrong| {
                tracing::error!(order.id = %id, error = %wrong, "an archived order cannot be told");
            });
            (id, order.map_err(|wrong| told(&wrong)))
        };
        Ok(slims.iter().map(one).collect())
    }
}

/// Moves an order: copied, read back and compared, let go. False when it changed meanwhile, or went before. After a crash
/// between any two of these it is live and told once, or archived and told once; then it is called again.
///
/// # Errors
/// A failed engine, or an archive that gives back something else.
pub async fn carry(archive: &dyn OrderArchive, index: &dyn OrderIndex, order: &Order) -> EngineResult<bool> {
    let copy = Copy::of(order).map_err(|wrong| told(&wrong))?;
    let key = copy.key.clone();
    archive.put(copy.clone()).await?;
    if archive.copies(std::slice::from_ref(&key)).await?.remove(&order.id) != Some(copy) {
        let message = format!("order {} reads back otherwise than it was put", order.id);
        return Err(EngineError::retryable(ENGINE, message));
    }
    index.let_go(order, &key.checksum).await
}

fn told(wrong: &Wrong) -> EngineError {
    EngineError::permanent(ENGINE, wrong.to_string())
}
