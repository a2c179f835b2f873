//! Who may call which root field: every field of the schema, called by every kind of caller. The agreed matrix stands in
//! `roles.txt`; a new field needs a line there.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use serde_json::{Value, json};

use super::Sdl;
use crate::{
    harness::Shop,
    journeys::{BENGALURU, ERRORS, guest},
};

/// Credentials that are wrong are refused with the same code to everybody; other tests hold these fields.
const BY_CREDENTIALS: [&str; 2] = ["signIn", "refreshSession"];

/// A caller, by the letter of its column.
struct Caller {
    letter: char,
    token: Option<String>,
}

async fn callers(shop: &Shop) -> Vec<Caller> {
    let mut all = vec![
        Caller { letter: 'n', token: None },
        Caller { letter: 'g', token: Some(guest(shop, BENGALURU).await.token) },
    ];
    for (letter, who) in [('s', "shopper"), ('u', "supplier"), ('w', "warehouse"), ('c', "courier"), ('o', "operator")]
    {
        all.push(Caller { letter, token: Some(sign_in(shop, who).await) });
    }
    all
}

/// Signs a demonstration account in.
pub async fn sign_in(shop: &Shop, who: &str) -> String {
    let query = format!(
        "mutation($e: String!) {{ signIn(input: {{ email: $e, password: \"demo-password-12\" }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    let email = format!("{who}@demo.chowk.example");
    let payload = shop.done("signIn", &query, json!({ "e": email }), None).await;
    payload["session"]["accessToken"].as_str().expect("a token").to_owned()
}

/// Whether a code says that the caller may not.
fn refuses(code: &Value) -> bool {
    matches!(code.as_str(), Some("FORBIDDEN" | "UNAUTHENTICATED"))
}

/// Whether the shop let the caller in, whatever else it had to say about the input.
async fn let_in(shop: &Shop, document: &str, field: &str, token: Option<&str>) -> bool {
    let answer = shop.answer(document, json!({}), token).await;
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let told = answer["data"][field]["errors"].as_array().cloned().unwrap_or_default();
    assert!(
        errors.iter().all(|e| e["extensions"]["code"] != "GRAPHQL_VALIDATION_FAILED"),
        "{document} is not what the schema takes: {answer:#}"
    );
    !errors.iter().any(|e| refuses(&e["extensions"]["code"])) && !told.iter().any(|e| refuses(&e["code"]))
}

/// The same for a subscription: its first event, or silence.
async fn let_in_to_stream(shop: &Shop, document: &str, token: Option<&str>) -> bool {
    let mut request = shop
        .client()
        .post(shop.url("/graphql"))
        .header("accept", "text/event-stream")
        .json(&json!({ "query": document }));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let mut response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{document}");
    match tokio::time::timeout(Duration::from_millis(500), response.chunk()).await {
        Err(_silence) => true,
        Ok(chunk) => {
            let text = String::from_utf8_lossy(&chunk.expect("a sound stream").unwrap_or_default()).into_owned();
            !text.contains("\"FORBIDDEN\"") && !text.contains("\"UNAUTHENTICATED\"")
        }
    }
}

/// The agreed matrix: a line for each field, its letters those of the callers that are let in.
fn agreed() -> BTreeMap<String, String> {
    include_str!("roles.txt")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
        .map(|l| l.split_once(' ').map(|(field, who)| (field.to_owned(), who.trim().to_owned())).expect("two columns"))
        .collect()
}

#[tokio::test]
async fn every_root_field_lets_in_whom_it_should_and_nobody_else() {
    let (sdl, shop) = (Sdl::read(), Shop::start().await);
    let callers = callers(&shop).await;
    let mut found = BTreeMap::new();
    for root in ["Query", "Mutation", "Subscription"] {
        for field in sdl.fields(root) {
            let name = field.name.node.to_string();
            if BY_CREDENTIALS.contains(&name.as_str()) {
                continue;
            }
            let mut who = String::new();
            for caller in &callers {
                // Made anew for each: no idempotency key or id is that of another caller.
                let document = sdl.call(root, &field);
                let token = caller.token.as_deref();
                let allowed = if root == "Subscription" {
                    let_in_to_stream(&shop, &document, token).await
                } else {
                    let_in(&shop, &document, &name, token).await
                };
                who.push(if allowed { caller.letter } else { '.' });
            }
            found.insert(format!("{root}.{name}"), who);
        }
    }
    assert!(found.len() > 40, "{} fields were called", found.len());
    let agreed = agreed();
    if found != agreed {
        let mut told = String::new();
        for (field, who) in &found {
            let mark = if agreed.get(field) == Some(who) { ' ' } else { '!' };
            writeln!(told, "{mark} {field} {who}").expect("text");
        }
        let gone: Vec<_> = agreed.keys().filter(|f| !found.contains_key(*f)).collect();
        panic!("not as agreed in roles.txt (gone: {gone:?}):\n{told}");
    }
}
