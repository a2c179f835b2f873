//! What is asked: the documents of a storefront, each with all that its page shows.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;

/// Where everything goes: every courier of the demonstration goes there.
pub const PINCODE: &str = "560001";

/// A page of 24 items of a category.
pub const LIST: &str = "query ListPage($category: ID!, $to: Pincode!) {
  search(filters: [{ categoryIds: [$category] }], deliverTo: $to, first: 24) {
    totalCount hiddenUndeliverable asOf pageInfo { hasNextPage endCursor }
    edges { cursor delivery { __typename ... on Deliverable { promisedBy tatHours orderWithin charge { formatted } } }
      node { id slug title brand images(first: 1) { url alt } rating { average count }
        priceRange { min { amount currencyCode formatted } max { amount currencyCode formatted } } } } } }";

/// The page of one item.
pub const ITEM: &str = "query ItemPage($slug: String!, $to: Pincode!) {
  item(by: { slug: $slug }) { id title brand description category { id name path { id slug name } }
    images { url alt width height } rating { average count } options { name values }
    attributes { key label ... on TextAttribute { text } ... on NumberAttribute { number unit } ... on BooleanAttribute { holds } ... on ListAttribute { values } }
    variants(first: 50) { nodes { id sku title options { name value } price { amount formatted } listPrice { formatted } availability
      delivery(deliverTo: $to) { __typename ... on Deliverable { promisedBy orderWithin charge { formatted } } ... on NotDeliverable { reason } } } } } }";

/// A search with facets, of what can be delivered.
pub const SEARCH: &str = "query SearchPage($query: String!, $to: Pincode!) {
  search(query: $query, deliverTo: $to, deliverableOnly: true, first: 24) {
    totalCount hiddenUndeliverable didYouMean asOf pageInfo { hasNextPage endCursor }
    edges { cursor node { id slug title brand priceRange { min { formatted } } } delivery { __typename ... on Deliverable { promisedBy tatHours } } }
    facets { key label kind range { min max } values { value label count selected } } } }";

/// Twelve items, each with its variants, each with its promise.
pub const NESTED: &str = "query Nested($query: String!, $to: Pincode!) {
  search(query: $query, deliverTo: $to, first: 12) { nodes { id title category { name }
    variants(first: 10) { totalCount nodes { id sku title price { amount formatted } availability
      delivery(deliverTo: $to) { __typename ... on Deliverable { promisedBy tatHours orderWithin charge { amount } } ... on NotDeliverable { reason } } } } } } }";

/// The cart with what its lines need.
pub const CART: &str = "query CartPage { viewer { deliveryLocation { pincode district }
    cart { id totalQuantity updatedAt subtotal { amount currencyCode formatted }
      lines { id quantity total { formatted } priceWhenAdded { amount } notes { code message }
        variant { id title price { amount formatted } item { id slug } } } } } }";

/// An order as its page shows it.
pub const ORDER: &str = "query OrderPage($id: ID!) { node(id: $id) { ... on Order { id number state placedAt payBy total { amount formatted }
    lines { id title quantity state promisedBy total { formatted } } charges { key label amount { formatted } }
    payment { id method state } refunds { state } shipments { courier trackingNumber state expectedBy }
    events { cursor state message at } cancellable } } }";

const SESSION: &str = "mutation Session($to: Pincode!) { startGuestSession(input: { deliverTo: $to }) { session { accessToken } errors { code message } } }";
const ADD: &str = "mutation AddToCart($variant: ID!, $key: String!) { addCartLines(input: { lines: [{ variantId: $variant }], idempotencyKey: $key }) {
    cart { id totalQuantity subtotal { amount formatted } lines { id quantity variant { id title } } } errors { code message path } warnings { code message } } }";
const QUOTE: &str = "mutation Quote($lines: [CartLineInput!], $address: AddressInput!) { checkoutQuote(input: { lines: $lines, address: $address }) {
    quote { id expiresAt total { amount currencyCode formatted } charges { key label amount { formatted } } paymentMethods
      lines { quantity promisedBy total { formatted } variant { id title } } }
    errors { __typename code message path } } }";
const PLACE: &str = "mutation Place($quote: ID!, $total: MoneyInput!, $key: String!) { placeOrder(input: { quoteId: $quote, expectedTotal: $total, payment: { cardToken: \"tok_succeeds\" }, idempotencyKey: $key }) {
    order { id number state payBy payment { id state } } guestToken errors { __typename code message path } warnings { code message } } }";

fn key() -> String {
    Uuid::new_v4().to_string()
}

fn address() -> Value {
    json!({ "recipient": "Asha Rao", "phone": "+91 98450 12345", "lines": ["12 MG Road"], "city": "Bengaluru",
            "state": "Karnataka", "pincode": PINCODE, "email": "asha@example.org" })
}

/// A new guest.
pub fn session() -> Call {
    Call::graphql(SESSION, &json!({ "to": PINCODE }), None)
}

/// One unit into the cart.
pub fn add(variant: &str, token: &str) -> Call {
    Call::graphql(ADD, &json!({ "variant": variant, "key": key() }), Some(token))
}

/// A quote of the cart.
pub fn quote_cart(token: &str) -> Call {
    Call::graphql(QUOTE, &json!({ "address": address() }), Some(token))
}

/// A quote of variants, one unit each.
pub fn quote(variants: &[String], token: &str) -> Call {
    let lines: Vec<Value> = variants.iter().map(|v| json!({ "variantId": v, "quantity": 1 })).collect();
    Call::graphql(QUOTE, &json!({ "lines": lines, "address": address() }), Some(token))
}

/// An order of a quote, as the quote was answered.
pub fn place(quote: &Value, token: &str) -> Call {
    let total = json!({ "amount": quote["total"]["amount"], "currencyCode": quote["total"]["currencyCode"] });
    Call::graphql(PLACE, &json!({ "quote": quote["id"], "total": total, "key": key() }), Some(token))
}
