//! What lives beside the databases: deadlines and rate limits, in this process or on Redis. None of it is the truth.

use std::sync::Arc;

#[cfg(feature = "redis")]
use anyhow::Context;
use engine_embedded::{MemoryDeadlines, MemoryRateLimiter};
use services::{orders::ports::Deadlines, sessions::ports::RateLimiter};

use crate::settings::Settings;

/// The two ports that `cache_url` fulfils.
pub struct Beside {
    /// Counts tries.
    pub limiter: Arc<dyn RateLimiter>,
    /// Watches deadlines.
    pub deadlines: Arc<dyn Deadlines>,
}

/// By the settings: in this process, or on a Redis that all processes share. A Redis that cannot be reached does not stop
/// the start; `/health/ready` names it.
///
/// # Errors
/// When the URL is malformed.
pub fn beside(settings: &Settings) -> anyhow::Result<Beside> {
    #[cfg(feature = "redis")]
    if settings.cache_url.starts_with("redis") {
        let redis = engine_redis::Redis::open(&settings.cache_url).context("`cache_url` cannot be used")?;
        let limiter = Arc::new(engine_redis::RedisRateLimiter::new(redis.clone()));
        return Ok(Beside { limiter, deadlines: Arc::new(engine_redis::RedisDeadlines::new(redis)) });
    }
    debug_assert!(settings.cache_url.starts_with("memory:"), "the settings were checked");
    Ok(Beside { limiter: Arc::new(MemoryRateLimiter::default()), deadlines: Arc::new(MemoryDeadlines::default()) })
}
