//! What no shop should believe: each wrong input gets an error that names what is wrong and what to do, none gets a
//! failure of the server, and afterwards nothing is half done.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use services::kernel::clock::Timestamp;

use crate::{
    harness::{PATIENCE, Shop},
    journeys::{
        BENGALURU, ORDER, PLACE, add, address, available, guest, key, order, place, place_variables, quote, variants,
    },
};

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

fn pincodes(k: &Known) -> Vec<Case> {
    let there_is_none = |pincode: &str| json!({ "p": pincode });
    let located = format!(
        "mutation($p: Pincode!) {{ setDeliveryLocation(input: {{ pincode: $p }}) {{ viewer {{ deliveryLocation {{ pincode }} }} {TOLD} }} }}"
    );
    let begun = format!(
        "mutation($p: Pincode!) {{ startGuestSession(input: {{ deliverTo: $p }}) {{ session {{ accessToken }} {TOLD} }} }}"
    );
    let mut nowhere = address();
    nowhere["pincode"] = json!("999999");
    let lines = json!([{ "variantId": k.variant }]);
    let mut cases = vec![
        case(
            "unknown pincode, location",
            &k.token,
            located.as_str(),
            there_is_none("999999"),
            Told("INVALID_INPUT", &["pincode"], "999999"),
        ),
        case(
            "unknown pincode, session",
            &k.token,
            begun,
            there_is_none("999999"),
            Told("INVALID_INPUT", &["deliverTo"], "999999"),
        ),
        case(
            "unknown pincode, address",
            &k.token,
            quoting(),
            json!({ "l": lines, "a": nowhere }),
            Told("INVALID_INPUT", &["address", "pincode"], "999999"),
        ),
        case(
            "pincode as a literal",
            &k.token,
            "{ search(deliverTo: \"12\") { totalCount } }",
            json!({}),
            Refused("GRAPHQL_VALIDATION_FAILED", "deliverTo"),
        ),
        case(
            "pincode as a number literal",
            &k.token,
            "{ search(deliverTo: 560001) { totalCount } }",
            json!({}),
            Refused("GRAPHQL_VALIDATION_FAILED", "six digits"),
        ),
    ];
    for wrong in [json!("12"), json!("060001"), json!("56000a"), json!(560_001), json!([]), json!({}), Value::Null] {
        cases.push(case(
            format!("pincode {wrong}"),
            &k.token,
            located.as_str(),
            json!({ "p": wrong }),
            Refused("BAD_USER_INPUT", "$p"),
        ));
    }
    cases
}

fn quantities(k: &Known) -> Vec<Case> {
    let adding_so_many = |n: Value| json!({ "v": k.variant, "n": n, "k": key() });
    let mut cases = Vec::new();
    for n in [0_i64, -1, 100, 2_147_483_647, -2_147_483_648] {
        let expect = || Told("INVALID_INPUT", &["lines", "0", "quantity"], "1 to 99");
        cases.push(case(format!("{n} into the cart"), &k.token, adding(), adding_so_many(json!(n)), expect()));
        let lines = json!([{ "variantId": k.variant, "quantity": n }]);
        cases.push(case(format!("{n} quoted"), &k.token, quoting(), json!({ "l": lines, "a": address() }), expect()));
    }
    for (n, why) in
        [(json!(2_147_483_648_i64), "32 bits"), (json!(1.5), "whole"), (json!("3"), "an Int"), (Value::Null, "null")]
    {
        cases.push(case(
            format!("{n} into the cart"),
            &k.token,
            adding(),
            adding_so_many(n),
            Refused("BAD_USER_INPUT", why),
        ));
    }
    let literal = adding().replace("quantity: $n", "quantity: 99999999999").replace(", $n: Int!", "");
    cases.push(case(
        "a literal beyond 32 bits",
        &k.token,
        literal,
        json!({ "v": k.variant, "k": key() }),
        Refused("GRAPHQL_VALIDATION_FAILED", "32 bits"),
    ));
    cases
}

