//! Charges what is due and asks about what is undecided. Reads its jobs from the order store, so it works while the log
//! is away.

use std::time::Duration;

use async_trait::async_trait;
use services::{kernel::error::EngineResult, orders::Orders};

use crate::worker::{Rhythm, Worker};

/// Jobs of one step; they are called at the same time.
const JOBS: usize = 16;

/// See the module.
pub struct Payment(pub Orders);

#[async_trait]
impl Worker for Payment {
    fn name(&self) -> &'static str {
        "payment"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Woken(Duration::from_millis(100))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.charge_step(JOBS).await
    }
}
