//! A watch over deadlines, in memory. It only makes expiry quick: what it forgets with the process, the store's sweep
//! finds.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use parking_lot::Mutex;
use services::{
    kernel::{clock::Timestamp, error::EngineResult, ids::OrderId},
    orders::ports::Deadlines,
};

/// Orders that are watched at the same time; beyond them the sweep stands in.
const WATCHED: usize = 1_000_000;

/// See the module. The lock is held for a look only.
#[derive(Debug, Default)]
pub struct MemoryDeadlines(Mutex<Watched>);

#[derive(Debug, Default)]
struct Watched {
    by_time: BTreeSet<(Timestamp, OrderId)>,
    by_order: HashMap<OrderId, Timestamp>,
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
        if watched.by_order.len() < WATCHED {
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
        let due: Vec<OrderId> = watched.by_time.iter().take_while(|(at, _)| *at <= now).take(limit).map(|(_, o)| *o).collect();
        for order in &due {
            watched.remove(*order);
        }
        Ok(due)
    }

    async fn next(&self) -> EngineResult<Option<Timestamp>> {
        Ok(self.0.lock().by_time.first().map(|(at, _)| *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn what_is_due_is_taken_once_and_in_order() {
        let watch = MemoryDeadlines::default();
        let id = |n| OrderId(Uuid::from_u128(n));
        for n in [3, 1, 2] {
            watch.set(id(n), Timestamp::from_seconds(n as i64)).await.expect("sets");
        }
        watch.set(id(1), Timestamp::from_seconds(9)).await.expect("moves");
        watch.clear(id(3)).await.expect("clears");
        assert_eq!(watch.next().await.expect("next"), Some(Timestamp::from_seconds(2)));
        assert_eq!(watch.due(10, Timestamp::from_seconds(5)).await.expect("due"), [id(2)]);
        assert!(watch.due(10, Timestamp::from_seconds(5)).await.expect("due").is_empty());
        assert_eq!(watch.due(10, Timestamp::from_seconds(9)).await.expect("due"), [id(1)]);
    }
}
