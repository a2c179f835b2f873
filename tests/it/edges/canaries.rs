//! What must never be logged is not: a shop that logs everything it can, and values that nothing else would write.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::{PATIENCE, Shop, program},
    journeys::{BENGALURU, ERRORS, PLACE, key, place_variables, variants},
};

/// Secrets of the settings, by the variable that sets them.
const SECRETS: [(&str, &str); 4] = [
    ("CHOWK_TOKEN_KEYS", "k1:canary-of-the-token-key-0123456789"),
    ("CHOWK_PAYMENTS_WEBHOOK_SECRET", "canary-of-the-payments-secret"),
    ("CHOWK_COURIERS_WEBHOOK_SECRET", "canary-of-the-couriers-secret"),
    ("CHOWK_CURSOR_KEY", "canary-of-the-cursor-key"),
];

/// A process of the program; ended with the test.
struct Loud(Child);

impl Drop for Loud {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    async fn ask(&self, query: &str, variables: Value, token: Option<&str>) -> Value {
        let mut request =
            self.http.post(format!("{}/graphql", self.url)).json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap_or_else(|e| panic!("no answer to {query}: {e:?}"));
        answer.json().await.expect("JSON")
    }
}

/// What a person and a partner tell the shop that is nobody else's; the second list is what the shop gives them.
async fn tell_secrets(client: &Client, variant: &str) -> (Vec<String>, Vec<String>) {
    let (mut told, mut given) = (Vec::new(), Vec::new());
    let mut tell = |text: &str| {
        told.push(text.to_owned());
        text.to_owned()
    };
    let account = json!({ "e": tell("canary.person@mail.example"), "p": tell("canary pass phrase 7731"), "n": tell("Canary Personname") });
    let sign_up = format!(
        "mutation($e: String!, $p: String!, $n: String!) {{ signUp(input: {{ email: $e, password: $p, name: $n }}) {{ session {{ accessToken refreshToken }} {ERRORS} }} }}"
    );
    let signed_up = client.ask(&sign_up, account, None).await;
    let session = &signed_up["data"]["signUp"]["session"];
    assert!(session["accessToken"].is_string(), "{signed_up:#}");
    given.extend(["accessToken", "refreshToken"].map(|k| session[k].as_str().expect("a token").to_owned()));
    let token = given[0].clone();
    let wrong = format!(
        "mutation($p: String!) {{ signIn(input: {{ email: \"canary.person@mail.example\", password: $p }}) {{ session {{ accessToken }} {ERRORS} }} }}"
    );
    let refused = client.ask(&wrong, json!({ "p": tell("canary wrong phrase 9914") }), None).await;
    assert!(refused["data"]["signIn"]["session"].is_null(), "{refused:#}");
    let address = json!({ "recipient": tell("Canary Recipientname"), "phone": tell("+91 98111 77331"),
        "lines": [tell("17 Canary Street")], "city": "Bengaluru", "state": "Karnataka", "pincode": BENGALURU,
        "email": tell("canary.order@mail.example") });
    let quote = format!(
        "mutation($v: ID!, $a: AddressInput!) {{ checkoutQuote(input: {{ lines: [{{ variantId: $v, quantity: 1 }}], address: $a }}) {{ quote {{ id total {{ amount currencyCode }} }} {ERRORS} }} }}"
    );
    let refused = tell("tok_canary_5512");
    for card in [refused.as_str(), "tok_succeeds"] {
        let quoted = client.ask(&quote, json!({ "v": variant, "a": address }), Some(&token)).await;
        let quote = &quoted["data"]["checkoutQuote"]["quote"];
        let variables = place_variables(quote, json!({ "cardToken": card }), "REJECT", &key());
        let placed = client.ask(PLACE, variables, Some(&token)).await;
        assert!(placed["data"]["placeOrder"]["order"]["number"].is_string(), "{placed:#}");
    }
    // By GET, where a careless log would hold the whole address of the request.
    let guest = [
        ("query", "query($t: String!) { guestOrder(number: \"CH-1\", token: $t) { id } }".to_owned()),
        ("variables", json!({ "t": tell("canary-order-token-4410") }).to_string()),
    ];
    let url = reqwest::Url::parse_with_params(&format!("{}/graphql", client.url), guest).expect("a URL");
    client.http.get(url).send().await.expect("an answer");
    // What does not even parse is told in errors, never in the log.
    let broken =
        format!("{{\"query\": \"{{ viewer {{ \", \"variables\": {{ \"x\": \"{}\" ", tell("canary-broken-body-3309"));
    let request = client.http.post(format!("{}/graphql", client.url)).header("content-type", "application/json");
    request.body(broken).send().await.expect("an answer");
    let bearer = tell("canary.bearer.6627");
    client.ask("{ __typename }", json!({}), Some(&bearer)).await;
    for path in ["/webhooks/payments/sandbox", "/webhooks/couriers/bluebird"] {
        let request =
            client.http.post(format!("{}{path}", client.url)).header("chowk-signature", tell("t=1,v1=canary55e1"));
        request.body(format!("{{\"payer\": \"{}\"}}", tell("canary-webhook-payer"))).send().await.expect("an answer");
    }
    (told, given)
}

#[tokio::test]
async fn nothing_private_is_logged_even_when_everything_is() {
    let shop = Shop::start().await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let folder = shop.stop().await;
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let mut command = program();
    command
        .args(["--data", data.to_str().expect("UTF-8"), "serve", "--listen", "127.0.0.1:0"])
        .envs([("CHOWK_LOG", "trace"), ("CHOWK_LIMITS", "off")])
        .envs(SECRETS)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).expect("a file"));
    let mut child = command.spawn().expect("the program starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let shop = Loud(child);
    let url = lines
        .map_while(Result::ok)
        .find_map(|l| l.split_whitespace().find(|w| w.starts_with("http://127.0.0.1:")).map(ToOwned::to_owned))
        .expect("the program tells its address");
    let client = Client { http: crate::harness::client(), url: url.trim_end_matches('/').to_owned() };
    let (told, given) = tell_secrets(&client, &variant).await;

    let metrics = client.http.get(format!("{}/metrics", client.url)).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("text");
    // Until the workers have heard of the order, too.
    let orders = "{ viewer { orders(first: 2) { nodes { state } } } }";
    let begun = Instant::now();
    loop {
        let answer = client.ask(orders, json!({}), Some(&given[0])).await;
        let nodes = answer["data"]["viewer"]["orders"]["nodes"].as_array().cloned().unwrap_or_default();
        if nodes.len() == 2 && nodes.iter().all(|o| o["state"] != "CREATED") {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{answer:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(shop);
    let logged = String::from_utf8_lossy(&std::fs::read(&log).expect("the log")).into_owned();
    assert!(logged.contains("DEBUG"), "the filter is in force: {logged}");
    let secrets = SECRETS.map(|(_, s)| s.split_once(':').map_or(s, |(_, secret)| secret).to_owned());
    for canary in told.iter().chain(&given).chain(&secrets) {
        for (place, text) in [("the log", &logged), ("the metrics", &metrics)] {
            let found = text.lines().find(|l| l.contains(canary.as_str()));
            assert_eq!(found, None, "{place} holds {canary}");
        }
    }
}
