//! The contract suite on a real Elasticsearch.

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

fn fresh() -> Option<ElasticsearchIndex> {
    let Ok(url) = std::env::var("CHOWK_TEST_ELASTICSEARCH_URL") else {
        println!("skipped: CHOWK_TEST_ELASTICSEARCH_URL is not set");
        return None;
    };
    let url = format!("{url}/t{}", uuid::Uuid::now_v7().simple());
    Some(ElasticsearchIndex::open(&url, clock()).expect("the URL is good"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds() {
    if fresh().is_some() {
        contract::suite(|| async { Arc::new(fresh().expect("the URL is set")) as Arc<dyn SearchIndex> }).await;
    }
}
