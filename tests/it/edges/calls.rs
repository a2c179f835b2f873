//! A page of fifty costs as many calls to engines as a page of ten: every edge of the schema is asked in batches.

use resolvers::ids;
use serde_json::{Value, json};
use services::kernel::{caller::Caller, ids::ItemId};
use uuid::Uuid;

use super::small::{PINCODE, Small, shopper, staff};

/// Asks the same of ten and of fifty, each with cold caches, and compares the calls by port and method.
async fn same_calls(
    small: &mut Small,
    caller: Caller,
    query: &str,
    variables: impl Fn(&Small, usize) -> Value,
    most: usize,
) {
    let mut counted = Vec::new();
    for count in [10, 50] {
        let variables = variables(small, count);
        small.cool().await;
        let data = small.data(caller, query, variables).await;
        assert!(data.to_string().len() > count * 20, "the page is there: {data:#}");
        counted.push(small.calls.take());
    }
    assert_eq!(counted[0], counted[1], "{query}");
    let total: usize = counted[1].values().sum();
    assert!(total <= most, "{total} calls, at most {most}: {:#?}", counted[1]);
}

fn item_ids(small: &Small, count: usize) -> Vec<String> {
    small.items[..count].iter().map(|i| ids::of(i.id).0).collect()
}
fn variant_ids(small: &Small, count: usize) -> Vec<String> {
    small.items[..count].iter().map(|i| ids::of(i.variants[0].id).0).collect()
}

const ITEM: &str =
    "id title brand category { name path { slug } } attributes { key label } priceRange { min { formatted } }
    delivery(deliverTo: $to) { __typename } variants(first: 5) { nodes { id title price { amount } availability
    delivery(deliverTo: $to) { __typename ... on Deliverable { promisedBy } } item { slug } } }";

#[tokio::test]
async fn a_page_of_hits() {
    let mut small = Small::with_items(60).await;
    let query = format!(
        "query($first: Int!, $to: Pincode) {{ search(first: $first, deliverTo: $to) {{ totalCount nodes {{ title }}
           edges {{ cursor delivery {{ __typename }} node {{ {ITEM} }} }} facets {{ key values {{ value }} }} }} }}"
    );
    same_calls(&mut small, shopper(), &query, |_, n| json!({ "first": n, "to": PINCODE }), 12).await;
}

#[tokio::test]
async fn items_by_id() {
    let mut small = Small::with_items(60).await;
    let query = format!("query($items: [ID!]!, $to: Pincode) {{ nodes(ids: $items) {{ ... on Item {{ {ITEM} }} }} }}");
    let variables = |s: &Small, n| json!({ "items": item_ids(s, n), "to": PINCODE });
    same_calls(&mut small, shopper(), &query, variables, 5).await;
}

/// What a gateway asks at most: one call for all items and one for all orders, in the order asked.
#[tokio::test]
async fn a_thousand_representations() {
    let mut small = Small::with_items(60).await;
    let orders = small.place_orders(shopper(), 10).await;
    let strange = |n: usize| ids::of(ItemId(Uuid::from_u128(n as u128))).0;
    let items = item_ids(&small, 60);
    let asked: Vec<Value> = (0..1_000)
        .map(|n| match n % 10 {
            0 => json!({ "__typename": "Order", "id": orders[n / 10 % 10] }),
            _ => json!({ "__typename": "Item", "id": items.get(n).cloned().unwrap_or_else(|| strange(n)) }),
        })
        .collect();
    small.cool().await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Item { id title } ... on Order { id number } } }";
    let data = small.data(shopper(), query, json!({ "r": asked })).await;
    let calls = small.calls.take();
    assert_eq!(calls, [(("items", "items_by_ids"), 1), (("orders", "orders_by_ids"), 1)].into());
    let found = data["_entities"].as_array().expect("a list");
    assert_eq!(found.len(), 1_000);
    for (n, (asked, found)) in asked.iter().zip(found).enumerate() {
        let there = n % 10 == 0 || n < 60;
        assert_eq!(found["id"], if there { asked["id"].clone() } else { Value::Null }, "{n}");
    }
}

#[tokio::test]
async fn variants_by_id() {
    let mut small = Small::with_items(60).await;
    let query = "query($v: [ID!]!) { nodes(ids: $v) { ... on Variant { id title availability delivery { __typename }
        item { category { name } attributes { key } } } } }";
    same_calls(&mut small, shopper(), query, |s, n| json!({ "v": variant_ids(s, n) }), 6).await;
}

