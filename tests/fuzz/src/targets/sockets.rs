//! Messages of a socket, one a line, as a session takes them.

use std::collections::HashSet;

use chowk::edge::ws_protocol::{Session, Step};
use serde_json::Value;

use super::is_for_clients;

/// Operations at the same time in the sessions that are tried.
const RUNNING_MAX: usize = 3;

/// A conversation: after each message the session stands as the protocol says, whatever came.
pub fn conversation(bytes: &[u8]) {
    let mut session = Session::new(RUNNING_MAX);
    let mut running: HashSet<String> = HashSet::new();
    let mut asked = false;
    for line in bytes.split(|b| *b == b'\n') {
        let Ok(text) = std::str::from_utf8(line) else { continue };
        // Not a message of the client: the server's side of the conversation moves on.
        match text {
            "acknowledge" if asked => {
                is_json(&session.acknowledge());
                assert!(session.acknowledged());
                continue;
            }
            "finish" => {
                let Some(id) = running.iter().min().cloned() else { continue };
                running.remove(&id);
                is_json(&session.finish(&id).expect("a running operation ends with a message"));
                assert_eq!(session.finish(&id), None, "and only once");
                continue;
            }
            _ => {}
        }
        let acknowledged = session.acknowledged();
        match session.receive(text) {
            Step::Wait => {}
            Step::Send(text) => is_json(&text),
            Step::Authenticate { bearer } => {
                assert!(!asked, "a token is asked for once");
                assert!(bearer.is_none_or(|token| !token.is_empty()));
                asked = true;
            }
            Step::Start { id, params } => {
                assert!(acknowledged, "nothing runs before the connection is acknowledged");
                assert!(!id.is_empty() && id.len() <= 128);
                assert!(params.query.is_some() || params.document_id.is_some() || params.extensions.is_some());
                assert!(running.insert(id), "an id runs once");
                assert!(running.len() <= RUNNING_MAX);
            }
            Step::Stop { id } => assert!(running.remove(&id), "only what runs is stopped"),
            Step::Close(close) => {
                assert!(close.reason.len() <= 123, "{}", close.reason);
                assert!(matches!(close.code, 4400 | 4401 | 4409 | 4429), "{close:?}");
                is_for_clients(&close.reason);
                return;
            }
        }
    }
}

fn is_json(text: &str) {
    let message: Value = serde_json::from_str(text).expect("a message is JSON");
    assert!(message["type"].is_string(), "{text}");
}

/// Conversations that go well.
pub fn examples() -> Vec<Vec<u8>> {
    let init = r#"{"type":"connection_init","payload":{"authorization":"Bearer x"}}"#;
    let subscribe = |id: &str| format!(r#"{{"id":"{id}","type":"subscribe","payload":{{"query":"{{a}}"}}}}"#);
    [
        vec![init.to_owned(), "acknowledge".into(), subscribe("1"), r#"{"id":"1","type":"complete"}"#.into()],
        vec![init.to_owned(), "acknowledge".into(), subscribe("1"), subscribe("2"), subscribe("3"), subscribe("4")],
        vec![init.to_owned(), "acknowledge".into(), subscribe("1"), "finish".into(), subscribe("1")],
        vec![r#"{"type":"ping","payload":{"a":1}}"#.to_owned(), r#"{"type":"pong"}"#.into(), init.into(), init.into()],
        vec![r#"{"type":"connection_init","payload":{"headers":{"Authorization":"x"}}}"#.to_owned()],
    ]
    .map(|lines| lines.join("\n").into_bytes())
    .to_vec()
}

/// Words of conversations beside those of JSON.
pub const WORDS: &[&str] = &[
    "\n",
    "\nacknowledge\n",
    "\nfinish\n",
    "\"connection_init\"",
    "\"subscribe\"",
    "\"complete\"",
    "\"ping\"",
    "\"pong\"",
    "{\"type\":\"ping\"}\n",
    "{\"type\":\"connection_init\"}\n",
    "{\"id\":\"1\",\"type\":\"complete\"}\n",
    "\"payload\":{}",
    "{\"id\":\"5\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{a}\"}}\n",
    "\"token\":\"\"",
    "null",
    "\"\"",
    "é",
    "[",
];
