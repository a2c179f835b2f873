//! What every rate limiter must hold, for engines to run on a fresh limiter each.

use futures::future::join_all;

use super::ports::RateLimiter;
use crate::kernel::clock::Timestamp;

const T0: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(T0.seconds() + seconds)
}

/// Runs everything; `fresh` makes a limiter whose buckets are all full.
pub async fn suite<L: RateLimiter>(fresh: impl Fn() -> L) {
    a_burst_then_the_rate(&fresh()).await;
    keys_are_apart_whatever_they_hold(&fresh()).await;
    those_who_come_together_get_the_burst_exactly(&fresh()).await;
    time_that_goes_back_gives_nothing(&fresh()).await;
}

/// A burst is allowed, then one per interval; a refusal names the instant at which the next try is allowed, and costs
/// nothing; after a rest the bucket is full and no fuller.
pub async fn a_burst_then_the_rate(limits: &dyn RateLimiter) {
    let take = async |at: Timestamp| limits.take("a", 3, 6, at).await.expect("an answer");
    for _ in 0..3 {
        assert_eq!(take(T0).await, Ok(()));
    }
    let next = later(10);
    for _ in 0..5 {
        assert_eq!(take(T0).await, Err(next), "one every ten seconds, and asking costs nothing");
    }
    assert_eq!(take(Timestamp::from_micros(next.micros() - 1)).await, Err(next));
    assert_eq!(take(next).await, Ok(()));
    assert_eq!(take(next).await, Err(later(20)));
    for _ in 0..3 {
        assert_eq!(take(later(1_000)).await, Ok(()), "full again after a rest");
    }
    assert_eq!(take(later(1_000)).await, Err(later(1_010)), "and no fuller than before");
}

/// Each key has a bucket of its own, whatever bytes it holds.
pub async fn keys_are_apart_whatever_they_hold(limits: &dyn RateLimiter) {
    for key in ["", "a", "a b", "a:b", "a\0b", "{a}", "पिनकोड", "🛒", &"k".repeat(1_000)] {
        assert_eq!(limits.take(key, 1, 1, T0).await.expect("an answer"), Ok(()), "{key}");
        assert_eq!(limits.take(key, 1, 1, T0).await.expect("an answer"), Err(later(60)), "{key}");
    }
}

/// Of a hundred who come at the same instant, as many pass as the burst has.
pub async fn those_who_come_together_get_the_burst_exactly(limits: &dyn RateLimiter) {
    let tries = (0..100).map(|_| async { limits.take("door", 25, 60, T0).await.expect("an answer") });
    assert_eq!(join_all(tries).await.into_iter().filter(Result::is_ok).count(), 25);
}

/// A clock that jumps back neither fills a bucket nor locks it for longer than it would take to fill.
pub async fn time_that_goes_back_gives_nothing(limits: &dyn RateLimiter) {
    assert_eq!(limits.take("a", 1, 60, later(100)).await.expect("an answer"), Ok(()));
    assert!(limits.take("a", 1, 60, T0).await.expect("an answer").is_err());
    assert_eq!(limits.take("a", 1, 60, later(101)).await.expect("an answer"), Ok(()));
}
