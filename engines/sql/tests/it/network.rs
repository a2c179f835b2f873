//! The delivery network on SQL: the port's contract, and the events that tell of changes.

use std::sync::{Arc, Mutex};

use engine_sql::network::SqlNetworkStore;
use services::{
    kernel::clock::Timestamp,
    logistics::{
        contract::{lane, network, suite},
        ports::NetworkStore,
    },
};

use crate::support;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let fresh = support::db().await;
        let store: Arc<dyn NetworkStore> = Arc::new(SqlNetworkStore::new(fresh.db.clone()));
        folders.lock().expect("no test panicked").push(fresh);
        store
    })
    .await;
}

#[tokio::test]
async fn every_change_is_told_with_its_version() {
    let now = Timestamp::from_seconds(1_790_000_000);
    let fresh = support::db().await;
    let store = SqlNetworkStore::new(fresh.db.clone());
    store.replace(network(3, 1), now).await.expect("a write");
    store.save_lane(lane(2, 5), now).await.expect("a write");
    let told = crate::items::events(&fresh.db, "lanes").await;
    let told: Vec<_> = told.iter().map(|(key, data)| (key.as_str(), data["network_version"].as_u64())).collect();
    assert_eq!(told, [("*", Some(1)), ("L-0002", Some(2))]);
}

#[tokio::test]
async fn a_network_of_the_whole_country_is_replaced_at_once() {
    let fresh = support::db().await;
    let store = SqlNetworkStore::new(fresh.db.clone());
    let version = store.replace(network(5_000, 750), Timestamp::from_seconds(1)).await.expect("a write");
    let read = store.network().await.expect("a read");
    assert_eq!((version, read.lanes.len(), read.reaches.len(), read.nodes.len()), (1, 5_000, 750, 751));
}
