//! What is somebody else's looks like what is not there. The list of places that take an id is read from the SDL: each is
//! either public by nature, or tried here with an id of another shopper's and with one that was never given out.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use services::kernel::ids::{AddressId, CartLineId, NotificationId, OrderId, QuoteId, WishlistLineId};
use uuid::Uuid;

use super::{Sdl, roles::sign_in};
use crate::{
    harness::Shop,
    journeys::{BENGALURU, ERRORS, add, guest, key, order, place, quote, variants},
};

/// Places whose ids are of things that everybody sees, and staff's places, which the matrix of roles holds.
const OF_NOBODY: [&str; 23] = [
    "ActivityOf.itemId",
    "ActivityOf.shopperId",
    "RecommendationFor.categoryId",
    "RecommendationFor.similarToItemId",
    "RecommendationFor.withItemId",
    "AddWishlistLinesInput.variantIds",
    "AdjustStockInput.variantId",
    "CartLineInput.variantId",
    "DecideReturnInput.returnId",
    "FilterInput.categoryIds",
    "ItemInput.id",
    "ItemRef.id",
    "MoveReturnInput.returnId",
    "Query.serviceability.variantIds",
    "Query.stockLevels.variantIds",
    "ReceiptLineInput.variantId",
    "RemoveCategoryInput.id",
    "ReturnDecisionInput.lineId",
    "SaveAttributeDefinitionInput.categoryId",
    "SaveCategoryInput.id",
    "SaveCategoryInput.parentId",
    "WithdrawItemInput.id",
    "Query.nodes.ids",
];

/// Kinds of nodes that everybody sees.
const PUBLIC_NODES: [&str; 3] = ["Category", "Item", "Variant"];
/// Kinds that staff see.
const STAFF_NODES: [&str; 2] = ["Courier", "Lane"];

/// A place that takes an owner's id: the document that puts `$id` there, and which of the owner's things is tried.
const PROBES: [(&str, &str, &str); 17] = [
    (
        "CancelOrderInput.orderId",
        "Order",
        "mutation($id: ID!, $k: String!) { cancelOrder(input: { orderId: $id, idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "CancelOrderInput.lineIds",
        "OrderLine",
        "mutation($id: ID!, $k: String!, $mine: ID!) { cancelOrder(input: { orderId: $mine, lineIds: [$id], idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "CancelLineInput.lineId",
        "OrderLine",
        "mutation($id: ID!, $k: String!, $mine: ID!) { cancelOrder(input: { orderId: $mine, lines: [{ lineId: $id, quantity: 1 }], idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "RequestReturnInput.orderId",
        "Order",
        "mutation($id: ID!, $k: String!, $l: ID!) { requestReturn(input: { orderId: $id, lines: [{ lineId: $l, quantity: 1, reason: \"r\" }], idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "ReturnLineInput.lineId",
        "OrderLine",
        "mutation($id: ID!, $k: String!, $mine: ID!) { requestReturn(input: { orderId: $mine, lines: [{ lineId: $id, quantity: 1, reason: \"r\" }], idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "RetryPaymentInput.orderId",
        "Order",
        "mutation($id: ID!, $k: String!) { retryPayment(input: { orderId: $id, expectedTotal: { amount: 1, currencyCode: \"INR\" }, payment: { cardToken: \"tok_succeeds\" }, idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "PlaceOrderInput.quoteId",
        "CheckoutQuote",
        "mutation($id: ID!, $k: String!) { placeOrder(input: { quoteId: $id, expectedTotal: { amount: 1, currencyCode: \"INR\" }, payment: { cardToken: \"tok_succeeds\" }, onUnavailable: REJECT, idempotencyKey: $k }) { order { id } errors { code message path } } }",
    ),
    (
        "CheckoutQuoteInput.addressId",
        "Address",
        "mutation($id: ID!, $v: ID!) { checkoutQuote(input: { lines: [{ variantId: $v, quantity: 1 }], addressId: $id }) { quote { id } errors { code message path } } }",
    ),
    (
        "SaveAddressInput.id",
        "Address",
        "mutation($id: ID!) { saveAddress(input: { id: $id, recipient: \"X\", phone: \"+91 98450 12345\", lines: [\"1 Road\"], city: \"Bengaluru\", state: \"Karnataka\", pincode: \"560001\" }) { address { id } errors { code message path } } }",
    ),
    (
        "RemoveAddressInput.id",
        "Address",
        "mutation($id: ID!) { removeAddress(input: { id: $id }) { removedId errors { code message path } } }",
    ),
    (
        "CartLineQuantityInput.lineId",
        "CartLine",
        "mutation($id: ID!) { updateCartLines(input: { lines: [{ lineId: $id, quantity: 2 }] }) { cart { totalQuantity } errors { code message path } } }",
    ),
    (
        "RemoveCartLinesInput.lineIds",
        "CartLine",
        "mutation($id: ID!) { removeCartLines(input: { lineIds: [$id] }) { cart { totalQuantity } errors { code message path } } }",
    ),
    (
        "MoveCartLinesToWishlistInput.lineIds",
        "CartLine",
        "mutation($id: ID!, $k: String!) { moveCartLinesToWishlist(input: { lineIds: [$id], idempotencyKey: $k }) { cart { totalQuantity } errors { code message path } } }",
    ),
    (
        "RemoveWishlistLinesInput.lineIds",
        "WishlistLine",
        "mutation($id: ID!) { removeWishlistLines(input: { lineIds: [$id] }) { wishlist { lines { totalCount } } errors { code message path } } }",
    ),
    (
        "MoveWishlistLinesToCartInput.lineIds",
        "WishlistLine",
        "mutation($id: ID!, $k: String!) { moveWishlistLinesToCart(input: { lineIds: [$id], idempotencyKey: $k }) { cart { totalQuantity } errors { code message path } } }",
    ),
    (
        "MarkNotificationsReadInput.ids",
        "Notification",
        "mutation($id: ID!) { markNotificationsRead(input: { ids: [$id] }) { markedCount errors { code message path } } }",
    ),
    ("Query.node.id", "Order", "query($id: ID!) { node(id: $id) { id } }"),
];

