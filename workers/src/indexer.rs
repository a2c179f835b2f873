//! Makes each new or changed item findable. Its place on the log is the index's own checkpoint, so that what is findable
//! and what is committed never differ.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use services::{
    kernel::{error::EngineResult, events::EventLog},
    search::Search,
};

use crate::worker::{Rhythm, Worker};

/// Events of one step: one commit of the index.
const EVENTS: usize = 1_000;
/// Events gather for so long before a commit, which costs tens of milliseconds whatever it holds.
const GATHER: Duration = Duration::from_millis(100);

/// See the module.
pub struct Indexer {
    search: Search,
    log: Arc<dyn EventLog>,
}

impl Indexer {
    /// From a log into an index.
    pub fn new(search: Search, log: Arc<dyn EventLog>) -> Self {
        Self { search, log }
    }
}

#[async_trait]
impl Worker for Indexer {
    fn name(&self) -> &'static str {
        "indexer"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(GATHER)
    }
    async fn step(&self) -> EngineResult<usize> {
        self.search.index_step(self.log.as_ref(), EVENTS).await
    }
}
