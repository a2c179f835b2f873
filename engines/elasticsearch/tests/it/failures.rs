//! A server that is away, silent, slow and back, and servers that refuse.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use engine_elasticsearch::ElasticsearchIndex;
use services::{
    kernel::error::EngineError,
    search::{
        IndexChange, IndexQuery,
        contract::document,
        ports::{Checkpoint, IndexError, SearchIndex},
    },
};
use tokio::net::TcpListener;

use crate::{
    NOW, clock, server,
    wire::{State, Wire, that_says},
};

/// A bound, not a measure: no search takes longer, whatever the server does.
const BOUND: Duration = Duration::from_secs(6);

fn at(address: std::net::SocketAddr) -> ElasticsearchIndex {
    ElasticsearchIndex::open(&format!("elasticsearch://{address}/shop"), clock()).expect("the URL is good")
}

async fn failed(index: &ElasticsearchIndex) -> (EngineError, Duration) {
    let begun = Instant::now();
    match index.search(IndexQuery::of("tv", 10), NOW).await {
        Err(IndexError::Engine(e)) => (e, begun.elapsed()),
        other => panic!("it cannot answer: {other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_soon_and_then_at_once() {
    // A port on which nobody listens any more.
    let address = TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("an address");
    let index = at(address);
    assert!(index.prepare().await.expect_err("nobody is there").retryable);
    let mut told = Vec::new();
    for _ in 0..6 {
        let (e, took) = failed(&index).await;
        assert!(e.retryable && e.engine == "search" && took < BOUND, "{e} after {took:?}");
        told.push(e.message);
    }
    assert!(told.last().is_some_and(|m| m.contains("asked again soon")), "the breaker is open: {told:?}");
    assert!(index.count().await.expect_err("nobody is there").retryable);
    assert!(index.suggest("t", 5).await.expect_err("nobody is there").retryable);
    assert!(index.did_you_mean("t").await.expect_err("nobody is there").retryable);
    assert!(index.apply(vec![], Checkpoint::default(), NOW).await.expect_err("nobody is there").retryable);
}

#[tokio::test]
async fn a_silent_server_costs_a_bounded_wait_and_then_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let wire = Wire::to(listener.local_addr().expect("an address")).await;
    wire.set(State::Silent);
    let index = at(wire.address);
    for _ in 0..3 {
        let (e, took) = failed(&index).await;
        assert!(e.retryable && took < BOUND, "{e} after {took:?}");
    }
    let met = wire.met.load(Ordering::Relaxed);
    let (e, _) = failed(&index).await;
    assert!(e.retryable);
    assert_eq!(wire.met.load(Ordering::Relaxed), met, "nobody is asked while the breaker is open");
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_stays() {
    for (status, body, words) in [
        ("401 Unauthorized", "{}", "refuses the user or the password"),
        ("403 Forbidden", "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no\"}}", "may not do"),
        ("200 OK", "{\"nodes\":{\"a\":{\"version\":\"7.17.28\"}}}", "version 8.0 or newer is needed"),
        ("200 OK", "<html>", "is no Elasticsearch"),
    ] {
        let e = at(that_says(status, body).await).prepare().await.expect_err("it refuses");
        assert!(!e.retryable && e.engine == "search" && e.message.contains(words), "{status}: {e}");
    }
    let e = at(that_says("503 Service Unavailable", "{}").await).prepare().await.expect_err("it is not ready");
    assert!(e.retryable, "{e}");
}

#[tokio::test]
async fn a_malformed_url_is_refused_with_what_to_do() {
    for url in ["", "elasticsearch", "http://127.0.0.1", "elasticsearch://127.0.0.1:notaport"] {
        let e = ElasticsearchIndex::open(url, clock()).expect_err("it is refused");
        assert!(!e.retryable && e.message.contains("write elasticsearch://"), "{url}: {e}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_by_the_real_server() {
    let Some(server) = server() else { return };
    let (_, host) = server.rsplit_once('@').expect("the server has users");
    let index = ElasticsearchIndex::open(&format!("elasticsearch://elastic:wrong@{host}/x"), clock()).expect("good");
    let e = index.prepare().await.expect_err("it refuses");
    assert!(!e.retryable && e.message.contains("password") && !e.message.contains("wrong"), "{e}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_again_after_the_server_was_cut_off_silent_and_slow() {
    let Some(server) = server() else { return };
    let (user, host) = server.rsplit_once('@').expect("the server has users");
    let wire = Wire::to(host.parse().expect("an address")).await;
    wire.set(State::Cut);
    let url = format!("{user}@{}/w{}", wire.address, uuid::Uuid::now_v7().simple());
    let index = ElasticsearchIndex::open(&url, clock()).expect("the URL is good");
    assert!(index.prepare().await.expect_err("it is away at the start").retryable);
    wire.set(State::Whole);
    let lamp = |n| IndexChange::Put(Box::new(document(n, "lamp")));
    index.apply(vec![lamp(1)], Checkpoint::default(), NOW).await.expect("it is there now");
    for (n, state) in [(2, State::Cut), (3, State::Silent), (4, State::Slow(Duration::from_millis(200)))] {
        wire.set(state);
        let begun = Instant::now();
        let answer = index.search(IndexQuery::of("lamp", 10), NOW).await;
        assert!(begun.elapsed() < BOUND);
        match (&answer, state) {
            (Err(IndexError::Engine(e)), _) => assert!(e.retryable, "{e}"),
            (Ok(answer), State::Slow(_)) => assert_eq!(answer.total, u64::try_from(n - 1).expect("small")),
            other => panic!("{other:?}"),
        }
        wire.set(State::Whole);
        let wait = tokio::time::timeout(Duration::from_secs(30), async {
            while index.apply(vec![lamp(n)], Checkpoint::default(), NOW).await.is_err()
                || index.search(IndexQuery::of("lamp", 10), NOW).await.is_err()
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        wait.await.expect("it comes back by itself");
        let answer = index.search(IndexQuery::of("lamp", 10), NOW).await.expect("it answers");
        assert_eq!(u128::from(answer.total), n, "after {state:?}");
    }
}
