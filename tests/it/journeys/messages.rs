//! What the shop tells shoppers: once each, in order, followed without a gap, marked as seen, and kept over a sign-in.

use serde_json::{Value, json};

use super::{BENGALURU, ERRORS, ORDER, guest, order, variants};
use crate::harness::Shop;

const LIST: &str = "{ viewer { notifications(first: 50) { unreadCount nodes { id title body read order { number } } pageInfo { hasNextPage endCursor } } } }";
const ADDED: &str = "subscription($a: String) { notificationAdded(after: $a) { cursor node { id title } } }";

fn titles(data: &Value) -> Vec<String> {
    let nodes = data["viewer"]["notifications"]["nodes"].as_array().expect("messages").iter();
    nodes.map(|n| n["title"].as_str().expect("a title").to_owned()).collect()
}

#[tokio::test]
async fn each_step_is_told_once_and_followed_without_a_gap() {
    let shop = Shop::start().await;
    let token = guest(&shop, BENGALURU).await.token;
    let mut live = shop.subscribe(ADDED, json!({}), &token).await;
    let variant = variants(&shop, "headphones", 1).await.remove(0);
    let bought = order(&shop, &token, &variant, "tok_succeeds").await;
    let mut followed = Vec::new();
    while followed.len() < 4 {
        followed.push(live.next().await.expect("a message")["notificationAdded"].clone());
    }
    let told: Vec<_> = followed.iter().map(|m| m["node"]["title"].as_str().expect("a title")).collect();
    assert_eq!(told, ["Order placed", "On its way", "Arriving today", "Delivered"]);

    let list = shop.query(LIST, json!({}), Some(&token)).await;
    assert_eq!(titles(&list), ["Delivered", "Arriving today", "On its way", "Order placed"]);
    let (messages, number) =
        (&list["viewer"]["notifications"], shop.query(ORDER, json!({ "id": bought["id"] }), Some(&token)).await);
    assert_eq!(messages["unreadCount"], 4);
    assert_eq!(messages["nodes"][0]["order"]["number"], number["node"]["number"]);

    // After a break the cursor goes on behind what was seen.
    let mut again = shop.subscribe(ADDED, json!({ "a": followed[1]["cursor"] }), &token).await;
    for missed in &followed[2..] {
        assert_eq!(again.next().await.expect("a message")["notificationAdded"], *missed);
    }
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn messages_are_marked_as_seen_by_their_owner_only() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let (token, other) = (guest(&shop, BENGALURU).await.token, guest(&shop, BENGALURU).await.token);
    let variant = variants(&shop, "watch", 1).await.remove(0);
    order(&shop, &token, &variant, "tok_declined").await;
    // The list and the count are read one after the other, so a message may come between them.
    let told = |d: &Value| d["viewer"]["notifications"]["unreadCount"] == 1 && !titles(d).is_empty();
    let list = shop.until(LIST, json!({}), Some(&token), told).await;
    assert_eq!(titles(&list), ["Payment refused"]);
    let id = list["viewer"]["notifications"]["nodes"][0]["id"].clone();
    let mark = format!(
        "mutation($ids: [ID!]) {{ markNotificationsRead(input: {{ ids: $ids }}) {{ markedCount viewer {{ notifications {{ unreadCount }} }} {ERRORS} }} }}"
    );
    let marked = async |ids: Value, token: &str| {
        shop.done("markNotificationsRead", &mark, json!({ "ids": ids }), Some(token)).await
    };
    assert_eq!(marked(json!([id]), &other).await["markedCount"], 0);
    assert_eq!(marked(json!([]), &token).await["markedCount"], 0, "an empty list names none, not all");
    let done = marked(json!([id]), &token).await;
    assert_eq!((&done["markedCount"], &done["viewer"]["notifications"]["unreadCount"]), (&json!(1), &json!(0)));
    assert_eq!(marked(Value::Null, &token).await["markedCount"], 0);
    let bad = shop.query(&mark, json!({ "ids": ["junk"] }), Some(&token)).await["markNotificationsRead"].clone();
    assert_eq!((&bad["errors"][0]["code"], &bad["errors"][0]["path"]), (&json!("INVALID_INPUT"), &json!(["ids", "0"])));
    let many = shop.query(&mark, json!({ "ids": vec![id.clone(); 101] }), Some(&token)).await;
    assert_eq!(many["markNotificationsRead"]["errors"][0]["code"], "LIMIT_EXCEEDED");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn cursors_of_another_list_are_refused() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let token = guest(&shop, BENGALURU).await.token;
    for after in ["junk", "AwAAAAAAAAAB"] {
        let query = "query($a: String) { viewer { notifications(first: 1, after: $a) { nodes { id } } } }";
        let answer = shop.answer(query, json!({ "a": after }), Some(&token)).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID_CURSOR", "{answer:#}");
    }
    shop.stop_and_verify().await;
}
