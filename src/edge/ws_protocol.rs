//! The graphql-transport-ws protocol as a state machine without a socket: a message or an event in, what is to be done
//! out. Reading, writing, clocks and running operations are `ws.rs`'s business.

use std::collections::HashSet;

use async_graphql::ServerError;
use serde_json::{Value as Json, json};

use super::{codes, params::Params, reply::Reply};

/// The subprotocol's name.
pub const PROTOCOL: &str = "graphql-transport-ws";
/// Bytes that a close frame has for its reason.
const REASON_BYTES: usize = 123;
/// Characters of an operation's id.
const ID_LENGTH_MAX: usize = 128;

/// A close code and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// Of RFC 6455, or of the subprotocol (4400 and up).
    pub code: u16,
    /// For people; at most 123 bytes.
    pub reason: String,
}

impl Close {
    /// The process stops.
    pub const GOING_AWAY: u16 = 1001;
    /// A message larger than allowed.
    pub const TOO_BIG: u16 = 1009;
    /// Come again: the client did not take its messages, or tokens cannot be checked.
    pub const TRY_AGAIN: u16 = 1013;
    /// A message that the protocol does not know.
    pub const BAD_REQUEST: u16 = 4400;
    /// An operation before the connection was acknowledged.
    pub const UNAUTHORIZED: u16 = 4401;
    /// The token is not taken, or no longer.
    pub const FORBIDDEN: u16 = 4403;
    /// The client speaks another subprotocol.
    pub const SUBPROTOCOL: u16 = 4406;
    /// No `connection_init` in time.
    pub const INIT_TIMEOUT: u16 = 4408;
    /// The id is in use.
    pub const DUPLICATE_ID: u16 = 4409;
    /// A second `connection_init`, or more messages than allowed.
    pub const TOO_MANY: u16 = 4429;

    /// With the reason cut to what a frame can carry.
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        if reason.len() > REASON_BYTES {
            let end = (0..=REASON_BYTES).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
            reason.truncate(end);
        }
        Self { code, reason }
    }
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Nothing.
    Wait,
    /// Send this text.
    Send(String),
    /// Check the token of `connection_init`, then call [`Session::acknowledge`].
    Authenticate {
        /// The bearer token; `None` when the payload has none.
        bearer: Option<String>,
    },
    /// Run an operation.
    Start {
        /// Its id.
        id: String,
        /// Its parameters.
        params: Box<Params>,
    },
    /// End an operation.
    Stop {
        /// Its id.
        id: String,
    },
    /// Close the socket.
    Close(Close),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Opened,
    Initialising,
    Acknowledged,
}

/// One socket's state.
#[derive(Debug)]
pub struct Session {
    phase: Phase,
    running: HashSet<String>,
    running_max: usize,
}

impl Session {
    /// A socket that was just opened.
    pub fn new(running_max: usize) -> Self {
        Self { phase: Phase::Opened, running: HashSet::new(), running_max }
    }

