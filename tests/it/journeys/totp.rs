//! A second factor from outside: an app is set up, asked for and taken off.

use std::time::Duration;

use serde_json::{Value, json};
use services::sessions::totp;

use super::ERRORS;
use crate::harness::Shop;

const EMAIL: &str = "ravi@example.org";
const PASSWORD: &str = "a good long password";

/// An authenticator app.
struct App(Vec<u8>);

impl App {
    /// From the secret as a person types it.
    fn new(secret: &str) -> Self {
        let value = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("a letter of base 32");
        let bits: Vec<usize> = secret.chars().map(value).flat_map(|v| (0..5).rev().map(move |b| v >> b & 1)).collect();
        let byte = |bits: &[usize]| u8::try_from(bits.iter().fold(0, |all, bit| all << 1 | bit)).expect("eight bits");
        Self(bits.chunks_exact(8).map(byte).collect())
    }
    /// What it shows so many steps from now; the neighbours of the present code are good, too.
    fn shows(&self, shop: &Shop, steps: u64) -> String {
        totp::code_at(&self.0, shop.server().house.clock.now() + Duration::from_secs(30 * steps))
    }
}

async fn sign_in(shop: &Shop, password: &str, code: Option<&str>) -> Value {
    let query = format!(
        "mutation($e: String!, $p: String!, $c: String) {{ signIn(input: {{ email: $e, password: $p, oneTimeCode: $c }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    shop.query(&query, json!({ "e": EMAIL, "p": password, "c": code }), None).await["signIn"].clone()
}

async fn ask(shop: &Shop, field: &str, input: &str, answer: &str, token: &str) -> Value {
    let query = format!("mutation {{ {field}(input: {{ {input} }}) {{ {answer} {ERRORS} }} }}");
    shop.query(&query, json!({}), Some(token)).await[field].clone()
}

fn told(payload: &Value) -> (&str, &Value) {
    (payload["errors"][0]["code"].as_str().unwrap_or("none"), &payload["errors"][0]["path"])
}

/// Whether the account says that it has a second factor.
async fn is_protected(shop: &Shop, token: &str) -> bool {
    let viewer = shop.query("{ viewer { shopper { secondFactorEnabled } } }", json!({}), Some(token)).await;
    viewer["viewer"]["shopper"]["secondFactorEnabled"].as_bool().expect("told")
}

#[tokio::test]
async fn an_account_with_an_app_is_opened_with_both_factors_only() {
    let shop = Shop::start().await;
    let sign_up = format!(
        "mutation($e: String!, $p: String!) {{ signUp(input: {{ email: $e, password: $p, name: \"Ravi\" }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    let signed = shop.done("signUp", &sign_up, json!({ "e": EMAIL, "p": PASSWORD }), None).await;
    let token = signed["session"]["accessToken"].as_str().expect("a token").to_owned();
    let proof = format!("password: {PASSWORD:?}");

    let wrong = ask(&shop, "beginTotp", "password: \"not the password\"", "secret uri", &token).await;
    assert_eq!((told(&wrong), &wrong["secret"]), (("INVALID_INPUT", &json!(["password"])), &Value::Null));
    let begun = ask(&shop, "beginTotp", &proof, "secret uri", &token).await;
    let app = App::new(begun["secret"].as_str().expect("a secret"));
    assert!(sign_in(&shop, PASSWORD, None).await["session"].is_object(), "nothing was confirmed yet");
    assert!(!is_protected(&shop, &token).await);
    let wrong = ask(&shop, "confirmTotp", "code: \"x\"", "recoveryCodes", &token).await;
    assert_eq!((told(&wrong), &wrong["recoveryCodes"]), (("INVALID_INPUT", &json!(["code"])), &Value::Null));
    let code = format!("code: {:?}", app.shows(&shop, 0));
    let confirmed = ask(&shop, "confirmTotp", &code, "recoveryCodes", &token).await;
    let recovery = confirmed["recoveryCodes"].as_array().expect("codes").clone();
    assert_eq!(recovery.len(), 10, "{confirmed:#}");
    assert!(is_protected(&shop, &token).await);

    assert_eq!(told(&sign_in(&shop, "not the password", None).await).0, "FORBIDDEN");
    let asked = sign_in(&shop, PASSWORD, None).await;
    assert_eq!((told(&asked), &asked["session"]), (("TOTP_REQUIRED", &json!(["oneTimeCode"])), &Value::Null));
    let next = app.shows(&shop, 1);
    assert!(sign_in(&shop, PASSWORD, Some(&next)).await["session"].is_object());
    assert_eq!(told(&sign_in(&shop, PASSWORD, Some(&next)).await), ("INVALID_INPUT", &json!(["oneTimeCode"])));
    let again = ask(&shop, "beginTotp", &proof, "secret", &token).await;
    assert_eq!((told(&again).0, &again["secret"]), ("WRONG_STATE", &Value::Null));

    let both = format!("{proof}, code: {}", recovery[0]);
    let off = ask(&shop, "disableTotp", &both, "viewer { shopper { email } }", &token).await;
    assert_eq!((&off["errors"], &off["viewer"]["shopper"]["email"]), (&json!([]), &json!(EMAIL)));
    assert!(sign_in(&shop, PASSWORD, None).await["session"].is_object());
    assert!(!is_protected(&shop, &token).await);
}
