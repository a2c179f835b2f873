//! Ends unpaid orders whose deadline is over, by the store's own truth, and forgets quotes and keys of long ago. The watch
//! over deadlines only tells how long to rest: what it does not know is found by the next sweep.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use services::{kernel::error::EngineResult, orders::Orders};

use crate::worker::{Rhythm, Worker};

/// Orders of one step.
const ORDERS: usize = 200;
/// Every so many steps, rows of long ago are forgotten.
const FORGET_EVERY: u64 = 100;
/// Rows of each kind that one step forgets.
const FORGOTTEN: usize = 1_000;
/// The shortest rest, so that a deadline that is just over is not asked about in a spin.
const REST_MIN: Duration = Duration::from_millis(20);
/// The longest rest: an order that was made meanwhile may end soon.
const REST_MAX: Duration = Duration::from_secs(1);

/// See the module.
pub struct Sweeper {
    orders: Orders,
    every: Duration,
    steps: AtomicU64,
    /// The last time that rows were forgotten there were some: there may be more.
    forgetting: AtomicBool,
    /// How long to rest until the next deadline that the watch knows of, microseconds; at most `every`.
    rest: AtomicU64,
}

impl Sweeper {
    /// Looks every so often.
    pub fn new(orders: Orders, every: Duration) -> Self {
        Self { orders, every, steps: AtomicU64::new(0), forgetting: AtomicBool::new(false), rest: AtomicU64::new(0) }
    }
}

impl Sweeper {
    /// Forgets rows of long ago every so many steps, and with each further step as long as there are some.
    async fn forget(&self) -> EngineResult<()> {
        let its_time = self.steps.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY);
        if its_time || self.forgetting.load(Ordering::Relaxed) {
            self.forgetting.store(self.orders.forget_step(FORGOTTEN).await? > 0, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[async_trait]
impl Worker for Sweeper {
    fn name(&self) -> &'static str {
        "sweeper"
    }
    fn rhythm(&self) -> Rhythm {
        let most = self.every.min(REST_MAX);
        Rhythm::Timed(Duration::from_micros(self.rest.load(Ordering::Relaxed)).clamp(REST_MIN.min(most), most))
    }
    async fn step(&self) -> EngineResult<usize> {
        let ended = self.orders.expire_step(ORDERS).await;
        let forgotten = self.forget().await;
        let ended = ended?;
        forgotten?;
        let rest = self.orders.until_next_deadline().await.unwrap_or(self.every);
        self.rest.store(u64::try_from(rest.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(ended)
    }
}
