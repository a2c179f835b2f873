//! The contract suites on a real Redis, named by `CHOWK_TEST_REDIS_URL` (`make test-engines` brings one up), and what
//! happens when Redis is away or silent, which needs no server.

use std::time::{Duration, Instant};

use engine_redis::{Redis, RedisDeadlines, RedisRateLimiter};
use services::{
    kernel::{clock::Timestamp, ids::OrderId},
    orders::ports::Deadlines,
    sessions::ports::RateLimiter,
};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A part of the server that nothing else uses.
fn fresh() -> Option<Redis> {
    let Ok(url) = std::env::var("CHOWK_TEST_REDIS_URL") else {
        println!("skipped: CHOWK_TEST_REDIS_URL is not set");
        return None;
    };
    Some(Redis::open(&format!("{url}?prefix={}", Uuid::now_v7())).expect("the URL is good"))
}

#[tokio::test]
async fn deadlines_hold_their_contract() {
    if fresh().is_some() {
        services::orders::contract::deadlines::suite(|| RedisDeadlines::new(fresh().expect("the URL is set"))).await;
    }
}

#[tokio::test]
async fn rate_limits_hold_their_contract() {
    if fresh().is_some() {
        services::sessions::limits_contract::suite(|| RedisRateLimiter::new(fresh().expect("the URL is set"))).await;
    }
}

#[tokio::test]
async fn two_processes_share_one_bucket() {
    let Some(redis) = fresh() else { return };
    let (one, two) = (RedisRateLimiter::new(redis.clone()), RedisRateLimiter::new(redis));
    let now = Timestamp::from_seconds(1_790_000_000);
    assert_eq!(one.take("a", 1, 1, now).await.expect("an answer"), Ok(()));
    assert!(two.take("a", 1, 1, now).await.expect("an answer").is_err());
}

#[tokio::test]
async fn a_server_that_is_away_is_told_soon_and_may_come_back() {
    // A port on which nobody listens any more.
    let port = TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("an address").port();
    let watch = RedisDeadlines::new(Redis::open(&format!("redis://127.0.0.1:{port}")).expect("the URL is good"));
    let begun = Instant::now();
    let e = watch.set(OrderId(Uuid::nil()), Timestamp::from_seconds(1)).await.expect_err("nobody is there");
    assert!(e.retryable && e.engine == "cache", "{e}");
    assert!(begun.elapsed() < Duration::from_secs(5), "a bound, not a measure");
}

#[tokio::test]
async fn a_silent_connection_is_given_up_and_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("an address");
    let (met, mut meets) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            kept.push(socket);
            if met.send(()).is_err() {
                return;
            }
        }
    });
    let watch = RedisDeadlines::new(Redis::open(&format!("redis://{address}")).expect("the URL is good"));
    for _ in 0..4 {
        let e = tokio::time::timeout(Duration::from_secs(5), watch.next()).await.expect("bounded");
        assert!(e.expect_err("nobody answers").retryable);
    }
    for _ in 0..2 {
        tokio::time::timeout(Duration::from_secs(5), meets.recv()).await.expect("it connected anew").expect("is open");
    }
}

#[tokio::test]
async fn a_malformed_url_is_refused_with_what_to_do() {
    for url in ["", "redis", "http://127.0.0.1", "redis://127.0.0.1:notaport"] {
        let e = Redis::open(url).expect_err("is refused");
        assert!(!e.retryable && e.message.contains("write redis://"), "{url}: {e}");
    }
}
