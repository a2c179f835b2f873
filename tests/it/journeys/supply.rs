//! From the shop's own side: what operators change and what feeds bring is seen by shoppers within moments.

use std::path::Path;

use serde_json::{Value, json};

use super::{BENGALURU, ERRORS, key, variants};
use crate::harness::{Shop, program};

async fn signed_in(shop: &Shop, email: &str) -> String {
    let sign_in = format!(
        "mutation($e: String!) {{ signIn(input: {{ email: $e, password: \"demo-password-12\" }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    let signed = shop.done("signIn", &sign_in, json!({ "e": email }), None).await;
    signed["session"]["accessToken"].as_str().expect("a token").to_owned()
}

fn television(attributes: &Value) -> Value {
    json!({ "item": { "externalId": "journey-1", "categorySlug": "televisions", "title": "Quillon Zephyrscope 99 television",
        "brand": "Quillon", "attributes": attributes,
        "variants": [{ "sku": "QZ-99", "price": { "amount": 4_999_900, "currencyCode": "INR" } }] } })
}

const SAVE: &str = "mutation($item: ItemInput!) { saveItem(input: { item: $item }) { item { id variants { nodes { id } } } errors { code message path } } }";
const FIND: &str =
    "query($q: String!, $p: Pincode) { search(query: $q, deliverTo: $p, first: 5) { totalCount nodes { id title } } }";

#[tokio::test]
async fn a_new_item_is_checked_stocked_and_found() {
    let shop = Shop::start().await;
    let token = signed_in(&shop, "operator@demo.chowk.example").await;
    let wrong = television(&json!([{ "key": "screen_size", "value": { "text": "large" } }]));
    let refused = shop.query(SAVE, wrong, Some(&token)).await["saveItem"].clone();
    let error = &refused["errors"][0];
    assert!(refused["item"].is_null() && error["code"] == "INVALID_INPUT", "{refused:#}");
    let told = error.to_string();
    assert!(told.contains("screen_size") || told.contains("Screen size"), "the attribute is named: {told}");

    let right = television(&json!([{ "key": "screen_size", "value": { "number": 251.0 } }]));
    let saved = shop.done("saveItem", SAVE, right, Some(&token)).await;
    let (item, variant) = (&saved["item"]["id"], &saved["item"]["variants"]["nodes"][0]["id"]);
    shop.until(FIND, json!({ "q": "zephyrscope" }), None, |d| d["search"]["nodes"][0]["id"] == *item).await;
    let nowhere = shop.query(FIND, json!({ "q": "zephyrscope", "p": BENGALURU }), None).await;
    assert_eq!(nowhere["search"]["totalCount"], 0, "without stock it cannot be delivered");

    let receive = format!(
        "mutation($v: ID!, $k: String!) {{ receiveStock(input: {{ warehouseCode: \"BLR1\", lines: [{{ variantId: $v, received: 7 }}], idempotencyKey: $k }}) {{ levels {{ available }} {ERRORS} }} }}"
    );
    let warehouse = signed_in(&shop, "warehouse@demo.chowk.example").await;
    let received = shop.done("receiveStock", &receive, json!({ "v": variant, "k": key() }), Some(&warehouse)).await;
    assert_eq!(received["levels"][0]["available"], 7);
    shop.until(FIND, json!({ "q": "zephyrscope", "p": BENGALURU }), None, |d| d["search"]["totalCount"] == 1).await;
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn what_only_staff_may_do_is_refused_to_shoppers() {
    let shop = Shop::start().await;
    let shopper = signed_in(&shop, "shopper@demo.chowk.example").await;
    for token in [None, Some(shopper.as_str())] {
        let answer = shop.answer(SAVE, television(&json!([])), token).await;
        let code = [&answer["errors"][0]["extensions"]["code"], &answer["data"]["saveItem"]["errors"][0]["code"]];
        assert!(code.iter().any(|c| **c == "FORBIDDEN" || **c == "UNAUTHENTICATED"), "{answer:#}");
        assert!(answer["data"]["saveItem"]["item"].is_null());
    }
}

#[tokio::test]
async fn closing_the_last_lanes_shows_in_promises_within_moments() {
    let shop = Shop::start().await;
    let token = signed_in(&shop, "operator@demo.chowk.example").await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let network = shop.server().house.shop.network.network().await.expect("the network");
    let pincode = BENGALURU.parse().expect("a pincode");
    let reaches: Vec<_> = network.reaches.iter().filter(|r| r.pincodes.contains(&pincode)).collect();
    assert!(!reaches.is_empty(), "couriers reach {BENGALURU}");
    let save = format!(
        "mutation($l: LaneInput!, $k: String!) {{ saveLane(input: {{ lane: $l, idempotencyKey: $k }}) {{ lane {{ active }} {ERRORS} }} }}"
    );
    for reach in reaches {
        let closed = json!({ "code": format!("CLOSED-{}", reach.courier), "courierCode": reach.courier, "from": reach.station,
            "to": BENGALURU, "transitMinutes": 60, "departures": ["09:00"], "weekdays": [1], "carries": ["STANDARD"],
            "capacityPerDay": 0, "active": true });
        shop.done("saveLane", &save, json!({ "l": closed, "k": key() }), Some(&token)).await;
    }
    let ask = "query($v: [ID!]!, $p: Pincode!) { serviceability(variantIds: $v, deliverTo: $p) { delivery { __typename ... on NotDeliverable { reason } } } }";
    let gone = shop
        .until(ask, json!({ "v": [variant], "p": BENGALURU }), None, |d| {
            d["serviceability"][0]["delivery"]["__typename"] == "NotDeliverable"
        })
        .await;
    assert!(
        ["NO_COURIER", "CANNOT_CARRY"].map(Value::from).contains(&gone["serviceability"][0]["delivery"]["reason"]),
        "{gone:#}"
    );
    let elsewhere = shop.query(ask, json!({ "v": [variant], "p": "560002" }), None).await;
    assert_eq!(
        elsewhere["serviceability"][0]["delivery"]["__typename"], "Deliverable",
        "the next street is still served"
    );
}

fn import(data: &Path, file: &Path) -> std::process::Output {
    program()
        .args(["--data", &data.display().to_string(), "import", &file.display().to_string(), "--profile", "icecat"])
        .output()
        .expect("the command runs")
}

#[tokio::test]
async fn an_imported_feed_is_found_and_a_bad_row_is_told() {
    let shop = Shop::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("feed.jsonl");
    let rows = [
        r#"{"id":"j1","name":"Q","title":"Quillon Murmurbox speaker","supplier":"Quillon","price":12595,"attr_t_colour":"Black","attr_n_weight":450.0,"attr_b_bluetooth":true}"#,
        "not json at all",
        r#"{"id":"j2","name":"Q","title":"Quillon Murmurbox stand","supplier":"Quillon","price":2595}"#,
    ];
    std::fs::write(&file, rows.join("\n")).expect("writes");
    let beside = import(shop.data(), &file);
    let said = String::from_utf8_lossy(&beside.stderr).into_owned();
    assert!(!beside.status.success() && said.contains("another chowk process"), "one writer at a time: {said}");

    let data = shop.data().to_owned();
    let again = shop.between(|| {
        let done = import(&data, &file);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let rejects = std::fs::read_to_string(data.join("feed.jsonl.rejects.jsonl")).expect("the refused rows");
        let reject: Value = serde_json::from_str(rejects.trim()).expect("one line of JSON");
        assert_eq!(reject["line"], 2, "{rejects}");
    });
    let shop = again.await;
    shop.until(FIND, json!({ "q": "murmurbox" }), None, |d| d["search"]["totalCount"] == 2).await;
    shop.stop_and_verify().await;
}