fn money(k: &Known) -> Vec<Case> {
    let placing = |total: Value| {
        let mut variables = place_variables(&k.quote, json!({ "cardToken": "tok_succeeds" }), "REJECT", &key());
        variables["t"] = total;
        variables
    };
    let amount = k.quote["total"]["amount"].as_i64().expect("an amount");
    let mismatch = || Told("TOTAL_MISMATCH", &["expectedTotal"], "₹");
    let filter = |bound: Value| json!({ "f": [{ "price": bound }] });
    vec![
        case(
            "another total",
            &k.token,
            PLACE,
            placing(json!({ "amount": amount - 1, "currencyCode": "INR" })),
            mismatch(),
        ),
        case(
            "a foreign currency",
            &k.token,
            PLACE,
            placing(json!({ "amount": amount, "currencyCode": "USD" })),
            mismatch(),
        ),
        case(
            "a currency in small letters",
            &k.token,
            PLACE,
            placing(json!({ "amount": amount, "currencyCode": "inr" })),
            Refused("BAD_USER_INPUT", "currencyCode"),
        ),
        case(
            "a broken amount",
            &k.token,
            PLACE,
            placing(json!({ "amount": 1.5, "currencyCode": "INR" })),
            Refused("BAD_USER_INPUT", "amount"),
        ),
        case(
            "an amount beyond 2^53",
            &k.token,
            PLACE,
            placing(json!({ "amount": 9_007_199_254_740_992_i64, "currencyCode": "INR" })),
            Refused("BAD_USER_INPUT", "amount"),
        ),
        case(
            "a filter's least in dollars",
            &k.token,
            SEARCHING,
            filter(json!({ "min": { "amount": 100, "currencyCode": "USD" } })),
            Refused("BAD_USER_INPUT", "INR"),
        ),
        case(
            "a filter's most in dollars",
            &k.token,
            SEARCHING,
            filter(json!({ "max": { "amount": 100, "currencyCode": "USD" } })),
            Refused("BAD_USER_INPUT", "INR"),
        ),
    ]
}

fn keys_and_counts(k: &Known) -> Vec<Case> {
    let many: Vec<Value> = (0..51).map(|_| json!({ "variantId": k.variant })).collect();
    let adding_lines = format!(
        "mutation($l: [CartLineInput!]!, $k: String!) {{ addCartLines(input: {{ lines: $l, idempotencyKey: $k }}) {{ cart {{ totalQuantity }} {TOLD} }} }}"
    );
    let no_key = || Told("INVALID_INPUT", &["idempotencyKey"], "255");
    let placing = |key: &str| place_variables(&k.quote, json!({ "cardToken": "tok_succeeds" }), "REJECT", key);
    let cancelling = cancelling();
    let mut cases = vec![
        case(
            "51 lines into the cart",
            &k.token,
            adding_lines,
            json!({ "l": many, "k": key() }),
            Told("LIMIT_EXCEEDED", &["lines"], "50"),
        ),
        case(
            "51 lines quoted",
            &k.token,
            quoting(),
            json!({ "l": many, "a": address() }),
            Told("LIMIT_EXCEEDED", &["lines"], "50"),
        ),
        case(
            "nothing quoted",
            &k.token,
            quoting(),
            json!({ "l": [], "a": address() }),
            Told("INVALID_INPUT", &["lines"], "nothing to order"),
        ),
        case(
            "an empty cart quoted",
            &k.token,
            quoting(),
            json!({ "a": address() }),
            Told("INVALID_INPUT", &["lines"], "nothing to order"),
        ),
    ];
    for bad in [String::new(), "k".repeat(256)] {
        let length = bad.len();
        cases.push(case(
            format!("a key of {length} bytes, cart"),
            &k.token,
            adding(),
            json!({ "v": k.variant, "n": 1, "k": bad }),
            no_key(),
        ));
        cases.push(case(format!("a key of {length} bytes, order"), &k.token, PLACE, placing(&bad), no_key()));
        cases.push(case(
            format!("a key of {length} bytes, cancelling"),
            &k.token,
            cancelling.as_str(),
            json!({ "o": k.own_order["id"], "k": bad }),
            no_key(),
        ));
    }
    cases
}

fn choices(k: &Known) -> Vec<Case> {
    let lines = json!([{ "variantId": k.variant }]);
    let placing = |payment: Value| place_variables(&k.quote, payment, "REJECT", &key());
    let mut no_mail = address();
    no_mail["email"] = Value::Null;
    let mut no_phone = address();
    no_phone["phone"] = json!("twelve");
    vec![
        case(
            "both addresses",
            &k.token,
            quoting(),
            json!({ "l": lines, "a": address(), "i": k.item }),
            Told("INVALID_INPUT", &["address"], "not both"),
        ),
        case("no address", &k.token, quoting(), json!({ "l": lines }), Told("INVALID_INPUT", &["address"], "where")),
        case(
            "a guest without mail",
            &k.token,
            quoting(),
            json!({ "l": lines, "a": no_mail }),
            Told("INVALID_INPUT", &["address", "email"], "e-mail"),
        ),
        case(
            "a telephone of letters",
            &k.token,
            quoting(),
            json!({ "l": lines, "a": no_phone }),
            Told("INVALID_INPUT", &["address", "phone"], "digits"),
        ),
        case(
            "two ways to pay",
            &k.token,
            PLACE,
            placing(json!({ "cardToken": "tok_succeeds", "cashOnDelivery": true })),
            Refused("BAD_USER_INPUT", "exactly one"),
        ),
        case("no way to pay", &k.token, PLACE, placing(json!({})), Refused("BAD_USER_INPUT", "exactly one")),
        case(
            "a null way to pay",
            &k.token,
            PLACE,
            placing(json!({ "cardToken": null })),
            Refused("BAD_USER_INPUT", "exactly one"),
        ),
        case(
            "two names of an item",
            &k.token,
            "{ item(by: { id: \"a\", slug: \"b\" }) { id } }",
            json!({}),
            Refused("GRAPHQL_VALIDATION_FAILED", "exactly one"),
        ),
        case(
            "two filters in one",
            &k.token,
            SEARCHING,
            json!({ "f": [{ "brands": ["A"], "minRating": 4 }] }),
            Refused("BAD_USER_INPUT", "exactly one"),
        ),
        case(
            "cash, but no",
            &k.token,
            PLACE,
            placing(json!({ "cashOnDelivery": false })),
            Told("INVALID_INPUT", &["payment", "cashOnDelivery"], "choose"),
        ),
        case(
            "an empty card token",
            &k.token,
            PLACE,
            placing(json!({ "cardToken": "" })),
            Told("INVALID_INPUT", &["payment", "token"], "1 to 255"),
        ),
        case(
            "an unknown choice",
            &k.token,
            PLACE,
            place_variables(&k.quote, json!({ "cardToken": "tok_succeeds" }), "STEAL", &key()),
            Refused("BAD_USER_INPUT", "OnUnavailable"),
        ),
    ]
}

