//! What is sent. Each shape makes one malformed request from dice; none holds a word that `judge` looks for.

use std::sync::LazyLock;

use fuzz::seeds::DOCUMENTS;
use serde_json::{Value, json};

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It must be answered.
    Whole,
    /// Its framing is broken: an answer or a closed connection.
    Broken,
    /// The client goes away without an answer.
    Left,
}

/// A kind of malformed request.
pub struct Shape {
    /// For the table.
    pub name: &'static str,
    /// Makes one.
    pub make: fn(&mut Dice) -> (Vec<u8>, Sent),
}

/// A small generator of numbers (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// For one request of one run.
    pub fn new(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
    /// A name that no other request has.
    fn word(&mut self) -> String {
        format!("x{:012x}", self.next() >> 16)
    }
    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

macro_rules! shapes {
    ($($name:literal => $make:ident),+ $(,)?) => { [$(Shape { name: $name, make: $make }),+] };
}

/// Every shape.
pub fn all() -> Vec<Shape> {
    shapes![
        "truncated JSON" => truncated_json, "wrong JSON types" => wrong_types, "deep JSON" => deep_json,
        "huge numbers" => huge_numbers, "invalid UTF-8" => invalid_utf8, "duplicate keys" => duplicate_keys,
        "random bytes" => random_bytes, "empty body" => empty_body, "a list of requests" => batches,
        "JSON without a query" => no_query, "wrong content type" => wrong_content_type, "too large a body" => too_large,
        "edited documents" => edited_documents, "syntax errors" => syntax_errors, "unknown fields" => unknown_fields,
        "unknown arguments" => unknown_arguments, "unknown types" => unknown_types, "deep documents" => deep_documents,
        "many aliases" => many_aliases, "fragments in circles" => circles, "wrong variables" => wrong_variables,
        "missing variables" => missing_variables, "bad persisted queries" => bad_persisted,
        "unknown document ids" => unknown_ids_of_documents, "wrong operation names" => wrong_operation_names,
        "forged ids and cursors" => forged_ids, "forged tokens" => forged_tokens, "bad query strings" => bad_query_strings,
        "junk in headers" => header_junk, "huge headers" => huge_headers, "many headers" => many_headers,
        "wrong methods" => wrong_methods, "wrong paths" => wrong_paths, "raw bytes on TCP" => raw_junk,
        "bad chunks" => bad_chunks, "bad lengths" => bad_lengths, "half requests" => half_requests,
        "forged callbacks" => forged_callbacks, "bad upgrades" => bad_upgrades, "bad event streams" => bad_streams,
        "mutations refused" => mutations,
    ]
    .into()
}

fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn post(body: &[u8]) -> (Vec<u8>, Sent) {
    (request("POST", "/graphql", "content-type: application/json\r\n", body), Sent::Whole)
}

fn ask(document: &str, variables: &Value) -> (Vec<u8>, Sent) {
    post(json!({ "query": document, "variables": variables }).to_string().as_bytes())
}

fn document(dice: &mut Dice) -> String {
    let n = dice.below(DOCUMENTS.len());
    String::from_utf8_lossy(&DOCUMENTS[n]).into_owned()
}

/// A document without its comments' text and with some bytes cut, doubled or replaced.
fn edited(dice: &mut Dice, edits: usize) -> String {
    const PIECES: [&str; 26] = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "...",
        "$",
        "@skip",
        "@include(if: $n)",
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
        "null",
        "\\u{1F600}",
        "é",
        "\u{0}",
        "on",
        "99999999999999999999",
    ];
    let mut text: Vec<char> = document(dice).chars().collect();
    for _ in 0..=dice.below(edits) {
        let at = dice.below(text.len() + 1);
        let to = (at + dice.below(20)).min(text.len());
        match dice.below(3) {
            0 => drop(text.drain(at..to)),
            1 => drop(text.splice(at..at, dice.pick(&PIECES).chars())),
            _ => drop(text.splice(at..to, dice.pick(&PIECES).chars())),
        }
    }
    text.into_iter().collect()
}

fn truncated_json(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let whole = json!({ "query": document(dice), "variables": { "a": [1, "é", null] } }).to_string();
    post(&whole.as_bytes()[..dice.below(whole.len())])
}

