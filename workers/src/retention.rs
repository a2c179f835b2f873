//! Drops events of long ago from the log, never before the slowest consumer group has handled them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use services::kernel::{clock::Clock, error::EngineResult, events::EventLog};

use crate::worker::{Rhythm, Worker};

/// Events of one topic and step.
const EVENTS: usize = 1_000;

/// See the module.
pub struct Retention {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    keep: Duration,
}

impl Retention {
    /// Keeps events at least so long.
    pub fn new(log: Arc<dyn EventLog>, clock: Arc<dyn Clock>, keep: Duration) -> Self {
        Self { log, clock, keep }
    }
}

#[async_trait]
impl Worker for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(Duration::from_secs(60))
    }
    async fn step(&self) -> EngineResult<usize> {
        let gone = self.log.prune(self.clock.now() - self.keep, EVENTS).await?;
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }
}
