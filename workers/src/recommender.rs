//! Learns recommendations anew when shoppers did something.

use std::time::Duration;

use async_trait::async_trait;
use services::{kernel::error::EngineResult, recommendations::Recommendations};

use crate::worker::{Rhythm, Worker};

/// See the module.
pub struct Recommender(pub Recommendations);

#[async_trait]
impl Worker for Recommender {
    fn name(&self) -> &'static str {
        "recommender"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(Duration::from_secs(1))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.learn_step().await
    }
}
