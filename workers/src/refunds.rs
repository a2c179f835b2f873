//! Gives back what is due.

use std::time::Duration;

use async_trait::async_trait;
use services::{kernel::error::EngineResult, orders::Orders};

use crate::worker::{Rhythm, Worker};

/// Jobs of one step; they are called at the same time.
const JOBS: usize = 16;

/// See the module.
pub struct Refunds(pub Orders);

#[async_trait]
impl Worker for Refunds {
    fn name(&self) -> &'static str {
        "refunds"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Woken(Duration::from_millis(500))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.refund_step(JOBS).await
    }
}
