//! Rate limits in memory: one bucket per key, kept as the single instant at which it would be full again, so that it
//! needs whole numbers only. The map is bounded; limits are per process.

use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use services::{
    kernel::{clock::Timestamp, error::EngineResult},
    sessions::ports::RateLimiter,
};

/// Buckets kept at most.
const KEYS_MAX: usize = 100_000;
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// The buckets of one process.
#[derive(Debug, Default)]
pub struct MemoryRateLimiter {
    /// Per key the instant, in microseconds, at which the bucket is full.
    full_at: Mutex<HashMap<String, i64>>,
}

impl MemoryRateLimiter {
    /// All buckets full.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Takes one try; the bucket's new instant, or when the next try is allowed.
fn take(full_at: Option<i64>, burst: u32, per_minute: u32, now: i64) -> Result<i64, i64> {
    let each = MINUTE / i64::from(per_minute.max(1));
    let depth = each.saturating_mul(i64::from(burst.max(1)));
    let next = full_at.unwrap_or(now).max(now).saturating_add(each);
    if next.saturating_sub(now) <= depth { Ok(next) } else { Err(next.saturating_sub(depth)) }
}

/// Makes room: first the buckets that are full anyway, then those that will be full soonest.
fn make_room(buckets: &mut HashMap<String, i64>, now: i64) {
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() >= KEYS_MAX {
        let mut instants: Vec<i64> = buckets.values().copied().collect();
        let (_, median, _) = instants.select_nth_unstable(KEYS_MAX / 10);
        let until = *median;
        buckets.retain(|_, full_at| *full_at > until);
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn take(
        &self,
        key: &str,
        burst: u32,
        per_minute: u32,
        now: Timestamp,
    ) -> EngineResult<Result<(), Timestamp>> {
        let mut buckets = self.full_at.lock();
        match take(buckets.get(key).copied(), burst, per_minute, now.micros()) {
            Ok(full_at) => {
                if buckets.len() >= KEYS_MAX && !buckets.contains_key(key) {
                    make_room(&mut buckets, now.micros());
                }
                buckets.insert(key.to_owned(), full_at);
                Ok(Ok(()))
            }
            Err(next) => Ok(Err(Timestamp::from_micros(next))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_contract_holds() {
        services::sessions::limits_contract::suite(MemoryRateLimiter::new).await;
    }

    #[test]
    fn the_map_is_bounded() {
        let mut buckets: HashMap<String, i64> = (0..KEYS_MAX).map(|n| (n.to_string(), n as i64)).collect();
        make_room(&mut buckets, 10);
        assert!(buckets.len() < KEYS_MAX && buckets.len() > KEYS_MAX / 2, "{}", buckets.len());
        assert!(!buckets.contains_key("10") && buckets.contains_key("99999"));
    }

    #[test]
    fn extremes_do_not_overflow() {
        assert!(take(Some(i64::MAX), u32::MAX, 1, 0).is_err());
        assert!(take(None, 0, 0, i64::MAX).is_ok());
    }
}
