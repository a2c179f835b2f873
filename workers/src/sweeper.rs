//! Ends unpaid orders whose deadline is over, by the store's own truth, and forgets quotes and keys of long ago.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use services::{kernel::error::EngineResult, orders::Orders};

use crate::worker::{Rhythm, Worker};

/// Orders of one step.
const ORDERS: usize = 200;
/// Every so many idle steps, rows of long ago are forgotten.
const FORGET_EVERY: u64 = 100;

/// See the module.
pub struct Sweeper {
    orders: Orders,
    every: Duration,
    steps: AtomicU64,
}

impl Sweeper {
    /// Looks every so often.
    pub fn new(orders: Orders, every: Duration) -> Self {
        Self { orders, every, steps: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Worker for Sweeper {
    fn name(&self) -> &'static str {
        "sweeper"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(self.every)
    }
    async fn step(&self) -> EngineResult<usize> {
        let ended = self.orders.expire_step(ORDERS).await?;
        if ended == 0 && self.steps.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY) {
            self.orders.forget_step(ORDERS).await?;
        }
        Ok(ended)
    }
}
