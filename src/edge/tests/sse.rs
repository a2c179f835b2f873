//! GraphQL over server-sent events, over a real port.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value as Json, json};

use super::*;
use crate::edge::Limits;

fn follow(shop: &Running, query: &str) -> RequestBuilder {
    client()
        .post(shop.url("/graphql"))
        .header("accept", "text/event-stream")
        .header("content-type", "application/json")
        .body(json!({ "query": query }).to_string())
}

/// The events of a whole stream: names with their data.
fn events(text: &str) -> Vec<(String, Json)> {
    let blocks = text.split("\n\n").filter(|b| b.contains("event:"));
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    };
    blocks.map(|b| (field(b, "event"), serde_json::from_str(&field(b, "data")).unwrap_or(Json::Null))).collect()
}

#[tokio::test]
async fn a_subscription_comes_as_next_events_and_one_complete() {
    let shop = Running::start(EdgeConfig::default()).await;
    let response = follow(&shop, "subscription { ticks(n: 3) }").send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 200);
    assert!(response.headers()["content-type"].to_str().expect("text").starts_with("text/event-stream"));
    let text = response.text().await.expect("ends");
    // Without a line of data an EventSource would never hear of the end.
    assert!(text.contains("event: complete\ndata:"), "{text}");
    let events = events(&text);
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["next", "next", "next", "complete"]);
    assert_eq!(events[2].1["data"]["ticks"], 2);
}

#[tokio::test]
async fn queries_and_refusals_come_as_one_next() {
    let shop = Running::start(EdgeConfig::default()).await;
    for (query, pointer, expected) in [
        ("{ hello }", "/data/hello", json!("Hello, world!")),
        ("mutation { count }", "/data/count", json!(1)),
        ("{ nothing }", "/errors/0/extensions/code", json!("GRAPHQL_VALIDATION_FAILED")),
        ("subscription { nothing }", "/errors/0/extensions/code", json!("GRAPHQL_VALIDATION_FAILED")),
        ("subscription { refused }", "/errors/0/extensions/code", json!("NOT_FOUND")),
    ] {
        let response = follow(&shop, query).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200, "{query}");
        let events = events(&response.text().await.expect("ends"));
        assert_eq!(events.len(), 2, "{query} {events:?}");
        assert_eq!(events[0].1.pointer(pointer), Some(&expected), "{query} {events:?}");
    }
}

#[tokio::test]
async fn get_opens_streams_but_runs_no_mutation() {
    let shop = Running::start(EdgeConfig::default()).await;
    let get = |query: &str| {
        client().get(shop.url("/graphql")).query(&[("query", query)]).header("accept", "text/event-stream").send()
    };
    let response = get("subscription { ticks(n: 1) }").await.expect("an answer");
    assert_eq!(events(&response.text().await.expect("ends")).len(), 2);
    assert_eq!(get("mutation { count }").await.expect("an answer").status().as_u16(), 405);
}

#[tokio::test]
async fn an_idle_stream_shows_life_and_ends_without_complete_when_the_process_stops() {
    let config = EdgeConfig { keep_alive: Duration::from_millis(20), ..EdgeConfig::default() };
    let shop = Running::start(config).await;
    let mut response = follow(&shop, "subscription { forever }").send().await.expect("an answer");
    let mut text = String::new();
    while text.matches("\n:").count() + usize::from(text.starts_with(':')) < 2 {
        let chunk =
            tokio::time::timeout(Duration::from_secs(5), response.chunk()).await.expect("in time").expect("read");
        text.push_str(&String::from_utf8_lossy(&chunk.expect("not yet over")));
    }
    shop.drain.begin();
    while let Ok(Some(chunk)) = tokio::time::timeout(Duration::from_secs(5), response.chunk()).await.expect("in time") {
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(text.contains("event: next") && !text.contains("event: complete"), "{text}");
}

#[tokio::test]
async fn an_expired_token_ends_the_stream() {
    let shop = Running::start(EdgeConfig::default()).await;
    let request = follow(&shop, "subscription { forever }").header("authorization", "Bearer short");
    let response = request.send().await.expect("an answer");
    let text = tokio::time::timeout(Duration::from_secs(5), response.text()).await.expect("in time").expect("ends");
    assert!(!text.contains("complete"));
}

#[tokio::test]
async fn a_session_that_ends_ends_its_streams() {
    let shop = Running::start(watchful()).await;
    let request = follow(&shop, "subscription { forever }").header("authorization", "Bearer session");
    let response = request.send().await.expect("an answer");
    shop.gateway.session_ended.store(true, Ordering::Release);
    let text = tokio::time::timeout(Duration::from_secs(5), response.text()).await.expect("in time").expect("ends");
    assert!(!text.contains("complete"));
}

#[tokio::test]
async fn an_address_holds_so_many_streams() {
    let limits = Limits { sockets_per_address: 1, ..Limits::standard() };
    let shop = Running::start(EdgeConfig { limits, ..EdgeConfig::default() }).await;
    let first = follow(&shop, "subscription { forever }").send().await.expect("an answer");
    let second = follow(&shop, "subscription { forever }").send().await.expect("an answer");
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 429));
    assert_eq!(second.headers()["content-type"], "application/json; charset=utf-8");
}
