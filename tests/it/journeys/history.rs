//! Orders of long ago: one list over live and archived, told as before, whatever is read of them.

use std::{sync::Arc, time::Duration};

use engine_sql::{archive::SqlOrderArchive, orders::SqlOrderStore};
use serde_json::{Value, json};
use services::{
    history::{History, OrderArchive, OrderIndex},
    kernel::ids::OrderId,
};

use super::{BENGALURU, ORDER, guest, key, order, variants};
use crate::harness::Shop;

const ALL: &str = "fragment All on Order { id number state placedAt total { amount } charges { key amount { amount } }
    address { recipient lines city pincode } payment { id state method } returnable cancellable
    lines { id title quantity state cancelled returned unitPrice { amount } promisedBy variant { id } }
    shipments { id state courier trackingNumber deliveredAt lines { id } } refunds { id state amount { amount } }
    returns { id state } events { state message } }";
const LIST: &str = "query($f: OrderFilterInput, $n: Int, $a: String, $l: Int, $b: String) { viewer { orders(filter: $f, first: $n, after: $a, last: $l, before: $b) {
    archiveMissing pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { id } } nodes { id state archived } } } }";
const ONE: &str = "query($id: ID!) { node(id: $id) { ... on Order { state archived } } }";

/// The same history with another age, so that a test decides when orders move.
fn history(shop: &Shop, after: Duration) -> (History, SqlOrderStore, Arc<SqlOrderArchive>) {
    let house = &shop.server().house;
    let index = SqlOrderStore::new(house.databases.main.clone());
    let archive = Arc::new(SqlOrderArchive::new(house.databases.archive.clone()));
    let orders = house.shop.orders.clone();
    let history = History::new(orders, Arc::new(index.clone()), archive.clone(), Arc::clone(&house.clock), after);
    (history, index, archive)
}

async fn arrived(shop: &Shop, token: &str, order: &Value) {
    shop.until(ORDER, json!({ "id": order }), Some(token), |d| d["node"]["state"] == "DELIVERED").await;
}

/// Ids of a whole list, walked page by page in one direction.
async fn walked(shop: &Shop, token: &str, size: i64, backwards: bool) -> Vec<Value> {
    let (mut all, mut at) = (Vec::new(), Value::Null);
    for _ in 0..20 {
        let variables = if backwards { json!({ "l": size, "b": at }) } else { json!({ "n": size, "a": at }) };
        let page = shop.query(LIST, variables, Some(token)).await["viewer"]["orders"].clone();
        assert_eq!(page["archiveMissing"], false, "{page:#}");
        let ids = page["nodes"].as_array().expect("nodes").iter().map(|n| n["id"].clone());
        let (more, next) = if backwards {
            all.splice(0..0, ids);
            ("hasPreviousPage", "startCursor")
        } else {
            all.extend(ids);
            ("hasNextPage", "endCursor")
        };
        if page["pageInfo"][more] != true {
            return all;
        }
        at = page["pageInfo"][next].clone();
    }
    panic!("a list without an end: {all:?}");
}

