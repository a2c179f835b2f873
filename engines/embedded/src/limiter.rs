//! Token buckets in memory, bounded in number: a bucket that nobody touched for an hour is forgotten, which can only be
//! generous by one full bucket.

use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;
use parking_lot::Mutex;
use services::{
    kernel::{clock::Timestamp, error::EngineResult},
    sessions::ports::RateLimiter,
};
use std::sync::Arc;

/// Buckets kept at the same time.
const BUCKETS: u64 = 100_000;
/// Untouched buckets are kept for so long.
const IDLE: Duration = Duration::from_secs(3_600);

/// See the module.
#[derive(Debug)]
pub struct MemoryRateLimiter(Cache<String, Arc<Mutex<Bucket>>>);

#[derive(Debug)]
struct Bucket {
    /// Millionths of a try.
    left: u64,
    filled_at: Timestamp,
}

impl Default for MemoryRateLimiter {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(BUCKETS).time_to_idle(IDLE).build())
    }
}

const TRY: u64 = 1_000_000;

impl Bucket {
    fn take(&mut self, burst: u32, per_minute: u32, now: Timestamp) -> Result<(), Timestamp> {
        let full = u64::from(burst) * TRY;
        let passed = now.since(self.filled_at).as_micros();
        // A try per minute is a millionth of a try per 60 microseconds.
        let gained = u64::try_from(passed * u128::from(per_minute) / 60).unwrap_or(u64::MAX);
        if gained > 0 {
            self.left = self.left.saturating_add(gained).min(full);
            self.filled_at = now;
        }
        if self.left >= TRY {
            self.left -= TRY;
            return Ok(());
        }
        let missing = TRY - self.left;
        Err(now + Duration::from_micros(missing.saturating_mul(60).div_ceil(u64::from(per_minute.max(1)))))
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn take(&self, key: &str, burst: u32, per_minute: u32, now: Timestamp) -> EngineResult<Result<(), Timestamp>> {
        let new = || Arc::new(Mutex::new(Bucket { left: u64::from(burst) * TRY, filled_at: now }));
        let bucket = self.0.get_with_by_ref(key, new);
        let taken = bucket.lock().take(burst, per_minute, now);
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_then_the_rate_and_keys_do_not_share() {
        let limiter = MemoryRateLimiter::default();
        let start = Timestamp::from_seconds(1_000);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", 3, 6, start).await.expect("answers"), Ok(()));
        }
        let next = limiter.take("a", 3, 6, start).await.expect("answers").expect_err("is empty");
        assert_eq!(next, start + Duration::from_secs(10));
        assert_eq!(limiter.take("b", 3, 6, start).await.expect("answers"), Ok(()));
        assert!(limiter.take("a", 3, 6, next - Duration::from_millis(1)).await.expect("answers").is_err());
        assert_eq!(limiter.take("a", 3, 6, next).await.expect("answers"), Ok(()));
        let later = next + Duration::from_secs(3_600);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", 3, 6, later).await.expect("answers"), Ok(()));
        }
        assert!(limiter.take("a", 3, 6, later).await.expect("answers").is_err(), "no more than the burst gathers");
    }
}
