//! The contract of the item store on a server that speaks MongoDB's protocol, named by `CHOWK_TEST_MONGODB_URL` (`make
//! test-engines` brings one up); the relay of its events; and what happens when the server is away, silent, old or says
//! no, which needs none.

mod away;
mod relay;

use std::sync::Arc;

use engine_mongodb::{Mongo, MongoItemStore};
use services::{
    items::{
        Attribute, AttributeValue, Item,
        contract::{item, suite},
        ports::{ItemStore, Saved},
    },
    kernel::{clock::Timestamp, ids::SystemIds},
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// The URL of the server with a database that nothing else uses.
fn fresh_url() -> Option<String> {
    let Ok(url) = std::env::var("CHOWK_TEST_MONGODB_URL") else {
        println!("skipped: CHOWK_TEST_MONGODB_URL is not set");
        return None;
    };
    Some(format!("{}/test-{}", url.trim_end_matches('/'), Uuid::now_v7().simple()))
}

async fn store(url: &str) -> MongoItemStore {
    MongoItemStore::new(Mongo::open(url).await.expect("the URL is good"), Arc::new(SystemIds))
}

async fn fresh() -> Option<MongoItemStore> {
    Some(store(&fresh_url()?).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_hold_their_contract() {
    if fresh_url().is_some() {
        suite(|| async { Arc::new(fresh().await.expect("the URL is set")) as Arc<dyn ItemStore> }).await;
    }
}

#[tokio::test]
async fn attributes_that_are_no_names_are_refused_and_nothing_is_written() {
    let Some(store) = fresh().await else { return };
    let attribute = |key: &str| Attribute { key: key.to_owned(), value: AttributeValue::Boolean(true) };
    for keys in [vec![""], vec!["$gt"], vec!["a.b"], vec!["a\0"], vec!["twice", "twice"]] {
        let odd = Item { attributes: keys.iter().map(|k| attribute(k)).collect(), ..item(1, 1) };
        let e = store.save(vec![odd], NOW).await.expect_err("is refused");
        assert!(!e.retryable, "{keys:?}: {e}");
    }
    let large = store.save(vec![item(1, u64::MAX)], NOW).await.expect_err("is refused");
    assert!(large.message.contains("too large"), "{large}");
    assert_eq!(store.count().await.expect("a count"), 0);
}

#[tokio::test]
async fn values_that_look_like_operators_are_only_values() {
    let Some(store) = fresh().await else { return };
    let odd = Item {
        slug: "$where".to_owned(),
        title: "{\"$gt\": \"\"}".to_owned(),
        attributes: vec![Attribute { key: "t".to_owned(), value: AttributeValue::Text("$title".to_owned()) }],
        ..item(1, 1)
    };
    assert_eq!(store.save(vec![odd.clone()], NOW).await.expect("a save"), [Saved::Created]);
    assert_eq!(store.items_by_ids(&[odd.id]).await.expect("a read").get(&odd.id), Some(&odd));
    let found = store.items_by_slugs(&["{\"$gt\": \"\"}".to_owned()]).await.expect("a read");
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn a_store_that_is_opened_again_finds_everything() {
    let Some(url) = fresh_url() else { return };
    assert_eq!(store(&url).await.save(vec![item(1, 1)], NOW).await.expect("a save"), [Saved::Created]);
    let again = store(&url).await;
    assert_eq!(
        again.save(vec![item(1, 1), item(1, 2)], NOW).await.expect("a save"),
        [Saved::Stale { present: 1 }, Saved::Updated]
    );
    assert_eq!(again.scan(None, 10).await.expect("a scan"), [item(1, 2)]);
}
