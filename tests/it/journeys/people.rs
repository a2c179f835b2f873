//! Accounts, guests, and what moves in with them.

use serde_json::json;

use super::{BENGALURU, ERRORS, add, guest, key, variants};
use crate::harness::Shop;

const CART: &str = "{ viewer { shopper { email roles } deliveryLocation { pincode } cart { totalQuantity lines { quantity variant { id } } } wishlist { lines { totalCount } } } }";

#[tokio::test]
async fn what_a_guest_had_moves_in_once_on_sign_in() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let wanted = variants(&shop, "shirt", 2).await;
    add(&shop, &visitor.token, &wanted[0], 2).await;
    let wish = format!(
        "mutation($v: [ID!]!) {{ addWishlistLines(input: {{ variantIds: $v }}) {{ wishlist {{ id }} {ERRORS} }} }}"
    );
    shop.done("addWishlistLines", &wish, json!({ "v": [wanted[1]] }), Some(&visitor.token)).await;

    let sign_up = format!(
        "mutation($g: String) {{ signUp(input: {{ email: \"ravi@example.org\", password: \"a good long password\", name: \"Ravi\", guestToken: $g }}) {{ session {{ accessToken refreshToken }} viewer {{ cart {{ totalQuantity }} }} {ERRORS} }} }}"
    );
    let signed = shop.done("signUp", &sign_up, json!({ "g": visitor.guest_token }), None).await;
    assert_eq!(signed["viewer"]["cart"]["totalQuantity"], 2);
    let sign_in = format!(
        "mutation($g: String) {{ signIn(input: {{ email: \"ravi@example.org\", password: \"a good long password\", guestToken: $g }}) {{ session {{ accessToken refreshToken }} {ERRORS} }} }}"
    );
    let again = shop.done("signIn", &sign_in, json!({ "g": visitor.guest_token }), None).await;
    let token = again["session"]["accessToken"].as_str().expect("a token").to_owned();
    let me = shop.query(CART, json!({}), Some(&token)).await;
    assert_eq!(me["viewer"]["cart"]["totalQuantity"], 2, "the guest's cart moved in once: {me:#}");
    assert_eq!(me["viewer"]["wishlist"]["lines"]["totalCount"], 1);
    assert_eq!(me["viewer"]["shopper"]["roles"], json!(["SHOPPER"]));
    let left = shop.query(CART, json!({}), Some(&visitor.token)).await;
    assert_eq!(left["viewer"]["cart"]["totalQuantity"], 0, "nothing is left with the guest");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn a_used_refresh_token_ends_the_session() {
    let shop = Shop::start().await;
    let sign_in = format!(
        "mutation {{ signIn(input: {{ email: \"shopper@demo.chowk.example\", password: \"demo-password-12\" }}) {{ session {{ accessToken refreshToken }} {ERRORS} }} }}"
    );
    let first = shop.done("signIn", &sign_in, json!({}), None).await["session"]["refreshToken"].clone();
    let refresh = format!(
        "mutation($t: String!) {{ refreshSession(input: {{ refreshToken: $t }}) {{ session {{ accessToken refreshToken }} {ERRORS} }} }}"
    );
    let second =
        shop.done("refreshSession", &refresh, json!({ "t": first }), None).await["session"]["refreshToken"].clone();
    let replay = shop.query(&refresh, json!({ "t": first }), None).await["refreshSession"].clone();
    assert!(replay["session"].is_null() && replay["errors"][0]["code"] == "FORBIDDEN", "{replay:#}");
    let dead = shop.query(&refresh, json!({ "t": second }), None).await["refreshSession"].clone();
    assert!(dead["session"].is_null(), "the whole family is dead: {dead:#}");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_sound_alike() {
    let shop = Shop::start().await;
    let sign_in = format!(
        "mutation($e: String!) {{ signIn(input: {{ email: $e, password: \"not the password\" }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    let known = shop.query(&sign_in, json!({ "e": "shopper@demo.chowk.example" }), None).await;
    let unknown = shop.query(&sign_in, json!({ "e": "nobody@demo.chowk.example" }), None).await;
    assert_eq!(known, unknown);
    assert!(known["signIn"]["session"].is_null() && !known["signIn"]["errors"].as_array().expect("errors").is_empty());
}

#[tokio::test]
async fn lines_move_between_cart_and_wishlist_each_once() {
    let shop = Shop::start().await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "watch", 1).await.remove(0);
    let wish = format!(
        "mutation($v: [ID!]!) {{ addWishlistLines(input: {{ variantIds: $v }}) {{ wishlist {{ lines {{ nodes {{ id }} }} }} {ERRORS} }} }}"
    );
    let wished = shop.done("addWishlistLines", &wish, json!({ "v": [variant] }), Some(&visitor.token)).await;
    let line = wished["wishlist"]["lines"]["nodes"][0]["id"].clone();
    let to_cart = format!(
        "mutation($l: [ID!]!, $k: String!) {{ moveWishlistLinesToCart(input: {{ lineIds: $l, idempotencyKey: $k }}) {{ cart {{ totalQuantity lines {{ id }} }} wishlist {{ lines {{ totalCount }} }} {ERRORS} }} }}"
    );
    let once = key();
    for _ in 0..2 {
        let moved = shop
            .done("moveWishlistLinesToCart", &to_cart, json!({ "l": [line], "k": once }), Some(&visitor.token))
            .await;
        assert_eq!(
            (&moved["cart"]["totalQuantity"], &moved["wishlist"]["lines"]["totalCount"]),
            (&json!(1), &json!(0)),
            "{moved:#}"
        );
    }
    let other = shop.query(&to_cart, json!({ "l": [], "k": once }), Some(&visitor.token)).await;
    assert_eq!(other["moveWishlistLinesToCart"]["errors"][0]["code"], "KEY_REUSED", "{other:#}");
    let me = shop.query(CART, json!({}), Some(&visitor.token)).await;
    assert_eq!(me["viewer"]["cart"]["totalQuantity"], 1);
}
