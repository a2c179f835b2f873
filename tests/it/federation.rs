//! Chowk behind a gateway of Apollo Federation 2: what `_entities` and `_service` answer over HTTP, to whom, and how much.
//! That the SDL composes with other subgraphs is checked by `tests/schema/federation.mjs`; how many calls a batch costs, in
//! `tests/it/edges/calls.rs`.

use serde_json::{Value, json};

use crate::{harness::Shop, journeys};

const ENTITIES: &str = "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Item { id title }
    ... on Order { id number } } }";

async fn subgraph(limits: &str) -> Shop {
    Shop::with(&[("federation", "true"), ("limits", limits)]).await
}

/// The ids of some items.
async fn items(shop: &Shop) -> Vec<String> {
    let data = shop.query("{ search(query: \"shirt\", first: 5) { nodes { id } } }", json!({}), None).await;
    let nodes = data["search"]["nodes"].as_array().expect("hits");
    nodes.iter().map(|n| n["id"].as_str().expect("an id").to_owned()).collect()
}

fn of(kind: &str, id: &str) -> Value {
    json!({ "__typename": kind, "id": id })
}

fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

#[tokio::test]
async fn it_is_off_by_default() {
    let shop = Shop::start().await;
    for query in ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"] {
        let answer = shop.answer(query, json!({}), None).await;
        assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED", "{answer:#}");
    }
}

#[tokio::test]
async fn entities_come_in_the_order_asked_and_only_to_whom_they_belong() {
    let shop = subgraph("off").await;
    let items = items(&shop).await;
    let mine = journeys::guest(&shop, journeys::BENGALURU).await;
    let variant = &journeys::variants(&shop, "shirt", 1).await[0];
    let order = journeys::order(&shop, &mine.token, variant, "tok_succeeds").await["id"].clone();
    let order = order.as_str().expect("an id");
    let asked = json!({ "r": [of("Order", order), of("Item", &items[1]), of("Item", &items[0]), of("Order", order)] });

    let data = shop.query(ENTITIES, asked.clone(), Some(&mine.token)).await;
    let found: Vec<_> = data["_entities"].as_array().expect("a list").iter().map(|e| &e["id"]).collect();
    assert_eq!(found, [order, &items[1], &items[0], order]);
    assert!(data["_entities"][0]["number"].is_string() && data["_entities"][1]["title"].is_string(), "{data:#}");

    let other = journeys::guest(&shop, journeys::BENGALURU).await;
    for token in [Some(other.token.as_str()), None] {
        let data = shop.query(ENTITIES, asked.clone(), token).await;
        assert!(data["_entities"][0].is_null() && data["_entities"][3].is_null(), "{data:#}");
        assert_eq!(data["_entities"][1]["id"], items[1], "{data:#}");
        // A foreign order, one that never was, and a thing of another kind look the same.
        let missing = resolvers::ids::of(services::kernel::ids::OrderId(uuid::Uuid::from_u128(7))).0;
        let all = [of("Order", order), of("Order", &missing), of("Order", &items[0]), of("Item", order)];
        let mut answers = Vec::new();
        for one in all {
            answers.push(shop.answer(ENTITIES, json!({ "r": [one] }), token).await["data"].clone());
        }
        assert!(answers.iter().all(|a| *a == json!({ "_entities": [null] })), "{answers:#?}");
    }
}

