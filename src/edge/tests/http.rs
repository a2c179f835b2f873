//! The rules of GraphQL over HTTP, row by row, over a real port.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use crate::edge::Limits;

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("text") }
    }
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn post(shop: &Running, accept: &str, body: &Json) -> RequestBuilder {
    client().post(shop.url("/graphql")).header("accept", accept).header("content-type", OLD).body(body.to_string())
}

fn ask(shop: &Running, query: &str) -> RequestBuilder {
    post(shop, NEW, &json!({ "query": query }))
}

#[tokio::test]
async fn the_media_type_follows_the_accept_header() {
    let shop = Running::start(EdgeConfig::default()).await;
    let body = json!({"query": "{ __typename }"});
    for (accept, status, content_type) in [
        (NEW, 200, "application/graphql-response+json; charset=utf-8"),
        (OLD, 200, "application/json; charset=utf-8"),
        ("*/*", 200, "application/json; charset=utf-8"),
        (
            "application/json;q=0.5, application/graphql-response+json",
            200,
            "application/graphql-response+json; charset=utf-8",
        ),
        ("text/html", 406, "application/json; charset=utf-8"),
    ] {
        let answer = Answer::of(post(&shop, accept, &body)).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, content_type), "{accept}");
    }
    let bare = client().post(shop.url("/graphql")).header("content-type", OLD).body(body.to_string());
    assert_eq!(Answer::of(bare).await.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn what_graphql_refuses_is_400_for_the_new_media_type_and_200_for_the_old() {
    let shop = Running::start(EdgeConfig::default()).await;
    for (body, code) in [
        (json!({"query": "{"}), "GRAPHQL_PARSE_FAILED"),
        (json!({"query": "{ nothing }"}), "GRAPHQL_VALIDATION_FAILED"),
        (json!({"query": "{ hello @unknown }"}), "GRAPHQL_VALIDATION_FAILED"),
        (json!({"query": "{ __typename @aa }"}), "GRAPHQL_VALIDATION_FAILED"),
        (json!({"query": "{ sum(a: 2147483648) }"}), "GRAPHQL_VALIDATION_FAILED"),
        (json!({"query": "{ reach(pincode: \"12\") }"}), "GRAPHQL_VALIDATION_FAILED"),
        (
            json!({"query": "query Q($p: Pincode) { reach(pincode: $p) }", "variables": {"p": "012345"}}),
            "BAD_USER_INPUT",
        ),
        (json!({"query": "query Q($a: Int!) { sum(a: $a) }", "variables": {"a": null}}), "BAD_USER_INPUT"),
        (json!({"query": "query Q($a: Int!) { sum(a: $a) }"}), "BAD_USER_INPUT"),
        (json!({"query": "query A { hello } query B { hello }"}), "BAD_USER_INPUT"),
        (json!({"query": "query A { hello }", "operationName": "B"}), "BAD_USER_INPUT"),
        (json!({"query": "fragment F on Query { ...F } { ...F }"}), "GRAPHQL_VALIDATION_FAILED"),
    ] {
        for (accept, status) in [(NEW, 400), (OLD, 200)] {
            let answer = Answer::of(post(&shop, accept, &body)).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{accept} {body} {}", answer.text);
            assert!(answer.json().get("data").is_none(), "{body}");
        }
    }
}

#[tokio::test]
async fn what_is_no_graphql_request_is_4xx_for_both_media_types() {
    let shop = Running::start(EdgeConfig::default()).await;
    let good = json!({"query": "{ __typename }"}).to_string();
    for (content_type, body, status, code) in [
        (Some(OLD), String::new(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "{ \"not a JSON".to_owned(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "[{\"query\":\"{ __typename }\"}]".to_owned(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "{\"qeury\":\"{ __typename }\"}".to_owned(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "{\"query\":{}}".to_owned(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "{\"query\":\"{a}\",\"operationName\":0}".to_owned(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "{\"query\":\"{a}\",\"variables\":\"x\"}".to_owned(), 400, "BAD_USER_INPUT"),
        (Some(OLD), "{\"query\":\"{a}\",\"extensions\":[]}".to_owned(), 400, "BAD_USER_INPUT"),
        (None, good.clone(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (Some("text/plain"), good.clone(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (Some("multipart/form-data; boundary=x"), good.clone(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (Some("application/x-www-form-urlencoded"), good.clone(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (Some("application/json; charset=utf-16"), good.clone(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (Some(OLD), format!("{}{}", good, " ".repeat(64 * 1024)), 413, "PAYLOAD_TOO_LARGE"),
    ] {
        for accept in [NEW, OLD] {
            let mut request = client().post(shop.url("/graphql")).header("accept", accept).body(body.clone());
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let answer = Answer::of(request).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{content_type:?} {accept}");
            assert!(answer.json().get("data").is_none());
        }
    }
}

#[tokio::test]
async fn get_takes_all_parameters_and_no_mutation() {
    let shop = Running::start(EdgeConfig::default()).await;
    let get = |pairs: &[(&str, &str)]| client().get(shop.url("/graphql")).query(pairs).header("accept", NEW);
    let answer = Answer::of(get(&[
        ("query", "query A($n: String!) { hello(name: $n) } query B { sum(a: 1) }"),
        ("operationName", "A"),
        ("variables", r#"{"n":"GET"}"#),
    ]))
    .await;
    assert_eq!((answer.status, answer.json()["data"]["hello"].as_str()), (200, Some("Hello, GET!")));
    let answer = Answer::of(get(&[("query", "mutation { count }")])).await;
    assert_eq!((answer.status, answer.header("allow"), answer.code().as_str()), (405, "POST", "METHOD_NOT_ALLOWED"));
    assert_eq!(Answer::of(get(&[("query", "{ hello }"), ("variables", "{")])).await.status, 400);
    assert_eq!(Answer::of(get(&[])).await.status, 400);
    assert_eq!(shop.gateway.counted.load(Ordering::SeqCst), 0, "nothing was run");
}

#[tokio::test]
async fn other_methods_are_refused_in_json() {
    let shop = Running::start(EdgeConfig::default()).await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let body = json!({"query": "mutation { count }"}).to_string();
        let request = client().request(method, shop.url("/graphql")).header("content-type", OLD).body(body);
        let answer = Answer::of(request).await;
        assert_eq!(
            (answer.status, answer.header("allow"), answer.code().as_str()),
            (405, "GET, POST", "METHOD_NOT_ALLOWED")
        );
    }
    assert_eq!(shop.gateway.counted.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn subscriptions_need_a_stream() {
    let shop = Running::start(EdgeConfig::default()).await;
    let answer = Answer::of(ask(&shop, "subscription { ticks(n: 1) }")).await;
    assert_eq!((answer.status, answer.code().as_str()), (406, "UNSUPPORTED_MEDIA_TYPE"));
}

#[tokio::test]
async fn tokens_are_checked_before_anything_runs() {
    let shop = Running::start(EdgeConfig::default()).await;
    for (authorization, status, code) in [
        ("Bearer wrong", 401, "UNAUTHENTICATED"),
        ("Bearer expired", 401, "UNAUTHENTICATED"),
        ("Basic Z29vZA==", 401, "UNAUTHENTICATED"),
        ("Bearer", 401, "UNAUTHENTICATED"),
        ("Bearer down", 503, "UNAVAILABLE"),
    ] {
        let answer = Answer::of(ask(&shop, "{ caller }").header("authorization", authorization)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{authorization}");
    }
    let answer = Answer::of(ask(&shop, "{ caller }").header("authorization", "Bearer good")).await;
    assert_eq!(answer.json()["data"]["caller"], SHOPPER.to_string());
    let answer = Answer::of(ask(&shop, "{ caller }")).await;
    assert_eq!(answer.json()["data"]["caller"], Json::Null);
}

#[tokio::test]
async fn causes_are_masked_and_known_codes_pass() {
    let shop = Running::start(EdgeConfig::default()).await;
    let answer = Answer::of(ask(&shop, "{ leak missing hello }").header("x-request-id", "abc-1")).await;
    assert_eq!((answer.status, answer.header("x-request-id")), (200, "abc-1"));
    assert!(!answer.text.contains("password") && !answer.text.contains("/srv"), "{}", answer.text);
    let json = answer.json();
    assert_eq!(json["data"], json!({"leak": null, "missing": null, "hello": "Hello, world!"}));
    let mut codes: Vec<_> =
        json["errors"].as_array().expect("errors").iter().map(|e| e["extensions"]["code"].as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some("INTERNAL"), Some("NOT_FOUND")]);
    assert_eq!(json["extensions"]["degraded"], json!([]));
    assert!(json["extensions"]["cost"]["requested"].as_u64() > Some(0));
}

#[tokio::test]
async fn a_panic_is_a_masked_500_and_the_shop_lives_on() {
    let shop = Running::start(EdgeConfig::default()).await;
    let answer = Answer::of(ask(&shop, "{ boom }")).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"));
    assert!(!answer.text.contains("secret"));
    assert_eq!(Answer::of(ask(&shop, "{ hello }")).await.status, 200);
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_a_504() {
    let limits = Limits { operation_wait: Duration::from_millis(50), ..Limits::standard() };
    let shop = Running::start(EdgeConfig { limits, ..EdgeConfig::default() }).await;
    let answer = Answer::of(ask(&shop, "{ slow }")).await;
    assert_eq!((answer.status, answer.code().as_str()), (504, "TIMEOUT"));
}

#[tokio::test]
async fn more_operations_than_fit_are_sent_away() {
    let limits = Limits { in_flight: 0, ..Limits::standard() };
    let shop = Running::start(EdgeConfig { limits, ..EdgeConfig::default() }).await;
    let answer = Answer::of(ask(&shop, "{ hello }")).await;
    assert_eq!((answer.status, answer.code().as_str(), answer.header("retry-after")), (503, "OVERLOADED", "1"));
}

#[tokio::test]
async fn a_mutation_goes_on_when_its_client_leaves() {
    let shop = Running::start(EdgeConfig::default()).await;
    let body = json!({"query": "mutation { countAfter(gate: true) }"}).to_string();
    let mut stream = TcpStream::connect(shop.address).await.expect("connects");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let gate = shop.gateway.gate.clone();
    until("the mutation has begun", || gate.waiting.load(Ordering::SeqCst) == 1).await;
    drop(stream);
    // The server has noticed when it answers another request of the same single-threaded runtime.
    Answer::of(ask(&shop, "{ hello }")).await;
    gate.open.notify_one();
    let counted = shop.gateway.counted.clone();
    until("the mutation was done", || counted.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn an_endless_body_is_cut_off_without_being_read() {
    let shop = Running::start(EdgeConfig::default()).await;
    let mut stream = TcpStream::connect(shop.address).await.expect("connects");
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
    for _ in 0..6 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 512];
    let read =
        tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await.expect("in time").expect("read");
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let limits = Limits { body_wait: Duration::from_millis(50), ..Limits::standard() };
    let shop = Running::start(EdgeConfig { limits, ..EdgeConfig::default() }).await;
    let mut stream = TcpStream::connect(shop.address).await.expect("connects");
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = vec![0; 512];
    let read =
        tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await.expect("in time").expect("read");
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 408"));
}

#[tokio::test]
async fn a_huge_head_is_refused() {
    let shop = Running::start(EdgeConfig::default()).await;
    let request = ask(&shop, "{ hello }").header("x-filler", "x".repeat(20_000));
    assert_eq!(Answer::of(request).await.status, 431);
}

#[tokio::test]
async fn answers_carry_their_safety_headers() {
    let shop = Running::start(EdgeConfig::default()).await;
    let answer =
        Answer::of(ask(&shop, "{ hello }").header("x-request-id", "bad id\u{7f}".trim_end_matches('\u{7f}'))).await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("vary").contains("accept"), "{}", answer.header("vary"));
    assert_eq!(answer.header("x-request-id").len(), 32, "an id with a space is replaced");
    assert!(answer.headers.get("server").is_none());
}

#[tokio::test]
async fn cors_knows_listed_origins_only() {
    let config = EdgeConfig { allowed_origins: vec!["https://shop.example".into()], ..EdgeConfig::default() };
    let shop = Running::start(config).await;
    for (origin, allowed) in [("https://shop.example", "https://shop.example"), ("https://evil.example", "")] {
        let preflight = client()
            .request(Method::OPTIONS, shop.url("/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let answer = Answer::of(preflight).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let answer = Answer::of(ask(&shop, "{ hello }").header("origin", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
    }
    let wrong = EdgeConfig { allowed_origins: vec!["shop.example/".into()], ..EdgeConfig::default() };
    let around = Surroundings {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        readiness: Readiness::new(),
        metrics: None,
        drain: Drain::new(),
    };
    assert!(router(wrong, Arc::new(TestGateway::new()), around).is_err());
}

#[tokio::test]
async fn large_answers_are_compressed_on_request() {
    let shop = Running::start(EdgeConfig::default()).await;
    let answer = Answer::of(ask(&shop, "{ large }").header("accept-encoding", "zstd")).await;
    assert_eq!(answer.header("content-encoding"), "zstd");
    let answer = Answer::of(ask(&shop, "{ hello }").header("accept-encoding", "zstd")).await;
    assert_eq!(answer.header("content-encoding"), "");
}

#[tokio::test]
async fn health_tells_what_is_down_and_the_rest_is_served() {
    let shop = Running::start(EdgeConfig::default()).await;
    let get = |path: &str| Answer::of(client().get(shop.url(path)));
    assert_eq!(get("/health/live").await.status, 200);
    shop.readiness.set("search", Health::Degraded("no answer".into()));
    let answer = get("/health/ready").await;
    assert_eq!((answer.status, answer.json()["status"].as_str()), (200, Some("degraded")));
    shop.readiness.set("database", Health::Down("locked".into()));
    let answer = get("/health/ready").await;
    assert_eq!((answer.status, answer.json()["components"]["database"]["reason"].as_str()), (503, Some("locked")));
    assert_eq!(get("/metrics").await.status, 200);
    assert!(get("/schema.graphql").await.text.contains("type Query"));
}

#[tokio::test]
async fn a_process_without_the_schema_tells_its_health() {
    let drain = Drain::new();
    let around = Surroundings {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        readiness: Readiness::new(),
        metrics: None,
        drain: drain.clone(),
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(serve(listener, crate::edge::health_router(around), drain, Duration::from_secs(1)));
    for (path, status) in [("/health/live", 200), ("/health/ready", 200), ("/metrics", 404), ("/graphql", 404)] {
        let answer = Answer::of(client().get(format!("{url}{path}"))).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[tokio::test]
async fn production_tells_nothing_about_the_schema() {
    let shop = Running::start(EdgeConfig { introspection: false, sdl: false, ..EdgeConfig::default() }).await;
    assert_eq!(Answer::of(client().get(shop.url("/schema.graphql"))).await.status, 404);
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"Item\") { name } }",
        "query { ...F } fragment F on Query { __schema { types { name } } }",
    ] {
        let answer = Answer::of(ask(&shop, query)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "GRAPHQL_VALIDATION_FAILED"), "{query}");
    }
    for query in ["{ helo }", "{ hello @skip(iff: true) }", "{ hello(x: 1) }"] {
        let answer = Answer::of(ask(&shop, query)).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{query}");
        assert!(!answer.json().to_string().contains("Did you mean"), "{query}");
    }
    assert_eq!(Answer::of(ask(&shop, "{ __typename hello }")).await.json()["data"]["__typename"], "Query");
}

#[tokio::test]
async fn a_stop_ends_the_server_within_its_grace() {
    let shop = Running::start(EdgeConfig { grace: Duration::from_secs(5), ..EdgeConfig::default() }).await;
    let client = client();
    let answer = Answer::of(client.get(shop.url("/health/ready"))).await;
    assert_eq!(answer.status, 200);
    shop.drain.begin();
    tokio::time::timeout(Duration::from_secs(5), shop.server)
        .await
        .expect("in time")
        .expect("no panic")
        .expect("no error");
    assert!(TcpStream::connect(shop.address).await.is_err(), "nobody listens any more");
}