/// Subscriptions take ids, too.
const STREAM: (&str, &str) =
    ("Subscription.orderEvents.orderId", "subscription($id: ID!) { orderEvents(orderId: $id) { cursor } }");

/// The owner's things, one id of each kind of node.
async fn things(shop: &Shop, token: &str) -> BTreeMap<&'static str, String> {
    let wanted = variants(shop, "shirt", 2).await;
    let refunded = order(shop, token, &wanted[0], "tok_succeeds").await;
    let cancel = format!(
        "mutation($o: ID!, $k: String!) {{ cancelOrder(input: {{ orderId: $o, idempotencyKey: $k }}) {{ order {{ id }} {ERRORS} }} }}"
    );
    let settled = "query($id: ID!) { node(id: $id) { ... on Order { state } } }";
    let paid = |data: &Value| data["node"]["state"] != "CREATED";
    shop.until(settled, json!({ "id": refunded["id"] }), Some(token), paid).await;
    shop.done("cancelOrder", &cancel, json!({ "o": refunded["id"], "k": key() }), Some(token)).await;
    let shipped = order(shop, token, &wanted[1], "tok_succeeds").await;
    let whole = "query($r: ID!, $s: ID!) { refunded: node(id: $r) { ... on Order { refunds { id } } }
        shipped: node(id: $s) { ... on Order { id state lines { id } payment { id } shipments { id } } }
        viewer { shopper { id } notifications(first: 1) { nodes { id } } addresses { id } cart { id lines { id } } wishlist { id lines(first: 1) { nodes { id } } } } }";
    add(shop, token, &wanted[0], 1).await;
    let wish = format!(
        "mutation($v: [ID!]!) {{ addWishlistLines(input: {{ variantIds: $v }}) {{ wishlist {{ id }} {ERRORS} }} }}"
    );
    shop.done("addWishlistLines", &wish, json!({ "v": [wanted[1]] }), Some(token)).await;
    let there = |d: &Value| {
        d["shipped"]["state"] == "DELIVERED"
            && d["shipped"]["shipments"][0]["id"].is_string()
            && d["refunded"]["refunds"][0]["id"].is_string()
            && d["viewer"]["notifications"]["nodes"][0]["id"].is_string()
    };
    let ids = json!({ "r": refunded["id"], "s": shipped["id"] });
    let all = shop.until(whole, ids, Some(token), there).await;
    let ask = format!(
        "mutation($o: ID!, $l: ID!, $k: String!) {{ requestReturn(input: {{ orderId: $o, lines: [{{ lineId: $l, quantity: 1, reason: \"r\" }}], idempotencyKey: $k }}) {{ requested {{ id }} {ERRORS} }} }}"
    );
    let line = &all["shipped"]["lines"][0]["id"];
    let asked =
        shop.done("requestReturn", &ask, json!({ "o": shipped["id"], "l": line, "k": key() }), Some(token)).await;
    let quoted = quote(shop, token, Some(json!([{ "variantId": wanted[0], "quantity": 1 }]))).await;
    let id = |pointer: &str| {
        all.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {all:#}")).to_owned()
    };
    BTreeMap::from([
        ("Order", id("/shipped/id")),
        ("OrderLine", id("/shipped/lines/0/id")),
        ("Payment", id("/shipped/payment/id")),
        ("Shipment", id("/shipped/shipments/0/id")),
        ("Refund", id("/refunded/refunds/0/id")),
        ("Return", asked["requested"]["id"].as_str().expect("a return").to_owned()),
        ("Shopper", id("/viewer/shopper/id")),
        ("Address", id("/viewer/addresses/0/id")),
        ("Cart", id("/viewer/cart/id")),
        ("CartLine", id("/viewer/cart/lines/0/id")),
        ("Wishlist", id("/viewer/wishlist/id")),
        ("WishlistLine", id("/viewer/wishlist/lines/nodes/0/id")),
        ("Notification", id("/viewer/notifications/nodes/0/id")),
        ("CheckoutQuote", quoted["quote"]["id"].as_str().expect("a quote").to_owned()),
    ])
}

