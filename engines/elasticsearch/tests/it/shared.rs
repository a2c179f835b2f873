//! What several processes share: lists, the switch to a rebuilt index, and the shape of the index.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};
use services::search::{
    IndexAnswer, IndexChange, IndexQuery, SearchSort,
    contract::document,
    ports::{Checkpoint, IndexError, SearchIndex},
};

use crate::{NOW, fresh_url, open};

/// How long something is waited for that should come within moments.
const PATIENCE: Duration = Duration::from_secs(30);

fn lamps(numbers: std::ops::RangeInclusive<u128>) -> Vec<IndexChange> {
    numbers.map(|n| IndexChange::Put(Box::new(document(n, "lamp")))).collect()
}

fn numbers(answer: &IndexAnswer) -> Vec<u128> {
    answer.hits.iter().map(|h| h.item.0.as_u128()).collect()
}

fn by_price(limit: usize) -> IndexQuery {
    IndexQuery { sort: SearchSort::PriceAsc, ..IndexQuery::of("lamp", limit) }
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("not in time: {what}"));
}

/// Asks the server itself, as somebody who runs it would.
async fn raw(method: reqwest::Method, url: &str, path: &str, body: Value) -> Value {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let base = url.replace("elasticsearch://", "http://");
    let (server, _) = base.rsplit_once('/').expect("it has a prefix");
    let request = reqwest::Client::new().request(method, format!("{server}/{path}"));
    let request = if body.is_null() { request } else { request.json(&body) };
    request.send().await.expect("an answer").json().await.expect("JSON")
}

