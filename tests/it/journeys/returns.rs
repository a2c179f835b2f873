//! Calling off units and sending them back: stock and money go back once, whatever is repeated, raced or broken off.

use serde_json::{Value, json};

use super::{BENGALURU, ERRORS, ORDER, available, guest, key, place, quote, variants};
use crate::{generated::sign_in, harness::Shop};

const SENT: &str = "query($id: ID!) { node(id: $id) { ... on Order { state returnable total { amount } lines { id state cancelled returned returnable returnableQuantity } returns { id state lines { quantity restocked writtenOff refused } refund { state amount { amount } } } refunds { state amount { amount } } events { message } } } }";
const ASK: &str = "mutation($o: ID!, $l: ID!, $n: Int!, $k: String!) {
    requestReturn(input: { orderId: $o, lines: [{ lineId: $l, quantity: $n, reason: \"too small\" }], idempotencyKey: $k }) {
      order { returns { id } } requested { id state } errors { __typename code message path ... on TooManyUnits { left } } } }";

/// A paid order of some units of one variant, its id and the id of its line.
async fn bought(shop: &Shop, token: &str, variant: &str, units: i64) -> (Value, Value) {
    let quoted = quote(shop, token, Some(json!([{ "variantId": variant, "quantity": units }]))).await;
    let placed = place(shop, token, &quoted["quote"], json!({ "cardToken": "tok_succeeds" })).await;
    assert_eq!(placed["errors"], json!([]), "{placed:#}");
    let id = placed["order"]["id"].clone();
    shop.until(ORDER, json!({ "id": id }), Some(token), |d| d["node"]["payment"]["state"] == "SUCCEEDED").await;
    (id, placed["order"]["lines"][0]["id"].clone())
}

async fn arrived(shop: &Shop, token: &str, order: &Value) {
    shop.until(ORDER, json!({ "id": order }), Some(token), |d| d["node"]["state"] == "DELIVERED").await;
}

async fn ask(shop: &Shop, token: &str, order: &Value, line: &Value, units: i64, key: &str) -> Value {
    let variables = json!({ "o": order, "l": line, "n": units, "k": key });
    shop.query(ASK, variables, Some(token)).await["requestReturn"].clone()
}

/// What staff do with a return: its name is the mutation's.
async fn handle(shop: &Shop, token: &str, act: &str, id: &Value, more: &str, key: &str) -> Value {
    let query = format!(
        "mutation($r: ID!, $k: String!) {{ {act}(input: {{ returnId: $r, {more} idempotencyKey: $k }}) {{ handled {{ state }} {ERRORS} }} }}"
    );
    shop.query(&query, json!({ "r": id, "k": key }), Some(token)).await[act].clone()
}

fn decision(line: &Value, restocked: u32, written_off: u32, refused: u32) -> String {
    format!("lines: [{{ lineId: {line}, restocked: {restocked}, writtenOff: {written_off}, refused: {refused} }}],")
}

#[tokio::test]
async fn units_are_called_off_and_their_money_goes_back() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let (order, line) = bought(&shop, &visitor.token, &variant, 3).await;
    let cancel = "mutation($o: ID!, $l: ID!, $n: Int, $k: String!) { cancelOrder(input: { orderId: $o, lines: [{ lineId: $l, quantity: $n }], idempotencyKey: $k }) { order { state lines { cancelled } } errors { __typename code message path ... on TooManyUnits { left } } } }";
    let once = key();
    let one = |n: Value, key: &str| json!({ "o": order, "l": line, "n": n, "k": key });
    for _ in 0..2 {
        let part = shop.done("cancelOrder", cancel, one(json!(1), &once), Some(&visitor.token)).await;
        assert_eq!(part["order"]["lines"][0]["cancelled"], 1);
        assert_ne!(part["order"]["state"], "CANCELLED");
    }
    assert_eq!(available(&shop, &variant).await, before - 2);
    let other = shop.query(cancel, one(json!(2), &once), Some(&visitor.token)).await;
    assert_eq!(other["cancelOrder"]["errors"][0]["code"], "KEY_REUSED", "{other:#}");
    let many = shop.query(cancel, one(json!(3), &key()), Some(&visitor.token)).await["cancelOrder"].clone();
    let error = &many["errors"][0];
    assert_eq!((&error["code"], &error["left"]), (&json!("LIMIT_EXCEEDED"), &json!(2)), "{many:#}");
    assert_eq!(error["path"], json!(["lines", "0", "quantity"]));
    let none = shop.query(cancel, one(json!(0), &key()), Some(&visitor.token)).await["cancelOrder"].clone();
    assert_eq!(none["errors"][0]["code"], "INVALID_INPUT");
    let rest = shop.done("cancelOrder", cancel, one(Value::Null, &key()), Some(&visitor.token)).await;
    assert_eq!(rest["order"]["state"], "CANCELLED");
    let all = shop
        .until(SENT, json!({ "id": order }), Some(&visitor.token), |d| {
            let refunds = d["node"]["refunds"].as_array().cloned().unwrap_or_default();
            refunds.len() == 2 && refunds.iter().all(|r| r["state"] == "SUCCEEDED")
        })
        .await["node"]
        .clone();
    let back: i64 = [0, 1].iter().filter_map(|i| all["refunds"][i]["amount"]["amount"].as_i64()).sum();
    assert_eq!(json!(back), all["total"]["amount"], "the parts sum to the whole");
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn what_arrived_is_sent_back_received_decided_and_refunded() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let warehouse = sign_in(&shop, "warehouse").await;
    let variant = variants(&shop, "jeans", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let (order, line) = bought(&shop, &visitor.token, &variant, 3).await;
    let early = ask(&shop, &visitor.token, &order, &line, 1, &key()).await;
    let known = |e: &Value| e["errors"] == json!([]) || e["errors"][0]["code"] == "WRONG_STATE";
    assert!(known(&early), "{early:#}");
    arrived(&shop, &visitor.token, &order).await;
    let now = shop.query(SENT, json!({ "id": order }), Some(&visitor.token)).await["node"].clone();
    assert_eq!((&now["returnable"], &now["lines"][0]["returnable"]), (&json!(true), &json!(true)));
    assert_eq!(now["lines"][0]["returnableQuantity"], 3);

    let once = key();
    let asked = ask(&shop, &visitor.token, &order, &line, 2, &once).await;
    assert_eq!((&asked["errors"], &asked["requested"]["state"]), (&json!([]), &json!("REQUESTED")), "{asked:#}");
    let id = asked["requested"]["id"].clone();
    assert_eq!(ask(&shop, &visitor.token, &order, &line, 2, &once).await["requested"]["id"], id, "the same key");
    assert_eq!(ask(&shop, &visitor.token, &order, &line, 1, &once).await["errors"][0]["code"], "KEY_REUSED");
    let many = ask(&shop, &visitor.token, &order, &line, 2, &key()).await;
    let error = &many["errors"][0];
    assert_eq!((&error["__typename"], &error["left"]), (&json!("TooManyUnits"), &json!(1)), "{many:#}");

    let open = "{ openReturns { id orderNumber state lines { line { title } quantity reason } } }";
    let listed = shop.query(open, json!({}), Some(&warehouse)).await["openReturns"].clone();
    assert_eq!((&listed[0]["id"], &listed[0]["lines"][0]["reason"]), (&id, &json!("too small")));
    let whole = decision(&line, 1, 1, 0);
    let soon = handle(&shop, &warehouse, "decideReturn", &id, &whole, &key()).await;
    assert_eq!(soon["errors"][0]["code"], "WRONG_STATE", "{soon:#}");
    handle(&shop, &warehouse, "pickUpReturn", &id, "", &key()).await;
    let received = handle(&shop, &warehouse, "receiveReturn", &id, "", &key()).await;
    assert_eq!(received["handled"]["state"], "RECEIVED");
    let short = handle(&shop, &warehouse, "decideReturn", &id, &decision(&line, 1, 0, 0), &key()).await;
    assert_eq!(short["errors"][0]["code"], "INVALID_INPUT", "each unit is decided: {short:#}");
    let once = key();
    for _ in 0..2 {
        let decided = handle(&shop, &warehouse, "decideReturn", &id, &whole, &once).await;
        assert_eq!(decided["errors"], json!([]), "{decided:#}");
    }
    let again = handle(&shop, &warehouse, "decideReturn", &id, &whole, &key()).await;
    assert_eq!(again["errors"][0]["code"], "WRONG_STATE");
    let done = shop
        .until(SENT, json!({ "id": order }), Some(&visitor.token), |d| d["node"]["returns"][0]["state"] == "REFUNDED")
        .await["node"]
        .clone();
    assert_eq!((&done["state"], &done["lines"][0]["returned"]), (&json!("DELIVERED"), &json!(2)));
    assert_eq!(done["refunds"].as_array().map(Vec::len), Some(1));
    let told = done["events"].to_string();
    assert!(told.contains("Return requested") && told.contains("A part of the order was returned"), "{told}");
    assert_eq!(available(&shop, &variant).await, before - 2, "one of two was fit for sale");
    let messages = "{ viewer { notifications(first: 20) { nodes { title } } } }";
    shop.until(messages, json!({}), Some(&visitor.token), |d| {
        let all = d["viewer"]["notifications"].to_string();
        ["Return requested", "Returned", "Money returned"].iter().all(|t| all.contains(t))
    })
    .await;
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn returns_that_race_never_exceed_what_was_bought() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "bottle", 1).await.remove(0);
    let (order, line) = bought(&shop, &visitor.token, &variant, 2).await;
    arrived(&shop, &visitor.token, &order).await;
    let keys: Vec<String> = (0..6).map(|_| key()).collect();
    let all = keys.iter().map(|k| ask(&shop, &visitor.token, &order, &line, 1, k));
    let answers = futures::future::join_all(all).await;
    let done = answers.iter().filter(|a| a["errors"] == json!([])).count();
    let refused = answers.iter().filter(|a| a["errors"][0]["left"] == 0).count();
    assert_eq!((done, refused), (2, 4), "{answers:#?}");
    // What is refused may be asked for again; nothing moved for it.
    let operator = sign_in(&shop, "operator").await;
    let id = shop.query(SENT, json!({ "id": order }), Some(&visitor.token)).await["node"]["returns"][0]["id"].clone();
    let no = handle(&shop, &operator, "decideReturn", &id, &decision(&line, 0, 0, 1), &key()).await;
    assert_eq!(no["handled"]["state"], "REFUSED", "{no:#}");
    assert_eq!(ask(&shop, &visitor.token, &order, &line, 1, &key()).await["errors"], json!([]));
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_stop_between_the_decision_and_the_money_loses_neither() {
    let mut shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let operator = sign_in(&shop, "operator").await;
    let variant = variants(&shop, "kettle", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let (order, line) = bought(&shop, &visitor.token, &variant, 1).await;
    arrived(&shop, &visitor.token, &order).await;
    let id = ask(&shop, &visitor.token, &order, &line, 1, &key()).await["requested"]["id"].clone();
    handle(&shop, &operator, "receiveReturn", &id, "", &key()).await;
    let (once, all) = (key(), decision(&line, 1, 0, 0));
    handle(&shop, &operator, "decideReturn", &id, &all, &once).await;
    shop.restart().await;
    let again = handle(&shop, &operator, "decideReturn", &id, &all, &once).await;
    assert_eq!(again["errors"], json!([]), "the key is known after a restart: {again:#}");
    let done = shop
        .until(SENT, json!({ "id": order }), Some(&visitor.token), |d| d["node"]["returns"][0]["state"] == "REFUNDED")
        .await["node"]
        .clone();
    assert_eq!(done["state"], "RETURNED");
    assert_eq!(done["refunds"], json!([{ "state": "SUCCEEDED", "amount": done["total"] }]), "all of it, once");
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn after_the_window_nothing_is_taken_back() {
    let shop = Shop::with(&[("return_window", "0s")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "watch", 1).await.remove(0);
    let (order, line) = bought(&shop, &visitor.token, &variant, 1).await;
    arrived(&shop, &visitor.token, &order).await;
    let now = shop.query(SENT, json!({ "id": order }), Some(&visitor.token)).await["node"].clone();
    assert_eq!((&now["returnable"], &now["lines"][0]["returnable"]), (&json!(false), &json!(false)));
    let late = ask(&shop, &visitor.token, &order, &line, 1, &key()).await;
    assert_eq!(late["errors"][0]["code"], "WRONG_STATE", "{late:#}");
    shop.stop_and_verify().await;
}
