//! What was good and is no more: a quote past its time, a price that moved, an item that was withdrawn, a card that the
//! provider does not know.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use services::kernel::clock::Timestamp;

use super::{TOLD, adding};
use crate::{
    harness::{PATIENCE, Shop},
    journeys::{BENGALURU, ORDER, add, available, guest, key, order, place, quote, variants},
};

#[tokio::test]
async fn an_expired_quote_is_no_order() {
    let shop = Shop::with(&[("quote_ttl", "200ms")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let quoted = quote(&shop, &visitor.token, Some(json!([{ "variantId": variant }]))).await["quote"].clone();
    let expires = quoted["expiresAt"].as_str().and_then(Timestamp::parse_rfc3339).expect("an instant");
    let begun = Instant::now();
    while shop.server().house.clock.now() <= expires {
        assert!(begun.elapsed() < PATIENCE, "a quote of 200 ms expires");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let placed = place(&shop, &visitor.token, &quoted, json!({ "cardToken": "tok_succeeds" })).await;
    assert!(placed["order"].is_null(), "{placed:#}");
    assert_eq!(
        (&placed["errors"][0]["code"], &placed["errors"][0]["path"]),
        (&json!("QUOTE_EXPIRED"), &json!(["quoteId"])),
        "{placed:#}"
    );
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}

/// An operator's token.
async fn operator(shop: &Shop) -> String {
    let sign_in = format!(
        "mutation($p: String!) {{ signIn(input: {{ email: \"operator@demo.chowk.example\", password: $p }}) {{ session {{ accessToken }} {TOLD} }} }}"
    );
    let signed = shop.done("signIn", &sign_in, json!({ "p": chowk::demo::PASSWORD }), None).await;
    signed["session"]["accessToken"].as_str().expect("a token").to_owned()
}

/// The item of a variant, as it would be saved again.
async fn item_of(shop: &Shop, variant: &str) -> Value {
    let document =
        "query($v: ID!) { node(id: $v) { ... on Variant { price { amount } item { id title brand category { slug }
        variants(first: 100) { nodes { sku options { name value } price { amount currencyCode } } } } } } }";
    let item = shop.query(document, json!({ "v": variant }), None).await["node"]["item"].clone();
    json!({ "id": item["id"], "title": item["title"], "brand": item["brand"], "categorySlug": item["category"]["slug"], "variants": item["variants"]["nodes"] })
}

/// An operator lets every variant of an item cost so many paise.
async fn reprice(shop: &Shop, operator: &str, item: &Value, paise: i64) {
    let mut item = item.clone();
    for variant in item["variants"].as_array_mut().expect("variants") {
        variant["price"]["amount"] = json!(paise);
    }
    let save = format!(
        "mutation($i: ItemInput!) {{ saveItem(input: {{ item: $i }}) {{ item {{ id priceRange {{ min {{ amount }} }} }} {TOLD} }} }}"
    );
    let saved = shop.done("saveItem", &save, json!({ "i": item }), Some(operator)).await;
    assert_eq!(saved["item"]["priceRange"]["min"]["amount"], paise, "{saved:#}");
}

#[tokio::test]
async fn a_changed_price_is_noted_in_the_cart_and_never_breaks_a_quote() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let (visitor, operator) = (guest(&shop, BENGALURU).await, operator(&shop).await);
    let variant = variants(&shop, "kettle", 1).await.remove(0);
    let item = item_of(&shop, &variant).await;
    add(&shop, &visitor.token, &variant, 1).await;

    reprice(&shop, &operator, &item, 77_700).await;
    let cart = "{ viewer { cart { subtotal { amount } lines { priceWhenAdded { amount } notes { code message ... on PriceChanged { was { amount } now { amount } } } } } } }";
    let noted = shop
        .until(cart, json!({}), Some(&visitor.token), |d| {
            d["viewer"]["cart"]["lines"][0]["notes"][0]["code"] == "PRICE_CHANGED"
        })
        .await;
    let (cart, line) = (&noted["viewer"]["cart"], &noted["viewer"]["cart"]["lines"][0]);
    assert_eq!(
        (&line["notes"][0]["was"], &line["notes"][0]["now"]["amount"]),
        (&line["priceWhenAdded"], &json!(77_700)),
        "{noted:#}"
    );
    assert_eq!(cart["subtotal"]["amount"], 77_700, "the cart sums today's prices");

    let quoted = quote(&shop, &visitor.token, None).await;
    assert_eq!(
        (&quoted["errors"], &quoted["quote"]["lines"][0]["total"]["amount"]),
        (&json!([]), &json!(77_700)),
        "{quoted:#}"
    );
    reprice(&shop, &operator, &item, 99_900).await;
    let placed = place(&shop, &visitor.token, &quoted["quote"], json!({ "cardToken": "tok_succeeds" })).await;
    assert_eq!(placed["errors"], json!([]), "{placed:#}");
    assert_eq!(placed["order"]["lines"][0]["unitPrice"]["amount"], 77_700, "the quote's price holds: {placed:#}");
    assert_eq!(placed["order"]["total"]["amount"], quoted["quote"]["total"]["amount"]);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn what_was_withdrawn_since_cannot_be_ordered() {
    let shop = Shop::start().await;
    let (visitor, operator) = (guest(&shop, BENGALURU).await, operator(&shop).await);
    let variant = variants(&shop, "kettle", 1).await.remove(0);
    let item = item_of(&shop, &variant).await;
    add(&shop, &visitor.token, &variant, 2).await;
    let before = available(&shop, &variant).await;
    let withdraw = format!("mutation($i: ID!) {{ withdrawItem(input: {{ id: $i }}) {{ item {{ id }} {TOLD} }} }}");
    shop.done("withdrawItem", &withdraw, json!({ "i": item["id"] }), Some(&operator)).await;

    let cart = "{ viewer { cart { lines { quantity notes { code message } } } } }";
    let noted = shop
        .until(cart, json!({}), Some(&visitor.token), |d| {
            d["viewer"]["cart"]["lines"][0]["notes"][0]["code"] == "NOT_FOUND"
        })
        .await;
    assert_eq!(noted["viewer"]["cart"]["lines"][0]["quantity"], 2, "the line stays until the shopper takes it out");
    let quoted = quote(&shop, &visitor.token, None).await;
    assert!(quoted["quote"].is_null(), "{quoted:#}");
    let error = &quoted["errors"][0];
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("NOT_FOUND"), &json!(["lines", "0", "variantId"])),
        "{quoted:#}"
    );
    let again = shop.query(&adding(), json!({ "v": variant, "n": 1, "k": key() }), Some(&visitor.token)).await;
    assert_eq!(again["addCartLines"]["errors"][0]["code"], "NOT_FOUND", "{again:#}");
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn an_unknown_card_token_fails_the_order_and_gives_the_stock_back() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "watch", 1).await.remove(0);
    let before = available(&shop, &variant).await;
    let made = order(&shop, &visitor.token, &variant, "tok_nobody_knows").await;
    let failed =
        shop.until(ORDER, json!({ "id": made["id"] }), Some(&visitor.token), |d| d["node"]["state"] == "FAILED").await;
    assert_eq!(failed["node"]["payment"]["state"], "DECLINED", "{failed:#}");
    assert_eq!(available(&shop, &variant).await, before);
    shop.stop_and_verify().await;
}
