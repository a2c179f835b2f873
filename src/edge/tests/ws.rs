//! The rules of graphql-transport-ws, row by row, over a real port.

use std::time::Duration;

use futures::SinkExt;
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as WsError, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::*;
use crate::edge::Limits;

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

async fn try_open(shop: &Running, headers: &[(&'static str, &str)]) -> Result<Socket, WsError> {
    let mut request = format!("ws://{}/graphql/ws", shop.address).into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    connect_async(request).await.map(|(stream, _)| Socket(stream))
}

async fn open(shop: &Running) -> Socket {
    try_open(shop, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.expect("opens")
}

async fn ready(shop: &Running) -> Socket {
    let mut socket = open(shop).await;
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
    socket
}

impl Socket {
    async fn say(&mut self, message: Json) {
        self.raw(Message::text(message.to_string())).await;
    }
    async fn raw(&mut self, message: Message) {
        self.0.send(message).await.expect("sent");
    }
    async fn run(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }
    async fn hear(&mut self) -> Json {
        loop {
            match tokio::time::timeout(Duration::from_secs(5), self.0.next()).await.expect("in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a message, got {other:?}"),
            }
        }
    }
    /// The close code; messages before it are passed over.
    async fn closed(&mut self) -> u16 {
        loop {
            match tokio::time::timeout(Duration::from_secs(5), self.0.next()).await.expect("in time") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("expected a close frame, got {other:?}"),
            }
        }
    }
}

fn limited(limits: Limits) -> EdgeConfig {
    EdgeConfig { limits, ..EdgeConfig::default() }
}

#[tokio::test]
async fn a_subscription_gives_next_messages_and_one_complete() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    socket.run("1", "subscription { ticks(n: 2) }").await;
    for n in 0..2 {
        let message = socket.hear().await;
        assert_eq!(
            (&message["type"], &message["id"], &message["payload"]["data"]["ticks"]),
            (&json!("next"), &json!("1"), &json!(n))
        );
    }
    assert_eq!(socket.hear().await, json!({"id": "1", "type": "complete"}));
}

#[tokio::test]
async fn queries_and_mutations_run_over_it_too() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    for (id, query, data) in
        [("q", "{ hello }", json!({"hello": "Hello, world!"})), ("m", "mutation { count }", json!({"count": 1}))]
    {
        socket.run(id, query).await;
        assert_eq!(socket.hear().await["payload"]["data"], data);
        assert_eq!(socket.hear().await, json!({"id": id, "type": "complete"}));
    }
}

