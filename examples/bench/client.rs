//! A keep-alive HTTP/1.1 client for one connection: no pool, no redirects, no decoding, so that it costs little beside
//! what it measures.

use std::net::SocketAddr;

use anyhow::Context;
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, Request, StatusCode, header},
};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Bytes of an answer.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

/// A request that can be sent again and again.
#[derive(Clone)]
pub struct Call {
    /// Path, such as `/graphql`.
    pub path: String,
    /// The whole `Authorization` header.
    pub authorization: Option<HeaderValue>,
    /// JSON.
    pub body: Bytes,
}

impl Call {
    /// A GraphQL request.
    pub fn graphql(document: &str, variables: &Value, token: Option<&str>) -> Self {
        Self {
            path: "/graphql".to_owned(),
            authorization: token.and_then(|t| HeaderValue::try_from(format!("Bearer {t}")).ok()),
            body: json!({ "query": document, "variables": variables }).to_string().into(),
        }
    }
    /// The same bytes sent to another path.
    pub fn to(&self, path: String) -> Self {
        Self { path, ..self.clone() }
    }
}

/// A connection.
pub struct Connection {
    sender: SendRequest<Body>,
    host: HeaderValue,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("{address} takes no connection"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends when its sender is dropped; an early end shows as a failed request.
        tokio::spawn(connection);
        Ok(Self { sender, host: HeaderValue::try_from(address.to_string())? })
    }

    /// Asks for a path.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<(StatusCode, Bytes)> {
        self.send(Request::get(path).header(header::HOST, self.host.clone()).body(Body::empty())?).await
    }

    /// Sends a call.
    pub async fn post(&mut self, call: &Call) -> anyhow::Result<(StatusCode, Bytes)> {
        let mut request = Request::post(call.path.as_str())
            .header(header::HOST, self.host.clone())
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(value) = &call.authorization {
            request = request.header(header::AUTHORIZATION, value.clone());
        }
        self.send(request.body(Body::from(call.body.clone()))?).await
    }

    async fn send(&mut self, request: Request<Body>) -> anyhow::Result<(StatusCode, Bytes)> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        Ok((status, to_bytes(Body::new(response.into_body()), ANSWER_MAX).await?))
    }

    /// The `data` of a GraphQL answer that holds no error of any kind.
    pub async fn data(&mut self, document: &str, variables: &Value, token: Option<&str>) -> anyhow::Result<Value> {
        let (status, body) = self.post(&Call::graphql(document, variables, token)).await?;
        anyhow::ensure!(is_good(status, &body), "{status}: {}\n{document}", String::from_utf8_lossy(&body));
        let mut answer: Value = serde_json::from_slice(&body)?;
        Ok(answer["data"].take())
    }
}

/// Whether an answer holds neither a protocol error nor a refusal in a payload; both write the same characters.
pub fn is_good(status: StatusCode, body: &[u8]) -> bool {
    const ERRORS: &[u8] = b"\"errors\":[{";
    status.is_success() && !body.windows(ERRORS.len()).any(|w| w == ERRORS)
}
