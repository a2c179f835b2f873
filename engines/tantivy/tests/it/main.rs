//! The tantivy index against the contract of every search index, and what is its own: its folder.

mod folder;
mod service;
#[path = "../shop/mod.rs"]
mod shop;

use std::sync::Arc;

use engine_tantivy::TantivyIndex;
use services::{
    kernel::clock::ManualClock,
    search::{contract, ports::SearchIndex},
};
use shop::NOW;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(NOW))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds_in_memory() {
    contract::suite(|| async {
        Arc::new(TantivyIndex::in_memory(clock()).expect("an index in memory is made")) as Arc<dyn SearchIndex>
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds_on_disk() {
    let root = tempfile::tempdir().expect("a folder is made");
    let count = std::sync::atomic::AtomicUsize::new(0);
    contract::suite(|| async {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = root.path().join(n.to_string());
        Arc::new(TantivyIndex::open(folder, clock()).expect("an index on disk is made")) as Arc<dyn SearchIndex>
    })
    .await;
}