#[tokio::test]
async fn what_cannot_run_is_an_error_message_and_the_socket_lives() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ items(first: 10000) { id } }", "COST_EXCEEDED"),
        ("query($a: Int!) { sum(a: $a) }", "BAD_USER_INPUT"),
    ] {
        socket.run("same", query).await;
        let message = socket.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("same")), "{query}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{query}");
    }
    socket.run("same", "{ hello }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn errors_of_fields_come_as_next() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    for (query, code) in [("{ leak }", "INTERNAL"), ("subscription { refused }", "NOT_FOUND")] {
        socket.run("1", query).await;
        let message = socket.hear().await;
        assert_eq!(
            (&message["type"], &message["payload"]["errors"][0]["extensions"]["code"]),
            (&json!("next"), &json!(code)),
            "{query}"
        );
        assert_eq!(socket.hear().await["type"], "complete");
    }
    socket.run("1", "{ boom }").await;
    let message = socket.hear().await;
    assert_eq!((&message["type"], &message["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("INTERNAL")));
}

#[tokio::test]
async fn close_codes_of_the_protocol() {
    let shop = Running::start(EdgeConfig::default()).await;
    for (text, code) in [
        ("not json", 4400),
        (r#"{"type":"unknown"}"#, 4400),
        (r#"{"id":"1","type":"subscribe","payload":{}}"#, 4400),
        (r#"{"id":"1","type":"subscribe","payload":{"query":"{ hello }"}}"#, 4401),
        (r#"{"type":"connection_init","payload":{"authorization":"Bearer wrong"}}"#, 4403),
        (r#"{"type":"connection_init","payload":{"authorization":"Bearer expired"}}"#, 4403),
        (r#"{"type":"connection_init","payload":{"authorization":"Bearer down"}}"#, 1013),
    ] {
        let mut socket = open(&shop).await;
        socket.raw(Message::text(text)).await;
        assert_eq!(socket.closed().await, code, "{text}");
    }
    let mut socket = open(&shop).await;
    socket.raw(Message::binary(b"{}".to_vec())).await;
    assert_eq!(socket.closed().await, 4400);
    let mut socket = ready(&shop).await;
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.closed().await, 4429);
    let mut socket = ready(&shop).await;
    socket.run("1", "subscription { forever }").await;
    socket.hear().await;
    socket.run("1", "subscription { forever }").await;
    assert_eq!(socket.closed().await, 4409);
}

#[tokio::test]
async fn another_subprotocol_is_closed_with_4406() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = try_open(&shop, &[]).await.expect("opens");
    assert_eq!(socket.closed().await, 4406);
}

#[tokio::test]
async fn a_socket_that_never_initialises_is_closed_with_4408() {
    let limits = Limits { init_wait: Duration::from_millis(100), ..Limits::standard() };
    let shop = Running::start(limited(limits)).await;
    let mut silent = open(&shop).await;
    assert_eq!(silent.closed().await, 4408);
    let mut hanging = open(&shop).await;
    hanging.say(json!({"type": "connection_init", "payload": {"token": "hangs"}})).await;
    assert_eq!(hanging.closed().await, 4408);
}

#[tokio::test]
async fn the_caller_is_who_the_token_says_and_expiry_closes_with_4403() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = open(&shop).await;
    socket.say(json!({"type": "connection_init", "payload": {"authorization": "Bearer good"}})).await;
    socket.hear().await;
    socket.run("1", "{ caller }").await;
    assert_eq!(socket.hear().await["payload"]["data"]["caller"], SHOPPER.to_string());
    let mut short = open(&shop).await;
    short.say(json!({"type": "connection_init", "payload": {"token": "short"}})).await;
    assert_eq!(short.hear().await["type"], "connection_ack");
    assert_eq!(short.closed().await, 4403);
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", "Bearer good")];
    let mut handshake = try_open(&shop, &headers).await.expect("opens");
    handshake.say(json!({"type": "connection_init"})).await;
    handshake.hear().await;
    handshake.run("1", "{ caller }").await;
    assert_eq!(handshake.hear().await["payload"]["data"]["caller"], SHOPPER.to_string());
}

#[tokio::test]
async fn pings_of_both_kinds_are_answered() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = open(&shop).await;
    socket.say(json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"n": 1}}));
    socket.raw(Message::Ping(vec![1, 2].into())).await;
    let pong = tokio::time::timeout(Duration::from_secs(5), socket.0.next()).await.expect("in time");
    assert!(matches!(pong, Some(Ok(Message::Pong(bytes))) if bytes.as_ref() == [1, 2]));
}

#[tokio::test]
async fn a_session_that_ends_closes_its_sockets_with_4403() {
    let shop = Running::start(watchful()).await;
    let (mut theirs, mut other) = (open(&shop).await, ready(&shop).await);
    theirs.say(json!({"type": "connection_init", "payload": {"token": "session"}})).await;
    assert_eq!(theirs.hear().await["type"], "connection_ack");
    theirs.run("1", "subscription { forever }").await;
    assert_eq!(theirs.hear().await["type"], "next");
    shop.gateway.session_ended.store(true, Ordering::Release);
    assert_eq!(theirs.closed().await, 4403);
    other.run("1", "{ caller }").await;
    assert_eq!(other.hear().await["type"], "next");
}

#[tokio::test]
async fn a_client_may_complete_and_use_the_id_again() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    for _ in 0..3 {
        socket.run("1", "subscription { forever }").await;
        assert_eq!(socket.hear().await["type"], "next");
        socket.say(json!({"type": "complete", "id": "1"})).await;
    }
    until("the subscriptions ended", || shop.gateway.done.lock().len() == 3).await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_subscriptions() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    socket.run("1", "subscription { forever }").await;
    socket.hear().await;
    drop(socket);
    until("the subscription ended", || shop.gateway.done.lock().len() == 1).await;
}

#[tokio::test]
async fn a_client_that_says_goodbye_is_answered() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut socket = ready(&shop).await;
    socket.0.close(None).await.expect("sent");
    let answer = tokio::time::timeout(Duration::from_secs(5), socket.0.next()).await.expect("in time");
    assert!(matches!(answer, Some(Ok(Message::Close(_)))), "{answer:?}");
}

