//! Counts what was bought, searched, viewed and wishlisted, from the log into windows.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use services::{
    kernel::{error::EngineResult, events::EventLog},
    trends::{Trends, service::GROUP},
};

use crate::worker::{Rhythm, Worker};

/// Events of one topic and step.
const EVENTS: usize = 500;
/// Events gather for so long, since each step writes whole windows.
const GATHER: Duration = Duration::from_secs(1);

/// See the module.
pub struct TrendCounter {
    /// Where they are counted.
    pub trends: Trends,
    /// What is counted.
    pub log: Arc<dyn EventLog>,
}

#[async_trait]
impl Worker for TrendCounter {
    fn name(&self) -> &'static str {
        GROUP
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(GATHER)
    }
    async fn step(&self) -> EngineResult<usize> {
        self.trends.count_step(self.log.as_ref(), EVENTS).await
    }
}
