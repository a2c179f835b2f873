//! The socket protocol without a socket: each message, in and out of its turn.

use async_graphql::{Response, Value};

use super::*;

fn acknowledged() -> Session {
    let mut session = Session::new(2);
    assert_eq!(session.receive(r#"{"type":"connection_init"}"#), Step::Authenticate { bearer: None });
    session.acknowledge();
    session
}

fn subscribe(id: &str) -> String {
    json!({"type": "subscribe", "id": id, "payload": {"query": "{ a }"}}).to_string()
}

fn code(step: &Step) -> Option<u16> {
    match step {
        Step::Close(close) => Some(close.code),
        _ => None,
    }
}

fn data() -> Reply {
    Reply::from_response(Response::new(Value::from(1)), "r", 10)
}

#[test]
fn what_is_no_message_closes_with_4400() {
    for text in [
        "",
        "nonsense",
        "[]",
        "{}",
        r#"{"type":5}"#,
        r#"{"type":"unknown"}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"connection_init","payload":"x"}"#,
        r#"{"type":"ping","payload":1}"#,
        r#"{"type":"pong","payload":[]}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":5}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}"#,
    ] {
        assert_eq!(code(&acknowledged().receive(text)), Some(Close::BAD_REQUEST), "{text}");
    }
}

#[test]
fn a_connection_is_initialised_once() {
    let mut session = Session::new(2);
    assert_eq!(session.receive(r#"{"type":"connection_init","payload":null}"#), Step::Authenticate { bearer: None });
    assert_eq!(code(&session.receive(r#"{"type":"connection_init"}"#)), Some(Close::TOO_MANY));
    assert_eq!(code(&acknowledged().receive(r#"{"type":"connection_init"}"#)), Some(Close::TOO_MANY));
}

#[test]
fn the_token_is_found_where_clients_put_it() {
    for payload in [
        json!({"authorization": "Bearer t"}),
        json!({"Authorization": "bearer t"}),
        json!({"headers": {"authorization": "Bearer t"}}),
        json!({"accessToken": "t"}),
        json!({"token": "t"}),
    ] {
        let text = json!({"type": "connection_init", "payload": payload}).to_string();
        assert_eq!(Session::new(1).receive(&text), Step::Authenticate { bearer: Some("t".into()) }, "{text}");
    }
    let none = json!({"type": "connection_init", "payload": {"authorization": 5}}).to_string();
    assert_eq!(Session::new(1).receive(&none), Step::Authenticate { bearer: None });
}

#[test]
fn nothing_runs_before_the_acknowledgement() {
    let mut session = Session::new(2);
    assert_eq!(code(&session.receive(&subscribe("1"))), Some(Close::UNAUTHORIZED));
    session.receive(r#"{"type":"connection_init"}"#);
    assert_eq!(code(&session.receive(&subscribe("1"))), Some(Close::UNAUTHORIZED));
    session.acknowledge();
    assert!(matches!(session.receive(&subscribe("1")), Step::Start { id, .. } if id == "1"));
}

#[test]
fn pings_are_answered_at_any_time_with_their_payload() {
    let mut session = Session::new(2);
    assert_eq!(session.receive(r#"{"type":"ping"}"#), Step::Send(r#"{"type":"pong"}"#.into()));
    let Step::Send(pong) = session.receive(r#"{"type":"ping","payload":{"a":1}}"#) else { panic!("a pong") };
    assert_eq!(serde_json::from_str::<Json>(&pong).expect("JSON"), json!({"type": "pong", "payload": {"a": 1}}));
    assert_eq!(session.receive(r#"{"type":"pong"}"#), Step::Wait);
}

#[test]
fn an_id_is_used_once_at_a_time() {
    let mut session = acknowledged();
    session.receive(&subscribe("1"));
    assert_eq!(code(&session.receive(&subscribe("1"))), Some(Close::DUPLICATE_ID));
    let mut session = acknowledged();
    session.receive(&subscribe("1"));
    assert_eq!(session.finish("1").as_deref(), Some(r#"{"id":"1","type":"complete"}"#));
    assert!(matches!(session.receive(&subscribe("1")), Step::Start { .. }), "free again");
}

#[test]
fn answers_go_out_until_the_client_completes() {
    let mut session = acknowledged();
    session.receive(&subscribe("1"));
    let (text, over) = session.answer("1", &data()).expect("running");
    assert_eq!(
        serde_json::from_str::<Json>(&text).expect("JSON"),
        json!({"id": "1", "type": "next", "payload": {"data": 1}})
    );
    assert!(!over);
    assert_eq!(session.receive(r#"{"type":"complete","id":"1"}"#), Step::Stop { id: "1".into() });
    assert_eq!(session.answer("1", &data()), None);
    assert_eq!(session.finish("1"), None, "no complete after the client's own");
    assert_eq!(session.receive(r#"{"type":"complete","id":"1"}"#), Step::Wait, "unknown ids are no offence");
}

#[test]
fn what_never_ran_is_an_error_message_and_the_end() {
    let mut session = acknowledged();
    session.receive(&subscribe("1"));
    let refused = Reply { errors: vec![codes::error(codes::COST_EXCEEDED, "too much")], ..Reply::default() };
    let (text, over) = session.answer("1", &refused).expect("running");
    let message: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!((message["type"].as_str(), over), (Some("error"), true));
    assert_eq!(message["payload"][0]["extensions"]["code"], "COST_EXCEEDED");
    assert_eq!(session.finish("1"), None, "an error is the last message of its id");
}

#[test]
fn operations_beyond_the_limit_are_refused_and_the_others_live() {
    let mut session = acknowledged();
    session.receive(&subscribe("1"));
    session.receive(&subscribe("2"));
    let Step::Send(text) = session.receive(&subscribe("3")) else { panic!("an error message") };
    assert!(text.contains("RATE_LIMITED") && text.contains(r#""id":"3""#));
    assert!(session.answer("1", &data()).is_some());
    session.receive(r#"{"type":"complete","id":"1"}"#);
    assert!(matches!(session.receive(&subscribe("3")), Step::Start { .. }));
}

#[test]
fn a_reason_fits_into_its_frame() {
    let close = Close::new(Close::DUPLICATE_ID, "ü".repeat(100));
    assert!(close.reason.len() <= 123 && close.reason.chars().all(|c| c == 'ü'));
}
