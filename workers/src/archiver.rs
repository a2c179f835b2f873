//! Moves orders that ended long ago to the archive, a bounded batch per step. What fails stays live and is tried again.

use std::time::Duration;

use async_trait::async_trait;
use services::{history::History, kernel::error::EngineResult};

use crate::worker::{Rhythm, Worker};

/// Orders of one step.
const ORDERS: usize = 100;
/// The shortest rest, and the longest.
const REST: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(60));

/// See the module.
pub struct Archiver {
    history: History,
    after: Duration,
}

impl Archiver {
    /// Looks the less often, the longer orders stay.
    pub fn new(history: History, after: Duration) -> Self {
        Self { history, after }
    }
}

#[async_trait]
impl Worker for Archiver {
    fn name(&self) -> &'static str {
        "archiver"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(self.after.clamp(REST.0, REST.1))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.history.move_step(ORDERS).await
    }
}
