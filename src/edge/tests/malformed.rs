//! Seeded nonsense: whatever comes in, the answer is JSON, below 500, small, and without the words of a defect.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request as HttpRequest, Response as HttpResponse},
};
use tower::ServiceExt;

use super::*;
use crate::edge::scalars::Scalars;

const SEED: u64 = 20_260_131;
const REQUESTS: usize = 3_000;
const DOCUMENTS: [&str; 8] = [
    "query A($n: Int = 3, $s: Sort) { search(first: $n, sort: $s) { nodes { id tags related(first: 2) { id } } } }",
    "mutation M($l: [LineInput!]!) { add(lines: $l) signIn(email: \"a\\u00e9\\n\") }",
    "{ item(by: {slug: \"tv\"}) { ...F } } fragment F on Item { id ... on Item @include(if: true) { tags } }",
    "query A { hello } query B($x: ItemRef) { item(by: $x) { id } }",
    "{ __schema { types { name fields { name type { name ofType { name } } } } } }",
    "subscription S { ticks(n: 1) }",
    "{ sum(a: 1, b: -2) reach(pincode: \"560001\") nodes(ids: [1, \"2\"]) { id } }",
    "query ($d: [Int!]! = [1]) { hello(name: \"\"\"block \\\"\"\" \"\"\") @skip(if: false) }",
];
const PIECES: [&str; 36] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "...",
    "$n",
    "@skip",
    "@include(if: $n)",
    "on",
    "fragment F on Query { ...F }",
    "\"",
    "\"\"\"",
    "#",
    "!",
    "=",
    ":",
    "|",
    "&",
    "1e999",
    "-",
    "0.1",
    "2147483648",
    "null",
    "true",
    "UP",
    "\\u{1F600}",
    "é",
    "\u{0}",
    "query",
    "mutation",
    "__typename",
    "$x: Nope = 1",
    "{a:{b:[{}]}}",
    "99999999999999999999",
];
const VARIABLES: [&str; 8] = [
    "null",
    "{}",
    r#"{"n": 5, "s": "UP", "l": [{"variantId": 1}]}"#,
    r#"{"n": 1e308, "s": 7, "l": {}}"#,
    r#"{"x": {"id": 1, "slug": 2}, "d": null}"#,
    r#"{"n": [[[[]]]]}"#,
    r#"{"": 0, "$gt": {"$ne": null}}"#,
    "[1]",
];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
    fn document(&mut self) -> String {
        let mut text: Vec<String> =
            DOCUMENTS[self.roll(DOCUMENTS.len())].split_inclusive(' ').map(str::to_owned).collect();
        for _ in 0..self.roll(5) {
            let at = self.roll(text.len());
            match self.roll(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, PIECES[self.roll(PIECES.len())].to_owned()),
                2 => text[at] = PIECES[self.roll(PIECES.len())].to_owned(),
                _ => text.swap(at, 0),
            }
            if text.is_empty() {
                text.push("{".to_owned());
            }
        }
        text.concat()
    }
    fn body(&mut self) -> String {
        let query = serde_json::Value::from(self.document());
        let mut body = match self.roll(8) {
            0 => {
                format!("{{\"query\": {query}, \"operationName\": {}}}", ["null", "\"A\"", "\"Z\"", "5"][self.roll(4)])
            }
            _ => format!("{{\"query\": {query}, \"variables\": {}}}", VARIABLES[self.roll(VARIABLES.len())]),
        };
        if self.roll(10) == 0 {
            let mut at = self.roll(body.len());
            while !body.is_char_boundary(at) {
                at -= 1;
            }
            body.truncate(at);
        }
        body
    }
}

async fn ask(routes: &Router, dice: &mut Dice) -> (String, HttpResponse<Body>) {
    let body = dice.body();
    let accept = ["application/json", "application/graphql-response+json", "*/*"][dice.roll(3)];
    let request = HttpRequest::post("/graphql").header("content-type", "application/json").header("accept", accept);
    let request = request.body(Body::from(body.clone())).expect("a request");
    let response = routes.clone().oneshot(request).await.expect("an answer");
    (body, response)
}

#[tokio::test]
async fn no_request_is_answered_with_a_defect() {
    let around = Surroundings {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        readiness: Readiness::new(),
        metrics: None,
        drain: Drain::new(),
    };
    let config = EdgeConfig { scalars: Scalars::default().with("Pincode", pincode), ..EdgeConfig::default() };
    let routes = router(config, Arc::new(TestGateway::new()), around).expect("the test schema parses");
    let mut dice = Dice(SEED);
    let mut good = 0;
    for _ in 0..REQUESTS {
        let (body, response) = ask(&routes, &mut dice).await;
        let status = response.status().as_u16();
        let answer = to_bytes(response.into_body(), 1 << 20).await.expect("small");
        let json: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_else(|_| panic!("no JSON for {body}"));
        assert!(status < 500, "{status} for {body}");
        let text = json["errors"].to_string();
        for word in ["INTERNAL", "panicked", "unwrap", ".rs:", "Error(", "Some("] {
            assert!(!text.contains(word), "{word} in {text} for {body}");
        }
        assert!(json["errors"].as_array().is_none_or(|e| (1..=10).contains(&e.len())), "{body}");
        good += usize::from(json.get("errors").is_none());
    }
    assert!((REQUESTS / 20..REQUESTS).contains(&good), "some are good, or the generator is: {good}");
}
