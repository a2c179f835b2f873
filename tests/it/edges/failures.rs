//! An engine that is down costs its own fields and is named; the rest of the page stays.

use serde_json::{Value, json};

use super::small::{PINCODE, Small, staff};

const PAGE: &str = "query($slug: String!, $to: Pincode!, $variant: ID!) {
  topCategories { name }
  item(by: { slug: $slug }) { title category { name } attributes { key } delivery(deliverTo: $to) { __typename }
    variants(first: 3) { nodes { sku price { amount } availability delivery(deliverTo: $to) { __typename } } } }
  search(deliverTo: $to, first: 3) { totalCount edges { cursor node { title } } }
  suggest(prefix: \"tele\") { queries items { title } }
  serviceability(variantIds: [$variant], deliverTo: $to) { delivery { __typename } }
  viewer { shopper { name } deliveryLocation { pincode } addresses { id }
    cart { totalQuantity subtotal { amount } lines { quantity variant { sku } total { amount } notes { code } } }
    wishlist { lines { totalCount nodes { addedAt variant { sku } } } }
    orders(first: 2) { nodes { number events { message } lines { title variant { sku } } } } }
  stockLevels(variantIds: [$variant]) { available variant { sku } }
  lanes(first: 2) { nodes { code courier { name pincodesReached } } }
  couriers { code }
}";

/// What must be null and what must not, when an engine is down.
struct Case {
    engine: &'static str,
    lost: &'static [&'static str],
    kept: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        engine: "items",
        lost: &[
            "/topCategories",
            "/item",
            "/viewer/cart/lines/0/variant",
            "/viewer/cart/subtotal",
            "/stockLevels/0/variant",
        ],
        kept: &[
            "/viewer/shopper/name",
            "/viewer/cart/lines/0/quantity",
            "/viewer/orders/nodes/0/lines/0/title",
            "/lanes/nodes/0/courier/name",
        ],
    },
    Case {
        engine: "inventory",
        lost: &[
            "/item/variants/nodes/0/availability",
            "/item/variants/nodes/0/delivery",
            "/item/delivery",
            "/serviceability",
            "/stockLevels",
            "/viewer/cart/lines/0/notes",
        ],
        kept: &[
            "/item/title",
            "/item/category/name",
            "/item/variants/nodes/0/price",
            "/viewer/cart/lines/0/variant/sku",
            "/viewer/orders/nodes/0/number",
        ],
    },
    Case {
        engine: "search",
        lost: &["/search", "/suggest"],
        kept: &["/item/title", "/topCategories/0/name", "/viewer/cart/lines/0/variant/sku"],
    },
    Case {
        engine: "users",
        lost: &["/viewer/shopper", "/viewer/deliveryLocation", "/viewer/addresses"],
        kept: &["/item/delivery", "/search/totalCount", "/viewer/cart/totalQuantity", "/viewer/orders/nodes/0/number"],
    },
    Case {
        engine: "carts",
        lost: &["/viewer/cart"],
        kept: &["/viewer/shopper/name", "/viewer/wishlist/lines/totalCount", "/item/title"],
    },
    Case {
        engine: "wishlists",
        lost: &["/viewer/wishlist"],
        kept: &["/viewer/cart/totalQuantity", "/viewer/orders/nodes/0/number"],
    },
    Case {
        engine: "orders",
        lost: &["/viewer/orders"],
        kept: &["/viewer/cart/totalQuantity", "/viewer/shopper/name", "/search/edges/0/node/title"],
    },
    Case {
        engine: "network",
        lost: &["/lanes", "/couriers"],
        kept: &["/item/delivery", "/serviceability/0/delivery", "/stockLevels/0/available"],
    },
];

async fn small() -> (Small, Value) {
    let small = Small::with_items(6).await;
    small.fill_cart(staff(), 2).await;
    let owner = staff().owner.expect("an owner");
    small.shop.wishlists.add(owner, vec![small.items[0].variants[0].id]).await.expect("the list takes it");
    small.place_orders(staff(), 2).await;
    let variables = json!({ "slug": small.items[0].slug, "to": PINCODE,
        "variant": resolvers::ids::of(small.items[0].variants[0].id).0 });
    (small, variables)
}

#[tokio::test]
async fn the_page_is_whole_when_every_engine_answers() {
    let (small, variables) = small().await;
    let answer = small.ask(staff(), PAGE, variables).await;
    assert!(answer.response.errors.is_empty(), "{:#?}", answer.response.errors);
    assert!(answer.degraded.is_empty());
    let data = answer.data();
    for case in CASES {
        for path in case.lost.iter().chain(case.kept) {
            let value = data.pointer(path);
            assert!(value.is_some_and(|v| !v.is_null()), "{path} of the whole page: {value:?}");
        }
    }
}

#[tokio::test]
async fn an_engine_that_is_down_costs_its_own_fields() {
    let (mut small, variables) = small().await;
    for case in CASES {
        small.cool().await;
        small.calls.switch_off(case.engine);
        let answer = small.ask(staff(), PAGE, variables.clone()).await;
        small.calls.switch_on();
        let data = answer.data();
        assert!(data.is_object(), "{}: the page stays", case.engine);
        assert_eq!(answer.degraded, [case.engine], "{:#?}", answer.response.errors);
        assert!(answer.codes().iter().all(|c| c == "UNAVAILABLE"), "{}: {:?}", case.engine, answer.codes());
        for path in case.lost {
            assert_eq!(data.pointer(path), Some(&Value::Null), "{} down: {path}", case.engine);
        }
        for path in case.kept {
            let kept = data.pointer(path);
            assert!(kept.is_some_and(|v| !v.is_null()), "{} down: {path} is {kept:?}", case.engine);
        }
        assert!(answer.response.errors.iter().all(|e| !e.message.contains("switched off")), "causes stay in the log");
    }
}

#[tokio::test]
async fn staff_fields_are_refused_alone() {
    let (small, variables) = small().await;
    let answer = small.ask(super::small::shopper(), PAGE, variables.clone()).await;
    let data = answer.data();
    for path in ["/stockLevels", "/lanes", "/couriers"] {
        assert_eq!(data.pointer(path), Some(&Value::Null));
    }
    assert!(data.pointer("/item/title").is_some_and(|v| !v.is_null()));
    assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
    let nobody = small.ask(services::kernel::caller::Caller::anonymous(), PAGE, variables).await;
    assert_eq!(nobody.codes(), ["UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED"]);
    assert_eq!(nobody.data().pointer("/viewer"), Some(&Value::Null));
}
