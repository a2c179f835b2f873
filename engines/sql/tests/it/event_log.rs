//! The event log over the outbox tables: the port's contract, on one database and with topics in two.

use std::sync::{Arc, Mutex};

use engine_sql::event_log::SqlEventLog;
use services::kernel::events::{EventLog, Topic, contract::suite};

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
