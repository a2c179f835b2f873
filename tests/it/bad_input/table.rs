//! The rows of the table, by what is wrong in them.

use serde_json::{Value, json};

use super::{
    Case,
    Expect::{Nothing, Refused, Told},
    Known, SEARCHING, TOLD, adding, case, quoting,
};
use crate::{
    harness::Shop,
    journeys::{PLACE, address, key, place_variables},
};

pub fn pincodes(k: &Known) -> Vec<Case> {
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

pub fn quantities(k: &Known) -> Vec<Case> {
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

pub fn money(k: &Known) -> Vec<Case> {
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

pub fn keys_and_counts(k: &Known) -> Vec<Case> {
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

pub fn choices(k: &Known) -> Vec<Case> {
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

pub fn ids(k: &Known) -> Vec<Case> {
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

pub async fn pages(shop: &Shop, k: &Known) -> Vec<Case> {
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

pub fn documents(k: &Known) -> Vec<Case> {
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