    /// A text message came.
    pub fn receive(&mut self, text: &str) -> Step {
        let Ok(Json::Object(mut message)) = serde_json::from_str(text) else {
            return bad("The message must be a JSON object.");
        };
        let kind = match message.remove("type") {
            Some(Json::String(kind)) => kind,
            _ => return bad("The message needs a \"type\"."),
        };
        let payload = message.remove("payload").filter(|p| !p.is_null());
        match kind.as_str() {
            "connection_init" => self.init(payload.as_ref()),
            "ping" => match payload {
                None => Step::Send(r#"{"type":"pong"}"#.to_owned()),
                Some(payload @ Json::Object(_)) => Step::Send(json!({"type": "pong", "payload": payload}).to_string()),
                Some(_) => bad("The payload of \"ping\" must be an object."),
            },
            "pong" if payload.as_ref().is_none_or(Json::is_object) => Step::Wait,
            "pong" => bad("The payload of \"pong\" must be an object."),
            "subscribe" => self.subscribe(message.remove("id"), payload),
            "complete" => match id(message.remove("id")) {
                Some(id) if self.running.remove(&id) => Step::Stop { id },
                Some(_) => Step::Wait,
                None => bad("\"complete\" needs an \"id\"."),
            },
            _ => bad("The \"type\" of the message is not one that a client sends."),
        }
    }

    fn init(&mut self, payload: Option<&Json>) -> Step {
        if payload.is_some_and(|p| !p.is_object()) {
            return bad("The payload of \"connection_init\" must be an object.");
        }
        if self.phase != Phase::Opened {
            return Step::Close(Close::new(Close::TOO_MANY, "Too many initialisation requests"));
        }
        self.phase = Phase::Initialising;
        Step::Authenticate { bearer: payload.and_then(bearer) }
    }

    fn subscribe(&mut self, given: Option<Json>, payload: Option<Json>) -> Step {
        let Some(id) = id(given) else { return bad("\"subscribe\" needs an \"id\".") };
        let Some(payload @ Json::Object(_)) = payload else { return bad("\"subscribe\" needs a payload.") };
        let params = match Params::from_json(payload) {
            Ok(params) => params,
            Err(refusal) => return bad(&refusal.errors[0].message),
        };
        if self.phase != Phase::Acknowledged {
            return Step::Close(Close::new(Close::UNAUTHORIZED, "Unauthorized"));
        }
        if self.running.contains(&id) {
            return Step::Close(Close::new(Close::DUPLICATE_ID, format!("Subscriber for {id} already exists")));
        }
        if self.running.len() >= self.running_max {
            let message = format!("At most {} operations run on one socket.", self.running_max);
            return Step::Send(error(&id, &[codes::error(codes::RATE_LIMITED, message)]));
        }
        self.running.insert(id.clone());
        Step::Start { id, params: Box::new(params) }
    }

    /// The token was taken: the text to send.
    pub fn acknowledge(&mut self) -> String {
        self.phase = Phase::Acknowledged;
        r#"{"type":"connection_ack"}"#.to_owned()
    }

    /// Whether the connection was acknowledged.
    pub fn acknowledged(&self) -> bool {
        self.phase == Phase::Acknowledged
    }

    /// An operation gave an answer: the text to send, and whether the operation is over. `None` when the client has
    /// stopped it already.
    pub fn answer(&mut self, id: &str, reply: &Reply) -> Option<(String, bool)> {
        if !self.running.contains(id) {
            return None;
        }
        if reply.ran() {
            return Some((next(id, reply), false));
        }
        self.running.remove(id);
        Some((error(id, &reply.errors), true))
    }

    /// An operation was refused before it ran: the text to send.
    pub fn refuse(&mut self, id: &str, errors: &[ServerError]) -> String {
        self.running.remove(id);
        error(id, errors)
    }

    /// An operation came to its end: the text to send, unless the client has stopped it or was told an error.
    pub fn finish(&mut self, id: &str) -> Option<String> {
        self.running.remove(id).then(|| json!({"id": id, "type": "complete"}).to_string())
    }
}

fn next(id: &str, reply: &Reply) -> String {
    let payload = reply.to_json();
    format!(r#"{{"id":{},"type":"next","payload":{}}}"#, Json::from(id), String::from_utf8_lossy(&payload))
}

fn error(id: &str, errors: &[ServerError]) -> String {
    json!({"id": id, "type": "error", "payload": errors}).to_string()
}

fn bad(reason: &str) -> Step {
    Step::Close(Close::new(Close::BAD_REQUEST, reason))
}

fn id(value: Option<Json>) -> Option<String> {
    match value {
        Some(Json::String(id)) if !id.is_empty() && id.len() <= ID_LENGTH_MAX => Some(id),
        _ => None,
    }
}

/// The token of a `connection_init` payload: `authorization` (in any case, also under `headers`) with or without the
/// word Bearer, or `accessToken`, or `token`.
fn bearer(payload: &Json) -> Option<String> {
    let fields = payload.as_object()?;
    let headers = fields.get("headers").and_then(Json::as_object);
    let authorization =
        fields.iter().chain(headers.into_iter().flatten()).find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let text = authorization
        .map(|(_, v)| v)
        .or_else(|| fields.get("accessToken"))
        .or_else(|| fields.get("token"))?
        .as_str()?;
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => text.trim(),
    };
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
#[path = "tests/ws_protocol.rs"]
mod tests;
