//! New passwords from outside: what they end, and what comes by mail.

use serde_json::{Value, json};

use super::{ERRORS, guest};
use crate::harness::{PATIENCE, Shop};

const SHOPPER: &str = "shopper@demo.chowk.example";
const OLD: &str = "demo-password-12";
const NEW: &str = "another good password";

/// The tokens of a session.
#[derive(Clone)]
struct Tokens {
    access: String,
    refresh: String,
}

fn tokens(payload: &Value) -> Tokens {
    let text = |name: &str| payload["session"][name].as_str().expect("a token").to_owned();
    Tokens { access: text("accessToken"), refresh: text("refreshToken") }
}

async fn sign_in(shop: &Shop, password: &str) -> Value {
    let query = format!(
        "mutation($e: String!, $p: String!) {{ signIn(input: {{ email: $e, password: $p }}) {{ session {{ accessToken refreshToken }} {ERRORS} }} }}"
    );
    shop.query(&query, json!({ "e": SHOPPER, "p": password }), None).await["signIn"].clone()
}

async fn change(shop: &Shop, current: &str, new: &str, token: Option<&str>) -> Value {
    let query = format!(
        "mutation($c: String!, $n: String!) {{ changePassword(input: {{ currentPassword: $c, newPassword: $n }}) {{ session {{ accessToken refreshToken }} viewer {{ shopper {{ email }} }} {ERRORS} }} }}"
    );
    shop.query(&query, json!({ "c": current, "n": new }), token).await["changePassword"].clone()
}

async fn ask_for_reset(shop: &Shop, email: &str) -> Value {
    let query =
        format!("mutation($e: String!) {{ requestPasswordReset(input: {{ email: $e }}) {{ minutes {ERRORS} }} }}");
    shop.query(&query, json!({ "e": email }), None).await["requestPasswordReset"].clone()
}

async fn reset(shop: &Shop, token: &str, new: &str) -> Value {
    let query = format!(
        "mutation($t: String!, $n: String!) {{ resetPassword(input: {{ token: $t, newPassword: $n }}) {{ {ERRORS} }} }}"
    );
    shop.query(&query, json!({ "t": token, "n": new }), None).await["resetPassword"].clone()
}

/// Whether both tokens of a session are worth nothing.
async fn is_dead(shop: &Shop, tokens: &Tokens) -> bool {
    let viewer = shop.answer("{ viewer { shopper { email } } }", json!({}), Some(&tokens.access)).await;
    let query = format!(
        "mutation($t: String!) {{ refreshSession(input: {{ refreshToken: $t }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    let refreshed = shop.query(&query, json!({ "t": tokens.refresh }), None).await["refreshSession"].clone();
    viewer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED" && refreshed["errors"][0]["code"] == "FORBIDDEN"
}

/// The messages in the outbox, once there are so many.
async fn messages(shop: &Shop, many: usize) -> Vec<String> {
    let begun = std::time::Instant::now();
    loop {
        let paths = std::fs::read_dir(shop.data().join("outbox")).into_iter().flatten().flatten().map(|e| e.path());
        let mut paths: Vec<_> = paths.collect();
        paths.sort();
        let texts: Vec<_> = paths.iter().map(|p| std::fs::read_to_string(p).expect("readable")).collect();
        // A message is whole when its text is there: the file is made before it is written.
        if texts.len() == many && texts.iter().all(|t| t.ends_with("as it is.\n")) {
            return texts;
        }
        assert!(begun.elapsed() < PATIENCE, "still {} of {many} messages", texts.len());
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_answers_with_a_new_one() {
    let shop = Shop::start().await;
    let (here, there) = (tokens(&sign_in(&shop, OLD).await), tokens(&sign_in(&shop, OLD).await));
    let open = shop.subscribe("subscription { notificationAdded { id } }", json!({}), &there.access).await;
    let wrong = change(&shop, "not the password", NEW, Some(&here.access)).await;
    assert_eq!(
        (&wrong["session"], &wrong["errors"][0]["path"]),
        (&Value::Null, &json!(["currentPassword"])),
        "{wrong:#}"
    );
    let visitor = guest(&shop, super::BENGALURU).await;
    for token in [None, Some(visitor.token.as_str())] {
        let refused = change(&shop, OLD, NEW, token).await;
        assert_eq!(refused["errors"][0]["code"], "FORBIDDEN", "{refused:#}");
    }
    let changed = change(&shop, OLD, NEW, Some(&here.access)).await;
    assert_eq!((&changed["errors"], &changed["viewer"]["shopper"]["email"]), (&json!([]), &json!(SHOPPER)));
    assert!(is_dead(&shop, &here).await && is_dead(&shop, &there).await);
    assert_eq!(open.closed().await, 4403, "what listens ends, too");
    assert!(!is_dead(&shop, &tokens(&changed)).await);
    assert!(sign_in(&shop, OLD).await["session"].is_null());
    assert!(sign_in(&shop, NEW).await["session"].is_object());
}

#[tokio::test]
async fn a_lost_password_is_replaced_with_a_token_from_the_mailbox_once() {
    let shop = Shop::start().await;
    let stolen = tokens(&sign_in(&shop, OLD).await);
    let (known, unknown) = (ask_for_reset(&shop, SHOPPER).await, ask_for_reset(&shop, "nobody@example.org").await);
    assert_eq!(known, unknown);
    assert_eq!((&known["minutes"], &known["errors"]), (&json!(30), &json!([])));
    let [message] = &messages(&shop, 1).await[..] else { panic!("one message") };
    assert!(message.contains(&format!("\nTo: {SHOPPER}\n")), "{message}");
    let token = message.lines().find(|l| l.len() == 43 && !l.contains(' ')).expect("a token").to_owned();

    assert_eq!(reset(&shop, &token, NEW).await["errors"], json!([]));
    assert!(is_dead(&shop, &stolen).await, "the thief's session ended");
    let (used, made_up) = (reset(&shop, &token, OLD).await, reset(&shop, "made-up", OLD).await);
    assert_eq!(used, made_up);
    assert_eq!((&used["errors"][0]["code"], &used["errors"][0]["path"]), (&json!("INVALID_INPUT"), &json!(["token"])));
    assert!(sign_in(&shop, OLD).await["session"].is_null());
    assert!(sign_in(&shop, NEW).await["session"].is_object());
    messages(&shop, 1).await;
}
