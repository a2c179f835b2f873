//! Tokens in cookies, as a browser keeps them: out of the answers, sent by pages of the shop only.

use std::collections::BTreeMap;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

use super::{ERRORS, add, variants};
use crate::harness::Shop;

const VIEWER: &str = "{ viewer { shopper { email } cart { totalQuantity } } }";
const EMAIL: &str = "shopper@demo.chowk.example";
const NAMES: [&str; 3] = ["__Host-chowk-access", "__Host-chowk-guest", "__Host-chowk-refresh"];

/// A browser with a page of the shop.
struct Browser<'s> {
    shop: &'s Shop,
    cookies: BTreeMap<String, String>,
}

struct Answer {
    status: u16,
    body: Value,
    /// The names of the cookies that were set, and whether each was kept or forgotten.
    set: BTreeMap<String, bool>,
}

impl<'s> Browser<'s> {
    fn of(shop: &'s Shop) -> Self {
        Self { shop, cookies: BTreeMap::new() }
    }

    fn header(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    /// Asks with these headers besides the cookies.
    async fn send(&mut self, query: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.shop.client().post(self.shop.url("/graphql")).json(&json!({ "query": query }));
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.header());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let mut set = BTreeMap::new();
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str().expect("text");
            let (pair, rest) = text.split_once("; ").expect("attributes");
            assert!(rest.starts_with("Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="), "{text}");
            let (name, value) = pair.split_once('=').expect("a pair");
            set.insert(name.to_owned(), !value.is_empty());
            if rest.ends_with("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status: response.status().as_u16(), body: response.json().await.expect("JSON"), set }
    }

    /// Asks as a page of the shop does.
    async fn ask(&mut self, query: &str) -> Answer {
        let origin = self.shop.url("");
        self.send(query, &[("origin", &origin), ("x-chowk-cookies", "1")]).await
    }

    /// Asks for what must come without errors and without tokens.
    async fn session(&mut self, field: &str, input: &str) -> Answer {
        let query = format!(
            "mutation {{ {field}(input: {{ {input} }}) {{ session {{ accessToken refreshToken guestToken }} viewer {{ shopper {{ email }} cart {{ totalQuantity }} }} {ERRORS} }} }}"
        );
        let answer = self.ask(&query).await;
        let payload = &answer.body["data"][field];
        assert_eq!(payload["errors"], json!([]), "{:#}", answer.body);
        let empty = json!({ "accessToken": "", "refreshToken": null, "guestToken": null });
        assert_eq!(payload["session"], empty, "no token is in the answer");
        answer
    }
}

fn sets(access: bool, guest: bool, refresh: bool) -> BTreeMap<String, bool> {
    NAMES.iter().map(|n| (*n).to_owned()).zip([access, guest, refresh]).collect()
}

fn sign_in() -> String {
    format!("email: {EMAIL:?}, password: \"demo-password-12\"")
}

#[tokio::test]
async fn a_page_of_the_shop_has_its_session_in_cookies() {
    let shop = Shop::with(&[("cookies", "true")]).await;
    let mut browser = Browser::of(&shop);
    let begun = browser.session("startGuestSession", "deliverTo: \"560001\"").await;
    assert_eq!(begun.set, sets(true, true, false));
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    add(&shop, &browser.cookies[NAMES[0]], &variant, 2).await;
    assert_eq!(browser.ask(VIEWER).await.body["data"]["viewer"]["cart"]["totalQuantity"], 2);

    let signed = browser.session("signIn", &sign_in()).await;
    assert_eq!(signed.set, sets(true, false, true), "who signed in is a guest no more");
    let viewer = &signed.body["data"]["signIn"]["viewer"];
    assert_eq!((&viewer["shopper"]["email"], &viewer["cart"]["totalQuantity"]), (&json!(EMAIL), &json!(2)));

    let before = browser.cookies.clone();
    let refreshed = browser.session("refreshSession", "").await;
    assert_eq!(refreshed.set, sets(true, false, true));
    assert_ne!(browser.cookies[NAMES[2]], before[NAMES[2]]);
    let out = browser.ask(&format!("mutation {{ signOut(input: {{}}) {{ {ERRORS} }} }}")).await;
    assert_eq!((&out.body["data"]["signOut"]["errors"], &out.set), (&json!([]), &sets(false, false, false)));
    assert!(browser.cookies.is_empty());
    assert_eq!(browser.ask(VIEWER).await.body["data"]["viewer"], Value::Null);

    // What somebody copied before the sign-out is worth nothing, and the dead token is taken out of the way.
    let mut thief = Browser { shop: &shop, cookies: before };
    let refused = thief.ask(VIEWER).await;
    assert_eq!((refused.status, refused.set), (401, BTreeMap::from([(NAMES[0].to_owned(), false)])));
}

#[tokio::test]
async fn a_page_of_another_origin_can_do_nothing_with_the_cookies() {
    let shop = Shop::with(&[("cookies", "true"), ("allow_origins", "https://app.example")]).await;
    let mut browser = Browser::of(&shop);
    browser.session("signIn", &sign_in()).await;
    let own = shop.url("");
    let meant = ("x-chowk-cookies", "1");
    for headers in [
        &[][..],
        &[("origin", own.as_str())],
        &[meant],
        &[("origin", "https://evil.example"), meant],
        &[("origin", "null"), meant],
        &[("sec-fetch-site", "cross-site"), meant],
    ] {
        let refused = browser.send(VIEWER, headers).await;
        assert_eq!(refused.status, 403, "{headers:?}");
        assert_eq!(refused.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert!(refused.set.is_empty() && refused.body.get("data").is_none());
    }
    for headers in [&[("origin", "https://app.example"), meant][..], &[("sec-fetch-site", "same-origin"), meant]] {
        let answer = browser.send(VIEWER, headers).await;
        assert_eq!(answer.body["data"]["viewer"]["shopper"]["email"], EMAIL, "{headers:?}");
    }
}

#[tokio::test]
async fn a_refresh_cookie_that_comes_twice_ends_the_session() {
    let shop = Shop::with(&[("cookies", "true")]).await;
    let mut browser = Browser::of(&shop);
    browser.session("signIn", &sign_in()).await;
    let mut thief = Browser { shop: &shop, cookies: browser.cookies.clone() };
    browser.session("refreshSession", "").await;
    let refresh = format!("mutation {{ refreshSession(input: {{}}) {{ session {{ accessToken }} {ERRORS} }} }}");
    let stolen = thief.ask(&refresh).await;
    assert_eq!(stolen.body["data"]["refreshSession"]["errors"][0]["code"], "FORBIDDEN");
    assert!(stolen.set.is_empty());
    assert_eq!(browser.ask(VIEWER).await.status, 401, "the owner has to sign in again");
}

#[tokio::test]
async fn a_socket_of_a_page_of_the_shop_is_who_its_cookie_says() {
    let shop = Shop::with(&[("cookies", "true")]).await;
    let mut browser = Browser::of(&shop);
    browser.session("signIn", &sign_in()).await;
    let own = shop.url("");
    for (origin, email) in [(Some(own.as_str()), json!(EMAIL)), (None, Value::Null)] {
        let mut request = shop.url("/graphql/ws").replace("http", "ws").into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
        headers.insert("cookie", browser.header().parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().expect("a header"));
        }
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        socket.send(Message::text(r#"{"type":"connection_init"}"#)).await.expect("sends");
        let ask = json!({ "id": "1", "type": "subscribe", "payload": { "query": VIEWER } });
        socket.send(Message::text(ask.to_string())).await.expect("sends");
        let told = loop {
            let message = socket.next().await.expect("is open").expect("a sound frame");
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["type"] == "next" {
                break message["payload"]["data"]["viewer"]["shopper"]["email"].clone();
            }
        };
        assert_eq!(told, email, "{origin:?}");
    }
}

#[tokio::test]
async fn without_the_setting_tokens_are_in_answers_only() {
    let shop = Shop::start().await;
    let mut browser = Browser::of(&shop);
    let signed = browser
        .ask(&format!("mutation {{ signIn(input: {{ {} }}) {{ session {{ accessToken }} }} }}", sign_in()))
        .await;
    let token = signed.body["data"]["signIn"]["session"]["accessToken"].as_str().expect("a token").to_owned();
    assert!(!token.is_empty() && signed.set.is_empty());
    browser.cookies.insert(NAMES[0].to_owned(), token);
    assert_eq!(browser.ask(VIEWER).await.body["data"]["viewer"], Value::Null, "cookies are not read");
    let refresh = format!("mutation {{ refreshSession(input: {{}}) {{ {ERRORS} }} }}");
    let asked = browser.ask(&refresh).await.body["data"]["refreshSession"]["errors"][0].clone();
    assert_eq!((&asked["code"], &asked["path"]), (&json!("INVALID_INPUT"), &json!(["refreshToken"])));
}
