//! What no shop should believe: each wrong input gets an error that names what is wrong and what to do, none gets a
//! failure of the server, and afterwards nothing is half done.

use serde_json::{Value, json};

use crate::{
    harness::Shop,
    journeys::{BENGALURU, ORDER, available, guest, order, place, quote, variants},
};

mod since;
mod table;

/// How a wrong input must be answered.
enum Expect {
    /// As data of the mutation's payload: code, path, and a piece of the message.
    Told(&'static str, &'static [&'static str], &'static str),
    /// As an error of the protocol: code, and a piece of the message.
    Refused(&'static str, &'static str),
    /// As if it were not there.
    Nothing,
}
use Expect::{Nothing, Refused, Told};

/// A request that is wrong in one place.
struct Case {
    what: String,
    document: String,
    variables: Value,
    token: Option<String>,
    expect: Expect,
}

fn case(what: impl Into<String>, token: &str, document: impl Into<String>, variables: Value, expect: Expect) -> Case {
    Case { what: what.into(), document: document.into(), variables, token: Some(token.to_owned()), expect }
}

/// What the cases are about.
struct Known {
    token: String,
    stranger: String,
    variant: String,
    item: Value,
    /// A quote that is good and not used.
    quote: Value,
    /// An order of the stranger.
    order: Value,
    /// An order of the token's guest, placed and alive.
    own_order: Value,
}

const TOLD: &str = "errors { __typename code message path }";

fn adding() -> String {
    format!(
        "mutation($v: ID!, $n: Int!, $k: String!) {{ addCartLines(input: {{ lines: [{{ variantId: $v, quantity: $n }}], idempotencyKey: $k }}) {{ cart {{ totalQuantity }} {TOLD} }} }}"
    )
}

fn quoting() -> String {
    format!(
        "mutation($l: [CartLineInput!], $a: AddressInput, $i: ID) {{ checkoutQuote(input: {{ lines: $l, address: $a, addressId: $i }}) {{ quote {{ id }} {TOLD} }} }}"
    )
}

const SEARCHING: &str = "query($q: String! = \"shirt\", $f: [FilterInput!]! = [], $p: Pincode, $n: Int! = 5, $a: String) { search(query: $q, filters: $f, deliverTo: $p, first: $n, after: $a) { totalCount edges { cursor } } }";

async fn known(shop: &Shop) -> Known {
    let (buyer, stranger) = (guest(shop, BENGALURU).await, guest(shop, BENGALURU).await);
    let found = variants(shop, "shirt", 2).await;
    let item = shop
        .query("query($v: ID!) { node(id: $v) { ... on Variant { item { id } } } }", json!({ "v": found[0] }), None)
        .await;
    let quoted = quote(shop, &buyer.token, Some(json!([{ "variantId": found[0] }]))).await;
    assert_eq!(quoted["errors"], json!([]), "{quoted:#}");
    Known {
        own_order: order(shop, &buyer.token, &found[1], "tok_succeeds").await,
        order: order(shop, &stranger.token, &found[1], "tok_succeeds").await,
        token: buyer.token,
        stranger: stranger.token,
        variant: found[0].clone(),
        item: item["node"]["item"]["id"].clone(),
        quote: quoted["quote"].clone(),
    }
}

/// Sends a case and holds the answer to what is expected and to what is true of every answer.
async fn check(shop: &Shop, case: &Case) {
    let mut request =
        shop.client().post(shop.url("/graphql")).json(&json!({ "query": case.document, "variables": case.variables }));
    if let Some(token) = &case.token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.expect("an answer");
    let (status, text) = (response.status(), response.text().await.expect("a text"));
    let what = format!("{}: {status} {text}\n{} {}", case.what, case.document, case.variables);
    assert!(!status.is_server_error(), "{what}");
    assert!(!text.contains("INTERNAL") && !text.contains("UNAVAILABLE"), "{what}");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    match &case.expect {
        Nothing => {
            assert!(answer.get("errors").is_none(), "{what}");
            assert!(answer["data"].as_object().is_some_and(|d| d.values().all(Value::is_null)), "{what}");
        }
        Refused(code, words) => {
            let error = &answer["errors"][0];
            let message = error["message"].as_str().unwrap_or_default();
            assert_eq!(error["extensions"]["code"], *code, "{what}");
            assert!(message.contains(words) && message.len() >= 10, "{what}");
        }
        Told(code, path, words) => {
            assert!(answer.get("errors").is_none(), "{what}");
            let payload = answer["data"].as_object().and_then(|d| d.values().next()).expect("a payload");
            let errors = payload["errors"].as_array().expect("a list of errors");
            let error = errors
                .iter()
                .find(|e| e["path"] == json!(path))
                .unwrap_or_else(|| panic!("no error at {path:?}: {what}"));
            let message = error["message"].as_str().unwrap_or_default();
            assert_eq!(error["code"], *code, "{what}");
            assert!(message.contains(words) && message.len() >= 10, "{what}");
        }
    }
}

#[tokio::test]
async fn every_wrong_input_is_told_and_nothing_is_half_done() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let k = known(&shop).await;
    let paid = |d: &Value| d["node"]["payment"]["state"] == "SUCCEEDED";
    shop.until(ORDER, json!({ "id": k.own_order["id"] }), Some(&k.token), paid).await;
    let before = available(&shop, &k.variant).await;
    let mut cases = table::pages(&shop, &k).await;
    for more in [
        table::pincodes,
        table::quantities,
        table::money,
        table::keys_and_counts,
        table::choices,
        table::ids,
        table::documents,
    ] {
        cases.extend(more(&k));
    }
    assert!(cases.len() > 90, "the table has {} rows", cases.len());
    for case in &cases {
        check(&shop, case).await;
    }
    let mine = "{ viewer { deliveryLocation { pincode } cart { totalQuantity } orders(first: 50) { nodes { id } } } }";
    let after = shop.query(mine, json!({}), Some(&k.token)).await["viewer"].clone();
    assert_eq!(after["cart"]["totalQuantity"], 0, "nothing was put into the cart: {after:#}");
    assert_eq!(after["orders"]["nodes"], json!([{ "id": k.own_order["id"] }]), "nothing was ordered");
    assert_eq!(after["deliveryLocation"]["pincode"], BENGALURU);
    assert_eq!(available(&shop, &k.variant).await, before, "no stock is held");
    let placed = place(&shop, &k.token, &k.quote, json!({ "cardToken": "tok_succeeds" })).await;
    assert_eq!(placed["errors"], json!([]), "the quote is still good after all of it: {placed:#}");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_request_that_is_no_request_is_refused_by_http() {
    let shop = Shop::start().await;
    let post = |kind: &'static str, body: &'static str| {
        shop.client().post(shop.url("/graphql")).header("content-type", kind).body(body).send()
    };
    let json_type = "application/json";
    for (kind, body, status, code, words) in [
        (json_type, "{ not JSON", 400, "BAD_USER_INPUT", "not valid JSON"),
        (json_type, "", 400, "BAD_USER_INPUT", "not valid JSON"),
        (json_type, "\u{0}", 400, "BAD_USER_INPUT", "not valid JSON"),
        (json_type, "[{\"query\":\"{topCategories{id}}\"}]", 400, "BAD_USER_INPUT", "one operation"),
        (json_type, "7", 400, "BAD_USER_INPUT", "JSON object"),
        (json_type, "{}", 400, "BAD_USER_INPUT", "query"),
        (json_type, "{\"query\":7}", 400, "BAD_USER_INPUT", "string"),
        (json_type, "{\"query\":\"{topCategories{id}}\",\"variables\":[]}", 400, "BAD_USER_INPUT", "variables"),
        ("text/plain", "{\"query\":\"{topCategories{id}}\"}", 415, "UNSUPPORTED_MEDIA_TYPE", "application/json"),
    ] {
        let response = post(kind, body).await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{body}");
        let answer: Value = response.json().await.expect("JSON, whatever was sent");
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{body} {answer:#}");
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|m| m.contains(words)), "{body} {answer:#}");
    }
    let mutation =
        shop.client().get(shop.url("/graphql?query=mutation%7BstartGuestSession(input%3A%7B%7D)%7B__typename%7D%7D"));
    let response = mutation.send().await.expect("an answer");
    assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().ok()), (405, Some("POST")));
    shop.stop_and_verify().await;
}
