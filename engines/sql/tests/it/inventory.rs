//! Stock on SQL: the port's contract, and the events that tell when stock goes to or from zero.

use std::sync::{Arc, Mutex};

use engine_sql::inventory::SqlInventoryStore;
use services::{
    inventory::{
        Movement,
        contract::{stock_move, suite},
        ports::InventoryStore,
    },
    kernel::clock::Timestamp,
};

use crate::support;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let fresh = support::db().await;
        let store: Arc<dyn InventoryStore> = Arc::new(SqlInventoryStore::new(fresh.db.clone()));
        folders.lock().expect("no test panicked").push(fresh);
        store
    })
    .await;
}

#[tokio::test]
async fn only_a_flip_to_or_from_zero_is_told() {
    let fresh = support::db().await;
    let store = SqlInventoryStore::new(fresh.db.clone());
    let moves = vec![
        stock_move(1, "BLR1", Movement::Received, 2, "a"),
        stock_move(1, "BLR1", Movement::Received, 2, "b"),
        stock_move(1, "BLR1", Movement::Received, 2, "b"),
        stock_move(1, "BLR1", Movement::WrittenOff, 3, "c"),
        stock_move(1, "BLR1", Movement::WrittenOff, 5, "d"),
        stock_move(1, "BLR1", Movement::WrittenOff, 1, "e"),
        stock_move(1, "BLR1", Movement::Adjusted, 1, "f"),
    ];
    store.apply(moves, Timestamp::from_seconds(1_790_000_000)).await.expect("moves are applied");
    let told = crate::items::events(&fresh.db, "stock").await;
    let available: Vec<bool> = told.iter().filter_map(|(_, data)| data["available"].as_bool()).collect();
    assert_eq!(available, [true, false, true]);
    let first = &told[0].1;
    assert_eq!(first["warehouse"], "BLR1");
    assert_eq!(first["item"], stock_move(1, "", Movement::Sold, 1, "").item.to_string());
}
