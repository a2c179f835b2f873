//! What a shopper does, from outside.

use serde_json::{Value, json};

use crate::harness::Shop;

mod browse;
mod checkout;
mod cookies;
mod history;
mod learning;
mod messages;
mod mishaps;
mod notices;
mod passwords;
mod people;
mod races;
mod returns;
mod supply;
mod totp;

/// Bengaluru's head post office: every courier goes there.
pub const BENGALURU: &str = "560001";

/// What every mutation asks besides its own.
pub const ERRORS: &str = "errors { __typename code message path ... on InsufficientStock { available } ... on TotalMismatch { total { amount } } } warnings { code message }";

/// A guest session's token, delivered to a pincode.
pub async fn guest(shop: &Shop, pincode: &str) -> Guest {
    let query = format!(
        "mutation($p: Pincode!) {{ startGuestSession(input: {{ deliverTo: $p }}) {{ session {{ accessToken guestToken }} {ERRORS} }} }}"
    );
    let payload = shop.done("startGuestSession", &query, json!({ "p": pincode }), None).await;
    let text = |name: &str| payload["session"][name].as_str().expect("a token").to_owned();
    Guest { token: text("accessToken"), guest_token: text("guestToken") }
}

/// A guest's tokens.
pub struct Guest {
    /// The access token.
    pub token: String,
    /// Given to sign-in.
    pub guest_token: String,
}

/// A fresh key.
pub fn key() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Variants that can be delivered to Bengaluru, by a search.
pub async fn variants(shop: &Shop, words: &str, many: usize) -> Vec<String> {
    let query = "query($q: String!, $p: Pincode!) { search(query: $q, deliverTo: $p, first: 24) { nodes { variants(first: 20) { nodes { id delivery(deliverTo: $p) { __typename } } } } } }";
    let data = shop.query(query, json!({ "q": words, "p": BENGALURU }), None).await;
    let nodes = data["search"]["nodes"].as_array().expect("hits").iter();
    let variants = nodes.flat_map(|n| n["variants"]["nodes"].as_array().expect("variants").clone());
    let good = variants
        .filter(|v| v["delivery"]["__typename"] == "Deliverable")
        .map(|v| v["id"].as_str().expect("an id").to_owned());
    let good: Vec<String> = good.take(many).collect();
    assert_eq!(good.len(), many, "the demonstration has {many} deliverable variants for `{words}`");
    good
}

/// Puts a variant into the cart.
pub async fn add(shop: &Shop, token: &str, variant: &str, quantity: i64) -> Value {
    let query = format!(
        "mutation($v: ID!, $n: Int!, $k: String!) {{ addCartLines(input: {{ lines: [{{ variantId: $v, quantity: $n }}], idempotencyKey: $k }}) {{ cart {{ totalQuantity lines {{ id quantity variant {{ id }} }} subtotal {{ amount }} }} {ERRORS} }} }}"
    );
    shop.done("addCartLines", &query, json!({ "v": variant, "n": quantity, "k": key() }), Some(token)).await
}

/// An address in Bengaluru, as an input.
pub fn address() -> Value {
    json!({ "recipient": "Asha Rao", "phone": "+91 98450 12345", "lines": ["12 MG Road"], "city": "Bengaluru",
            "state": "Karnataka", "pincode": BENGALURU, "email": "asha@example.org" })
}

/// A quote of lines, or of the cart without any.
pub async fn quote(shop: &Shop, token: &str, lines: Option<Value>) -> Value {
    let query = format!(
        "mutation($l: [CartLineInput!], $a: AddressInput!) {{ checkoutQuote(input: {{ lines: $l, address: $a }}) {{ quote {{ id expiresAt total {{ amount currencyCode }} charges {{ key amount {{ amount }} }} lines {{ quantity promisedBy total {{ amount }} variant {{ id }} }} paymentMethods }} {ERRORS} }} }}"
    );
    shop.query(&query, json!({ "l": lines, "a": address() }), Some(token)).await["checkoutQuote"].clone()
}

/// What `placeOrder` is asked for.
pub const PLACE: &str = "mutation($q: ID!, $t: MoneyInput!, $p: PaymentInput!, $u: OnUnavailable!, $k: String!) {
    placeOrder(input: { quoteId: $q, expectedTotal: $t, payment: $p, onUnavailable: $u, idempotencyKey: $k }) {
      order { id number state total { amount } payBy lines { id title quantity state unitPrice { amount } } payment { state } }
      guestToken
      errors { __typename code message path ... on InsufficientStock { available } ... on TotalMismatch { total { amount } } }
      warnings { code message } } }";

/// Orders a quote.
pub async fn place(shop: &Shop, token: &str, quote: &Value, payment: Value) -> Value {
    shop.query(PLACE, place_variables(quote, payment, "REJECT", &key()), Some(token)).await["placeOrder"].clone()
}

/// The variables of [`PLACE`].
#[expect(clippy::needless_pass_by_value, reason = "tests write the payment in place")]
pub fn place_variables(quote: &Value, payment: Value, on_unavailable: &str, key: &str) -> Value {
    json!({ "q": quote["id"], "t": quote["total"], "p": payment, "u": on_unavailable, "k": key })
}

/// Orders one unit of a variant with a card token; answers with the order.
pub async fn order(shop: &Shop, token: &str, variant: &str, card: &str) -> Value {
    let quoted = quote(shop, token, Some(json!([{ "variantId": variant, "quantity": 1 }]))).await;
    assert_eq!(quoted["errors"], json!([]), "{quoted:#}");
    let placed = place(shop, token, &quoted["quote"], json!({ "cardToken": card })).await;
    assert_eq!(placed["errors"], json!([]), "{placed:#}");
    placed["order"].clone()
}

/// The query for an order by its id.
pub const ORDER: &str = "query($id: ID!) { node(id: $id) { ... on Order { number state payBy payment { state } refunds { amount { amount } state reason } events { cursor state message } lines { id state quantity } shipments { state courier trackingNumber } total { amount } cancellable retryOf { id } } } }";

/// Units of a variant over all warehouses that can be sold, by the books.
pub async fn available(shop: &Shop, variant: &str) -> u64 {
    let id: services::kernel::ids::VariantId = resolvers::ids::parse(variant).expect("a variant's id");
    let levels = shop.server().house.shop.inventory.levels(&[id]).await.expect("levels");
    levels.get(&id).map_or(0, |l| l.iter().map(|l| u64::from(l.available)).sum())
}