fn cancelling() -> String {
    format!(
        "mutation($o: ID!, $l: [ID!], $k: String!) {{ cancelOrder(input: {{ orderId: $o, lineIds: $l, idempotencyKey: $k }}) {{ order {{ id }} {TOLD} }} }}"
    )
}

fn ids(k: &Known) -> Vec<Case> {
    let adding_of = |id: &Value| json!({ "v": id, "n": 1, "k": key() });
    let unknown = json!(resolvers::ids::of(services::kernel::ids::VariantId(uuid::Uuid::from_u128(7))).0);
    let path: &[&str] = &["lines", "0", "variantId"];
    let placing = |id: &Value| {
        let mut variables = place_variables(&k.quote, json!({ "cardToken": "tok_succeeds" }), "REJECT", &key());
        variables["q"] = id.clone();
        variables
    };
    let retrying = format!(
        "mutation($o: ID!, $t: MoneyInput!, $k: String!) {{ retryPayment(input: {{ orderId: $o, expectedTotal: $t, payment: {{ cardToken: \"tok_succeeds\" }}, idempotencyKey: $k }}) {{ order {{ id }} {TOLD} }} }}"
    );
    let total = json!({ "amount": k.own_order["total"]["amount"], "currencyCode": "INR" });
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let mut cases = vec![
        case(
            "a variant nobody has",
            &k.token,
            adding(),
            adding_of(&unknown),
            Told("NOT_FOUND", path, "no such variant"),
        ),
        case("an item as a variant", &k.token, adding(), adding_of(&k.item), Told("INVALID_INPUT", path, "a variant")),
        case("an item as a quote", &k.token, PLACE, placing(&k.item), Told("INVALID_INPUT", &["quoteId"], "a quote")),
        case(
            "somebody else's quote",
            &k.stranger,
            PLACE,
            placing(&k.quote["id"]),
            Told("NOT_FOUND", &["quoteId"], "not yours"),
        ),
        case(
            "somebody else's order, cancelling",
            &k.token,
            cancelling(),
            json!({ "o": k.order["id"], "k": key() }),
            Told("NOT_FOUND", &[], "not yours"),
        ),
        case(
            "somebody else's order, retrying",
            &k.stranger,
            retrying.as_str(),
            json!({ "o": k.own_order["id"], "t": total, "k": key() }),
            Told("NOT_FOUND", &[], "not yours"),
        ),
        case(
            "an order that is paid, retrying",
            &k.token,
            retrying,
            json!({ "o": k.own_order["id"], "t": total, "k": key() }),
            Told("WRONG_STATE", &[], "failed"),
        ),
        case(
            "no line to cancel",
            &k.token,
            cancelling(),
            json!({ "o": k.own_order["id"], "l": [], "k": key() }),
            Told("INVALID_INPUT", &["lineIds"], "at least one"),
        ),
        case("somebody else's order", &k.token, node, json!({ "id": k.order["id"] }), Nothing),
        case("somebody else's quote by id", &k.stranger, node, json!({ "id": k.quote["id"] }), Nothing),
        case(
            "an order by a wrong token",
            &k.token,
            "query($n: String!) { guestOrder(number: $n, token: \"AAAA\") { id } }",
            json!({ "n": k.own_order["number"] }),
            Nothing,
        ),
        case(
            "an item by a slug nobody has",
            &k.token,
            "{ item(by: { slug: \"no-such-thing\" }) { id } }",
            json!({}),
            Nothing,
        ),
        case(
            "more nodes than fit",
            &k.token,
            "query($i: [ID!]!) { nodes(ids: $i) { id } }",
            json!({ "i": vec![k.variant.clone(); 101] }),
            Refused("BAD_USER_INPUT", "100"),
        ),
    ];
    for junk in ["xyz", "", "💡", "AQ", "../../etc/passwd", "' OR 1=1 --"] {
        cases.push(case(
            format!("{junk:?} as a variant"),
            &k.token,
            adding(),
            adding_of(&json!(junk)),
            Told("INVALID_INPUT", path, "not the id of a variant"),
        ));
        cases.push(case(
            format!("{junk:?} as an order"),
            &k.token,
            cancelling(),
            json!({ "o": junk, "k": key() }),
            Told("INVALID_INPUT", &["orderId"], "not the id of an order"),
        ));
        cases.push(case(format!("{junk:?} as a node"), &k.token, node, json!({ "id": junk }), Nothing));
    }
    cases
}

