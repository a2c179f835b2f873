//! What mutations answer: the objects they changed, typed errors with their places, and the same again under one key.

use resolvers::ids;
use serde_json::{Value, json};
use services::kernel::caller::Caller;

use super::small::{PINCODE, Small, address, guest, shopper, staff};

const ADD: &str = "mutation($i: AddCartLinesInput!) { addCartLines(input: $i) { cart { totalQuantity lines { id quantity variant { id } } }
    errors { __typename code message path } warnings { code message } } }";

fn variant(small: &Small, item: usize) -> String {
    ids::of(small.items[item].variants[0].id).0
}

#[tokio::test]
async fn a_repeated_key_adds_once_and_another_input_is_refused() {
    let small = Small::with_items(3).await;
    let input = |quantity: i32| json!({ "i": { "lines": [{ "variantId": variant(&small, 0), "quantity": quantity }], "idempotencyKey": "k" } });
    for _ in 0..3 {
        let data = small.data(guest(), ADD, input(2)).await;
        assert_eq!(data["addCartLines"]["cart"]["totalQuantity"], 2);
        assert_eq!(data["addCartLines"]["errors"], json!([]));
    }
    let other = small.data(guest(), ADD, input(3)).await;
    assert_eq!(other["addCartLines"]["errors"][0]["code"], "KEY_REUSED");
    assert_eq!(other["addCartLines"]["cart"], Value::Null);
}

#[tokio::test]
async fn each_bad_line_is_told_with_its_place() {
    let small = Small::with_items(3).await;
    let gone = ids::of(services::kernel::ids::VariantId(uuid::Uuid::from_u128(404))).0;
    let lines = json!([{ "variantId": variant(&small, 0), "quantity": 1 }, { "variantId": gone }, { "variantId": variant(&small, 1), "quantity": -2 }]);
    let data = small.data(guest(), ADD, json!({ "i": { "lines": lines, "idempotencyKey": "k" } })).await;
    let payload = &data["addCartLines"];
    assert_eq!(payload["cart"]["totalQuantity"], 1, "what can be done is done: {payload:#}");
    let told: Vec<_> =
        payload["errors"].as_array().expect("errors").iter().map(|e| (e["code"].clone(), e["path"].clone())).collect();
    assert!(told.contains(&(json!("NOT_FOUND"), json!(["lines", "1", "variantId"]))), "{told:?}");
    assert!(told.contains(&(json!("INVALID_INPUT"), json!(["lines", "2", "quantity"]))), "{told:?}");
}

#[tokio::test]
async fn ids_of_other_things_are_told_as_bad_input_and_are_no_node() {
    let small = Small::with_items(3).await;
    let item = ids::of(small.items[0].id).0;
    let data =
        small.data(guest(), ADD, json!({ "i": { "lines": [{ "variantId": item }], "idempotencyKey": "k" } })).await;
    let error = &data["addCartLines"]["errors"][0];
    assert_eq!((error["code"].as_str(), &error["path"]), (Some("INVALID_INPUT"), &json!(["lines", "0", "variantId"])));
    let data =
        small.data(guest(), "{ a: node(id: \"junk\") { id } b: nodes(ids: [\"\", \"AAAA\"]) { id } }", json!({})).await;
    assert_eq!(data, json!({ "a": null, "b": [null, null] }));
}

