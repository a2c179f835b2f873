//! What happens around an operation: persisted and trusted documents, and what the gateway is told afterwards.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::*;
use crate::edge::{
    Outcome,
    documents::{Trusted, sha256_hex},
};

async fn ask(shop: &Running, body: Json) -> (u16, Json) {
    let request = client()
        .post(shop.url("/graphql"))
        .header("accept", "application/graphql-response+json")
        .header("content-type", "application/json")
        .body(body.to_string());
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

fn code(json: &Json) -> &str {
    json["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

fn persisted(query: Option<&str>, hash: &str) -> Json {
    let mut body = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}});
    if let Some(query) = query {
        body["query"] = query.into();
    }
    body
}

#[tokio::test]
async fn a_persisted_query_is_asked_for_once_and_then_known() {
    let shop = Running::start(EdgeConfig::default()).await;
    let (query, hash) = ("{ hello }", sha256_hex("{ hello }"));
    let (status, json) = ask(&shop, persisted(None, &hash)).await;
    assert_eq!((status, code(&json)), (400, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(json["errors"][0]["message"], "PersistedQueryNotFound");
    let (status, json) = ask(&shop, persisted(Some(query), &"0".repeat(64))).await;
    assert_eq!((status, code(&json)), (400, "PERSISTED_QUERY_HASH_MISMATCH"));
    assert_eq!(ask(&shop, persisted(Some(query), &hash)).await.0, 200);
    assert_eq!(ask(&shop, persisted(None, &hash)).await.1["data"]["hello"], "Hello, world!");
}

#[tokio::test]
async fn a_document_beyond_its_limits_is_not_persisted() {
    let shop = Running::start(EdgeConfig::default()).await;
    let hostile = "{ items(first: 100) { related(first: 100) { related(first: 100) { id } } } }";
    let hash = sha256_hex(hostile);
    let (_, json) = ask(&shop, persisted(Some(hostile), &hash)).await;
    assert_eq!(code(&json), "COST_EXCEEDED");
    let (_, json) = ask(&shop, persisted(None, &hash)).await;
    assert_eq!(code(&json), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_document_that_validation_refuses_is_not_persisted() {
    let shop = Running::start(EdgeConfig::default()).await;
    let text = "{ hello nowhere }";
    let hash = sha256_hex(text);
    let (_, refused) = ask(&shop, persisted(Some(text), &hash)).await;
    assert_eq!(code(&refused), "GRAPHQL_VALIDATION_FAILED", "{refused}");
    let (_, unknown) = ask(&shop, persisted(None, &hash)).await;
    assert_eq!(code(&unknown), "PERSISTED_QUERY_NOT_FOUND", "{unknown}");
}

#[tokio::test]
async fn trusted_documents_are_run_by_id_hash_or_text_and_no_others_are() {
    let trusted =
        Trusted { by_id: HashMap::from([("Hello".to_owned(), "query Hello { hello }".to_owned())]), only: true };
    let shop = Running::start(EdgeConfig { trusted, ..EdgeConfig::default() }).await;
    let text = "query Hello { hello }";
    for body in [
        json!({"documentId": "Hello"}),
        json!({"documentId": format!("sha256:{}", sha256_hex(text))}),
        persisted(None, &sha256_hex(text)),
        json!({"query": text}),
    ] {
        assert_eq!(ask(&shop, body.clone()).await.1["data"]["hello"], "Hello, world!", "{body}");
    }
    let (status, json) = ask(&shop, json!({"query": "{ hello }"})).await;
    assert_eq!((status, code(&json)), (400, "TRUSTED_DOCUMENTS_ONLY"));
    let (_, json) = ask(&shop, json!({"documentId": "Other"})).await;
    assert_eq!(code(&json), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn the_gateway_is_told_what_was_asked_and_how_it_ended() {
    let shop = Running::start(EdgeConfig::default()).await;
    let query = "query Find($n: Int!) { search(first: $n, sort: DOWN) { nodes { id } } hello leak }";
    ask(&shop, json!({"query": query, "variables": {"n": 2}})).await;
    until("the gateway was told", || !shop.gateway.done.lock().is_empty()).await;
    let done = shop.gateway.done.lock().pop().expect("told");
    assert_eq!(done.operation_name.as_deref(), Some("Find"));
    assert_eq!(done.root_fields, ["search", "hello", "leak"]);
    assert_eq!(done.outcome, Outcome::Partial);
    let calls = done.root_calls();
    assert_eq!(calls[0].field, "search");
    assert_eq!(calls[0].arguments["first"], Value::from(2));
    assert_eq!(calls[0].arguments["sort"], Value::Enum(async_graphql::Name::new("DOWN")));
    assert_eq!(done.meta.address, Some([127, 0, 0, 1].into()));
}

#[tokio::test]
async fn variables_keep_their_meaning_through_coercion() {
    let shop = Running::start(EdgeConfig::default()).await;
    for (query, variables, data) in [
        ("query($a: Int!, $b: Int = 5) { sum(a: $a, b: $b) }", json!({"a": 1}), json!({"sum": 6})),
        ("query($a: Int!, $b: Int = 5) { sum(a: $a, b: $b) }", json!({"a": 1, "b": null}), json!({"sum": 1})),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": 7}), json!({"nodes": [{"id": "7"}]})),
        (
            "query($s: Sort) { search(first: 2, sort: $s) { nodes { id } } }",
            json!({"s": "DOWN"}),
            json!({"search": {"nodes": [{"id": "1"}, {"id": "0"}]}}),
        ),
        ("query($by: ItemRef!) { item(by: $by) { id } }", json!({"by": {"slug": "tv"}}), json!({"item": {"id": "tv"}})),
        ("query($p: Pincode) { reach(pincode: $p) }", json!({"p": "560001"}), json!({"reach": "560001"})),
        (
            "mutation($l: [LineInput!]!) { add(lines: $l) }",
            json!({"l": [{"variantId": "a"}, {"variantId": "b", "quantity": 4}]}),
            json!({"add": 5}),
        ),
    ] {
        let (status, json) = ask(&shop, json!({"query": query, "variables": variables})).await;
        assert_eq!((status, &json["data"]), (200, &data), "{query} {json}");
    }
}

#[tokio::test]
async fn shared_answers_run_once_and_the_gateway_is_told_each_time() {
    let shop = Running::start(EdgeConfig::default()).await;
    let first = ask(&shop, json!({"query": "{ reads }"})).await;
    assert_eq!(first.1["data"]["reads"], 1);
    assert_eq!(ask(&shop, json!({"query": "{ reads }"})).await, first);
    until("the gateway was told twice", || shop.gateway.done.lock().len() == 2).await;
    let (_, other) = ask(&shop, json!({"query": "{ reads caller }"})).await;
    assert_eq!(other["data"]["reads"], 2, "a field that looks at the caller is not shared");
    let hidden = "{ reads ...F } fragment F on Query { caller }";
    for n in 3..5 {
        let (_, json) = ask(&shop, json!({ "query": hidden })).await;
        assert_eq!(json["data"]["reads"], n, "not even inside a fragment");
    }
    assert_eq!(ask(&shop, json!({"query": "query A { reads }"})).await.1["data"]["reads"], 5, "another document");
}

#[tokio::test]
async fn operations_are_counted_by_what_they_were() {
    let recorder = crate::edge::telemetry::exporter().expect("bounds").build_recorder();
    let _here = metrics::set_default_local_recorder(&recorder);
    let shop = Running::start(EdgeConfig::default()).await;
    for query in ["{ hello }", "{ hello leak }", "mutation { count }", "{ items(first: 99999) { id } }", "{"] {
        ask(&shop, json!({ "query": query })).await;
    }
    let told = recorder.handle().render();
    for line in [
        r#"chowk_operations_total{kind="query",outcome="ok",transport="http"} 1"#,
        r#"chowk_operations_total{kind="query",outcome="partial",transport="http"} 1"#,
        r#"chowk_operations_total{kind="mutation",outcome="ok",transport="http"} 1"#,
        r#"chowk_refused_total{code="COST_EXCEEDED",transport="http"} 1"#,
        r#"chowk_refused_total{code="GRAPHQL_PARSE_FAILED",transport="http"} 1"#,
        r#"chowk_operation_duration_seconds_count{kind="query"} 2"#,
        r#"chowk_operation_duration_seconds_bucket{kind="query",le="10"} 2"#,
    ] {
        assert!(told.contains(line), "{line} in\n{told}");
    }
}

#[tokio::test]
async fn only_public_answers_over_get_may_be_kept_by_caches() {
    let shop = Running::start(EdgeConfig::default()).await;
    let get = |query: &str| client().get(shop.url("/graphql")).query(&[("query", query)]);
    let first = get("{ reads }").send().await.expect("an answer");
    assert_eq!(first.headers()["cache-control"], "public, max-age=5");
    let tag = first.headers()["etag"].clone();
    let again = get("{ reads }").header("if-none-match", &tag).send().await.expect("an answer");
    assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &tag));
    assert_eq!(again.text().await.expect("text"), "");
    for (what, request) in [
        ("a field that looks at the caller", get("{ reads caller }")),
        ("a caller with a session", get("{ reads }").bearer_auth("good")),
        (
            "a POST",
            client()
                .post(shop.url("/graphql"))
                .header("content-type", "application/json")
                .body(r#"{"query":"{ reads }"}"#),
        ),
        ("an error", get("{ nosuch }")),
    ] {
        let answer = request.header("if-none-match", &tag).send().await.expect("an answer");
        assert_ne!(answer.status().as_u16(), 304, "{what}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{what}");
        assert!(answer.headers().get("etag").is_none(), "{what}");
    }
}

#[tokio::test]
async fn directives_of_typename_count() {
    let shop = Running::start(EdgeConfig::default()).await;
    let query = "query($yes: Boolean!) { kind: __typename @include(if: $yes) __typename @skip(if: $yes) }";
    for (yes, data) in [(true, json!({"kind": "Query"})), (false, json!({"__typename": "Query"}))] {
        let (_, told) = ask(&shop, json!({"query": query, "variables": {"yes": yes}})).await;
        assert_eq!(told["data"], data, "{told}");
    }
    let (_, told) = ask(&shop, json!({"query": "{ __typename @nosuch }"})).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{told}");
}
