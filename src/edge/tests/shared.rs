//! Answers that callers share: made once, and never a failed one.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::{Response, Value, Variables};
use async_graphql_parser::types::OperationType;

use super::*;
use crate::edge::codes;

fn made(value: i32, keep_for: Duration) -> Made {
    let reply = Reply::from_response(Response::new(Value::from(value)), "r", 10);
    Made { written: Written::from(&reply), keep_for }
}

fn key(variables: &str, scope: &str) -> Key {
    let variables: Variables = serde_json::from_str(variables).expect("JSON");
    let asked = Asked { kind: OperationType::Query, operation_name: None, root_fields: &[], variables: &variables };
    Key::new(&"{ a }".into(), &asked, scope)
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn an_equal_operation_in_the_same_scope_is_made_once() {
    let (shared, calls) = (SharedAnswers::new(1 << 20), AtomicUsize::new(0));
    for (variables, scope, calls_after) in [
        (r#"{"n":1}"#, "zone-1", 1),
        (r#"{"n":1}"#, "zone-1", 1),
        (r#"{"n":2}"#, "zone-1", 2),
        (r#"{"n":1}"#, "zone-2", 3),
        (r#"{"n":1}"#, "zone-1", 3),
    ] {
        let make = async {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(made(1, LONG))
        };
        shared.get(key(variables, scope), make).await.expect("an answer");
        assert_eq!(calls.load(Ordering::Relaxed), calls_after, "{variables} {scope}");
    }
}

#[tokio::test]
async fn those_who_ask_at_once_get_the_answer_of_one_even_if_it_is_not_kept() {
    let (shared, calls) = (SharedAnswers::new(1 << 20), AtomicUsize::new(0));
    let ask = || {
        shared.get(key("{}", ""), async {
            tokio::task::yield_now().await;
            Ok(made(i32::try_from(calls.fetch_add(1, Ordering::Relaxed)).unwrap_or(-1), Duration::ZERO))
        })
    };
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    for written in [a, b, c] {
        assert_eq!(&*written.expect("an answer").json, br#"{"data":0}"#);
    }
    assert_eq!(&*ask().await.expect("an answer").json, br#"{"data":1}"#, "nothing was kept");
}

#[tokio::test]
async fn errors_and_refusals_are_not_kept() {
    let shared = SharedAnswers::new(1 << 20);
    let mut response = Response::new(Value::from(1));
    let mut error = codes::error(codes::UNAVAILABLE, "down");
    error.path = vec![async_graphql::PathSegment::Field("a".into())];
    response.errors = vec![error];
    let partial = Written::from(&Reply::from_response(response, "r", 10));
    let first = shared.get(key("{}", ""), async { Ok(Made { written: partial, keep_for: LONG }) }).await;
    assert_eq!(first.expect("an answer").outcome, Outcome::Partial);
    let refused = shared.get(key("{}", ""), async { Err(Refusal::overloaded()) }).await;
    assert_eq!(refused.expect_err("refused").code(), codes::OVERLOADED);
    let good = shared.get(key("{}", ""), async { Ok(made(5, LONG)) }).await.expect("an answer");
    assert_eq!(&*good.json, br#"{"data":5}"#);
}

#[test]
fn keys_keep_scope_and_variables_apart() {
    assert_ne!(key(r#"{"a":"b"}"#, "x"), key(r#"{"a":"b"}"#, "y"));
    assert_ne!(key("{}", "a {}"), key("{}", "a"));
    assert_eq!(key(r#"{"a":1,"b":2}"#, "x"), key(r#"{"b":2,"a":1}"#, "x"));
}
