//! The contract suite on a real Elasticsearch, named by `CHOWK_TEST_ELASTICSEARCH_URL` (`make test-engines` brings one up),
//! what is its own, and what happens when the server is away or refuses.

mod failures;
mod shared;
mod wire;

use std::sync::Arc;

use engine_elasticsearch::ElasticsearchIndex;
use services::{
    kernel::clock::{ManualClock, Timestamp},
    search::{contract, ports::SearchIndex},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(NOW))
}

/// The URL of the server, without a prefix.
fn server() -> Option<String> {
    let url = std::env::var("CHOWK_TEST_ELASTICSEARCH_URL").ok();
    if url.is_none() {
        println!("skipped: CHOWK_TEST_ELASTICSEARCH_URL is not set");
    }
    url
}

/// The URL of a part of the server that nothing else uses.
fn fresh_url() -> Option<String> {
    Some(format!("{}/t{}", server()?, uuid::Uuid::now_v7().simple()))
}

fn open(url: &str) -> ElasticsearchIndex {
    ElasticsearchIndex::open(url, clock()).expect("the URL is good")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds() {
    if server().is_some() {
        let fresh = || async { Arc::new(open(&fresh_url().expect("the URL is set"))) as Arc<dyn SearchIndex> };
        contract::suite(fresh).await;
    }
}