#[tokio::test]
async fn without_a_session_nothing_is_written() {
    let small = Small::with_items(3).await;
    let data = small
        .data(
            Caller::anonymous(),
            ADD,
            json!({ "i": { "lines": [{ "variantId": variant(&small, 0) }], "idempotencyKey": "k" } }),
        )
        .await;
    assert_eq!(data["addCartLines"]["errors"][0]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn a_new_session_is_the_caller_of_the_rest_of_the_answer() {
    let small = Small::with_items(3).await;
    let start = format!("mutation {{ startGuestSession(input: {{ deliverTo: \"{PINCODE}\" }}) {{ session {{ accessToken guestToken refreshToken }}
        viewer {{ shopper {{ id }} deliveryLocation {{ pincode district }} cart {{ totalQuantity }} addresses {{ id }} }} errors {{ code message }} }} }}");
    let data = small.data(Caller::anonymous(), &start, json!({})).await;
    let payload = &data["startGuestSession"];
    assert_eq!(payload["viewer"]["deliveryLocation"]["pincode"], PINCODE, "{payload:#}");
    assert_eq!(payload["viewer"]["cart"]["totalQuantity"], 0);
    let token = payload["session"]["accessToken"].as_str().expect("a token");
    let caller = small.shop.sessions.authenticate(token).expect("a good token");

    let add = json!({ "i": { "lines": [{ "variantId": variant(&small, 0), "quantity": 2 }], "idempotencyKey": "k" } });
    small.data(caller, ADD, add).await;
    let sign_up = "mutation($g: String) { signUp(input: { email: \"ravi@example.org\", password: \"a long enough password\", name: \"Ravi\", guestToken: $g }) {
        session { accessToken refreshToken } viewer { shopper { name email roles } cart { totalQuantity lines { variant { title } } } } errors { code message path } } }";
    let data = small.data(Caller::anonymous(), sign_up, json!({ "g": payload["session"]["guestToken"] })).await;
    let payload = &data["signUp"];
    assert_eq!(payload["viewer"]["shopper"]["name"], "Ravi", "{payload:#}");
    assert_eq!(payload["viewer"]["cart"]["totalQuantity"], 2, "the guest's cart moved in: {payload:#}");
    let wrong = "mutation { signIn(input: { email: \"ravi@example.org\", password: \"another password\" }) { session { accessToken } errors { code } } }";
    let data = small.data(Caller::anonymous(), wrong, json!({})).await;
    assert_eq!(data["signIn"], json!({ "session": null, "errors": [{ "code": "FORBIDDEN" }] }));
}