#[tokio::test]
async fn limits_of_operations_messages_and_sizes() {
    let limits = Limits {
        subscriptions_per_socket: 2,
        message_burst: 6,
        messages_per_second: 0,
        message_bytes: 1_000,
        ..Limits::standard()
    };
    let shop = Running::start(limited(limits)).await;
    let mut socket = ready(&shop).await;
    for id in ["1", "2", "3"] {
        socket.run(id, "subscription { forever }").await;
    }
    let mut kinds: Vec<_> = [socket.hear().await, socket.hear().await, socket.hear().await]
        .into_iter()
        .map(|m| (m["id"].to_string(), m["type"].to_string()))
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            ("\"1\"".into(), "\"next\"".into()),
            ("\"2\"".into(), "\"next\"".into()),
            ("\"3\"".into(), "\"error\"".to_owned())
        ]
    );
    for _ in 0..3 {
        // The last of these may find the socket closed already.
        let _ = socket.0.send(Message::text(r#"{"type":"pong"}"#)).await;
    }
    assert_eq!(socket.closed().await, 4429);
    let mut socket = ready(&shop).await;
    socket.say(json!({"type": "ping", "payload": {"x": "x".repeat(1_000)}})).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn an_address_holds_so_many_sockets() {
    let limits = Limits { sockets_per_address: 2, ..Limits::standard() };
    let shop = Running::start(limited(limits)).await;
    let first = ready(&shop).await;
    let _second = ready(&shop).await;
    let headers = [("sec-websocket-protocol", "graphql-transport-ws")];
    match try_open(&shop, &headers).await {
        Err(WsError::Http(answer)) => assert_eq!(answer.status().as_u16(), 429),
        Err(other) => panic!("expected 429, got {other}"),
        Ok(_) => panic!("expected 429, got a socket"),
    }
    drop(first);
    let mut opened = false;
    for _ in 0..500 {
        opened = opened || try_open(&shop, &headers).await.is_ok();
        if opened {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(opened, "the place is given back");
}

#[tokio::test]
async fn foreign_origins_get_no_socket() {
    let config = EdgeConfig { allowed_origins: vec!["https://shop.example".into()], ..EdgeConfig::default() };
    let shop = Running::start(config).await;
    let own = format!("http://{}", shop.address);
    for (origin, allowed) in
        [("https://shop.example", true), (own.as_str(), true), ("https://evil.example", false), ("null", false)]
    {
        let opened = try_open(&shop, &[("sec-websocket-protocol", "graphql-transport-ws"), ("origin", origin)]).await;
        assert_eq!(opened.is_ok(), allowed, "{origin}");
    }
}

#[tokio::test]
async fn a_plain_request_is_told_what_the_path_is_for() {
    let shop = Running::start(EdgeConfig::default()).await;
    let answer = reqwest::get(shop.url("/graphql/ws")).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 400);
    let json: Json = answer.json().await.expect("JSON");
    assert_eq!(json["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_off_and_the_others_are_served() {
    let limits = Limits { send_wait: Duration::from_millis(200), ..Limits::standard() };
    let shop = Running::start(limited(limits)).await;
    let mut slow = ready(&shop).await;
    slow.run("1", "subscription { flood }").await;
    // Nothing is read from `slow` any more: the flood fills its buffers and its subscription must end.
    let mut other = ready(&shop).await;
    other.run("1", "{ hello }").await;
    assert_eq!(other.hear().await["type"], "next");
    until("the flood ended", || shop.gateway.done.lock().iter().any(|d| d.root_fields == ["flood"])).await;
}

#[tokio::test]
async fn a_client_that_shows_no_life_is_dropped() {
    let config = EdgeConfig { keep_alive: Duration::from_millis(300), ..EdgeConfig::default() };
    let shop = Running::start(config).await;
    let mut socket = ready(&shop).await;
    socket.run("1", "subscription { forever }").await;
    socket.hear().await;
    // The client answers pings only while it is polled; it is not polled any more.
    until("the subscription ended", || shop.gateway.done.lock().len() == 1).await;
}

#[tokio::test]
async fn a_stop_closes_sockets_with_1001() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut running = ready(&shop).await;
    running.run("1", "subscription { forever }").await;
    running.hear().await;
    let mut silent = open(&shop).await;
    shop.drain.begin();
    assert_eq!(running.closed().await, 1001);
    assert_eq!(silent.closed().await, 1001);
    drop((running, silent));
    tokio::time::timeout(Duration::from_secs(5), shop.server)
        .await
        .expect("in time")
        .expect("no panic")
        .expect("no error");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_slow_clients() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut slow = ready(&shop).await;
    slow.run("1", "subscription { flood }").await;
    slow.hear().await;
    // Nothing is read any more: the server sits in a write that only the stop ends before its time.
    shop.drain.begin();
    tokio::time::timeout(Duration::from_secs(5), shop.server)
        .await
        .expect("in time")
        .expect("no panic")
        .expect("no error");
}
