//! Items on SQL: the port's contract, and the events that a save writes.

use std::sync::{Arc, Mutex};

use engine_sql::{Db, items::SqlItemStore};
use services::{
    items::{
        Item,
        contract::{item, suite},
        ports::ItemStore,
    },
    kernel::clock::Timestamp,
};

use crate::support;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let fresh = support::db().await;
        let store: Arc<dyn ItemStore> = Arc::new(SqlItemStore::new(fresh.db.clone()));
        folders.lock().expect("no test panicked").push(fresh);
        store
    })
    .await;
}

pub(crate) async fn events(db: &Db, topic: &str) -> Vec<(String, serde_json::Value)> {
    let sql = "SELECT event_key, data FROM events WHERE topic = ? ORDER BY seq";
    let rows = db.read("events", sql, vec![topic.into()]).await.expect("a read");
    rows.iter().map(|r| (r.text(0).expect("a key"), r.json(1).expect("a payload"))).collect()
}

#[tokio::test]
async fn each_change_of_an_item_is_told_once_and_an_unchanged_one_never() {
    let fresh = support::db().await;
    let store = SqlItemStore::new(fresh.db.clone());
    let gone = Item { withdrawn: true, ..item(1, 2) };
    store.save(vec![item(1, 1), gone, item(1, 2)], NOW).await.expect("a save");
    let told = events(&fresh.db, "items").await;
    let wanted = |version: u64, withdrawn: bool| {
        let id = item(1, 1).id.to_string();
        let data = serde_json::json!({
            "type": "ItemChanged", "item": id, "item_version": version, "withdrawn": withdrawn, "categories": false
        });
        (id, data)
    };
    assert_eq!(told, [wanted(1, false), wanted(2, true)]);
}