fn wrong_types(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let wrong = ["1", "true", "[]", "{}", "[\"{a}\"]", "-0.5", "null", "\"\\ud800\"", "\"x\""];
    let (query, variables) = (dice.pick(&wrong), dice.pick(&wrong));
    let (name, more) = (dice.pick(&wrong), dice.pick(&wrong));
    let body = format!(r#"{{"query":{query},"variables":{variables},"operationName":{name},"extensions":{more}}}"#);
    post(body.as_bytes())
}

fn deep_json(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let depth = 100 + dice.below(20_000);
    let open = if dice.below(2) == 0 { "[".repeat(depth) } else { "{\"a\":".repeat(depth.min(10_000)) };
    let close = if dice.below(2) == 0 { "]".repeat(depth) } else { String::new() };
    post(format!(r#"{{"query":"{{__typename}}","variables":{{"a":{open}1{close}}}}}"#).as_bytes())
}

fn huge_numbers(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let numbers = ["1e999", "-1e999", "9223372036854775808", "-9223372036854775809", "1e-9999", "0.1e1", "2147483648"];
    let number = if dice.below(3) == 0 { "9".repeat(1 + dice.below(5_000)) } else { dice.pick(&numbers).to_owned() };
    let text = r#"query Q($n: Int!) { topCategories { id } search(query: \"tv\", first: $n) { totalCount } }"#;
    post(format!(r#"{{"query":"{text}","variables":{{"n":{number}}}}}"#).as_bytes())
}

fn invalid_utf8(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let mut body = json!({ "query": document(dice) }).to_string().into_bytes();
    let at = 10 + dice.below(body.len() - 10);
    let wrong: [&[u8]; 5] = [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82"];
    body.splice(at..at, dice.pick(&wrong).iter().copied());
    post(&body)
}

fn duplicate_keys(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let key = dice.pick(&["query", "variables", "operationName", "extensions"]);
    let twice = ["{}", "\"{__typename}\"", "1", "null"];
    let (a, b) = (dice.pick(&twice), dice.pick(&twice));
    post(format!(r#"{{"{key}":{a},"{key}":{b},"{key}":[]}}"#).as_bytes())
}

fn random_bytes(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let n = dice.below(400);
    post(&dice.bytes(n))
}

fn empty_body(dice: &mut Dice) -> (Vec<u8>, Sent) {
    post(dice.pick(&["", " ", "\n\n", "\u{feff}", "\0"]).as_bytes())
}

fn batches(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let one = json!({ "query": "{ __typename }" });
    let many = vec![one; 1 + dice.below(50)];
    let body = if dice.below(2) == 0 { json!(many) } else { json!(["{ __typename }", null, {}]) };
    post(body.to_string().as_bytes())
}

fn no_query(dice: &mut Dice) -> (Vec<u8>, Sent) {
    post(json!({ dice.word(): dice.word(), "variables": {}, "Query": "{a}" }).to_string().as_bytes())
}

fn wrong_content_type(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let types = [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/xml",
        "",
        "json",
        "application/json; charset=utf-16",
        "application/graphql",
        "application/json, text/plain",
        ";;;",
        "*/*",
    ];
    let header = format!("content-type: {}\r\n", dice.pick(&types));
    let header = if dice.below(8) == 0 { String::new() } else { header };
    let body = json!({ "query": document(dice) }).to_string();
    (request("POST", "/graphql", &header, body.as_bytes()), Sent::Whole)
}

fn too_large(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let body =
        json!({ "query": "{ __typename }", "variables": { "a": "x".repeat(66_000 + dice.below(4_000)) } }).to_string();
    // It is refused by its declared length, and may be cut off while it is still on its way.
    (request("POST", "/graphql", "content-type: application/json\r\n", body.as_bytes()), Sent::Broken)
}

fn edited_documents(dice: &mut Dice) -> (Vec<u8>, Sent) {
    ask(&edited(dice, 4), &json!({}))
}

fn syntax_errors(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let wrong = [
        "{",
        "}",
        "{ a",
        "{ a( }",
        "query",
        "query Q(",
        "{ a(b: ) }",
        "{ a @ }",
        "fragment on on on { a }",
        "{ ... }",
        "{ \"",
        "{}",
        "{ a(b: \"\\q\") }",
        "{ a(b: \"\"\"x) }",
        "query Q($a) { b }",
        "{ a: }",
        "{ 1 }",
        "{ é }",
        "schema { query: Q }",
        "type T { a: B }",
    ];
    let text = format!("{}# {}", dice.pick(&wrong), dice.word());
    ask(&text, &json!({}))
}

fn unknown_fields(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let (a, b) = (dice.word(), dice.word());
    ask(&format!("{{ {a} {{ {b} }} search(query: \"tv\", first: 1) {{ {b} }} }}"), &json!({}))
}

fn unknown_arguments(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let (a, b) = (dice.word(), dice.word());
    ask(
        &format!("{{ search(query: \"tv\", {a}: 1) {{ totalCount(x: {b}) }} topCategories {{ id @{b}(a: 1) }} }}"),
        &json!({}),
    )
}

fn unknown_types(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let (a, b) = (dice.word(), dice.word());
    let text = format!("query Q($v: {a}!) {{ __typename ... on {b} {{ id }} ...{a} }} fragment {b} on {b} {{ id }}");
    ask(&text, &json!({ "v": 1 }))
}

fn deep_documents(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let depth = 10 + dice.below(3_000);
    let field = dice.pick(&["a", "node(id: \"x\")", "... on Query", "search(query: \"x\") { nodes"]);
    let text = format!("{}__typename{}", format!("{{ {field} ").repeat(depth), " }".repeat(dice.below(depth * 2)));
    ask(&text, &json!({}))
}

fn many_aliases(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let many: String =
        (0..30 + dice.below(500)).map(|n| format!("a{n}: topCategories @skip(if: true) {{ id }} ")).collect();
    ask(&format!("query {} {{ {many} nope }}", dice.word()), &json!({}))
}

fn circles(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let n = 1 + dice.below(40);
    let circle: String =
        (0..n).map(|k| format!("fragment F{k} on Query {{ ...F{} ...F{} }} ", (k + 1) % n, (k + 2) % n)).collect();
    ask(&format!("query {} {{ ...F0 }} {circle}", dice.word()), &json!({}))
}

fn wrong_variables(dice: &mut Dice) -> (Vec<u8>, Sent) {
    static OPERATIONS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
        fuzz::seeds::OPERATIONS.iter().filter(|(_, v)| v.as_object().is_some_and(|v| !v.is_empty())).cloned().collect()
    });
    let (text, good) = &OPERATIONS[dice.below(OPERATIONS.len())];
    let wrong = [
        json!(null),
        json!(-1),
        json!(1.5),
        json!([[[]]]),
        json!({ "a": {} }),
        json!("x"),
        json!(true),
        json!([{ "id": 1 }]),
    ];
    let spoilt: serde_json::Map<String, Value> = good
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| (key.clone(), wrong[dice.below(wrong.len())].clone()))
        .collect();
    ask(text, &Value::Object(spoilt))
}

fn missing_variables(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let names = [json!({}), json!({ dice.word(): 1 }), json!(null)];
    let n = dice.below(names.len());
    ask("query Q($q: String!, $ids: [ID!]!) { search(query: $q) { totalCount } nodes(ids: $ids) { id } }", &names[n])
}

fn bad_persisted(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let hash = format!("{:016x}", dice.next()).repeat(4);
    let version = dice.pick(&["1", "2", "\"1\"", "null", "[]", "1.0"]);
    let hash = dice.pick(&[hash.as_str(), "", "zz", &hash[1..]]);
    let query = dice.pick(&["", r#""query":"{ __typename }","#]);
    let body = format!(r#"{{{query}"extensions":{{"persistedQuery":{{"version":{version},"sha256Hash":"{hash}"}}}}}}"#);
    post(body.as_bytes())
}

fn unknown_ids_of_documents(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let long = "x".repeat(dice.below(10_000));
    let id = dice.pick(&["sha256:", "", "\u{0}", "../SearchPage", long.as_str()]);
    post(json!({ "documentId": format!("{id}{}", dice.word()) }).to_string().as_bytes())
}

fn wrong_operation_names(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let text =
        "query A { __typename } query B { __typename } subscription S { orderEvents(orderId: \"x\") { __typename } }";
    let name = dice.pick(&["C", "S", "a", "A B", "{", "é"]);
    post(json!({ "query": text, "operationName": name, "variables": [] }).to_string().replace("[]", "{}").as_bytes())
}

fn forged_ids(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let id = match dice.below(4) {
        0 => dice.word(),
        1 => "A".repeat(dice.below(5_000)),
        2 => {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            dice.bytes(23).into_iter().map(|b| char::from(letters[usize::from(b) % 64])).collect()
        }
        _ => dice.pick(&["", "====", "💡", "'; --", "%00", "null"]).to_owned(),
    };
    let text = "query Q($id: ID!, $ids: [ID!]!, $c: String) { node(id: $id) { id } nodes(ids: $ids) { id }
        search(query: \"tv\", first: 1, after: $c) { totalCount } }";
    ask(text, &json!({ "id": id, "ids": [id, ""], "c": id }))
}

fn forged_tokens(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.";
    let hmac =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let long = "a".repeat(dice.below(8_000));
    let token =
        dice.pick(&["Bearer", "Bearer  ", none, hmac, "Basic eDp5", "Bearer x.y.z", "bearer ..", long.as_str()]);
    let token = if token.starts_with("eyJ") { format!("Bearer {token}") } else { token.to_owned() };
    let headers = format!("content-type: application/json\r\nauthorization: {token}\r\n");
    (request("POST", "/graphql", &headers, br#"{"query":"{ __typename viewer { id } }"}"#), Sent::Whole)
}

fn bad_query_strings(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let word = dice.word();
    let queries = [
        "",
        "?",
        "?query",
        "?query=%",
        "?query=%ff%fe",
        "?query={a}&query={b}",
        "?variables=%7B&query=%7Ba%7D",
        "?query=%00",
        "?query=mutation%7BstartGuestSession(input:%7B%7D)%7B__typename%7D%7D",
        "?extensions=1&query=%7Ba%7D",
        "?documentId=x",
        "?query=%7B__typename%7D&variables=%5B%5D",
        "?&&&&====",
        "?query=%7B__typename%7D&operationName=Nope",
    ];
    let query = dice.pick(&queries);
    let more = if dice.below(6) == 0 { "z".repeat(dice.below(7_000)) } else { word };
    let path = format!("/graphql{query}{}x={more}", if query.contains('?') { "&" } else { "?" });
    (request("GET", &path, "", b""), Sent::Whole)
}

fn header_junk(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let junk = [
        "accept: nothing/at-all\r\n",
        "accept: */*;q=9\r\n",
        "accept: \u{ff}\r\n",
        "x-request-id: ../../x\r\n",
        "origin: null\r\n",
        "authorization: a\r\nauthorization: b\r\n",
        "x-forwarded-for: 999.1.1.1, ::::\r\n",
        "accept-encoding: x;q=nan\r\n",
        "traceparent: 00-zz-zz-zz\r\n",
        "content-encoding: gzip\r\n",
        "expect: 200-maybe\r\n",
        "cookie: a=b;;;=\r\n",
        "te: x\r\n",
        "if-none-match: *\r\n",
        "range: bytes=5-1\r\n",
        "upgrade: h3\r\nconnection: upgrade\r\n",
        "content-language: \t\r\n",
    ];
    let headers: String = (0..=dice.below(3)).map(|_| dice.pick(&junk)).collect();
    let headers = format!("content-type: application/json\r\n{headers}");
    (request("POST", "/graphql", &headers, br#"{"query":"{ nope }"}"#), Sent::Whole)
}

fn huge_headers(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let header = format!("x-{}: {}\r\n", dice.word(), "y".repeat(17_000 + dice.below(60_000)));
    (request("POST", "/graphql", &header, b"{}"), Sent::Broken)
}

fn many_headers(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let headers: String = (0..90 + dice.below(200)).map(|n| format!("x-{n}: {n}\r\n")).collect();
    (request("POST", "/graphql", &headers, b"{}"), Sent::Broken)
}

fn wrong_methods(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let method = dice.pick(&["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW", "get", "PROPFIND", "M-SEARCH"]);
    let path = dice.pick(&["/graphql", "/graphql/ws", "/health/live", "/", "/webhooks/payments/sandbox", "/metrics"]);
    (request(method, path, "content-type: application/json\r\n", br#"{"query":"{ __typename }"}"#), Sent::Whole)
}

fn wrong_paths(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let word = dice.word();
    let paths = [
        "/graphql/",
        "/GraphQL",
        "/graphql/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//graphql",
        "/images/../../x.svg",
        "/images/",
        "/images/%00",
        "/assets/..%2f..%2f",
        "/webhooks/payments/",
        "/webhooks/couriers/%ff",
        "/health",
        "/feeds/x",
        "/index.html%00",
    ];
    (request("GET", &format!("{}{word}", dice.pick(&paths)), "", b""), Sent::Whole)
}

fn raw_junk(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let bytes = match dice.below(5) {
        0 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\r\n\r\n".to_vec(),
        1 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
        2 => format!("GET /graphql HTTP/9.{}\r\n\r\n", dice.below(10)).into_bytes(),
        3 => format!("POST {} HTTP/1.1\r\n: \r\n\r\n", dice.word()).into_bytes(),
        _ => {
            let n = 16 + dice.below(300);
            [dice.bytes(n), b"\r\n\r\n".to_vec()].concat()
        }
    };
    (bytes, if dice.below(2) == 0 { Sent::Left } else { Sent::Broken })
}

fn bad_chunks(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let head = "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunks = [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-1\r\n\r\n",
        "ffffffffffffffffff\r\nx",
        "5\r\n{}\r\n0\r\n\r\n",
        "2;x=\"\r\n{}\r\n0\r\n\r\n",
        "\r\n\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
        "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    ];
    let n = dice.below(chunks.len());
    // Some of these wait for more, which never comes.
    let waits = [3, 4].contains(&n);
    ([head.as_bytes(), chunks[n].as_bytes()].concat(), if waits { Sent::Left } else { Sent::Broken })
}

fn bad_lengths(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let lengths = [
        "content-length: -1\r\n",
        "content-length: 1\r\ncontent-length: 2\r\n",
        "content-length: 99999999999999999999\r\n",
        "content-length: 0x10\r\n",
        "content-length: 2\r\ntransfer-encoding: chunked\r\n",
        "content-length: 500000\r\n",
        "content-length: \r\n",
    ];
    let head = "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n";
    let text = format!("{head}{}\r\n{{}}", dice.pick(&lengths));
    (text.into_bytes(), Sent::Broken)
}

fn half_requests(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let (whole, _) = ask(&document(dice), &json!({}));
    (whole[..dice.below(whole.len())].to_vec(), Sent::Left)
}

fn forged_callbacks(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let path = dice.pick(&["/webhooks/payments/sandbox", "/webhooks/couriers/bluedart", "/webhooks/payments/nobody"]);
    let times = ["1790000000", "-9223372035064775808", "9223372036854775807", "-9223372036854775808", "x", ""];
    let signature = format!("chowk-signature: t={},v1={:064x}\r\n", dice.pick(&times), dice.next());
    let signature = if dice.below(5) == 0 { String::new() } else { signature };
    let bodies =
        ["", "{}", "[]", r#"{"id":"m","type":"payment.succeeded","data":{"payment":"x","amount":1,"currency":"INR"}}"#];
    (request("POST", path, &signature, dice.pick(&bodies).as_bytes()), Sent::Whole)
}

fn bad_upgrades(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let headers = [
        "upgrade: websocket\r\nconnection: upgrade\r\n",
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 12\r\n",
        "upgrade: h2c\r\nconnection: upgrade\r\n",
        "sec-websocket-key: x\r\n",
        "",
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n",
    ];
    (request("GET", "/graphql/ws", dice.pick(&headers), b""), Sent::Broken)
}

fn bad_streams(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let texts = ["{", "subscription { nope }", "subscription { orderEvents(orderId: \"x\") { nope } }", "{ a } { b }"];
    let body = json!({ "query": format!("{} # {}", dice.pick(&texts), dice.word()) }).to_string();
    let headers = "content-type: application/json\r\naccept: text/event-stream\r\n";
    (request("POST", "/graphql", headers, body.as_bytes()), Sent::Whole)
}

fn mutations(dice: &mut Dice) -> (Vec<u8>, Sent) {
    let word = dice.word();
    let texts = [
        format!("mutation {{ placeOrder(input: {{ {word}: 1 }}) {{ __typename }} }}"),
        format!("mutation {{ {word} {{ __typename }} }}"),
        "mutation { cancelOrder(input: { orderId: \"x\" }) { __typename } }".to_owned(),
        "mutation { addCartLines(input: { lines: [] }) { __typename } }".to_owned(),
        "mutation { refreshSession(input: { refreshToken: \"x\" }) { __typename } }".to_owned(),
    ];
    let n = dice.below(texts.len());
    ask(&texts[n], &json!({}))
}