#[tokio::test]
async fn a_quote_tells_every_line_that_stands_in_the_way() {
    let small = Small::with_items(3).await;
    let quote = "mutation($i: CheckoutQuoteInput!) { checkoutQuote(input: $i) { quote { id } errors { __typename code path
        ... on InsufficientStock { available variant { id } } ... on NotDeliverableError { reason variant { id } } } } }";
    let lines = json!([{ "variantId": variant(&small, 0), "quantity": 99 }, { "variantId": variant(&small, 1), "quantity": 1 }]);
    let mut far = address();
    far["pincode"] = json!("110001");
    let data = small.data(guest(), quote, json!({ "i": { "lines": lines, "address": far } })).await;
    let payload = &data["checkoutQuote"];
    assert_eq!(payload["quote"], Value::Null);
    let errors = payload["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 2, "{payload:#}");
    assert!(
        errors.iter().all(|e| e["__typename"] == "NotDeliverableError" && e["variant"]["id"].is_string()),
        "{payload:#}"
    );
}

#[tokio::test]
async fn orders_are_placed_once_per_key_and_seen_by_their_owner_only() {
    let small = Small::with_items(3).await;
    let order = small.place_order(guest(), 0, json!({ "cardToken": "tok_succeeds" })).await;
    let id = order["id"].as_str().expect("an id");
    let query =
        "query($id: ID!) { node(id: $id) { id ... on Order { number state lines { id } payment { id state } } } }";
    let own = small.data(guest(), query, json!({ "id": id })).await;
    assert_eq!(own["node"]["number"], order["number"]);
    let line = own["node"]["lines"][0]["id"].as_str().expect("an id");
    let part = small
        .data(
            guest(),
            "query($id: ID!) { node(id: $id) { id ... on OrderLine { title quantity } } }",
            json!({ "id": line }),
        )
        .await;
    assert_eq!(part["node"]["quantity"], 1, "parts of an order are nodes too");
    for other in [shopper(), Caller::anonymous()] {
        assert_eq!(small.data(other, query, json!({ "id": id })).await["node"], Value::Null);
    }
    let cancel =
        "mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { order { state cancellable } errors { code } } }";
    let input = json!({ "i": { "orderId": id, "idempotencyKey": "c" } });
    let other = small.data(shopper(), cancel, input.clone()).await;
    assert_eq!(other["cancelOrder"]["errors"][0]["code"], "NOT_FOUND");
    for _ in 0..2 {
        let done = small.data(guest(), cancel, input.clone()).await;
        assert_eq!(
            done["cancelOrder"],
            json!({ "order": { "state": "CANCELLED", "cancellable": false }, "errors": [] })
        );
    }
}

#[tokio::test]
async fn operators_make_change_and_withdraw_items() {
    let small = Small::with_items(3).await;
    let save = "mutation($i: ItemInput!) { saveItem(input: { item: $i }) { item { id slug title attributes { key ... on NumberAttribute { number unit } } variants { nodes { sku price { amount } } } } errors { code message path } } }";
    let item = |title: &str, attribute: Value| {
        json!({ "i": { "externalId": "x-1", "categorySlug": "televisions-0", "title": title,
        "attributes": [{ "key": "screen_size", "value": attribute }],
        "variants": [{ "sku": "X1", "price": { "amount": 129_900, "currencyCode": "INR" } }] } })
    };
    let made = small.data(staff(), save, item("A new television", json!({ "number": 81.0 }))).await;
    let made = &made["saveItem"]["item"];
    assert_eq!(made["attributes"][0], json!({ "key": "screen_size", "number": 81.0, "unit": "cm" }), "{made:#}");
    let wrong = small.data(staff(), save, item("A new television", json!({ "text": "large" }))).await;
    let error = &wrong["saveItem"]["errors"][0];
    assert_eq!(error["code"], "INVALID_INPUT", "{wrong:#}");
    assert_eq!(error["path"][0], "item", "{wrong:#}");
    let refused = small.ask(shopper(), save, item("Not mine", json!({ "number": 1.0 }))).await;
    assert_eq!(refused.codes(), ["FORBIDDEN"]);

    let withdraw = "mutation($id: ID!) { withdrawItem(input: { id: $id }) { item { id } errors { code } } }";
    let done = small.data(staff(), withdraw, json!({ "id": made["id"] })).await;
    assert_eq!(done["withdrawItem"]["errors"], json!([]));
    let read = "query($id: ID!) { item(by: { id: $id }) { title } }";
    assert_eq!(small.data(shopper(), read, json!({ "id": made["id"] })).await["item"], Value::Null);
    assert_eq!(small.data(staff(), read, json!({ "id": made["id"] })).await["item"]["title"], "A new television");
}

#[tokio::test]
async fn operators_change_the_category_tree() {
    let small = Small::with_items(1).await;
    let save = "mutation($i: SaveCategoryInput!) { saveCategory(input: $i) { category { id slug name path { slug } } errors { code message path } } }";
    let top = small.data(staff(), "{ topCategories { id slug } }", json!({})).await["topCategories"][0]["id"].clone();
    let made = small.data(staff(), save, json!({ "i": { "name": "Projectors", "parentId": top } })).await["saveCategory"]["category"].clone();
    assert_eq!(made["path"], json!([{ "slug": "electronics" }, { "slug": "projectors" }]));
    let define = "mutation($i: SaveAttributeDefinitionInput!) { saveAttributeDefinition(input: $i) { category { attributeDefinitions { key kind unit } } errors { code message } } }";
    let definition = json!({ "key": "lumens", "label": "Lumens", "kind": "NUMBER", "unit": "lm", "facetable": true });
    let defined =
        small.data(staff(), define, json!({ "i": { "categoryId": made["id"], "definition": definition } })).await;
    let definitions =
        defined["saveAttributeDefinition"]["category"]["attributeDefinitions"].as_array().expect("definitions").clone();
    assert!(definitions.contains(&json!({ "key": "lumens", "kind": "NUMBER", "unit": "lm" })), "{definitions:?}");
    assert!(definitions.iter().any(|d| d["key"] == "screen_size"), "inherited ones are told too");
    let remove = "mutation($id: ID!) { removeCategory(input: { id: $id }) { removedId errors { code } } }";
    assert_eq!(
        small.data(staff(), remove, json!({ "id": made["id"] })).await["removeCategory"]["removedId"],
        made["id"]
    );
    let refused = small.data(staff(), remove, json!({ "id": top })).await;
    assert_eq!(refused["removeCategory"]["errors"][0]["code"], "INVALID_INPUT");
}

#[tokio::test]
async fn stock_is_received_and_counted_once_per_key() {
    let small = Small::with_items(1).await;
    let receive = "mutation($i: ReceiveStockInput!) { receiveStock(input: $i) { levels { warehouseCode available } errors { code path } } }";
    let input = json!({ "i": { "warehouseCode": "BLR1", "lines": [{ "variantId": variant(&small, 0), "received": 10, "damaged": 3 }], "idempotencyKey": "r" } });
    for _ in 0..2 {
        let done = small.data(staff(), receive, input.clone()).await;
        assert_eq!(done["receiveStock"]["levels"], json!([{ "warehouseCode": "BLR1", "available": 210 }]), "{done:#}");
    }
    let mut moved_on = input.clone();
    moved_on["i"]["lines"][0]["bin"] = json!("damaged");
    let again = small.data(staff(), receive, moved_on).await;
    assert_eq!(again["receiveStock"]["levels"][0]["available"], 210, "the bin is no part of the receipt: {again:#}");
    let adjust = "mutation($i: AdjustStockInput!) { adjustStock(input: $i) { level { available } errors { code path message } } }";
    let count = |delta: i32, key: &str| json!({ "i": { "warehouseCode": "BLR1", "variantId": variant(&small, 0), "delta": delta, "reason": "counted", "idempotencyKey": key } });
    let done = small.data(staff(), adjust, count(-10, "a")).await;
    assert_eq!(done["adjustStock"]["level"]["available"], 200, "{done:#}");
    let too_many = small.data(staff(), adjust, count(-500, "b")).await;
    assert_eq!(too_many["adjustStock"]["errors"][0]["code"], "INSUFFICIENT_STOCK");
    let nowhere = json!({ "i": { "warehouseCode": "MOON", "variantId": variant(&small, 0), "delta": 1, "reason": "x", "idempotencyKey": "c" } });
    assert_eq!(small.data(staff(), adjust, nowhere).await["adjustStock"]["errors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_changed_lane_changes_promises() {
    let small = Small::with_items(1).await;
    let save = "mutation($l: LaneInput!, $k: String!) { saveLane(input: { lane: $l, idempotencyKey: $k }) { lane { code transitMinutes departures weekdays courier { name } } errors { code path } } }";
    let lane = json!({ "code": "UDAAN-2", "courierCode": "UDAAN", "from": "S-560", "to": "DOORS", "transitMinutes": 240,
        "departures": ["07:30"], "weekdays": [1, 2, 3, 4, 5], "carries": ["STANDARD"] });
    let done = small.data(staff(), save, json!({ "l": lane, "k": "1" })).await;
    assert_eq!(done["saveLane"]["errors"], json!([]), "{done:#}");
    assert_eq!(done["saveLane"]["lane"]["departures"], json!(["07:30"]));
    assert!(small.shop.serviceability.refresh().await.expect("the network answers"), "the table follows");
    let refused = small.ask(shopper(), save, json!({ "l": lane, "k": "2" })).await;
    assert_eq!(refused.codes(), ["FORBIDDEN"]);
}
