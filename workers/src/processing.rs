//! Packs placed orders, one parcel per warehouse and courier, and books them.

use std::time::Duration;

use async_trait::async_trait;
use services::{kernel::error::EngineResult, orders::Orders};

use crate::worker::{Rhythm, Worker};

/// Orders and parcels of one step.
const ORDERS: usize = 50;

/// See the module.
pub struct Processing(pub Orders);

#[async_trait]
impl Worker for Processing {
    fn name(&self) -> &'static str {
        "processing"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Woken(Duration::from_millis(500))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.process_step(ORDERS).await
    }
}