/// An id of the kind that was never given out.
fn absent(kind: &str, things: &BTreeMap<&str, String>) -> String {
    let new = Uuid::now_v7();
    match kind {
        "Order" => resolvers::ids::of(OrderId(new)).0,
        "CheckoutQuote" => resolvers::ids::of(QuoteId(new)).0,
        "Address" => resolvers::ids::of(AddressId(new)).0,
        "CartLine" => resolvers::ids::of(CartLineId(new)).0,
        "WishlistLine" => resolvers::ids::of(WishlistLineId(new)).0,
        "Notification" => resolvers::ids::of(NotificationId(new)).0,
        // Of an order of nobody's, such as the shop would give out.
        other => panic!("say how an id of a {other} is made: {:?}", things.keys()),
    }
}

async fn stranger(shop: &Shop) -> String {
    let sign_up = format!(
        "mutation {{ signUp(input: {{ email: \"stranger@example.org\", password: \"a good long password\", name: \"S\" }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    shop.done("signUp", &sign_up, json!({}), None).await["session"]["accessToken"].as_str().expect("a token").to_owned()
}

/// What an answer says, but for the id that was asked for.
fn without(answer: &Value, id: &str) -> String {
    answer.to_string().replace(id, "ID")
}

#[test]
fn every_place_that_takes_an_id_is_public_or_tried() {
    let mut known: Vec<String> = OF_NOBODY.iter().map(|p| (*p).to_owned()).collect();
    known.extend(PROBES.iter().map(|(place, ..)| (*place).to_owned()));
    known.push(STREAM.0.to_owned());
    known.sort();
    let found: Vec<String> = Sdl::read().id_places().into_iter().map(|p| p.0).collect();
    assert_eq!(found, known, "a place that takes an id must be listed here as public, or tried");
}

#[tokio::test]
async fn what_is_not_yours_looks_like_what_is_not_there() {
    let shop = Shop::start().await;
    let (owner, other) = (sign_in(&shop, "shopper").await, stranger(&shop).await);
    let things = things(&shop, &owner).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let mine = order(&shop, &other, &variant, "tok_succeeds").await["id"].clone();
    let visitor = guest(&shop, BENGALURU).await.token;
    for token in [&other, &visitor] {
        for (place, kind, document) in PROBES {
            let foreign = things[kind].clone();
            // A line of an order is known by its order: a line of an order that is the caller's own is the nearest.
            let nobodys = if kind == "OrderLine" { absent("Order", &things) } else { absent(kind, &things) };
            let mut answers = Vec::new();
            for id in [&foreign, &nobodys] {
                let variables = json!({ "id": id, "k": key(), "v": variant, "mine": mine, "l": things["OrderLine"] });
                let wanted: serde_json::Map<String, Value> = variables
                    .as_object()
                    .expect("an object")
                    .iter()
                    .filter(|(name, _)| document.contains(&format!("${name}:")))
                    .map(|(n, v)| (n.clone(), v.clone()))
                    .collect();
                let answer = shop.answer(document, Value::Object(wanted), Some(token)).await;
                answers.push(without(&answer, id));
            }
            if kind == "OrderLine" {
                assert!(answers.iter().all(|a| a.contains("\"code\"")), "{place}: {answers:#?}");
            } else {
                assert_eq!(answers[0], answers[1], "{place}: what is another's is told apart from what is not there");
            }
            // Refused, not found, or (a line of a list that is gone counts as moved) nothing in the caller's own cart.
            let harmless = ["\"code\":\"", "{\"data\":{\"node\":null}}", "\"totalQuantity\":0", "\"markedCount\":0"];
            assert!(harmless.iter().any(|h| answers[0].contains(h)), "{place}: {}", answers[0]);
        }
    }
    // Nothing of it had an effect for the owner.
    let check = "query($o: ID!) { order: node(id: $o) { ... on Order { id lines { state } } } viewer { addresses { id } cart { lines { id } } wishlist { lines { totalCount } } } }";
    let still = shop.query(check, json!({ "o": things["Order"] }), Some(&owner)).await;
    assert_eq!(still["viewer"]["addresses"][0]["id"], things["Address"].as_str());
    assert_eq!(still["viewer"]["cart"]["lines"][0]["id"], things["CartLine"].as_str());
    assert_eq!(still["viewer"]["wishlist"]["lines"]["totalCount"], 1);
    assert_ne!(still["order"]["lines"][0]["state"], "CANCELLED");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn no_node_of_another_is_found_by_its_id() {
    let shop = Shop::start().await;
    let (owner, other) = (sign_in(&shop, "shopper").await, stranger(&shop).await);
    let visitor = guest(&shop, BENGALURU).await.token;
    let things = things(&shop, &owner).await;
    let node = "query($id: ID!) { node(id: $id) { id __typename } nodes(ids: [$id]) { id } }";
    let mut kinds = Sdl::read().implementing("Node");
    kinds.retain(|k| !PUBLIC_NODES.contains(&k.as_str()) && !STAFF_NODES.contains(&k.as_str()));
    assert_eq!(kinds, things.keys().copied().collect::<Vec<_>>(), "each kind of node is public, staff's, or tried");
    for (kind, id) in &things {
        let own = shop.query(node, json!({ "id": id }), Some(&owner)).await;
        assert_eq!(own["node"]["__typename"], *kind, "the owner finds it");
        for token in [Some(other.as_str()), Some(visitor.as_str()), None] {
            let answer = shop.answer(node, json!({ "id": id }), token).await;
            assert_eq!(answer["data"], json!({ "node": null, "nodes": [null] }), "{kind}");
            assert!(answer.get("errors").is_none(), "{kind}: {answer:#}");
        }
    }
    let placed = place(
        &shop,
        &other,
        &json!({ "id": things["CheckoutQuote"], "total": { "amount": 1, "currencyCode": "INR" } }),
        json!({ "cardToken": "tok_succeeds" }),
    )
    .await;
    assert_eq!(placed["errors"][0]["code"], "NOT_FOUND", "{placed:#}");
    let mut events = shop.subscribe(STREAM.1, json!({ "id": things["Order"] }), &owner).await;
    assert!(events.next().await.is_some(), "the owner hears of it");
}
