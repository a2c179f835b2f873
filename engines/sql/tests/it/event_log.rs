//! The event log over the outbox tables: the port's contract, on one database and with topics in two.

use std::sync::{Arc, Mutex};

use engine_sql::event_log::SqlEventLog;
use services::kernel::{
    clock::Timestamp,
    events::{
        Event, EventLog, Topic,
        contract::suite,
        relay::{EventIntake, Kept},
    },
    ids::EventId,
};
use uuid::Uuid;

use crate::support;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let fresh = support::db().await;
        let log: Arc<dyn EventLog> = Arc::new(SqlEventLog::new(fresh.db.clone(), vec![]));
        folders.lock().expect("no test panicked").push(fresh);
        log
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds_with_topics_apart() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let (main, other) = (support::db().await, support::db().await);
        let by_topic = vec![(Topic::Stock, other.db.clone()), (Topic::Wishlists, other.db.clone())];
        let log: Arc<dyn EventLog> = Arc::new(SqlEventLog::new(main.db.clone(), by_topic));
        folders.lock().expect("no test panicked").extend([main, other]);
        log
    })
    .await;
}

fn kept(n: u128, topic: Topic) -> Kept {
    let event = Event {
        id: EventId(Uuid::from_u128(n)),
        kind: "ItemChanged".to_owned(),
        version: 1,
        key: "🛒".to_owned(),
        at: Timestamp::from_seconds(1_790_000_000),
        traceparent: Some("00-a-b-01".to_owned()),
        data: serde_json::json!({ "type": "ItemChanged", "item_version": 7 }),
    };
    Kept { topic, event }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_store_kept_is_taken_in_once_whoever_brings_it() {
    let (main, other) = (support::db().await, support::db().await);
    let log = Arc::new(SqlEventLog::new(main.db.clone(), vec![(Topic::Stock, other.db.clone())]));
    let all: Vec<Kept> = (1..=40).map(|n| kept(n, if n % 4 == 0 { Topic::Stock } else { Topic::Items })).collect();
    log.take_in(&all[..5]).await.expect("is taken in");
    let wakened = log.wakened();
    let bringing = (0..4).map(|_| {
        let (log, all) = (Arc::clone(&log), all.clone());
        tokio::spawn(async move { log.take_in(&all).await })
    });
    for brought in futures::future::try_join_all(bringing).await.expect("nobody panics") {
        brought.expect("is taken in");
    }
    wakened.await;
    let items = log.read_after(Topic::Items, 0, 100).await.expect("a read");
    let ids: Vec<u128> = items.iter().map(|d| d.event.id.0.as_u128()).collect();
    assert_eq!(ids, (1..=40).filter(|n| n % 4 != 0).collect::<Vec<_>>(), "each once, in the order brought");
    assert_eq!(items[0].event, kept(1, Topic::Items).event);
    assert_eq!(log.read_after(Topic::Stock, 0, 100).await.expect("a read").len(), 10);
}