#[tokio::test]
async fn what_moved_is_told_as_before() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let token = Some(visitor.token.as_str());
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let quoted = super::quote(&shop, &visitor.token, Some(json!([{ "variantId": variant, "quantity": 2 }]))).await;
    let placed = super::place(&shop, &visitor.token, &quoted["quote"], json!({ "cardToken": "tok_succeeds" })).await;
    let (id, number, secret) = (&placed["order"]["id"], &placed["order"]["number"], &placed["guestToken"]);
    arrived(&shop, &visitor.token, id).await;
    let queries = [
        (format!("query($id: ID!) {{ node(id: $id) {{ ...All }} }} {ALL}"), json!({ "id": id })),
        (
            format!("query($n: String!, $t: String!) {{ guestOrder(number: $n, token: $t) {{ ...All }} }} {ALL}"),
            json!({ "n": number, "t": secret }),
        ),
        (
            format!(
                "{{ viewer {{ orders(first: 3) {{ totals: nodes {{ ...All }} edges {{ cursor }} pageInfo {{ endCursor }} }} }} }} {ALL}"
            ),
            json!({}),
        ),
        (
            "query($id: ID!) { node(id: $id) { ... on OrderLine { id title quantity } } }".to_owned(),
            json!({ "id": placed["order"]["lines"][0]["id"] }),
        ),
    ];
    let mut before = Vec::new();
    for (query, variables) in &queries {
        before.push(shop.query(query, variables.clone(), token).await);
    }
    // Still returnable: it stays, however often the mover comes by.
    assert_eq!(history(&shop, Duration::from_secs(7 * 86_400)).0.move_step(10).await.expect("a step"), 0);
    let (mover, ..) = history(&shop, Duration::ZERO);
    assert_eq!(mover.move_step(10).await.expect("a step"), 1);
    assert_eq!(mover.move_step(10).await.expect("a step"), 0, "once");
    assert_eq!(shop.query(ONE, json!({ "id": id }), token).await["node"]["archived"], true);
    let mut after = Vec::new();
    for (query, variables) in &queries {
        let mut told = shop.query(query, variables.clone(), token).await;
        // What nobody can send back from the archive is the one thing that changed.
        for place in ["/node/returnable", "/guestOrder/returnable", "/viewer/orders/totals/0/returnable"] {
            if let Some(value) = told.pointer_mut(place) {
                assert_eq!(*value, false, "nothing of an archived order is sent back");
                *value = json!(true);
            }
        }
        after.push(told);
    }
    assert_eq!(after, before);
    // What an order that moved cannot do any more is told as such.
    let cancel = "mutation($o: ID!, $k: String!) { cancelOrder(input: { orderId: $o, idempotencyKey: $k }) { errors { code message } } }";
    let refused = shop.query(cancel, json!({ "o": id, "k": key() }), token).await["cancelOrder"]["errors"][0].clone();
    assert_eq!(refused["code"], "WRONG_STATE", "{refused:#}");
    let ask = "mutation($o: ID!, $l: ID!, $k: String!) { requestReturn(input: { orderId: $o, lines: [{ lineId: $l, quantity: 1, reason: \"late\" }], idempotencyKey: $k }) { errors { code message } } }";
    let line = &placed["order"]["lines"][0]["id"];
    let refused =
        shop.query(ask, json!({ "o": id, "l": line, "k": key() }), token).await["requestReturn"]["errors"][0].clone();
    assert_eq!(refused["code"], "WRONG_STATE", "{refused:#}");
    // Nobody else reads it, by its id or by a wrong token.
    let stranger = guest(&shop, BENGALURU).await;
    assert_eq!(shop.query(ONE, json!({ "id": id }), Some(&stranger.token)).await["node"], Value::Null);
    let wrong = shop.query(&queries[1].0, json!({ "n": number, "t": "wrong" }), None).await;
    assert_eq!(wrong["guestOrder"], Value::Null);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn one_list_over_live_and_archived() {
    let shop = Shop::with(&[("archive_after", "10ms"), ("return_window", "0s")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let token = Some(visitor.token.as_str());
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let mut newest_first = Vec::new();
    // Live between archived: no page holds only one kind.
    for card in ["tok_declined", "tok_silent", "tok_declined", "tok_succeeds", "tok_silent"] {
        let made = order(&shop, &visitor.token, &variant, card).await;
        newest_first.insert(0, made["id"].clone());
        if card != "tok_silent" {
            shop.until(ONE, json!({ "id": made["id"] }), token, |d| d["node"]["archived"] == true).await;
        }
    }
    for size in [1, 2, 3, 10] {
        assert_eq!(walked(&shop, &visitor.token, size, false).await, newest_first, "by {size}");
        assert_eq!(walked(&shop, &visitor.token, size, true).await, newest_first, "backwards by {size}");
    }
    let whole = shop.query(LIST, json!({ "n": 10 }), token).await["viewer"]["orders"].clone();
    let told: Vec<_> =
        whole["nodes"].as_array().expect("nodes").iter().map(|n| (&n["state"], &n["archived"])).collect();
    let (live, gone) = (json!(false), json!(true));
    let (created, failed, delivered) = (json!("CREATED"), json!("FAILED"), json!("DELIVERED"));
    assert_eq!(told, [(&created, &live), (&delivered, &gone), (&failed, &gone), (&created, &live), (&failed, &gone)]);
    let many = async |filter: Value| {
        let page = shop.query(LIST, json!({ "f": filter, "n": 10 }), token).await;
        page["viewer"]["orders"]["nodes"].as_array().expect("nodes").len()
    };
    assert_eq!(many(json!({ "states": ["FAILED"] })).await, 2);
    assert_eq!(many(json!({ "states": ["DELIVERED", "CREATED"] })).await, 3);
    assert_eq!(many(json!({ "text": "shirt" })).await, 5);
    assert_eq!(many(json!({ "text": "television" })).await, 0);
    assert_eq!(many(json!({ "until": "2020-01-01T00:00:00Z" })).await, 0);
    assert_eq!(many(json!({ "from": "2020-01-01T00:00:00Z" })).await, 5);
    // What failed long ago is ordered anew, not paid again.
    let retry = "mutation($o: ID!, $k: String!) { retryPayment(input: { orderId: $o, expectedTotal: { amount: 1, currencyCode: \"INR\" }, payment: { cardToken: \"tok_succeeds\" }, idempotencyKey: $k }) { errors { code message } } }";
    let refused = shop.query(retry, json!({ "o": newest_first[2], "k": key() }), token).await;
    assert_eq!(refused["retryPayment"]["errors"][0]["code"], "WRONG_STATE", "{refused:#}");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn one_lost_document_hides_no_other_order() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let token = Some(visitor.token.as_str());
    let variant = variants(&shop, "jeans", 1).await.remove(0);
    let mut made = Vec::new();
    for _ in 0..3 {
        let id = order(&shop, &visitor.token, &variant, "tok_declined").await["id"].clone();
        shop.until(ORDER, json!({ "id": id }), token, |d| d["node"]["state"] == "FAILED").await;
        made.push(id);
    }
    let (mover, index, archive) = history(&shop, Duration::ZERO);
    assert_eq!(mover.move_step(10).await.expect("a step"), 3);
    let lost: OrderId = resolvers::ids::parse(made[1].as_str().expect("an id")).expect("an order's id");
    let slim = index.entries(&[lost]).await.expect("reads").remove(&lost).and_then(|e| e.archived).expect("it moved");
    let copy = archive.copies(std::slice::from_ref(&slim.key)).await.expect("reads").remove(&lost).expect("a copy");
    archive.erase(std::slice::from_ref(&slim.key)).await.expect("erases");
    let answer = shop.answer(LIST, json!({ "n": 10 }), token).await;
    let page = &answer["data"]["viewer"]["orders"];
    let ids: Vec<_> = page["nodes"].as_array().expect("nodes").iter().map(|n| n["id"].clone()).collect();
    assert_eq!(ids, [made[2].clone(), made[0].clone()], "{answer:#}");
    assert_eq!((&page["archiveMissing"], &answer["extensions"]["degraded"]), (&json!(true), &json!(["archive"])));
    let nodes = "query($i: [ID!]!) { nodes(ids: $i) { ... on Order { state } } }";
    let answer = shop.answer(nodes, json!({ "i": made }), token).await;
    let told: Vec<_> = answer["data"]["nodes"].as_array().expect("nodes").iter().map(|n| n["state"].clone()).collect();
    assert_eq!(told, [json!("FAILED"), Value::Null, json!("FAILED")], "{answer:#}");
    assert_eq!(answer["errors"][0]["path"], json!(["nodes", 1]), "told as an error, not as if it were not there");
    archive.put(copy).await.expect("puts");
    let page = shop.query(LIST, json!({ "n": 10 }), token).await["viewer"]["orders"].clone();
    assert_eq!((page["nodes"].as_array().map(Vec::len), &page["archiveMissing"]), (Some(3), &json!(false)));
    shop.stop_and_verify().await;
}
