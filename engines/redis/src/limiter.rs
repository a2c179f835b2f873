//! Rate limits that processes share: per key the instant at which the bucket would be full again, changed by a script in
//! one step. A key is gone when its bucket is full, so nothing has to be swept.

use async_trait::async_trait;
use redis::Script;
use services::{
    kernel::{clock::Timestamp, error::EngineResult},
    sessions::ports::RateLimiter,
};

use crate::Redis;

/// The same reckoning as in memory: answers 0 when the try is allowed, else the instant of the next.
const TAKE: &str = "
local now, each, depth = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + each
if full - now > depth then return string.format('%.0f', full - depth) end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return '0'";
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// The buckets that processes share.
#[derive(Debug)]
pub struct RedisRateLimiter {
    redis: Redis,
    take: Script,
}

impl RedisRateLimiter {
    /// On a server.
    pub fn new(redis: Redis) -> Self {
        Self { redis, take: Script::new(TAKE) }
    }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    async fn take(
        &self,
        key: &str,
        burst: u32,
        per_minute: u32,
        now: Timestamp,
    ) -> EngineResult<Result<(), Timestamp>> {
        let each = MINUTE / i64::from(per_minute.max(1));
        let depth = each.saturating_mul(i64::from(burst.max(1)));
        let mut taking = self.take.key(self.redis.key(&format!("tries:{key}")));
        taking.arg(now.micros()).arg(each).arg(depth);
        let next: i64 = self.redis.invoke(&taking).await?;
        Ok(if next == 0 { Ok(()) } else { Err(Timestamp::from_micros(next)) })
    }
}
