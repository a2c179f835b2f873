//! Subscriptions: every event once and in order, from a cursor or from now, ended by a final state, and only one's own.

use std::time::Duration;

use async_graphql::Response;
use futures::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};

use super::small::{Small, guest, shopper};

/// Bounds a wait for something that comes at once.
const PATIENCE: Duration = Duration::from_secs(20);
const FOLLOW: &str = "subscription($id: ID!, $after: String) { orderEvents(orderId: $id, after: $after) { cursor state message order { id state cancellable } } }";
const MINE: &str = "subscription($after: String) { myOrderEvents(after: $after) { cursor state order { id } } }";

async fn next(stream: &mut BoxStream<'static, Response>) -> Option<Response> {
    tokio::time::timeout(PATIENCE, stream.next()).await.expect("in time")
}
async fn event(stream: &mut BoxStream<'static, Response>, field: &str) -> Value {
    let response = next(stream).await.expect("an event");
    assert!(response.errors.is_empty(), "{:#?}", response.errors);
    serde_json::to_value(&response.data).expect("JSON")[field].clone()
}
async fn code(stream: &mut BoxStream<'static, Response>) -> String {
    let response = next(stream).await.expect("an answer");
    let error = response.errors.first().expect("an error");
    let code = error.extensions.as_ref().and_then(|e| e.get("code").cloned()).expect("a code");
    code.into_json().expect("JSON").as_str().expect("text").to_owned()
}

/// Charges what waits, so that the order goes from CREATED to its next state.
async fn charge(small: &Small) {
    while small.shop.orders.charge_step(10).await.expect("the provider answers") > 0 {}
}

#[tokio::test]
async fn an_order_is_followed_from_now_to_its_end() {
    let small = Small::with_items(3).await;
    let order = small.place_order(guest(), 0, json!({ "cardToken": "tok_declined" })).await;
    let mut stream = small.follow(guest(), FOLLOW, json!({ "id": order["id"] }));
    let snapshot = event(&mut stream, "orderEvents").await;
    assert_eq!(snapshot["state"], "CREATED");
    charge(&small).await;
    let failed = event(&mut stream, "orderEvents").await;
    assert_eq!((failed["state"].as_str(), failed["order"]["state"].as_str()), (Some("FAILED"), Some("FAILED")));
    assert!(next(&mut stream).await.is_none(), "a final state ends the stream");
}

#[tokio::test]
async fn a_cursor_gives_every_later_event_once() {
    let small = Small::with_items(3).await;
    let order = small.place_order(guest(), 0, json!({ "cardToken": "tok_succeeds" })).await;
    let mut stream = small.follow(guest(), FOLLOW, json!({ "id": order["id"] }));
    let first = event(&mut stream, "orderEvents").await;
    charge(&small).await;
    let second = event(&mut stream, "orderEvents").await;
    assert_eq!(second["state"], "PLACED");
    drop(stream);

    let cancel = "mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { errors { code } } }";
    small.data(guest(), cancel, json!({ "i": { "orderId": order["id"], "idempotencyKey": "c" } })).await;
    let mut resumed = small.follow(guest(), FOLLOW, json!({ "id": order["id"], "after": first["cursor"] }));
    let mut states = Vec::new();
    while let Some(response) = next(&mut resumed).await {
        assert!(response.errors.is_empty(), "{:#?}", response.errors);
        states.push(serde_json::to_value(&response.data).expect("JSON")["orderEvents"]["state"].clone());
    }
    assert_eq!(states, [json!("PLACED"), json!("CANCELLED")]);
    let mut all = small.follow(guest(), FOLLOW, json!({ "id": order["id"], "after": second["cursor"] }));
    assert_eq!(event(&mut all, "orderEvents").await["state"], "CANCELLED");
    assert!(next(&mut all).await.is_none());
}

#[tokio::test]
async fn strangers_and_garbage_get_typed_errors() {
    let small = Small::with_items(3).await;
    let order = small.place_order(guest(), 0, json!({ "cardToken": "tok_succeeds" })).await;
    let follow = |caller, variables| small.follow(caller, FOLLOW, variables);
    assert_eq!(code(&mut follow(shopper(), json!({ "id": order["id"] }))).await, "NOT_FOUND");
    let nobody = services::kernel::caller::Caller::anonymous();
    assert_eq!(code(&mut follow(nobody, json!({ "id": order["id"] }))).await, "UNAUTHENTICATED");
    assert_eq!(code(&mut follow(guest(), json!({ "id": "junk" }))).await, "BAD_USER_INPUT");
    for after in ["junk", "", "AwAAAAAAAAAJ"] {
        assert_eq!(
            code(&mut follow(guest(), json!({ "id": order["id"], "after": after }))).await,
            "INVALID_CURSOR",
            "{after}"
        );
    }
}

#[tokio::test]
async fn all_orders_of_a_shopper_are_followed_in_one_order() {
    let small = Small::with_items(5).await;
    let first = small.place_order(guest(), 0, json!({ "cardToken": "tok_succeeds" })).await;
    let mut stream = small.follow(guest(), MINE, json!({}));
    let snapshot = event(&mut stream, "myOrderEvents").await;
    assert_eq!(snapshot["order"]["id"], first["id"]);
    // Another's orders are not told.
    small.place_order(shopper(), 1, json!({ "cardToken": "tok_succeeds" })).await;
    let second = small.place_order(guest(), 2, json!({ "cardToken": "tok_succeeds" })).await;
    assert_eq!(event(&mut stream, "myOrderEvents").await["order"]["id"], second["id"]);
    charge(&small).await;
    let mut placed = [event(&mut stream, "myOrderEvents").await, event(&mut stream, "myOrderEvents").await];
    placed.sort_by_key(|e| e["order"]["id"] != first["id"]);
    assert_eq!(placed.each_ref().map(|e| e["order"]["id"].clone()), [first["id"].clone(), second["id"].clone()]);

    let mut resumed = small.follow(guest(), MINE, json!({ "after": snapshot["cursor"] }));
    let mut cursors = Vec::new();
    for _ in 0..3 {
        cursors.push(event(&mut resumed, "myOrderEvents").await["cursor"].clone());
    }
    cursors.dedup();
    assert_eq!(cursors.len(), 3, "each once");
}

#[tokio::test]
async fn the_cart_is_told_whenever_it_changed() {
    let small = Small::with_items(3).await;
    let mut stream = small.follow(
        guest(),
        "subscription { cartUpdated { totalQuantity lines { quantity variant { price { amount } } } } }",
        json!({}),
    );
    // The stream begins with its first poll.
    let owner = guest().owner.expect("an owner");
    let adding = async {
        for n in 0..2_i64 {
            let lines = vec![(small.items[0].variants[0].id, 1)];
            small.shop.carts.add(owner, lines, format!("k{n}")).await.expect("the cart takes it");
        }
    };
    let told = async {
        loop {
            let cart = event(&mut stream, "cartUpdated").await;
            if cart["totalQuantity"] == 2 {
                return cart;
            }
        }
    };
    let (cart, ()) = futures::join!(told, adding);
    assert_eq!(cart["lines"][0]["variant"]["price"]["amount"], 10_000);
}
