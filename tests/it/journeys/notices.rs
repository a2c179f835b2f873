//! What leaves the shop for mailboxes: each step once, as chosen, and once more when an order is late.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{BENGALURU, ERRORS, ORDER, guest, order, place, quote, variants};
use crate::{
    generated::sign_in,
    harness::{PATIENCE, Shop},
};

/// The subjects of the letters in the outbox, oldest first.
fn subjects(shop: &Shop) -> Vec<String> {
    let paths = std::fs::read_dir(shop.data().join("outbox")).into_iter().flatten().flatten().map(|e| e.path());
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    let letters = paths.iter().filter_map(|p| std::fs::read_to_string(p).ok());
    let subject = |letter: String| {
        letter.lines().find_map(|l| l.strip_prefix("Subject: ")).map(|s| s.split(':').next().unwrap_or(s).to_owned())
    };
    letters.filter_map(subject).collect()
}

/// The subjects once there are so many.
async fn letters(shop: &Shop, many: usize) -> Vec<String> {
    let begun = std::time::Instant::now();
    loop {
        let mut found = subjects(shop);
        if found.len() >= many {
            found.sort();
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "still {found:?}, not {many}");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}

/// Nothing is on its way any more.
async fn all_sent(shop: &Shop) {
    let database = Connection::open(shop.data().join("chowk.db")).expect("the database");
    let begun = std::time::Instant::now();
    loop {
        let due = "SELECT COUNT(*) FROM deliveries WHERE state <> 'SENT'";
        if database.query_row(due, [], |r| r.get::<_, i64>(0)).expect("a count") == 0 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "deliveries are still due");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}

#[tokio::test]
async fn each_step_is_mailed_once() {
    let mut shop = Shop::start().await;
    let token = guest(&shop, BENGALURU).await.token;
    let variant = variants(&shop, "headphones", 1).await.remove(0);
    let bought = order(&shop, &token, &variant, "tok_succeeds").await;
    shop.until(ORDER, json!({ "id": bought["id"] }), Some(&token), |d| d["node"]["state"] == "DELIVERED").await;
    let once = ["Arriving today", "Delivered", "On its way", "Order placed"];
    assert_eq!(letters(&shop, 4).await, once);
    all_sent(&shop).await;
    shop.restart().await;
    all_sent(&shop).await;
    assert_eq!(letters(&shop, 4).await, once, "a restart sends nothing again");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn what_is_not_wanted_does_not_come() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let token = sign_in(&shop, "shopper").await;
    let save = format!(
        "mutation($p: [NotificationPreferenceInput!]!) {{ saveNotificationPreferences(input: {{ preferences: $p }}) {{ viewer {{ notificationPreferences {{ kind channel wanted }} }} {ERRORS} }} }}"
    );
    let off = json!([{ "kind": "PLACED", "channel": "MAIL", "wanted": false }]);
    for _ in 0..2 {
        let done = shop.done("saveNotificationPreferences", &save, json!({ "p": off }), Some(&token)).await;
        let all = done["viewer"]["notificationPreferences"].as_array().cloned().unwrap_or_default();
        let unwanted: Vec<&Value> = all.iter().filter(|p| p["wanted"] == false).collect();
        assert_eq!((all.len(), unwanted), (24, vec![&off[0]]));
    }
    let many = shop.query(&save, json!({ "p": vec![off[0].clone(); 101] }), Some(&token)).await;
    assert_eq!(many["saveNotificationPreferences"]["errors"][0]["code"], "LIMIT_EXCEEDED");
    let visitor = guest(&shop, BENGALURU).await.token;
    let refused = shop.query(&save, json!({ "p": off }), Some(&visitor)).await;
    assert_eq!(refused["saveNotificationPreferences"]["errors"][0]["code"], "FORBIDDEN");

    let variant = variants(&shop, "watch", 1).await.remove(0);
    order(&shop, &token, &variant, "tok_succeeds").await;
    let list = "{ viewer { notifications(first: 9) { nodes { title } } } }";
    shop.until(list, json!({}), Some(&token), |d| d["viewer"]["notifications"].to_string().contains("Order placed"))
        .await;
    // The letter of a step that is wanted shows that the one before it did not come.
    order(&shop, &token, &variant, "tok_declined").await;
    assert_eq!(letters(&shop, 1).await, ["Payment refused"]);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_late_order_is_told_once() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let token = guest(&shop, BENGALURU).await.token;
    let variant = variants(&shop, "jeans", 1).await.remove(0);
    let quoted = quote(&shop, &token, Some(json!([{ "variantId": variant, "quantity": 1 }]))).await;
    let placed = place(&shop, &token, &quoted["quote"], json!({ "cashOnDelivery": true })).await;
    assert_eq!(placed["errors"], json!([]), "{placed:#}");
    assert_eq!(letters(&shop, 1).await, ["Order placed"]);
    let path = shop.data().join("chowk.db");
    let shop = shop
        .between(|| {
            let database = Connection::open(path).expect("the database");
            database.execute("UPDATE order_lines SET promised_by = 1", []).expect("the promise has passed");
        })
        .await;
    assert_eq!(letters(&shop, 2).await, ["Order placed", "Running late"]);
    let mut shop = shop;
    shop.restart().await;
    all_sent(&shop).await;
    assert_eq!(subjects(&shop).len(), 2);
}
