//! What operators, providers and couriers touch: health, metrics, the exported schema, request ids, the end of the process,
//! refusals at start, and signed callbacks. Refusals are tried on the real program.

use std::{
    collections::BTreeMap,
    io::{Read, Seek},
    path::Path,
    process::{Output, Stdio},
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use services::{
    kernel::{clock::Timestamp, ids::OrderId},
    orders::Shipment,
    payments::webhook,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::{
    harness::{PATIENCE, Shop, program},
    journeys::{BENGALURU, Guest, ORDER, PLACE, guest, key, order, place_variables, quote, variants},
};

/// A shop must be gone so soon after it was told to stop.
const STOP_MAX: Duration = Duration::from_secs(10);
const PAYMENTS_SECRET: &str = "the payments secret of this test";
const COURIERS_SECRET: &str = "the couriers' secret of this test";

async fn get(shop: &Shop, path: &str) -> (u16, String, String) {
    let response = shop.client().get(shop.url(path)).send().await.expect("an answer");
    let kind = response.headers()["content-type"].to_str().expect("a type").to_owned();
    (response.status().as_u16(), kind, response.text().await.expect("a text"))
}

#[tokio::test]
async fn health_and_metrics_are_told() {
    let shop = Shop::start().await;
    let (status, _, live) = get(&shop, "/health/live").await;
    assert_eq!((status, live.as_str()), (200, r#"{"status":"live"}"#));
    let begun = Instant::now();
    let ready: Value = loop {
        let (status, _, ready) = get(&shop, "/health/ready").await;
        if status == 200 {
            break serde_json::from_str(&ready).expect("JSON");
        }
        assert!(begun.elapsed() < PATIENCE, "{ready}");
    };
    assert_eq!(
        (&ready["status"], &ready["components"]["database"]["status"]),
        (&json!("ready"), &json!("ready")),
        "{ready:#}"
    );

    let before = operations(&get(&shop, "/metrics").await.2);
    shop.query("{ topCategories { id } }", json!({}), None).await;
    let (status, kind, text) = get(&shop, "/metrics").await;
    assert_eq!(status, 200);
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    assert!(text.contains("# TYPE chowk_operations_total counter"), "{text}");
    assert!(operations(&text) > before, "each operation is counted: {text}");
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let value = line.rsplit_once(' ').map(|(_, v)| v.parse::<f64>());
        assert!(matches!(value, Some(Ok(_))), "not a sample of Prometheus: {line}");
    }
    shop.stop_and_verify().await;
}

/// Queries answered so far, over all outcomes and transports; the recorder is shared by all tests of the process.
fn operations(metrics: &str) -> u64 {
    let counted = metrics.lines().filter(|l| l.starts_with("chowk_operations_total{") && l.contains("kind=\"query\""));
    counted.filter_map(|l| l.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

#[tokio::test]
async fn the_served_schema_is_the_printed_one() {
    let shop = Shop::start().await;
    let (status, kind, served) = get(&shop, "/schema.graphql").await;
    assert_eq!((status, kind.as_str()), (200, "text/plain; charset=utf-8"));
    let printed = chowk(&["schema"], &[]);
    assert!(printed.status.success(), "{printed:?}");
    let printed = String::from_utf8(printed.stdout).expect("UTF-8");
    assert!(printed.contains("type Query"), "{printed}");
    assert_eq!(served.trim_end(), printed.trim_end());
}

#[tokio::test]
async fn a_request_keeps_its_id_or_gets_one() {
    let shop = Shop::start().await;
    let id_of = async |given: Option<&str>| {
        let mut request = shop.client().post(shop.url("/graphql")).json(&json!({ "query": "{ __typename }" }));
        if let Some(given) = given {
            request = request.header("x-request-id", given);
        }
        let response = request.send().await.expect("an answer");
        response.headers()["x-request-id"].to_str().expect("text").to_owned()
    };
    assert_eq!(id_of(Some("abc-123_x.Y")).await, "abc-123_x.Y");
    let (made, other) = (id_of(None).await, id_of(None).await);
    assert!(!made.is_empty() && made != other);
    for bad in ["spaces in it", "<script>", &"x".repeat(65)] {
        let id = id_of(Some(bad)).await;
        assert!(!id.is_empty() && id != bad, "{bad} came back");
    }
    let refused = shop
        .client()
        .post(shop.url("/graphql"))
        .header("x-request-id", "mine")
        .body("{")
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.headers()["x-request-id"], "mine", "refusals carry it, too");
}

/// A socket with a running subscription.
async fn following(shop: &Shop, visitor: &Guest, order: &Value) -> WebSocketStream<TcpStream> {
    let mut request = shop.url("/graphql/ws").replace("http", "ws").into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    let stream = TcpStream::connect(shop.server().address).await.expect("a connection");
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.expect("a socket");
    let init =
        json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", visitor.token) } });
    let payload = json!({ "query": "subscription($o: ID!) { orderEvents(orderId: $o) { state } }", "variables": { "o": order["id"] } });
    for message in [init, json!({ "id": "1", "type": "subscribe", "payload": payload })] {
        socket.send(Message::text(message.to_string())).await.expect("sends");
    }
    let mut seen = String::new();
    while !seen.contains("\"next\"") {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await.expect("in time").expect("open").expect("sound");
        seen = next.into_text().expect("text").to_string();
    }
    socket
}

/// The close code that ends a socket.
async fn closed(socket: &mut WebSocketStream<TcpStream>) -> Option<u16> {
    loop {
        match tokio::time::timeout(STOP_MAX, socket.next()).await.expect("an end in time") {
            Some(Ok(Message::Close(frame))) => return frame.map(|f| f.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

/// Sends the head of an order and waits until the shop asks for the body: the request runs then.
async fn half_an_order(shop: &Shop, token: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(shop.server().address).await.expect("a connection");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: shop\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sends");
    let mut answer = [0_u8; 64];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await.expect("in time").expect("reads");
    assert!(answer[..read].starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&answer[..read]));
    stream
}

#[tokio::test]
async fn a_stop_closes_sockets_and_lets_a_running_checkout_end() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let wanted = variants(&shop, "shirt", 2).await;
    let followed = order(&shop, &visitor.token, &wanted[0], "tok_silent").await;
    let mut socket = following(&shop, &visitor, &followed).await;
    let quoted = quote(&shop, &visitor.token, Some(json!([{ "variantId": wanted[1] }]))).await["quote"].clone();
    let variables = place_variables(&quoted, json!({ "cardToken": "tok_succeeds" }), "REJECT", &key());
    let body = json!({ "query": PLACE, "variables": variables }).to_string();
    let mut slow = half_an_order(&shop, &visitor.token, &body).await;

    let begun = Instant::now();
    shop.server().drain.begin();
    assert_eq!(closed(&mut socket).await, Some(1001), "a follower is told that the shop goes away");
    slow.write_all(body.as_bytes()).await.expect("the body is still taken");
    let mut answer = String::new();
    tokio::time::timeout(STOP_MAX, slow.read_to_string(&mut answer)).await.expect("in time").expect("reads");
    let (head, json_text) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    let placed: Value = serde_json::from_str(json_text).expect("JSON");
    assert_eq!(placed["data"]["placeOrder"]["errors"], json!([]), "{placed:#}");
    assert!(placed["data"]["placeOrder"]["order"]["number"].is_string());
    assert!(TcpStream::connect(shop.server().address).await.is_err(), "nobody new is let in");
    shop.stop_and_verify().await;
    assert!(begun.elapsed() < STOP_MAX, "it took {:?}", begun.elapsed());
}

/// Runs the program to its end, with no settings but these. What it prints goes to a file: nobody reads a pipe meanwhile,
/// and a pipe is full after 64 KiB, which the schema is longer than.
fn chowk(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut printed = tempfile::tempfile().expect("a temporary file");
    let mut command = program();
    command
        .args(arguments)
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .stdout(printed.try_clone().expect("a second handle"))
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().expect("it runs");
            let output = child.wait_with_output().expect("an output");
            panic!("{arguments:?} does not end: {output:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut output = child.wait_with_output().expect("an output");
    printed.rewind().expect("a file");
    printed.read_to_end(&mut output.stdout).expect("what it printed");
    output
}

/// The one sentence by which the program refuses.
fn refusal(arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let output = chowk(arguments, settings);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{arguments:?} {settings:?}: {said}");
    let sentence = said.lines().find(|l| l.starts_with("chowk: ")).unwrap_or_else(|| panic!("no sentence in: {said}"));
    assert!(!said.contains("panicked") && !said.contains("stack backtrace"), "{said}");
    sentence.to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[tokio::test]
async fn a_second_process_on_the_same_data_is_refused() {
    let shop = Shop::start().await;
    let settings = [("CHOWK_DATA", text(shop.data())), ("CHOWK_LISTEN", "127.0.0.1:0")];
    for command in ["serve", "seed"] {
        if command == "seed" {
            // A seed that was done says so before it looks for the lock.
            std::fs::remove_file(shop.data().join("seeded")).expect("the mark of the seed");
        }
        let said = refusal(&[command], &settings);
        assert!(said.contains("another chowk process uses") && said.contains(text(shop.data())), "{said}");
        assert!(said.contains("--data"), "it says what to do: {said}");
    }
    shop.query("{ topCategories { id } }", json!({}), None).await;
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn production_refuses_what_is_for_demonstrations() {
    let shop = Shop::start().await;
    let kept = shop.stop().await;
    let demo = kept.path().join("data");
    let empty = tempfile::tempdir().expect("a folder");
    let mut settings = BTreeMap::from([
        ("CHOWK_DATA", text(empty.path())),
        ("CHOWK_LISTEN", "127.0.0.1:0"),
        ("CHOWK_TOKEN_KEYS", "k1:0123456789abcdef0123456789abcdef"),
        ("CHOWK_SEALING_KEYS", "k1:fedcba9876543210fedcba9876543210"),
        ("CHOWK_PAYMENTS_WEBHOOK_SECRET", PAYMENTS_SECRET),
        ("CHOWK_COURIERS_WEBHOOK_SECRET", COURIERS_SECRET),
        ("CHOWK_CURSOR_KEY", "the cursor key of this test"),
        ("CHOWK_ALLOW_SANDBOX", "1"),
    ]);
    let serve = |settings: &BTreeMap<&str, &str>| {
        let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, *v)).collect();
        refusal(&["--production", "serve"], &settings)
    };
    for secret in [
        "CHOWK_TOKEN_KEYS",
        "CHOWK_SEALING_KEYS",
        "CHOWK_PAYMENTS_WEBHOOK_SECRET",
        "CHOWK_COURIERS_WEBHOOK_SECRET",
        "CHOWK_CURSOR_KEY",
    ] {
        let without = settings.iter().filter(|(k, _)| **k != secret).map(|(k, v)| (*k, *v)).collect();
        let said = serve(&without);
        assert!(said.contains("demonstration value") && said.contains(secret), "{secret}: {said}");
    }
    for (name, value, words) in [
        ("CHOWK_ALLOW_SANDBOX", "0", "sandbox"),
        ("CHOWK_LIMITS", "off", "limits"),
        ("CHOWK_DATA", text(&demo), "demonstration account"),
    ] {
        let said = serve(&settings.iter().map(|(k, v)| (*k, *v)).chain([(name, value)]).collect());
        assert!(said.contains(words), "{name}={value}: {said}");
    }
    settings.remove("CHOWK_LISTEN");
    let settings: Vec<_> = settings.into_iter().collect();
    let said = refusal(&["--production", "seed"], &settings);
    assert!(said.contains("production"), "{said}");
}

/// Sends a callback, signed with a secret at an instant; `None`: not signed at all.
async fn callback(shop: &Shop, path: &str, body: &Value, signed: Option<(&str, Timestamp)>) -> (u16, Value) {
    let body = body.to_string();
    let mut request = shop.client().post(shop.url(path)).header("content-type", "application/json");
    if let Some((secret, at)) = signed {
        request = request.header("chowk-signature", webhook::sign(secret.as_bytes(), body.as_bytes(), at));
    }
    let response = request.body(body).send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

async fn state(shop: &Shop, visitor: &Guest, order: &Value) -> String {
    let now = shop.query(ORDER, json!({ "id": order["id"] }), Some(&visitor.token)).await;
    now["node"]["state"].as_str().expect("a state").to_owned()
}

#[tokio::test]
async fn a_payment_is_settled_by_a_signed_callback_only_and_once() {
    let shop = Shop::with(&[("freeze_couriers", "true"), ("payments_webhook_secret", PAYMENTS_SECRET)]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let waiting = order(&shop, &visitor.token, &variant, "tok_webhook").await;
    let asked = "query($id: ID!) { node(id: $id) { ... on Order { payment { id } total { amount } } } }";
    let paying = shop.query(asked, json!({ "id": waiting["id"] }), Some(&visitor.token)).await["node"].clone();
    let told = |kind: &str, amount: i64, currency: &str| json!({ "id": key(), "type": kind, "data": { "payment": paying["payment"]["id"], "amount": amount, "currency": currency } });
    let amount = paying["total"]["amount"].as_i64().expect("an amount");
    let good = told("payment.succeeded", amount, "INR");
    let now = Timestamp::from_micros(shop.server().house.clock.now().micros());
    let mut unknown = good.clone();
    unknown["data"]["payment"] = json!("00000000-0000-4000-8000-000000000000");
    let (right, path) = (Some((PAYMENTS_SECRET, now)), "/webhooks/payments/sandbox");
    let old = Some((PAYMENTS_SECRET, now - Duration::from_secs(400)));
    for (what, to, body, signed, status) in [
        ("forged", path, &good, Some(("another secret altogether", now)), 401),
        ("not signed", path, &good, None, 401),
        ("an old signature", path, &good, old, 401),
        ("another provider", "/webhooks/payments/nobody", &good, right, 404),
        ("not a message", path, &json!({ "hello": 1 }), right, 400),
        ("another kind", path, &told("payment.maybe", amount, "INR"), right, 400),
        ("a smaller amount", path, &told("payment.succeeded", amount - 1, "INR"), right, 422),
        ("another currency", path, &told("payment.succeeded", amount, "USD"), right, 422),
        ("an unknown payment", path, &unknown, right, 422),
    ] {
        let (answered, why) = callback(&shop, to, body, signed).await;
        assert_eq!(answered, status, "{what}: {why}");
        assert!(why["error"].as_str().is_some_and(|e| e.len() >= 10), "{what}: {why}");
        assert_eq!(state(&shop, &visitor, &waiting).await, "CREATED", "{what} has no effect");
    }
    for _ in 0..2 {
        assert_eq!(callback(&shop, path, &good, right).await.0, 200, "the same message may come twice");
    }
    let late = callback(&shop, path, &told("payment.failed", amount, "INR"), right).await;
    assert_eq!(late.0, 200, "a later message changes nothing: {late:?}");
    let paid = shop.query(ORDER, json!({ "id": waiting["id"] }), Some(&visitor.token)).await["node"].clone();
    assert_eq!((&paid["payment"]["state"], &paid["refunds"]), (&json!("SUCCEEDED"), &json!([])), "{paid:#}");
    let placed = paid["events"].as_array().expect("events").iter().filter(|e| e["state"] == "PLACED").count();
    assert_eq!(placed, 1, "it was placed once: {paid:#}");
    shop.stop_and_verify().await;
}

/// The first parcel of an order, once it is booked.
async fn parcel(shop: &Shop, visitor: &Guest, order: &Value) -> Shipment {
    let booked = |d: &Value| d["node"]["shipments"][0]["trackingNumber"].is_string();
    shop.until(ORDER, json!({ "id": order["id"] }), Some(&visitor.token), booked).await;
    let id: OrderId = resolvers::ids::parse(order["id"].as_str().expect("an id")).expect("an order's id");
    let mut found = shop.server().house.shop.orders.any_by_ids(&[id]).await.expect("orders");
    found.remove(&id).expect("the order").shipments.remove(0)
}

#[tokio::test]
async fn parcels_move_by_signed_callbacks_forwards_only() {
    let shop = Shop::with(&[("freeze_couriers", "true"), ("couriers_webhook_secret", COURIERS_SECRET)]).await;
    let visitor = guest(&shop, BENGALURU).await;
    let variant = variants(&shop, "shirt", 1).await.remove(0);
    let bought = order(&shop, &visitor.token, &variant, "tok_succeeds").await;
    let parcel = parcel(&shop, &visitor, &bought).await;
    let now = shop.server().house.clock.now();
    let path = format!("/webhooks/couriers/{}", parcel.courier);
    let told =
        |state: &str| json!({ "trackingNumber": parcel.tracking_number, "state": state, "at": now.to_rfc3339() });
    let right = Some((COURIERS_SECRET, now));
    let mut unknown = told("SHIPPED");
    unknown["trackingNumber"] = json!("NOBODY-1");
    let mut when = told("SHIPPED");
    when["at"] = json!("yesterday");
    for (what, to, body, signed, status) in [
        ("forged", path.as_str(), &told("DELIVERED"), Some((PAYMENTS_SECRET, now)), 401),
        ("not signed", &path, &told("DELIVERED"), None, 401),
        ("an unknown parcel", &path, &unknown, right, 422),
        ("another courier's parcel", "/webhooks/couriers/NOBODY", &told("SHIPPED"), right, 422),
        ("a state that is no courier's", &path, &told("PLACED"), right, 422),
        ("a state that nobody knows", &path, &told("LOST"), right, 400),
        ("no instant", &path, &when, right, 400),
    ] {
        let (answered, why) = callback(&shop, to, body, signed).await;
        assert_eq!(answered, status, "{what}: {why}");
        assert_eq!(state(&shop, &visitor, &bought).await, "PACKED", "{what} has no effect");
    }
    for (says, then) in [
        ("OUT_FOR_DELIVERY", "OUT_FOR_DELIVERY"),
        ("SHIPPED", "OUT_FOR_DELIVERY"),
        ("OUT_FOR_DELIVERY", "OUT_FOR_DELIVERY"),
        ("DELIVERED", "DELIVERED"),
        ("SHIPPED", "DELIVERED"),
        ("DELIVERED", "DELIVERED"),
    ] {
        let (answered, why) = callback(&shop, &path, &told(says), right).await;
        assert_eq!(answered, 200, "{says}: {why}");
        assert_eq!(state(&shop, &visitor, &bought).await, then, "after {says}");
    }
    shop.stop_and_verify().await;
}
