//! What lives beside the databases: deadlines and rate limits, in this process.

use std::sync::Arc;

use engine_embedded::{MemoryDeadlines, MemoryRateLimiter};
use services::{orders::ports::Deadlines, sessions::ports::RateLimiter};

/// Counts tries.
pub fn limiter() -> Arc<dyn RateLimiter> {
    Arc::new(MemoryRateLimiter::default())
}

/// Watches deadlines.
pub fn deadlines() -> Arc<dyn Deadlines> {
    Arc::new(MemoryDeadlines::default())
}