#[tokio::test]
async fn a_malformed_representation_fails_alone() {
    let shop = subgraph("off").await;
    let items = items(&shop).await;
    let good = of("Item", &items[0]);
    for bad in [
        json!("Item"),
        json!(7),
        json!([]),
        json!({}),
        json!({ "__typename": "Item" }),
        json!({ "id": items[0] }),
        json!({ "__typename": 7, "id": items[0] }),
        json!({ "__typename": "Item", "id": 7 }),
        json!({ "__typename": "Item", "id": { "id": items[0] } }),
        json!({ "__typename": "Shopper", "id": items[0] }),
        json!({ "__typename": "", "id": "" }),
    ] {
        let answer = shop.answer(ENTITIES, json!({ "r": [good, bad, good] }), None).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{bad} {answer:#}");
        assert_eq!(answer["errors"][0]["path"], json!(["_entities", 1]), "{bad} {answer:#}");
        let entities = &answer["data"]["_entities"];
        assert!(entities[0]["id"] == items[0] && entities[1].is_null() && entities[2]["id"] == items[0], "{answer:#}");
    }
    for junk in ["", "x", "\u{0}", "💡", &"A".repeat(3_000)] {
        let data = shop.query(ENTITIES, json!({ "r": [of("Item", junk)] }), None).await;
        assert_eq!(data, json!({ "_entities": [null] }), "{junk}");
    }
    // Written in the document, and with a variable inside, which no check of literals sees.
    let inside =
        "query($x: ID!) { _entities(representations: [{ __typename: \"Item\", id: $x }]) { ... on Item { id } } }";
    let data = shop.query(inside, json!({ "x": items[0] }), None).await;
    assert_eq!(data["_entities"][0]["id"], items[0]);
    let answer = shop.answer(ENTITIES, json!({ "r": [null] }), None).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer:#}");
}

#[tokio::test]
async fn representations_are_bounded_by_number_and_by_cost() {
    let shop = subgraph("standard").await;
    let items = items(&shop).await;
    let ask = async |many: usize, query: &str| {
        let asked: Vec<_> = (0..many).map(|_| of("Item", &items[0])).collect();
        shop.answer(query, json!({ "r": asked }), None).await
    };
    let small = "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Item { id } } }";
    let answer = ask(1_000, small).await;
    assert_eq!(answer["data"]["_entities"].as_array().map(Vec::len), Some(1_000), "{:#}", answer["errors"]);
    let answer = ask(1_001, small).await;
    assert!(code(&answer) == "BAD_USER_INPUT" && answer["data"].is_null(), "{answer:#}");
    // Nine fields and the object itself make ten values of each, one for the list: 999 fit into 10,000.
    let wide =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Item { a: id b: id c: id d: id e: id f: id
        g: id h: id i: id } } }";
    let answer = ask(999, wide).await;
    assert!(answer.get("errors").is_none(), "{:#}", answer["errors"]);
    let answer = ask(1_000, wide).await;
    assert!(code(&answer) == "COST_EXCEEDED" && answer["data"].is_null(), "{answer:#}");
}

#[tokio::test]
async fn the_sdl_is_told_as_the_command_prints_it() {
    let shop = subgraph("off").await;
    let told = shop.query("{ _service { sdl } }", json!({}), None).await;
    let printed = crate::harness::program().args(["schema", "--federation"]).output().expect("it runs");
    assert!(printed.status.success());
    assert_eq!(told["_service"]["sdl"].as_str().expect("a text"), String::from_utf8_lossy(&printed.stdout));
    let types = shop.query("{ __type(name: \"_Entity\") { possibleTypes { name } } }", json!({}), None).await;
    assert_eq!(types["__type"]["possibleTypes"], json!([{ "name": "Item" }, { "name": "Order" }]));
}

/// What a gateway does for `{ topReviews { stars item { title } } }` when another subgraph has the reviews.
#[tokio::test]
async fn a_gateways_plan_is_carried_out() {
    let shop = subgraph("standard").await;
    let items = items(&shop).await;
    // The other subgraph answers with keys only.
    let reviews = [(5, &items[2]), (4, &items[0]), (3, &items[2])];
    let mut keys: Vec<&String> = reviews.iter().map(|(_, id)| *id).collect();
    keys.sort();
    keys.dedup();
    let asked: Vec<_> = keys.iter().map(|id| of("Item", id)).collect();
    let plan =
        "query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Item { title } } }";
    let data = shop.query(plan, json!({ "representations": asked }), None).await;
    let answer: Vec<_> = reviews
        .iter()
        .map(|(stars, id)| {
            let at = keys.iter().position(|key| key == id).expect("it was asked for");
            json!({ "stars": stars, "item": data["_entities"][at] })
        })
        .collect();
    assert!(answer.iter().all(|review| review["item"]["title"].is_string()), "{answer:#?}");
    assert_eq!(answer[0]["item"], answer[2]["item"]);
}
