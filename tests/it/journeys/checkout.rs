//! From the quote to the doorstep, and the other ends that an order may take.

use serde_json::json;

use super::{
    BENGALURU, ERRORS, ORDER, PLACE, add, available, guest, key, order, place, place_variables, quote, variants,
};
use crate::harness::Shop;

const FOLLOW: &str = "subscription($o: ID!, $a: String) { orderEvents(orderId: $o, after: $a) { cursor state message order { state } } }";

#[tokio::test]
async fn from_browsing_to_the_doorstep() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "headphones", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    add(&shop, &visitor.token, &variant, 1).await;
    let quoted = quote(&shop, &visitor.token, None).await;
    let (lines, total) = (&quoted["quote"]["lines"], quoted["quote"]["total"]["amount"].as_i64().expect("an amount"));
    let charges: i64 = quoted["quote"]["charges"]
        .as_array()
        .expect("charges")
        .iter()
        .map(|c| c["amount"]["amount"].as_i64().expect("an amount"))
        .sum();
    assert_eq!(lines[0]["total"]["amount"].as_i64().expect("an amount") + charges, total);
    let placed = place(&shop, &visitor.token, &quoted["quote"], json!({ "cardToken": "tok_succeeds" })).await;
    assert_eq!(placed["errors"], json!([]), "{placed:#}");
    let id = placed["order"]["id"].clone();

    let mut events = shop.subscribe(FOLLOW, json!({ "o": id }), &visitor.token).await;
    let mut states = Vec::new();
    while let Some(event) = events.next().await {
        states.push(event["orderEvents"]["state"].as_str().expect("a state").to_owned());
    }
    assert_eq!(states.last().map(String::as_str), Some("DELIVERED"), "{states:?}");
    states.dedup();
    let way = ["CREATED", "PLACED", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"];
    assert!(
        way.ends_with(&states.iter().map(String::as_str).collect::<Vec<_>>()),
        "each step once and in order: {states:?}"
    );
    let final_ = shop.query(ORDER, json!({ "id": id }), Some(&visitor.token)).await["node"].clone();
    assert_eq!((&final_["payment"]["state"], &final_["refunds"]), (&json!("SUCCEEDED"), &json!([])));
    assert!(final_["shipments"][0]["trackingNumber"].is_string());
    assert_eq!(available(&shop, &variant).await, before - 1);
    let cart = shop
        .until("{ viewer { cart { totalQuantity } } }", json!({}), Some(&visitor.token), |d| {
            d["viewer"]["cart"]["totalQuantity"] == 0
        })
        .await;
    assert_eq!(cart["viewer"]["cart"]["totalQuantity"], 0, "what was ordered left the cart");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_declined_payment_gives_the_stock_back_and_can_be_tried_again() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "watch", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let declined = order(&shop, &visitor.token, &variant, "tok_declined").await;
    let failed = shop
        .until(ORDER, json!({ "id": declined["id"] }), Some(&visitor.token), |d| d["node"]["state"] == "FAILED")
        .await;
    assert_eq!(failed["node"]["payment"]["state"], "DECLINED");
    assert_eq!(available(&shop, &variant).await, before);
    let retry = format!(
        "mutation($o: ID!, $t: MoneyInput!, $k: String!) {{ retryPayment(input: {{ orderId: $o, expectedTotal: $t, payment: {{ cardToken: \"tok_succeeds\" }}, idempotencyKey: $k }}) {{ order {{ id retryOf {{ id }} }} {ERRORS} }} }}"
    );
    let total = json!({ "amount": failed["node"]["total"]["amount"], "currencyCode": "INR" });
    let tried = shop
        .done("retryPayment", &retry, json!({ "o": declined["id"], "t": total, "k": key() }), Some(&visitor.token))
        .await;
    assert_eq!(tried["order"]["retryOf"]["id"], declined["id"]);
    shop.until(ORDER, json!({ "id": tried["order"]["id"] }), Some(&visitor.token), |d| {
        d["node"]["payment"]["state"] == "SUCCEEDED"
    })
    .await;
    let still = shop.query(ORDER, json!({ "id": declined["id"] }), Some(&visitor.token)).await;
    assert_eq!(still["node"]["state"], "FAILED", "a failed order never becomes paid");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn no_answer_expires_the_order_and_gives_the_stock_back() {
    let shop = Shop::with(&[("reservation_ttl", "400ms")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "kettle", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let silent = order(&shop, &visitor.token, &variant, "tok_silent").await;
    assert_eq!(available(&shop, &variant).await, before - 1, "stock is held while the payment is awaited");
    shop.until(ORDER, json!({ "id": silent["id"] }), Some(&visitor.token), |d| d["node"]["state"] == "EXPIRED").await;
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_success_after_the_deadline_is_refunded_once() {
    let shop = Shop::with(&[("reservation_ttl", "300ms")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let late = order(&shop, &visitor.token, &variant, "tok_late_1500").await;
    let refunded = shop
        .until(ORDER, json!({ "id": late["id"] }), Some(&visitor.token), |d| {
            d["node"]["state"] == "EXPIRED"
                && (d["node"]["refunds"][0]["state"] == "SUCCEEDED" || d["node"]["payment"]["state"] == "CANCELLED")
        })
        .await;
    assert!(refunded["node"]["refunds"].as_array().expect("refunds").len() <= 1, "{refunded:#}");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn the_same_key_places_once_and_another_input_is_refused() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "bottle", 1).await.remove(0);
    let lines = json!([{ "variantId": variant, "quantity": 1 }, { "variantId": variant, "quantity": 1 }]);
    let quoted = quote(&shop, &visitor.token, Some(lines)).await["quote"].clone();
    assert_eq!(quoted["lines"][0]["quantity"], 2, "duplicate lines count together: {quoted:#}");
    let once = key();
    let variables = place_variables(&quoted, json!({ "cardToken": "tok_succeeds" }), "REJECT", &once);
    let first = shop.done("placeOrder", PLACE, variables.clone(), Some(&visitor.token)).await;
    let again = shop.done("placeOrder", PLACE, variables, Some(&visitor.token)).await;
    assert_eq!(first["order"]["id"], again["order"]["id"]);
    let other = place_variables(&quoted, json!({ "cardToken": "tok_declined" }), "REJECT", &once);
    let reused = shop.query(PLACE, other, Some(&visitor.token)).await["placeOrder"].clone();
    assert_eq!(reused["errors"][0]["code"], "KEY_REUSED", "{reused:#}");
    let mut wrong = quoted.clone();
    wrong["total"]["amount"] = json!(1);
    let mismatch = place(&shop, &visitor.token, &wrong, json!({ "cardToken": "tok_succeeds" })).await;
    assert!(
        mismatch["order"].is_null() && mismatch["errors"].as_array().is_some_and(|e| !e.is_empty()),
        "{mismatch:#}"
    );
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn cancelling_gives_stock_and_money_back_once() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "jeans", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let bought = order(&shop, &visitor.token, &variant, "tok_succeeds").await;
    shop.until(ORDER, json!({ "id": bought["id"] }), Some(&visitor.token), |d| {
        d["node"]["payment"]["state"] == "SUCCEEDED"
    })
    .await;
    let cancel = format!(
        "mutation($o: ID!, $k: String!) {{ cancelOrder(input: {{ orderId: $o, reason: \"changed my mind\", idempotencyKey: $k }}) {{ order {{ state }} {ERRORS} }} }}"
    );
    let once = key();
    for _ in 0..2 {
        let cancelled =
            shop.done("cancelOrder", &cancel, json!({ "o": bought["id"], "k": once }), Some(&visitor.token)).await;
        assert_eq!(cancelled["order"]["state"], "CANCELLED");
    }
    let refunded = shop
        .until(ORDER, json!({ "id": bought["id"] }), Some(&visitor.token), |d| {
            d["node"]["refunds"][0]["state"] == "SUCCEEDED"
        })
        .await;
    assert_eq!(refunded["node"]["refunds"].as_array().map(Vec::len), Some(1));
    assert_eq!(refunded["node"]["refunds"][0]["amount"]["amount"], refunded["node"]["total"]["amount"]);
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_checkout_loses_nothing() {
    let mut shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "laptop", 1).await.remove(0);
    let slow = order(&shop, &visitor.token, &variant, "tok_late_700").await;
    shop.restart().await;
    let mut events = shop.subscribe(FOLLOW, json!({ "o": slow["id"] }), &visitor.token).await;
    let first = events.next().await.expect("the state now");
    let cursor = first["orderEvents"]["cursor"].clone();
    drop(events);
    shop.restart().await;
    let mut events = shop.subscribe(FOLLOW, json!({ "o": slow["id"], "a": cursor }), &visitor.token).await;
    let (mut cursors, mut last) = (vec![cursor], String::new());
    while let Some(event) = events.next().await {
        let cursor = event["orderEvents"]["cursor"].clone();
        assert!(!cursors.contains(&cursor), "no event comes twice: {event:#}");
        cursors.push(cursor);
        last = event["orderEvents"]["state"].as_str().expect("a state").to_owned();
    }
    assert_eq!(last, "DELIVERED");
    let told = shop.query(ORDER, json!({ "id": slow["id"] }), Some(&visitor.token)).await["node"]["events"].clone();
    let told: Vec<_> = told.as_array().expect("events").iter().map(|e| e["cursor"].clone()).collect();
    assert!(told.ends_with(&cursors), "no event is missing: {told:?} {cursors:?}");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn cash_on_delivery_is_placed_at_once() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let quoted = quote(&shop, &visitor.token, Some(json!([{ "variantId": variant }]))).await["quote"].clone();
    assert!(quoted["paymentMethods"].as_array().expect("methods").contains(&json!("CASH_ON_DELIVERY")), "{quoted:#}");
    let placed = place(&shop, &visitor.token, &quoted, json!({ "cashOnDelivery": true })).await;
    assert_eq!((&placed["errors"], &placed["order"]["payBy"]), (&json!([]), &json!(null)), "{placed:#}");
    assert_ne!(placed["order"]["state"], "CREATED");
    shop.stop_and_verify().await;
}
