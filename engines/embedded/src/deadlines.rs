//! Deadlines of orders in memory, so that expiry is quick. It is lost with the process; the store's own sweep finds what
//! was forgotten.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use parking_lot::Mutex;
use services::{
    kernel::{clock::Timestamp, error::EngineResult, ids::OrderId},
    orders::ports::Deadlines,
};

/// Orders watched at most; beyond them the store's sweep has to do.
const WATCHED_MAX: usize = 1_000_000;

#[derive(Debug, Default)]
struct Watched {
    by_time: BTreeSet<(Timestamp, OrderId)>,
    by_order: HashMap<OrderId, Timestamp>,
}

/// The watch of one process.
#[derive(Debug, Default)]
pub struct MemoryDeadlines(Mutex<Watched>);

impl MemoryDeadlines {
    /// Watches nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Watched {
    fn remove(&mut self, order: OrderId) {
        if let Some(at) = self.by_order.remove(&order) {
            self.by_time.remove(&(at, order));
        }
    }
}

#[async_trait]
impl Deadlines for MemoryDeadlines {
    async fn set(&self, order: OrderId, at: Timestamp) -> EngineResult<()> {
        let mut watched = self.0.lock();
        watched.remove(order);
        if watched.by_order.len() < WATCHED_MAX {
            watched.by_order.insert(order, at);
            watched.by_time.insert((at, order));
        }
        Ok(())
    }
    async fn clear(&self, order: OrderId) -> EngineResult<()> {
        self.0.lock().remove(order);
        Ok(())
    }
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>> {
        let mut watched = self.0.lock();
        let over: Vec<OrderId> =
            watched.by_time.iter().take_while(|(at, _)| *at <= now).take(limit).map(|(_, o)| *o).collect();
        for order in &over {
            watched.remove(*order);
        }
        Ok(over)
    }
    async fn next(&self) -> EngineResult<Option<Timestamp>> {
        Ok(self.0.lock().by_time.first().map(|(at, _)| *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_contract_holds() {
        services::orders::contract::deadlines::suite(MemoryDeadlines::new).await;
    }
}
