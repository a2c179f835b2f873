//! Limits over a real port: refused in constant time, and told what it would have cost.

use serde_json::{Value as Json, json};

use super::*;
use crate::edge::Limits;

async fn ask(shop: &Running, query: &str) -> (u16, Json) {
    let request = client()
        .post(shop.url("/graphql"))
        .header("accept", "application/graphql-response+json")
        .header("content-type", "application/json")
        .body(json!({ "query": query }).to_string());
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_cost_just_under_runs_and_just_over_is_told() {
    let limits = Limits { cost: Some(21), ..Limits::standard() };
    let shop = Running::start(EdgeConfig { limits, ..EdgeConfig::default() }).await;
    let (status, json) = ask(&shop, "{ search(first: 10) { nodes { id } } }").await;
    assert_eq!((status, &json["extensions"]["cost"]), (200, &json!({"requested": 21, "maximum": 21})));
    let (status, json) = ask(&shop, "{ search(first: 11) { nodes { id } } }").await;
    assert_eq!((status, &json["extensions"]["cost"]), (400, &json!({"requested": 23, "maximum": 21})));
    assert_eq!(json["errors"][0]["extensions"]["code"], "COST_EXCEEDED");
}

#[tokio::test]
async fn bombs_are_refused_and_the_shop_goes_on() {
    let shop = Running::start(EdgeConfig::default()).await;
    let deep: String = (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }} ", n + 1)).collect();
    let wide: String =
        (0..6).map(|n| format!("fragment F{n} on Query {{ {} }} ", format!("...F{} ", n + 1).repeat(50))).collect();
    let bombs = [
        format!("{{ ...F0 }} {deep} fragment F30 on Query {{ hello }}"),
        format!("{{ ...F0 }} {wide} fragment F6 on Query {{ hello }}"),
        format!("{{ hello }} {deep} fragment F30 on Query {{ hello }}"),
        format!("{{ items(first: 100) {} {{ id }} {} }}", "{ related(first: 100) ".repeat(8), "}".repeat(8)),
        format!("{{ {} }}", (0..1_000).map(|n| format!("a{n}: hello ")).collect::<String>()),
        format!("{{ hello {} }}", "@skip(if: false) ".repeat(60)),
        format!("{{ hello {} }}", "@aa ".repeat(1_000)),
        format!("mutation {{ {} }}", (0..100).map(|n| format!("a{n}: signIn(email: \"x\") ")).collect::<String>()),
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
            .to_owned(),
        "{".repeat(10_000),
        format!("{{ a(b: {}", "[".repeat(10_000)),
    ];
    for bomb in bombs {
        let (status, json) = ask(&shop, &bomb).await;
        assert_eq!(status, 400, "{json}");
        assert!(json["errors"].as_array().is_some_and(|e| (1..=10).contains(&e.len())), "{json}");
    }
    assert_eq!(ask(&shop, "{ hello }").await.0, 200);
}

#[tokio::test]
async fn a_thousand_unknown_fields_give_ten_errors() {
    let shop = Running::start(EdgeConfig { limits: Limits::off(), ..EdgeConfig::default() }).await;
    let query = format!("{{ {} }}", (0..1_000).map(|n| format!("no{n} ")).collect::<String>());
    let (status, json) = ask(&shop, &query).await;
    assert_eq!(
        (status, json["errors"].as_array().map(Vec::len), json["extensions"]["moreErrors"].as_u64()),
        (400, Some(10), Some(990))
    );
}

#[tokio::test]
async fn the_standard_introspection_query_passes() {
    let shop = Running::start(EdgeConfig::default()).await;
    let query = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
      types { ...FullType } directives { name description locations args { ...InputValue } } } }
      fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue }
      type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
      fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
      fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
    let (status, json) = ask(&shop, query).await;
    assert_eq!(status, 200, "{json}");
    assert!(json["data"]["__schema"]["types"].as_array().is_some_and(|t| t.len() > 5) && json.get("errors").is_none());
}

fn rare(searches: u32) -> Limits {
    let rate = |burst| crate::edge::rates::Rate { burst, per_minute: 1 };
    let rates =
        crate::edge::rates::CallerRates { searches: rate(searches), ..crate::edge::rates::CallerRates::standard() };
    Limits { rates: Some(rates), ..Limits::standard() }
}

fn counting(limits: Limits) -> EdgeConfig {
    let classes = crate::edge::rates::Classes::new([("hello", crate::edge::rates::Class::Search)]);
    EdgeConfig { limits, classes, ..EdgeConfig::default() }
}

#[tokio::test]
async fn a_caller_who_asks_too_often_is_told_when_to_come_again() {
    let shop = Running::start(counting(rare(3))).await;
    let send = |query: &str, token: &str| {
        let request = client().post(shop.url("/graphql")).bearer_auth(token).json(&json!({ "query": query }));
        async { request.send().await.expect("an answer") }
    };
    for _ in 0..3 {
        assert_eq!(send("{ hello }", "good").await.status(), 200);
    }
    let refused = send("{ hello }", "good").await;
    assert_eq!(refused.status(), 429);
    let header = refused.headers()["retry-after"].to_str().expect("text").parse::<u64>().expect("seconds");
    let json: Json = refused.json().await.expect("JSON");
    assert_eq!(json["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(json["errors"][0]["extensions"]["retryAfter"], header);
    assert!((50..=60).contains(&header), "{header}");
    // Another class of the same caller is not touched.
    assert_eq!(send("{ reads }", "good").await.status(), 200);
}

#[tokio::test]
async fn an_address_without_a_session_is_counted_before_its_body_is_read() {
    let limits = Limits::standard();
    let burst = limits.rates.expect("counted").all.burst * 5;
    let shop = Running::start(EdgeConfig { limits, ..EdgeConfig::default() }).await;
    let client = client();
    let mut refused = 0;
    // The bucket refills while the loop runs, so a few more than the burst pass.
    for _ in 0..burst * 2 {
        let request = client.post(shop.url("/graphql")).header("content-type", "application/json").body("{");
        match request.send().await.expect("an answer").status().as_u16() {
            429 => refused += 1,
            status => assert_eq!(status, 400),
        }
    }
    assert!(refused > burst / 4, "{refused}");
}

#[tokio::test]
async fn a_flood_of_searches_leaves_other_queries_and_changes_alone() {
    let limits = Limits { searches_in_flight: 0, waiting: 0, ..Limits::standard() };
    let shop = Running::start(counting(limits)).await;
    let (status, json) = ask(&shop, "{ hello }").await;
    assert_eq!((status, &json["errors"][0]["extensions"]["code"]), (503, &json!("OVERLOADED")));
    assert_eq!(json["errors"][0]["extensions"]["retryAfter"], 1);
    assert_eq!(ask(&shop, "{ reads }").await.0, 200);
}