fn prefix(url: &str) -> &str {
    url.rsplit_once('/').expect("it has a prefix").1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_in_another_process_whatever_changes() {
    let Some(url) = fresh_url() else { return };
    let (one, two) = (open(&url), open(&url));
    one.apply(lamps(1..=30), Checkpoint::default(), NOW).await.expect("changes are taken");
    let whole = numbers(&one.search(by_price(30), NOW).await.expect("it answers"));
    let first = one.search(by_price(10), NOW).await.expect("it answers");
    two.apply(lamps(31..=40), Checkpoint::default(), NOW).await.expect("changes are taken");
    let go_on = |offset| IndexQuery { offset, generation: Some(first.generation), ..by_price(10) };
    let second = two.search(go_on(10), NOW).await.expect("it goes on elsewhere");
    let third = one.search(go_on(20), NOW).await.expect("and back here");
    assert_eq!([numbers(&first), numbers(&second), numbers(&third)].concat(), whole);
    assert_eq!((second.total, second.generation), (30, first.generation));
    eventually("the other process sees the change", async || {
        one.search(by_price(1), NOW).await.expect("it answers").total == 40
    })
    .await;
    assert!(two.search(by_price(1), NOW).await.expect("it answers").generation != first.generation);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_beyond_eight_let_the_longest_unused_go() {
    let Some(url) = fresh_url() else { return };
    let index = open(&url);
    let mut held = Vec::new();
    for n in 1..=10_u32 {
        index.apply(lamps(1..=u128::from(n) + 10), Checkpoint::default(), NOW).await.expect("changes are taken");
        let now = NOW + Duration::from_secs(u64::from(n));
        held.push((index.search(by_price(1), now).await.expect("it answers").generation, now));
    }
    let again = |(generation, now): (u64, _)| {
        let index = index.clone();
        async move { index.search(IndexQuery { offset: 1, generation: Some(generation), ..by_price(1) }, now).await }
    };
    assert!(again(held[9]).await.is_ok() && again(held[2]).await.is_ok());
    eventually("the first list is let go", async || matches!(again(held[0]).await, Err(IndexError::GenerationGone)))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_notice_no_rebuild_and_a_writer_elsewhere_loses_nothing() {
    let Some(url) = fresh_url() else { return };
    let (reader, writer, rebuilder) = (open(&url), open(&url), open(&url));
    let at = |items| Checkpoint { items, ..Checkpoint::default() };
    writer.apply(lamps(1..=50), at(5), NOW).await.expect("changes are taken");
    let first = reader.search(by_price(10), NOW).await.expect("it answers");
    let reading = tokio::spawn({
        let reader = reader.clone();
        async move {
            let mut totals = BTreeSet::new();
            while !totals.contains(&52) {
                totals.insert(reader.search(by_price(1), NOW).await.expect("no search fails").total);
            }
            totals
        }
    });
    let rebuilt = rebuilder.begin_rebuild().await.expect("it begins");
    rebuilt.apply(lamps(1..=50), at(5), NOW).await.expect("changes are taken");
    // The writer goes on meanwhile, into the index that is about to be replaced.
    assert_eq!(writer.checkpoint().await.expect("it has one"), at(5));
    writer.apply(lamps(51..=51), at(6), NOW).await.expect("changes are taken");
    rebuilder.switch(rebuilt).await.expect("it switches");
    // It does not know of the switch yet: its next step must not count as done up to 7 in an index that lacks 6.
    let e = writer.apply(lamps(52..=52), at(7), NOW).await.expect_err("the old index takes nothing any more");
    assert!(e.retryable, "{e}");
    assert_eq!(writer.checkpoint().await.expect("it has one"), at(5), "it goes on where the new index is");
    writer.apply(lamps(51..=52), at(7), NOW).await.expect("changes are taken");
    let totals = tokio::time::timeout(PATIENCE, reading).await.expect("in time").expect("no search fails");
    assert!(totals.iter().all(|t| (50..=52).contains(t)), "no reader saw a part of an index: {totals:?}");
    let go_on = IndexQuery { offset: 10, generation: Some(first.generation), ..by_price(10) };
    assert_eq!(reader.search(go_on, NOW).await.expect("the old list goes on").total, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_of_two_rebuilds_can_be_switched_to() {
    let Some(url) = fresh_url() else { return };
    let (one, two) = (open(&url), open(&url));
    let given_up = one.begin_rebuild().await.expect("it begins");
    let rebuilt = two.begin_rebuild().await.expect("it begins");
    rebuilt.apply(lamps(1..=3), Checkpoint::default(), NOW).await.expect("changes are taken");
    assert!(given_up.apply(lamps(1..=2), Checkpoint::default(), NOW).await.is_err(), "its index was cleared away");
    assert!(one.switch(given_up).await.is_err());
    two.switch(rebuilt).await.expect("it switches");
    assert_eq!(one.count().await.expect("it counts"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_with_another_mapping_is_refused_with_what_to_do() {
    let Some(url) = fresh_url() else { return };
    open(&url).prepare().await.expect("it is made");
    let path = format!("{}/_mapping", prefix(&url));
    raw(reqwest::Method::PUT, &url, &path, json!({ "_meta": { "layout": 999 } })).await;
    let e = open(&url).prepare().await.expect_err("it is refused");
    assert!(!e.retryable && e.message.contains("layout 999") && e.message.contains("another prefix"), "{e}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_start_together_make_one_index() {
    let Some(url) = fresh_url() else { return };
    let (one, two) = (open(&url), open(&url));
    let (a, b) = tokio::join!(one.prepare(), two.prepare());
    a.and(b).expect("both start");
    one.apply(lamps(1..=1), Checkpoint::default(), NOW).await.expect("changes are taken");
    assert_eq!(two.count().await.expect("it counts"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_deleted_is_made_anew_and_asks_for_everything() {
    let Some(url) = fresh_url() else { return };
    let index = open(&url);
    index.apply(lamps(1..=3), Checkpoint { items: 9, ..Checkpoint::default() }, NOW).await.expect("it is taken");
    let path = format!("{}.items-first", prefix(&url));
    raw(reqwest::Method::DELETE, &url, &path, Value::Null).await;
    eventually("the consumer starts anew", async || index.checkpoint().await.is_ok_and(|c| c == Checkpoint::default()))
        .await;
    index.apply(lamps(1..=2), Checkpoint::default(), NOW).await.expect("changes are taken");
    assert_eq!(index.search(by_price(1), NOW).await.expect("it answers").total, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_reached_by_its_place_alone_however_deep() {
    let Some(url) = fresh_url() else { return };
    let index = open(&url);
    for from in (1..=10_100_u128).step_by(2_525) {
        index.apply(lamps(from..=from + 2_524), Checkpoint::default(), NOW).await.expect("changes are taken");
    }
    let generation = index.search(by_price(1), NOW).await.expect("it answers").generation;
    let deep = IndexQuery { offset: 10_050, generation: Some(generation), ..by_price(20) };
    // Once by walking there, once by going on after the page before.
    let walked = open(&url).search(deep.clone(), NOW).await.expect("it answers");
    assert_eq!(numbers(&walked), (10_051..=10_070).collect::<Vec<u128>>());
    let before = IndexQuery { offset: 10_030, ..deep.clone() };
    index.search(before, NOW).await.expect("it answers");
    assert_eq!(numbers(&index.search(deep, NOW).await.expect("it answers")), numbers(&walked));
    let beyond = IndexQuery { offset: 20_000, generation: Some(generation), ..by_price(20) };
    assert!(index.search(beyond, NOW).await.expect("it answers").hits.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_end_with_the_newest_of_each_item() {
    let Some(url) = fresh_url() else { return };
    let writers: Vec<_> = (0..2).map(|_| Arc::new(open(&url))).collect();
    writers[0].prepare().await.expect("it is made");
    let at = |version: u64| {
        let mut lamp = document(1, "lamp");
        (lamp.version, lamp.price_min) = (version, i64::try_from(version).expect("small"));
        vec![IndexChange::Put(Box::new(lamp))]
    };
    let write = |writer: Arc<engine_elasticsearch::ElasticsearchIndex>, versions: Vec<u64>| async move {
        for version in versions {
            writer.apply(at(version), Checkpoint::default(), NOW).await.expect("changes are taken");
        }
    };
    tokio::join!(write(writers[0].clone(), vec![1, 4, 5, 8]), write(writers[1].clone(), vec![7, 3, 2, 6]));
    let newest =
        IndexQuery { filters: vec![services::search::Filter::Price(Some(8), Some(8))], ..IndexQuery::of("", 10) };
    let answer = writers[0].search(newest, NOW).await.expect("it answers");
    assert_eq!((answer.total, writers[1].count().await.expect("it counts")), (1, 1));
}
