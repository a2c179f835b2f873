//! Orders on SQL: the port's contract.

use std::sync::{Arc, Mutex};

use engine_sql::{inventory::SqlInventoryStore, orders::SqlOrderStore};
use services::orders::contract::{World, suite};

use crate::support;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let fresh = support::db().await;
        let orders = Arc::new(SqlOrderStore::new(fresh.db.clone()));
        let stock = Arc::new(SqlInventoryStore::new(fresh.db.clone()));
        folders.lock().expect("no test panicked").push(fresh);
        World::new(orders, stock)
    })
    .await;
}