async fn pages(shop: &Shop, k: &Known) -> Vec<Case> {
    let page = shop.query(SEARCHING, json!({ "q": "television" }), Some(&k.token)).await;
    let of_another = page["search"]["edges"][0]["cursor"].clone();
    assert!(of_another.is_string(), "{page:#}");
    let orders = "query($n: Int, $a: String, $l: Int) { viewer { orders(first: $n, after: $a, last: $l) { edges { cursor } } } }";
    let wishes = "query($a: String) { viewer { wishlist { lines(after: $a) { nodes { id } } } } }";
    let mine =
        shop.query(orders, json!({ "n": 5 }), Some(&k.token)).await["viewer"]["orders"]["edges"][0]["cursor"].clone();
    assert!(mine.is_string());
    let cursor = || Refused("INVALID_CURSOR", "cursor");
    let mut cases = vec![
        case("a cursor of another search", &k.token, SEARCHING, json!({ "a": of_another }), cursor()),
        case("a search's cursor among orders", &k.token, orders, json!({ "a": of_another }), cursor()),
        case("an order's cursor on the wishlist", &k.token, wishes, json!({ "a": mine }), cursor()),
        case("an order's cursor in a search", &k.token, SEARCHING, json!({ "a": mine }), cursor()),
        case("both ways at once", &k.token, orders, json!({ "n": 1, "l": 1 }), Refused("BAD_USER_INPUT", "not both")),
    ];
    for junk in ["garbage", "", "AAAA", "💡"] {
        cases.push(case(format!("{junk:?} as a search's cursor"), &k.token, SEARCHING, json!({ "a": junk }), cursor()));
        cases.push(case(format!("{junk:?} as an order's cursor"), &k.token, orders, json!({ "a": junk }), cursor()));
    }
    for n in [0, -1, 101, i32::MAX] {
        cases.push(case(
            format!("{n} hits"),
            &k.token,
            SEARCHING,
            json!({ "n": n }),
            Refused("BAD_USER_INPUT", "1 to 100"),
        ));
        cases.push(case(
            format!("{n} orders"),
            &k.token,
            orders,
            json!({ "n": n }),
            Refused("BAD_USER_INPUT", "1 to 50"),
        ));
    }
    let words = "x".repeat(257);
    cases.push(case("too many words", &k.token, SEARCHING, json!({ "q": words }), Refused("BAD_USER_INPUT", "256")));
    cases
}

fn documents(k: &Known) -> Vec<Case> {
    let anonymous = Case {
        token: None,
        ..case(
            "nobody's cart",
            "",
            adding(),
            json!({ "v": k.variant, "n": 1, "k": key() }),
            Told("FORBIDDEN", &[], "session"),
        )
    };
    vec![
        anonymous,
        case(
            "a forged token",
            "AAAA.BBBB.CCCC",
            "{ topCategories { id } }",
            json!({}),
            Refused("UNAUTHENTICATED", "token"),
        ),
        case("no GraphQL", &k.token, "select * from orders", json!({}), Refused("GRAPHQL_PARSE_FAILED", "")),
        case(
            "a field nobody has",
            &k.token,
            "{ topCategories { colour } }",
            json!({}),
            Refused("GRAPHQL_VALIDATION_FAILED", "colour"),
        ),
        case(
            "a variable left out",
            &k.token,
            "query($s: String!) { item(by: { slug: $s }) { id } }",
            json!({}),
            Refused("BAD_USER_INPUT", "$s"),
        ),
        case(
            "an unknown input field",
            &k.token,
            SEARCHING,
            json!({ "f": [{ "colour": "red" }] }),
            Refused("BAD_USER_INPUT", "colour"),
        ),
    ]
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
    let mut cases = pages(&shop, &k).await;
    for more in [pincodes, quantities, money, keys_and_counts, choices, ids, documents] {
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