#[tokio::test]
async fn deliveries_of_variants() {
    let mut small = Small::with_items(60).await;
    let query = "query($v: [ID!]!, $to: Pincode!) { serviceability(variantIds: $v, deliverTo: $to) {
        variant { id title } delivery { __typename } } }";
    let variables = |s: &Small, n| json!({ "v": variant_ids(s, n), "to": PINCODE });
    same_calls(&mut small, shopper(), query, variables, 4).await;
}

/// One inventory call serves a page whose fields ask for several pincodes.
#[tokio::test]
async fn deliveries_to_several_pincodes() {
    let mut small = Small::with_items(60).await;
    let query = "query($items: [ID!]!) { nodes(ids: $items) { ... on Item { id
        a: delivery(deliverTo: \"560001\") { __typename } b: delivery(deliverTo: \"560002\") { __typename }
        c: delivery { __typename } } } }";
    same_calls(&mut small, shopper(), query, |s, n| json!({ "items": item_ids(s, n) }), 4).await;
    small.cool().await;
    small.data(shopper(), query, json!({ "items": item_ids(&small, 50) })).await;
    let calls = small.calls.take();
    assert_eq!(calls.get(&("inventory", "levels")), Some(&1), "{calls:#?}");
    assert_eq!(calls.get(&("users", "shoppers_by_ids")), Some(&1), "{calls:#?}");
}

#[tokio::test]
async fn the_lines_of_a_cart() {
    let mut small = Small::with_items(60).await;
    let query = "{ viewer { deliveryLocation { pincode district } cart { id totalQuantity subtotal { formatted } lines { id quantity total { formatted }
        notes { code message } variant { id title price { amount } availability item { slug category { name } } delivery { __typename } } } } } }";
    let mut counted = Vec::new();
    for count in [10, 50] {
        // What is there already gets more, so the cart grows from ten lines to fifty.
        small.fill_cart(shopper(), count).await;
        small.cool().await;
        let data = small.data(shopper(), query, json!({})).await;
        let lines = data["viewer"]["cart"]["lines"].as_array().expect("lines");
        assert_eq!(lines.len(), count);
        assert!(lines.iter().all(|l| l["notes"] == json!([]) && l["variant"]["delivery"].is_object()), "{data:#}");
        counted.push(small.calls.take());
    }
    assert_eq!(counted[0], counted[1]);
    assert!(counted[1].values().sum::<usize>() <= 9, "{:#?}", counted[1]);
}

#[tokio::test]
async fn the_lines_of_a_wishlist() {
    let mut small = Small::with_items(60).await;
    let owner = shopper().owner.expect("an owner");
    for chunk in small.items.chunks(30) {
        let variants = chunk.iter().map(|i| i.variants[0].id).collect();
        small.shop.wishlists.add(owner, variants).await.expect("the list takes them");
    }
    let query = "query($first: Int!) { viewer { wishlist { id lines(first: $first) { totalCount pageInfo { hasNextPage endCursor }
        nodes { id addedAt priceWhenAdded { amount } variant { id title availability item { category { name } } } }
        edges { cursor node { variant { sku } } } } } } }";
    same_calls(&mut small, shopper(), query, |_, n| json!({ "first": n }), 8).await;
}

#[tokio::test]
async fn a_list_of_orders() {
    let mut small = Small::with_items(60).await;
    small.place_orders(shopper(), 55).await;
    let query = "query($first: Int!) { viewer { orders(first: $first) { pageInfo { hasNextPage } edges { cursor }
        nodes { id number state total { formatted } retryOf { id } events { cursor message state order { id } }
        payment { state } refunds { id } shipments { id } lines { id title variant { id availability item { slug category { name } } } } } } } }";
    same_calls(&mut small, shopper(), query, |_, n| json!({ "first": n }), 8).await;
}

#[tokio::test]
async fn stock_and_lanes_for_staff() {
    let mut small = Small::with_items(60).await;
    let query = "query($v: [ID!]!) { stockLevels(variantIds: $v) { warehouseCode available variant { id title item { category { name } } } } }";
    same_calls(&mut small, staff(), query, |s, n| json!({ "v": variant_ids(s, n) }), 4).await;
    let query = "query($first: Int!) { lanes(first: $first) { nodes { code to courier { code name pincodesReached } } pageInfo { endCursor } } couriers { code pincodesReached } }";
    same_calls(&mut small, staff(), query, |_, n| json!({ "first": n }), 4).await;
}
