//! Finding things.

use serde_json::json;

use super::{BENGALURU, variants};
use crate::harness::Shop;

const SEARCH: &str = "query($q: String! = \"\", $f: [FilterInput!]! = [], $p: Pincode, $s: SearchSort! = RELEVANCE, $n: Int! = 10, $a: String, $t: Int) {
    search(query: $q, filters: $f, deliverTo: $p, sort: $s, first: $n, after: $a, maxTatHours: $t) {
      totalCount hiddenUndeliverable didYouMean asOf pageInfo { hasNextPage endCursor }
      facets { key kind values { value count selected } range { min max } }
      edges { cursor node { id slug title brand priceRange { min { amount } } } delivery { __typename ... on Deliverable { promisedBy tatHours orderWithin } } } } }";

#[tokio::test]
async fn only_what_can_be_delivered_is_found_with_its_promise() {
    let shop = Shop::start().await;
    let here = shop.query(SEARCH, json!({ "q": "television", "p": BENGALURU }), None).await;
    let found = &here["search"];
    assert!(found["totalCount"].as_u64().expect("a count") > 0, "{found:#}");
    for edge in found["edges"].as_array().expect("edges") {
        assert_eq!(edge["delivery"]["__typename"], "Deliverable", "{edge:#}");
        assert!(edge["delivery"]["promisedBy"].as_str() > edge["delivery"]["orderWithin"].as_str());
    }
    let anywhere = shop.query(SEARCH, json!({ "q": "television" }), None).await;
    assert!(anywhere["search"]["hiddenUndeliverable"].is_null());
    let (all, shown) = (anywhere["search"]["totalCount"].as_u64(), found["totalCount"].as_u64());
    let hidden = found["hiddenUndeliverable"].as_u64();
    assert_eq!(all, shown.zip(hidden).map(|(s, h)| s + h), "what is not shown is counted as hidden");
    let soon = shop.query(SEARCH, json!({ "q": "television", "p": BENGALURU, "t": 1 }), None).await;
    assert_eq!(soon["search"]["totalCount"], 0, "nothing arrives within an hour");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_chosen_facet_does_not_lower_its_own_counts() {
    let shop = Shop::start().await;
    let all = shop.query(SEARCH, json!({ "q": "shirt", "n": 1 }), None).await;
    let brands = |v: &serde_json::Value| {
        let facets = v["search"]["facets"].as_array().expect("facets").clone();
        facets.into_iter().find(|f| f["key"] == "brand").expect("a facet of brands")["values"].clone()
    };
    let before = brands(&all);
    let chosen = before[0]["value"].clone();
    let narrowed = shop.query(SEARCH, json!({ "q": "shirt", "n": 1, "f": [{ "brands": [chosen] }] }), None).await;
    let after = brands(&narrowed);
    assert_eq!(narrowed["search"]["totalCount"], before[0]["count"]);
    assert_eq!(after.as_array().map(Vec::len), before.as_array().map(Vec::len), "the other brands stay");
    assert_eq!(after.as_array().expect("values").iter().filter(|v| v["selected"] == true).count(), 1);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let shop = Shop::start().await;
    let (mut seen, mut after) = (Vec::new(), json!(null));
    let whole = shop.query(SEARCH, json!({ "q": "phone", "n": 50, "p": BENGALURU }), None).await;
    loop {
        let page = shop.query(SEARCH, json!({ "q": "phone", "n": 7, "p": BENGALURU, "a": after }), None).await;
        seen.extend(page["search"]["edges"].as_array().expect("edges").iter().map(|e| e["node"]["id"].clone()));
        if page["search"]["pageInfo"]["hasNextPage"] == false || seen.len() >= 50 {
            break;
        }
        after = page["search"]["pageInfo"]["endCursor"].clone();
    }
    let expected: Vec<_> =
        whole["search"]["edges"].as_array().expect("edges").iter().map(|e| e["node"]["id"].clone()).collect();
    seen.truncate(expected.len());
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn typing_errors_and_prefixes_are_understood() {
    let shop = Shop::start().await;
    let typo = shop.query(SEARCH, json!({ "q": "televsion" }), None).await;
    let found = typo["search"]["totalCount"].as_u64().expect("a count") > 0;
    assert!(found || typo["search"]["didYouMean"] == "television", "{typo:#}");
    let data = shop
        .query("{ suggest(prefix: \"tele\") { queries items { title } categories { name } } }", json!({}), None)
        .await;
    assert!(data["suggest"]["queries"].as_array().is_some_and(|q| !q.is_empty()), "{data:#}");
}

#[tokio::test]
async fn serviceability_says_when_or_why_not() {
    let shop = Shop::start().await;
    let variant = variants(&shop, "headphones", 1).await.remove(0);
    let query = "query($v: [ID!]!, $p: Pincode!) { serviceability(variantIds: $v, deliverTo: $p) { variant { id } delivery { __typename ... on Deliverable { pincode promisedBy charge { amount } } ... on NotDeliverable { reason } } } }";
    let there = shop.query(query, json!({ "v": [variant], "p": BENGALURU }), None).await;
    assert_eq!(there["serviceability"][0]["delivery"]["pincode"], BENGALURU);
    let nowhere = shop.query(query, json!({ "v": [variant], "p": "999999" }), None).await;
    assert_eq!(nowhere["serviceability"][0]["delivery"]["reason"], "PINCODE_UNKNOWN");
}
